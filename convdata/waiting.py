"""Since when somebody waits for help, where the words that say so came in another order than they were said in."""

from collections.abc import Sequence
from datetime import datetime

from convdata.database import Transaction
from convdata.vocabulary import Act


def waiting_since(transaction: Transaction, customer_keys: Sequence[str]) -> dict[str, datetime]:
    """The first Need Help after the last time that it was cleared, by the records: of whoever waits by them."""
    since: dict[str, datetime] = {}
    acts = [Act.STATUS_NEED_HELP.value, Act.STATUS_OK.value]
    for word in transaction.ask("intake/status_words", rows={"customer_key": list(customer_keys)}, acts=acts):
        if word.act == Act.STATUS_NEED_HELP:
            since.setdefault(word.customer_key, word.done_at)
        else:
            since.pop(word.customer_key, None)
    return since
