"""Bots that have to be told that they are to be silent, and that they may answer again.

What a bot was told stands beside what is true: whoever mutes, unmutes or sweeps needs to know nothing of bots, and a bot
that was away is told later, and again after a restart. A bot that asks before it speaks needs none of this.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from convdata.channel_adapters import NotTold, adapted_channels, adapter_for, bots_to_tell
from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.outbox import recipient_of
from convdata.standing import in_hand

log = logging.getLogger(__name__)

_LOCKS = tuple(threading.Lock() for _ in range(64))
MOST_ATTEMPTS = 6
SOON, LATEST = timedelta(seconds=5), timedelta(minutes=10)  # between attempts to tell a bot that has to be told


def tell_bots(store: Store, now: datetime, key: str | None = None) -> int:
    """Tell the bots of all customers, or of one, what they have not been told; gives how many were."""
    channels = None if bots_to_tell(store.settings) else list(adapted_channels())
    told = 0
    for row in store.ask("bots/untold", now=now, channels=channels, customer_key=key):
        # Two who tell the same bot at once could be heard in another order than they write down.
        with _LOCKS[hash(row.customer_key) % len(_LOCKS)]:
            still = store.ask("bots/untold", now=now, channels=channels, customer_key=row.customer_key)
            told += sum(_tell(store, one, now) for one in still)
    return told


def goodbye(store: Store, key: str) -> Callable[[datetime], None]:
    """Asked for before a customer is erased, to be called after it: a bot that was told to be silent may answer again,
    and nobody could tell it later. One attempt; what has to be erased does not wait for a bot.
    """
    told = store.ask_one("bots/told", customer_key=key)
    row = store.ask_one("outbox/recipient", customer_key=key) if told and told.told_until else None
    recipient = recipient_of(row) if row else None
    adapter = adapter_for(store, recipient) if recipient else None

    def say(now: datetime) -> None:
        if adapter is None or recipient is None:
            return
        try:
            adapter.unmute(store, recipient, now)
        except Exception as wrong:
            log.warning("The bot of a customer who was erased could not be told: %s", type(wrong).__name__)

    return say


def _tell(store: Store, row: Row, now: datetime) -> bool:
    recipient = recipient_of(row)
    adapter = adapter_for(store, recipient)
    attempts = row.attempts + 1
    try:
        if adapter is None:
            pass  # a bot that nobody can tell anything
        elif row.muted_until is None:
            adapter.unmute(store, recipient, now)
        else:
            adapter.mute(store, recipient, row.muted_until, now)
    except NotTold as wrong:
        log.warning("A bot on %s could not be told and is told again: %s", row.channel, wrong)
        due_at = now + min(SOON * 2 ** min(attempts, 20), LATEST)
        _keep(store, row, now, told=False, attempts=attempts, due_at=due_at)
        return False
    except Exception as wrong:  # whatever it is, the next customer's bot must be told
        log.warning("A bot on %s could not be told: %s", row.channel, type(wrong).__name__)
        if attempts < MOST_ATTEMPTS:
            _keep(store, row, now, told=False, attempts=attempts, due_at=now + timedelta(minutes=2**attempts))
            return False
    _keep(store, row, now, told=True, attempts=0, due_at=now)
    return adapter is not None


def _keep(store: Store, row: Row, now: datetime, *, told: bool, attempts: int, due_at: datetime) -> None:
    def work(transaction: Transaction) -> None:
        try:
            in_hand(transaction, row.customer_key)  # whoever was erased meanwhile leaves nothing behind
        except NotFound:
            return
        until = row.muted_until
        if not told:
            before = transaction.ask("bots/told", customer_key=row.customer_key)
            until = before[0].told_until if before else None
        transaction.tell(
            "keep_bot_told", customer_key=row.customer_key, told_until=until, attempts=attempts, due_at=due_at
        )

    store.change(work)
