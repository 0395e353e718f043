"""Replies on their way out: what has become of each, written so that no reply is ever sent twice by itself.

    pending ──> sending ──> sent ──> delivered ──> read
       ^           ├──> failed, too_late
       └───────────┴──> unknown: it may have arrived

A reply is taken in hand by a conditional update, which only one of many can win. ``attempts`` counts how often that
was, and whoever took it names that number when saying what became of it. Only a person sends again what failed or is
unknown; what certainly did not arrive (a rate limit, no connection) goes back to *pending* by itself.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from convdata.channel_adapters import Outcome, Outgoing, Recipient
from convdata.conversation import NEVER
from convdata.database import Row, Store, Transaction
from convdata.vocabulary import Delivery

# A sender gives up after ten seconds; one that has been silent for so long was killed.
IN_HAND = timedelta(seconds=60)
IN_DOUBT = "Misheard was stopped while sending: it may have arrived. Ask the customer, or send it again."

_waiting: WeakKeyDictionary[Store, threading.Event] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True)
class Reply:
    """A reply and what has become of it: ``reason`` says why not, ``attempts`` is what ``replying.retry`` wants."""

    customer_key: str
    reply_id: str
    event_key: int
    agent: str
    text: str
    created_at: datetime
    state: Delivery
    state_at: datetime
    attempts: int
    said_at: datetime | None
    message_id: str | None
    reason: str | None
    code: str | None

    @property
    def may_be_retried(self) -> bool:
        return self.state in (Delivery.FAILED, Delivery.UNKNOWN, Delivery.TOO_LATE)


def replies_to(store: Store, key: str) -> dict[int, Reply]:
    """All replies to a customer, by the ``event_key`` of their message in the transcript."""
    return {row.event_key: _reply(row) for row in store.ask("outbox/of_customer", customer_key=key)}


def reply_of(store: Store | Transaction, key: str, reply_id: str) -> Reply | None:
    rows = store.ask("outbox/reply", customer_key=key, reply_id=reply_id)
    return _reply(rows[0]) if rows else None


def recipient_of(row: Row) -> Recipient:
    """The customer in a row that has their channel, id and last word."""
    never = row.last_user_at is None or row.last_user_at <= NEVER
    return Recipient(row.customer_key, row.channel, row.customer_id, None if never else row.last_user_at)


def due(store: Store, now: datetime, limit: int = 100) -> Sequence[Row]:
    """Replies to be sent now, in the order in which they were written."""
    return store.ask("outbox/due", now=now, limit=limit)


def claim(store: Store, row: Row, now: datetime) -> Outgoing | None:
    """Take a reply that is due in hand; None where another was quicker."""
    taken = store.change(
        lambda transaction: transaction.tell(
            "claim_outbox", customer_key=row.customer_key, reply_id=row.reply_id, attempts=row.attempts, now=now
        )
    )
    if not taken:
        return None
    return Outgoing(row.reply_id, recipient_of(row), row.text, row.agent, taken[0].attempts)


def settle(transaction: Transaction, outgoing: Outgoing, outcome: Outcome, due_at: datetime, now: datetime) -> bool:
    """Write down what became of an attempt. False: the channel itself has said more meanwhile, or they were erased."""
    return bool(
        transaction.tell(
            "settle_outbox",
            customer_key=outgoing.recipient.customer_key,
            reply_id=outgoing.reply_id,
            attempts=outgoing.attempt,
            state=outcome.state.value,
            message_id=outcome.message_id,
            reason=outcome.reason,
            code=outcome.code,
            due_at=due_at,
            now=now,
        )
    )


def doubt(store: Store, now: datetime) -> int:
    """Replies that a killed sender had in hand become *unknown*; gives how many these were."""
    before = now - IN_HAND
    if store.ask_one("outbox/in_doubt", before=before) is None:
        return 0
    return len(
        store.change(lambda transaction: transaction.tell("doubt_outbox", before=before, now=now, reason=IN_DOUBT))
    )


def waiting(store: Store) -> threading.Event:
    """Set when a reply has been put in: what a sender in this process waits for."""
    with _lock:
        return _waiting.setdefault(store, threading.Event())


def _reply(row: Row) -> Reply:
    fields = row._asdict()
    return Reply(**fields | {"state": Delivery(row.state)})
