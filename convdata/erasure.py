"""A customer removed for good: personal data, history, everything derived (product rule 12).

One transaction takes the rows; the file is written anew soon after (rewriting.py), which takes the bytes.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from convdata import chain
from convdata.activity import act, record
from convdata.conversation import Conversation
from convdata.database import Row, Store, Transaction
from convdata.erased_list import Erased, note
from convdata.errors import NotFound
from convdata.intake.conversations import load
from convdata.masking import shown
from convdata.periods import local_day
from convdata.review import membership
from convdata.rights import Actor, Right, require
from convdata.seals import SEAL, sealed
from convdata.standing import NOBODY, in_hand, known_key
from convdata.vocabulary import Act

# The note in the store that erased bytes are still in its files; gone when they are.
REWRITING_DUE = "rewriting_due"


@dataclass(frozen=True)
class Held:
    """A table that holds something of a customer. ``erased_by`` is the change that takes it away, ``downloaded_by`` the
    question that gives all of it; ``sentence`` says what it is, and why there is none of either where there is none.
    ``one_by_one``: the change takes one customer's rows at a time.
    """

    table: str
    sentence: str
    erased_by: str | None = None
    downloaded_by: str | None = None
    one_by_one: bool = False


def _held(table: str, sentence: str, *, one_by_one: bool = False) -> Held:
    return Held(table, sentence, f"erase_{table}", f"held/{table}", one_by_one)


HELD: tuple[Held, ...] = (
    _held("messages", "What was said between the customer and the bot."),
    _held("other_events", "That a source sent something else about them, and when."),
    _held("mutes", "When the bot was silent for them."),
    _held("customer_days", "How many of their messages there were and failed, by day."),
    _held("activity", "What was done about them, by whom and why."),
    _held("outbox", "What agents answered them, and what became of it."),
    _held("receipts", "That the channel delivered something to them, or that they read it."),
    _held("inbox", "What came in about them and was not worked on yet; or could not be, for a week.", one_by_one=True),
    _held("bots_told", "What the bot was told about them."),
    _held("profiles_asked", "When their profile was asked for."),
    _held("visitors", "Their session of the webchat: when they were there, and whose word their details are."),
    _held("review_members", "What of it the bot did not understand, as trainers see it."),
    _held("review_moves", "From where trainers moved that."),
    _held("people", "Who they are."),
    _held("customers", "How their conversation stands; the folded name by which they are searched."),
    Held("erased", "The keyed hash alone, by which a late event of an erased history is known. It is what must stay."),
)

# Tables that hold nothing of any one customer; a test wants every table either here or above.
OF_NOBODY = (
    "store_facts", "schema_steps", "daily_counts", "quarter_counts", "review_groups", "review_decisions", "review_examples",
    "review_intents", "review_exports", "canned_replies", "markers", "alerts", "activity_links", "activity_head",
)  # fmt: skip


@dataclass(frozen=True)
class Going:
    """What an erasure would take away, for the question before it. Days are days of the dashboard's zone."""

    name: str
    customer_id: str
    channel: str
    messages: int
    first_day: date | None
    last_day: date | None
    acts: int


@dataclass(frozen=True)
class Receipt:
    """That somebody was erased, without who: it may be kept and shown for ever. ``record`` says where it stands in the
    chain of records, ``seal`` that this store gave it (receipt_checks.py).
    """

    reference: str
    erased_at: datetime
    erased_by: str
    channel: str
    rows: dict[str, int]
    record: str
    seal: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"erased_at": self.erased_at.isoformat() + "Z"}


def receipt_of(store: Store, reference: str) -> Receipt:
    """The receipt of an erasure, made anew from its record: always the same one. Raises NotFound."""
    row = store.ask_one("erasure/receipt", reference=str(reference))
    details = json.loads(row.details) if row else {}
    if row is None or details.get("reference") != reference:
        raise NotFound("There is no erasure with this reference here.")
    return _receipt(store, row, details)


def _receipt(store: Store, row: Row, details: dict[str, Any]) -> Receipt:
    record = str(chain.End(row.number, row.hash))
    bare = Receipt(details["reference"], row.done_at, row.actor, row.channel, details["rows"], record, "")
    document = {name: value for name, value in bare.as_json().items() if name != SEAL}
    return replace(bare, seal=sealed(store.secret, document)[SEAL])


