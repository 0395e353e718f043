"""Whether the kept counts are what counting every message anew gives, and how they are kept small.

Counts by day, and by quarter of an hour, are differences that are summed when asked: one row for each batch of events. What
has gathered is put together in the background, a few days at a time, on both stores while others write.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from convdata.clocks import EPOCH, QUARTER
from convdata.counts import Differences
from convdata.database import Row, Store, Transaction

AT_ONCE = 5_000  # customers that are counted together
SPARE = 200  # rows that a day may have beyond those it needs
DAYS = 31  # days put together in one transaction
NIL = "00000000-0000-0000-0000-000000000000"
Counts = dict[tuple[Any, ...], list[int]]


@dataclass(frozen=True)
class Kept:
    """Counts of messages that are kept as differences: the columns they are counted by, those that are summed; what gives
    the days that have gathered many rows, what takes these away, what adds to them, what gives all sums.
    """

    by: tuple[str, ...]
    summed: tuple[str, ...]
    scattered: str
    take: str
    add: str
    all: str


DAILY = Kept(
    ("day", "channel", "language"), ("eligible", "not_understood", "buttons"),
    "counts/scattered", "take_daily_counts", "add_daily_counts", "counts/of_days",
)  # fmt: skip
QUARTERS = Kept(
    ("quarter", "channel", "language"), ("eligible", "not_understood"),
    "counts/scattered_quarters", "take_quarter_counts", "add_quarter_counts", "counts/of_quarters",
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """What a comparison found: how much was looked at, and in how many places what is kept differs from a recount."""

    customers: int
    messages: int
    wrong_customer_days: int
    wrong_daily_counts: int
    wrong_hours: int
    days_of_nobody: int
    first_wrong_day: str | None

    @property
    def right(self) -> bool:
        return not (self.wrong_customer_days or self.wrong_daily_counts or self.wrong_hours or self.days_of_nobody)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"right": self.right}


def compare(store: Store) -> Compared:
    """Count every message anew, as of one moment, and compare. Nothing is changed, and on Postgres nobody waits."""

    def work(transaction: Transaction) -> Compared:
        transaction.tell("see_one_moment")
        daily: Counts = {}
        quarters: Counts = {}
        wrong: list[date] = []
        customers = messages = 0
        after = NIL
        while keys := [row.customer_key for row in transaction.ask("counts/next_customers", after=after, many=AT_ONCE)]:
            after = keys[-1]
            counted = _counted(transaction, store, keys)
            _add(daily, counted.daily())
            _add(quarters, counted.by_quarter().items())
            recounted = counted.by_customer()
            wrong += _wrong_days(recounted, _kept(transaction, keys))
            customers += len(keys)
            messages += sum(counts[0] for counts in recounted.values())
        days = _differing(transaction, DAILY, daily)
        hours = _differing(transaction, QUARTERS, quarters)
        nobodys = transaction.ask("counts/of_nobody")[0].days
        first = min([*wrong, *days, *(_utc_day(quarter) for quarter in hours)], default=None)
        return Compared(
            customers, messages, len(wrong), len(days), len(hours), nobodys, first.isoformat() if first else None
        )

    return store.change(work)


def compact(store: Store, now: datetime | None = None, *, spare: int = SPARE) -> int:
    """Put the differences of days that have gathered many together; gives how many rows are fewer.

    Safe beside writers: what they add meanwhile is not taken, as each row is either given by its own deletion or stays.
    """
    return sum(_compact(store, kept, spare) for kept in (DAILY, QUARTERS))


def _compact(store: Store, kept: Kept, spare: int) -> int:
    fewer = 0
    while days := [row.day for row in store.ask(kept.scattered, spare=spare, many=DAYS)]:
        saved = store.change(lambda transaction, days=days: _put_together(transaction, kept, days))  # type: ignore[misc]
        fewer += saved
        if saved <= 0:
            break
    return fewer


def _put_together(transaction: Transaction, kept: Kept, days: list[Any]) -> int:
    taken = transaction.tell(kept.take, {"day": days})
    sums: Counts = {}
    _add(sums, (_counts(row, kept) for row in taken))
    left = [(*group, *counts) for group, counts in sums.items() if any(counts)]
    if left:
        transaction.tell(kept.add, dict(zip(kept.by + kept.summed, map(list, zip(*left, strict=True)), strict=True)))
    return len(taken) - len(left)


def _counts(row: Row, kept: Kept) -> tuple[tuple[Any, ...], list[int]]:
    return tuple(getattr(row, name) for name in kept.by), [getattr(row, name) for name in kept.summed]


def _add(sums: Counts, counted: Iterable[tuple[tuple[Any, ...], list[int]]]) -> None:
    for group, counts in counted:
        there = sums.get(group)
        sums[group] = [a + b for a, b in zip(there, counts, strict=True)] if there else list(counts)


def _differing(transaction: Transaction, kept: Kept, recounted: Counts) -> list[Any]:
    """The day, or the quarter of an hour, of each count that is not kept as it is recounted."""
    there = dict(_counts(row, kept) for row in transaction.ask(kept.all))
    nothing = [0] * len(kept.summed)
    return [
        group[0]
        for group in recounted.keys() | there.keys()
        if recounted.get(group, nothing) != there.get(group, nothing)
    ]


def _utc_day(quarter: int) -> date:
    return (EPOCH + quarter * QUARTER).date()


def _counted(transaction: Transaction, store: Store, keys: list[str]) -> Differences:
    counted = Differences(store.settings.timezone)
    for row in transaction.ask("counts/all_messages", rows={"customer_key": keys}):
        counted.message(
            row.customer_key, row.channel, row.sent_at, row.language,
            eligible=row.eligible, failed=row.failed, button=row.button,
        )  # fmt: skip
    return counted


def _kept(transaction: Transaction, keys: list[str]) -> dict[tuple[str, date, str], list[int]]:
    rows = transaction.ask("counts/of_customers", rows={"customer_key": keys})
    return {
        (row.customer_key, row.day, row.language): [row.messages, row.eligible, row.not_understood, row.buttons]
        for row in rows
    }


def _wrong_days(
    recounted: dict[tuple[str, date, str], list[int]], kept: dict[tuple[str, date, str], list[int]]
) -> Iterable[date]:
    """The day of each customer's day that differs. Which of a day's rows counts a message that names no language is left
    open, so messages are compared by day, the others by language too.
    """
    wrong = {
        (key, day)
        for key, day, language in recounted.keys() | kept.keys()
        if recounted.get((key, day, language), [0] * 4)[1:] != kept.get((key, day, language), [0] * 4)[1:]
    }
    sums: dict[tuple[str, date], int] = defaultdict(int)
    for sign, counts in ((1, recounted), (-1, kept)):
        for (key, day, _), (messages, *_rest) in counts.items():
            sums[key, day] += sign * messages
    wrong |= {place for place, difference in sums.items() if difference}
    return [day for _, day in wrong]
