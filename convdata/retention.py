"""Customers of whom nothing was heard for longer than they are to be kept are erased like any other, each with a receipt.

Off unless a setting says how long. Never one who needs help, for whom the bot is muted now, or whom somebody has answered,
muted or heard of since: last activity is whatever was the last. Once a day, in parts, so that live events come in between;
the bytes are taken from the files once for all of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from convdata.database import Row, Store, Transaction
from convdata.database.statements import Rows
from convdata.erasure import erase_together
from convdata.keeping import Keeping
from convdata.periods import local_day
from convdata.rights import Actor, Right, program, require

KEEPER = program("Misheard", Right.ERASE, Right.RETENTION)
AT_ONCE = 2_000  # in one minute's turn of the background
TOGETHER = 50  # in one transaction: writers wait for it
DONE_ON = "retention_done_on"


class Leaving(NamedTuple):
    """Of one channel: how long its customers are kept, how many would go now, since when the first of them is quiet."""

    channel: str
    days: int
    customers: int
    oldest: datetime | None


def preview(store: Store, now: datetime, *, by: Actor, keeping: Keeping | None = None) -> list[Leaving]:
    """Who would go now, by channel; ``keeping`` is another rule than the one of the settings, to see what it would do."""
    require(by, Right.RETENTION)
    keeping = store.settings.keeping if keeping is None else keeping
    quiet: dict[str, list[datetime]] = defaultdict(list)
    for row in _due(store, keeping, now):
        quiet[row.channel].append(row.quiet_since)
    return [
        Leaving(channel, days, len(quiet[channel]), min(quiet[channel], default=None))
        for channel in _channels(store)
        if (days := keeping.of(channel)) is not None
    ]


def let_go(store: Store, now: datetime, *, by: Actor = KEEPER, most: int | None = None) -> int:
    """Erase all who are due, or the first of them; gives how many. Whoever is heard of meanwhile stays."""
    require(by, Right.RETENTION)
    keeping = store.settings.keeping
    due: dict[str, list[str]] = defaultdict(list)
    for row in _due(store, keeping, now, most):
        due[row.channel].append(row.customer_key)
    return sum(
        _erase(store, channel, keys[n : n + TOGETHER], now)
        for channel, keys in due.items()
        for n in range(0, len(keys), TOGETHER)
    )


def once_a_day(store: Store, now: datetime) -> int:
    """For the background: some of those who are due, each minute until nobody is; then not again before tomorrow."""
    if not store.settings.keeping:
        return 0
    today = local_day(now, store.settings.timezone).isoformat()
    done = store.ask_one("store/fact", name=DONE_ON)
    if done is not None and done.value == today:
        return 0
    gone = let_go(store, now, most=AT_ONCE)
    if gone < AT_ONCE:
        store.change(lambda transaction: transaction.tell("say_store_fact", name=DONE_ON, value=today))
    return gone


def _erase(store: Store, channel: str, keys: Sequence[str], now: datetime) -> int:
    keeping = store.settings.keeping

    def still_due(transaction: Transaction, keys: Sequence[str]) -> set[str]:
        rows = transaction.ask("retention/due", rows=_before(keeping, [channel], now), limit=None, customer_keys=keys)
        return {row.customer_key for row in rows}

    why = f"kept for {keeping.of(channel)} days"
    return erase_together(store, keys, by=KEEPER, now=now, reason=why, which=still_due)


def _due(store: Store, keeping: Keeping, now: datetime, most: int | None = None) -> Sequence[Row]:
    before = _before(keeping, _channels(store), now)
    if not before["channel"]:
        return ()
    return store.ask("retention/due", rows=before, limit=most, customer_keys=None)


def _before(keeping: Keeping, channels: Sequence[str], now: datetime) -> Rows:
    kept = [(channel, days) for channel in channels if (days := keeping.of(channel)) is not None]
    return {"channel": [channel for channel, _ in kept], "before": [now - timedelta(days=days) for _, days in kept]}


def _channels(store: Store) -> list[str]:
    return sorted({row.channel for row in store.ask("customers/options")})
