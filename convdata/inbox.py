"""What a channel's webhook brought: kept first, then worked on, so that nothing is lost between the two.

Worked on is taken out in the transaction that stores what it said. What cannot be read is put aside with a reason and
counted; it may hold what a customer wrote, so it goes with the customer's erasure, and after a week in any case.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from convdata import messenger, outbox, receipts
from convdata.database import Overtaken, Store, Transaction
from convdata.errors import EventRejected, NotFound, StoreAway
from convdata.events import Event, mended
from convdata.intake import Counts, take_within
from convdata.keys import customer_key
from convdata.messenger import CHANNEL, Odd, Reading
from convdata.messenger_webhook import Item
from convdata.metrics import TALLY
from convdata.standing import in_hand

log = logging.getLogger(__name__)

# Whose it is where nobody can say.
NOBODYS = str(uuid.UUID(int=0))
PUT_ASIDE_FOR = timedelta(days=7)
LEFT_BEHIND = timedelta(seconds=30)  # after that long whoever brought it is no longer working on it


@dataclass(frozen=True)
class Kept:
    """One item in the inbox."""

    customer_key: str
    inbox_id: str
    received_at: datetime
    body: str


def keep(store: Store, items: Sequence[Item], now: datetime) -> Sequence[Kept]:
    """Durable when this returns. Raises StoreAway."""
    kept = [
        Kept(
            NOBODYS if item.customer_id is None else customer_key(store.secret, CHANNEL, mended(item.customer_id)),
            str(uuid.uuid4()),
            now,
            mended(item.body),
        )
        for item in items
    ]
    rows = {name: [getattr(one, name) for one in kept] for name in ("customer_key", "inbox_id", "received_at", "body")}
    store.change(lambda transaction: transaction.tell("add_inbox", rows | {"source": [CHANNEL] * len(kept)}))
    return kept


def work_on(store: Store, kept: Sequence[Kept], now: datetime) -> Counts:
    """Store what the items say. One that cannot be stored does not keep the others from it. Raises StoreAway."""
    readings, odd = [], []
    for one in kept:
        try:
            readings.append((one, _read(store, one)))
        except (Odd, EventRejected) as why:
            odd.append((one, str(why)))
        except Exception as wrong:  # a mistake of ours, or a shape that nobody thought of: it must not be lost
            odd.append((one, f"could not be read ({type(wrong).__name__})"))
    counts = _store(store, readings, odd, now)
    TALLY.received(CHANNEL, counts.read)
    TALLY.became(CHANNEL, counts)
    TALLY.heard({CHANNEL}, now)
    return counts


def work_on_waiting(store: Store, now: datetime) -> int:
    """What was kept and never worked on (a program was killed, the store went away); gives how many items it was."""
    done = 0
    while rows := store.ask("inbox/waiting", before=now - LEFT_BEHIND):
        work_on(store, [Kept(row.customer_key, row.inbox_id, row.received_at, row.body) for row in rows], now)
        done += len(rows)
    return done


def forget_old(store: Store, now: datetime) -> None:
    """What could not be read, a week later."""
    before = now - PUT_ASIDE_FOR
    if store.ask_one("inbox/any_old", before=before) is not None:
        store.change(lambda transaction: transaction.tell("forget_old_inbox", before=before))


def _read(store: Store, one: Kept) -> Reading:
    page = store.settings.messenger
    if page is None:
        raise Odd("came when Messenger was not set up")
    return messenger.read(one.body, page, one.received_at)


Read = tuple[Kept, Reading]
Put = tuple[Kept, str]


def _store(store: Store, readings: Sequence[Read], odd: Sequence[Put], now: datetime) -> Counts:
    try:
        return store.change(lambda transaction: _tell(store, transaction, readings, odd, now))
    except (StoreAway, Overtaken):
        raise
    except Exception as why:
        if isinstance(why, DBAPIError) and "onflict" in str(why.orig):
            raise StoreAway("The store is too busy; it is worked on in a minute.") from None
        if not readings:
            raise
        log.error("%d items of a webhook could not be stored together: %s", len(readings), type(why).__name__)
        if len(readings) == 1:
            return _store(store, [], [*odd, (readings[0][0], f"cannot be stored ({type(why).__name__})")], now)
        counts = _store(store, [], odd, now)
        for one in readings:
            counts += _store(store, [one], [], now)
        return counts


def _tell(
    store: Store, transaction: Transaction, readings: Sequence[Read], odd: Sequence[Put], now: datetime
) -> Counts:
    events: list[Event] = []
    said: dict[str, list[receipts.Receipt]] = {}
    for one, reading in readings:
        ours = reading.receipts
        if reading.events and ours:
            ours = tuple(r for r in ours if r.reply_id and outbox.reply_of(transaction, one.customer_key, r.reply_id))
        if not ours:
            events += reading.events
        else:
            said.setdefault(one.customer_key, []).extend(ours)
    counts = take_within(store, transaction, events, now)
    for key in sorted(said):
        try:
            in_hand(transaction, key)
        except NotFound:
            continue  # nothing was ever sent to a customer whom nobody knows
        receipts.apply(transaction, key, said[key], now)
    transaction.tell("remove_inbox", _names([one for one, _ in readings]))
    put = transaction.tell("quarantine_inbox", _names([one for one, _ in odd]) | {"reason": [why for _, why in odd]})
    return counts + Counts(read=len(events) + len(put), rejected=len(put))


def _names(kept: Sequence[Kept]) -> dict[str, list[str]]:
    return {"customer_key": [one.customer_key for one in kept], "inbox_id": [one.inbox_id for one in kept]}
