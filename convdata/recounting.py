"""Whether the kept counts are what counting every message anew gives, and how they are kept small.

Counts by day, channel and language are differences that are summed when asked: one row for each batch of events. What has
gathered is put together in the background, a few days at a time, on both stores while others write.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from convdata.counts import Differences
from convdata.database import Store, Transaction

AT_ONCE = 5_000  # customers that are counted together
SPARE = 200  # rows that a day may have beyond those it needs
DAYS = 31  # days put together in one transaction
NIL = "00000000-0000-0000-0000-000000000000"
Daily = dict[tuple[date, str, str], list[int]]


@dataclass(frozen=True)
class Compared:
    """What a comparison found: how much was looked at, and in how many places what is kept differs from a recount."""

    customers: int
    messages: int
    wrong_customer_days: int
    wrong_daily_counts: int
    days_of_nobody: int
    first_wrong_day: str | None

    @property
    def right(self) -> bool:
        return not (self.wrong_customer_days or self.wrong_daily_counts or self.days_of_nobody)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"right": self.right}


def compare(store: Store) -> Compared:
    """Count every message anew, as of one moment, and compare. Nothing is changed, and on Postgres nobody waits."""

    def work(transaction: Transaction) -> Compared:
        transaction.tell("see_one_moment")
        daily: Daily = defaultdict(lambda: [0, 0, 0])
        wrong: list[date] = []
        customers = messages = 0
        after = NIL
        while keys := [row.customer_key for row in transaction.ask("counts/next_customers", after=after, many=AT_ONCE)]:
            after = keys[-1]
            counted = _counted(transaction, store, keys)
            for group, counts in counted.daily():
                daily[group] = [a + b for a, b in zip(daily[group], counts, strict=True)]
            recounted = counted.by_customer()
            wrong += _wrong_days(recounted, _kept(transaction, keys))
            customers += len(keys)
            messages += sum(counts[0] for counts in recounted.values())
        kept = {
            (r.day, r.channel, r.language): [r.eligible, r.not_understood, r.buttons]
            for r in transaction.ask("counts/of_days")
        }
        differ = [
            group[0]
            for group in daily.keys() | kept.keys()
            if daily.get(group, [0, 0, 0]) != kept.get(group, [0, 0, 0])
        ]
        nobodys = transaction.ask("counts/of_nobody")[0].days
        first = min([*wrong, *differ], default=None)
        return Compared(customers, messages, len(wrong), len(differ), nobodys, first.isoformat() if first else None)

    return store.change(work)


def compact(store: Store, now: datetime | None = None, *, spare: int = SPARE) -> int:
    """Put the differences of days that have gathered many together; gives how many rows are fewer.

    Safe beside writers: what they add meanwhile is not taken, as each row is either given by its own deletion or stays.
    """
    fewer = 0
    while days := [row.day for row in store.ask("counts/scattered", spare=spare, many=DAYS)]:
        saved = store.change(lambda transaction, days=days: _put_together(transaction, days))  # type: ignore[misc]
        fewer += saved
        if saved <= 0:
            break
    return fewer


def _put_together(transaction: Transaction, days: list[date]) -> int:
    taken = transaction.tell("take_daily_counts", {"day": days})
    sums: Daily = defaultdict(lambda: [0, 0, 0])
    for row in taken:
        counts = sums[row.day, row.channel, row.language]
        counts[:] = counts[0] + row.eligible, counts[1] + row.not_understood, counts[2] + row.buttons
    left = [(group, counts) for group, counts in sums.items() if any(counts)]
    if left:
        transaction.tell(
            "add_daily_counts",
            {
                "day": [group[0] for group, _ in left],
                "channel": [group[1] for group, _ in left],
                "language": [group[2] for group, _ in left],
                "eligible": [counts[0] for _, counts in left],
                "not_understood": [counts[1] for _, counts in left],
                "buttons": [counts[2] for _, counts in left],
            },
        )
    return len(taken) - len(left)


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
