"""The bot silent for one customer: mute, unmute, and the sweep that closes what is past its end (product rules 7-9).

Whether the bot is muted is never looked up in a flag: it is ``now < muted_until``, whoever asks. The sweep only tidies up
and writes the record.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from convdata.activity import MISHEARD, act, record
from convdata.conversation import Conversation
from convdata.database import Row, Store, Transaction
from convdata.errors import NotAllowed
from convdata.events import mended
from convdata.keys import customer_key
from convdata.masking import shown
from convdata.metrics import TALLY
from convdata.rights import Actor, Right, require
from convdata.standing import in_hand, put_back
from convdata.vocabulary import Act


class Closed(NamedTuple):
    """A mute that the sweep has closed."""

    customer_key: str
    channel: str
    muted_at: datetime
    muted_until: datetime


class MutedNow(NamedTuple):
    """How many customers the bot is silent for, and the first of them, idle ones first."""

    total: int
    customers: Sequence[Row]


def mute(
    store: Store, key: str, *, by: Actor, now: datetime, hours: float | None = None, reason: str | None = None
) -> datetime:
    """Mute the bot and give when it will answer again. While muted it is a new mute, counted from now.

    Without ``hours`` it is the longest the settings allow. Raises NotAllowed for more than that or nothing, NotFound.
    """
    require(by, Right.MUTE)
    longest = store.settings.mute_hours
    hours = longest if hours is None else hours
    if not 0 < hours <= longest:
        raise NotAllowed(f"A mute lasts more than 0 and at most {longest:g} hours; choose a time in between.")
    until = now + timedelta(hours=hours)

    def work(transaction: Transaction) -> None:
        begin_mute(store, transaction, in_hand(transaction, key), until, by=by, now=now, reason=reason)

    store.change(work)
    return until


def begin_mute(
    store: Store,
    transaction: Transaction,
    conversation: Conversation,
    until: datetime,
    *,
    by: Actor,
    now: datetime,
    reason: str | None,
) -> None:
    """``mute`` as a part of somebody's transaction that does more, such as answering."""
    conversation.mute(until, reason, now, by)
    put_back(store, transaction, conversation)
    record(
        transaction,
        act(
            Act.MUTE,
            actor=by,
            now=now,
            customer_key=conversation.customer_key,
            channel=conversation.channel,
            reason=reason,
            details={"until": until.isoformat() + "Z"},
        ),
    )


def unmute(store: Store, key: str, *, by: Actor, now: datetime, reason: str | None = None) -> bool:
    """Let the bot answer again. False: it was not muted, nothing was done and nothing recorded. Raises NotFound."""
    require(by, Right.UNMUTE)

    def work(transaction: Transaction) -> bool:
        conversation = in_hand(transaction, key)
        if conversation.muted_until is None or conversation.muted_until <= now:
            return False
        conversation.unmute(now)
        put_back(store, transaction, conversation)
        record(
            transaction,
            act(
                Act.UNMUTE,
                actor=by,
                now=now,
                customer_key=conversation.customer_key,
                channel=conversation.channel,
                reason=reason,
            ),
        )
        return True

    return store.change(work)


def sweep(store: Store, now: datetime) -> int:
    """Close every mute that is past its end, and give how many these were."""
    closed = len(close_due(store, now))
    TALLY.swept(closed)
    return closed


def close_due(store: Store, now: datetime) -> Sequence[Closed]:
    """Close every mute that is past its end, with one record each, however many sweeps run at the same moment."""
    if store.ask_one("mutes/any_due", now=now) is None:
        return ()
    return store.change(lambda transaction: _close_due(transaction, now))


def muted_until(store: Store, channel: str, customer_id: str, now: datetime) -> datetime | None:
    """Until when the bot is silent for this customer, None where it may speak, as for one who is not known."""
    key = customer_key(store.secret, mended(channel), mended(customer_id))
    row = store.ask_one("customers/muted_until", customer_key=key, now=now)
    return row.muted_until if row else None


def muted_now(store: Store, now: datetime, limit: int = 5, *, by: Actor) -> MutedNow:
    """For the reminder not to forget anybody: who is muted, those first who have not written for longest."""
    require(by, Right.READ_LIST)
    rows = store.ask("mutes/muted_now", now=now, limit=limit)
    return MutedNow(rows[0].muted if rows else 0, shown(store, rows, by))


def _close_due(transaction: Transaction, now: datetime) -> Sequence[Closed]:
    due = {row.mute_id: row for row in transaction.ask("mutes/due", now=now)}
    ids = {"customer_key": [row.customer_key for row in due.values()], "mute_id": list(due)}
    # Of sweeps that saw the same mutes, each mute is given back to one only: that one writes the record.
    closed = [due[row.mute_id] for row in transaction.tell("close_due_mutes", ids)]
    keys = {"customer_key": sorted({row.customer_key for row in closed})}
    unmuted = transaction.tell("unmute_customers", keys, now=now)
    transaction.tell("forget_mute_reasons", {"customer_key": [row.customer_key for row in unmuted]})
    record(
        transaction,
        *(
            act(
                Act.UNMUTE_AUTOMATIC,
                actor=MISHEARD,
                now=now,
                done_at=row.muted_until,
                customer_key=row.customer_key,
                channel=row.channel,
                details={"after_hours": _hours(row.muted_until - row.muted_at), "mute_id": row.mute_id},
            )
            for row in closed
        ),
    )
    return [Closed(row.customer_key, row.channel, row.muted_at, row.muted_until) for row in closed]


def _hours(length: timedelta) -> float | int:
    hours = round(length.total_seconds() / 3600, 2)
    return int(hours) if hours == int(hours) else hours