def what_goes(store: Store, key: str, *, by: Actor) -> Going:
    """What ``erase`` would take away. Raises NotFound, and NotAllowed for what does not name one customer."""
    require(by, Right.ERASE)
    row = store.ask_one("erasure/what_goes", customer_key=known_key(key))
    if row is None:
        raise NotFound(NOBODY)
    row = shown(store, [row], by, known_key(key))[0]
    zone = store.settings.timezone
    return Going(
        " ".join(part for part in (row.first_name, row.last_name) if part) or "Anonymous",
        row.customer_id,
        row.channel,
        row.messages,
        local_day(row.first_at, zone) if row.first_at else None,
        local_day(row.last_at, zone) if row.last_at else None,
        row.acts,
    )


def erase(store: Store, key: str, *, by: Actor, now: datetime) -> Receipt:
    """Take away everything about a customer, in one transaction. Raises NotFound, NotAllowed like ``what_goes``.

    Events up to now (or up to the customer's latest, where a source's clock is ahead) never come back; who writes later
    is a new customer. The bytes are gone from the store's files when ``rewriting.rewrite`` has returned.
    """
    require(by, Right.ERASE)

    def work(transaction: Transaction) -> tuple[list[str], list[Erased]]:
        return _erase(transaction, [in_hand(transaction, key)], by, now, None)

    (reference,), erased = store.change(work)
    note(store, erased)
    return receipt_of(store, reference)


def erase_together(
    store: Store,
    keys: Sequence[str],
    *,
    by: Actor,
    now: datetime,
    reason: str,
    which: Callable[[Transaction, Sequence[str]], Collection[str]],
) -> int:
    """Several customers in one transaction, each with a receipt of their own; gives how many. ``which`` is asked which of
    them it still shall be, when they are in hand and nobody else can write about them.
    """
    require(by, Right.ERASE)

    def work(transaction: Transaction) -> list[Erased]:
        there = load(transaction, sorted(keys))
        chosen = [there[key] for key in which(transaction, list(there)) if key in there] if there else []
        return _erase(transaction, chosen, by, now, reason)[1] if chosen else []

    erased = store.change(work)
    note(store, erased)
    return len(erased)


def _erase(
    transaction: Transaction, customers: Sequence[Conversation], by: Actor, now: datetime, reason: str | None
) -> tuple[list[str], list[Erased]]:
    """Erase those who are in hand; gives the references of their receipts, and what is noted of them."""
    keys = [customer.customer_key for customer in customers]
    references = [str(uuid.uuid4()) for _ in keys]
    latest = {row.customer_key: row.at for row in transaction.ask("erasure/latest_event", customer_keys=keys)}
    taken = take_away(transaction, keys)
    until = [max(now, latest.get(key) or now) for key in keys]
    transaction.tell("keep_erased", {"customer_key": keys, "erased_at": [now] * len(keys), "erased_until": until})
    transaction.tell("say_store_fact", name=REWRITING_DUE, value=references[-1])
    for customer, reference in zip(customers, references, strict=True):
        mine = {table: rows.get(customer.customer_key, []) for table, rows in taken.items()}
        details = {
            "reference": reference,
            "rows": {table: len(rows) for table, rows in mine.items()},
            # Which records are missing from now on, and rightly: by ids that name nobody.
            "records": [row.act_id for row in mine["activity"]],
        }
        done = act(Act.ERASE, actor=by, now=now, channel=customer.channel, reason=reason, details=details)
        record(transaction, done)
    return references, [Erased(key, now, last) for key, last in zip(keys, until, strict=True)]


def take_away(transaction: Transaction, keys: Sequence[str]) -> dict[str, dict[str, list[Row]]]:
    """All rows of customers who are in hand, and what they counted; gives what each table gave, by customer."""
    keys = list(keys)
    transaction.tell("uncount_customer", customer_keys=keys)
    transaction.tell("uncount_customer_hours", customer_keys=keys)
    grouped = membership.groups_of(transaction, keys)
    taken: dict[str, dict[str, list[Row]]] = {}
    for held in HELD:
        if held.erased_by and held.one_by_one:
            taken[held.table] = {key: list(transaction.tell(held.erased_by, customer_key=key)) for key in keys}
        elif held.erased_by:
            gone = taken[held.table] = defaultdict(list)
            for row in transaction.tell(held.erased_by, customer_keys=keys):
                gone[row.customer_key].append(row)
    membership.settle(transaction, grouped)
    return taken
