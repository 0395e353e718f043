"""Whether the world is one that the product could have written: some customers are counted and keyed anew, by its own code."""

from typing import Any, cast

from benchmarks.cases import Hand
from convdata.counts import Differences
from convdata.database import Store, Transaction
from convdata.database.statements import Rows
from convdata.folding import search_key
from convdata.keys import customer_key
from convdata.vocabulary import Status

SAMPLE = 300


class _Told:
    """Stands where a transaction would, and keeps what would have been written."""

    rows: Rows

    def tell(self, path: str, rows: Rows, **_: object) -> list[Any]:
        if path == "add_customer_days":
            self.rows = rows
        return []


def check(store: Store, hand: Hand) -> None:
    """Raises SystemExit where the world's tables do not agree."""
    keys = [
        row[0]
        for row in hand.rows(
            f"select cast(customer_key as varchar) from customers order by customer_key limit {SAMPLE}"
        )
    ]
    listed = ", ".join(f"'{key}'" for key in keys)
    _same("customer_days", _counted(store, keys), _kept(hand, listed))
    for row in hand.rows(
        "select cast(customers.customer_key as varchar), channel, customer_id, first_name, last_name, email, phone_number, "
        "search_key, status, last_user_understood, need_help_since from customers join people "
        f"on people.customer_key = customers.customer_key where customers.customer_key in ({listed})"
    ):
        key, channel, customer_id, first, last, mail, phone, searched, status, understood, since = row
        failed = Status.NOT_UNDERSTOOD if understood is False else Status.OK
        _same("a key", customer_key(store.secret, channel, customer_id), key)
        _same("a search key", search_key(customer_id, first, last, mail, phone), searched)
        _same("a status", (Status.NEED_HELP if since else failed).value, status)
    totals = "sum(eligible), sum(not_understood), sum(buttons)"
    _same("daily_counts", *(hand.rows(f"select {totals} from {t}") for t in ("customer_days", "daily_counts")))
    totals = "sum(eligible), sum(not_understood)"
    _same("quarter_counts", *(hand.rows(f"select {totals} from {t}") for t in ("customer_days", "quarter_counts")))


def _counted(store: Store, keys: list[str]) -> dict[Any, list[int]]:
    differences = Differences(store.settings.timezone)
    for row in store.ask("counts/all_messages", rows={"customer_key": keys}):
        differences.message(
            row.customer_key,
            row.channel,
            row.sent_at,
            row.language,
            eligible=row.eligible,
            failed=row.failed,
            button=row.button,
        )
    told = _Told()
    differences.tell(cast(Transaction, told))
    columns = ("customer_key", "day", "language", "messages", "eligible", "not_understood", "buttons")
    told_rows = zip(*(told.rows[name] for name in columns), strict=True)
    return {(key, day, language): counts for key, day, language, *counts in told_rows}


def _kept(hand: Hand, listed: str) -> dict[Any, list[int]]:
    kept = {}
    for key, day, language, *counts in hand.rows(
        "select cast(customer_key as varchar), day, language, messages, eligible, not_understood, buttons "
        f"from customer_days where customer_key in ({listed})"
    ):
        kept[key, day, language] = counts
    return kept


def _same(what: str, counted: object, kept: object) -> None:
    if counted != kept:
        raise SystemExit(
            f"The world does not agree with itself: {what} is {str(kept)[:200]}, counted {str(counted)[:200]}"
        )
