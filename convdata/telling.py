"""Bots that have to be told that they are to be silent, and that they may answer again.

What a bot was told stands beside what is true: whoever mutes, unmutes or sweeps needs to know nothing of bots, and a bot
that was away is told later. A bot that asks before it speaks needs none of this.
"""

import logging
from datetime import datetime, timedelta

from convdata.channel_adapters import adapted_channels, adapter_of
from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.outbox import recipient_of
from convdata.standing import in_hand

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 6


def tell_bots(store: Store, now: datetime, key: str | None = None) -> int:
    """Tell the bots of all customers, or of one, what they have not been told; gives how many were."""
    untold = store.ask("bots/untold", now=now, channels=list(adapted_channels()), customer_key=key)
    return sum(_tell(store, row, now) for row in untold)


def _tell(store: Store, row: Row, now: datetime) -> bool:
    adapter, recipient = adapter_of(row.channel), recipient_of(row)
    assert adapter is not None
    attempts = row.attempts + 1
    try:
        if row.muted_until is None:
            adapter.unmute(store, recipient, now)
        else:
            adapter.mute(store, recipient, row.muted_until, now)
    except Exception as wrong:  # whatever it is, the next customer's bot must be told
        log.warning("A bot on %s could not be told: %s", row.channel, type(wrong).__name__)
        if attempts < MOST_ATTEMPTS:
            _keep(store, row, now, told=False, attempts=attempts, due_at=now + timedelta(minutes=2**attempts))
            return False
    _keep(store, row, now, told=True, attempts=0, due_at=now)
    return True


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
