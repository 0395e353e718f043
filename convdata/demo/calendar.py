"""The rhythm of the demo world: when customers write, and what happened at the company meanwhile."""

from bisect import bisect
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

# Days before the end of the world. Both brought a flood of messages.
STRIKE = 17
TIMETABLE_CHANGE = 38
# The company released its new app, and taught its bot a new answer.
NEW_APP = 12
MEALS_LEARNED = 21

BUSTLE = {STRIKE: 4.0, STRIKE - 1: 2.0, STRIKE - 2: 1.3, TIMETABLE_CHANGE: 2.8, TIMETABLE_CHANGE - 1: 1.5}
# Travellers ask at breakfast, at noon, and above all in the evening before the trains leave. Hours of UTC, Monday first.
HOURS = (2, 1, 1, 1, 2, 5, 9, 11, 10, 8, 8, 9, 9, 8, 8, 9, 11, 14, 17, 18, 14, 9, 6, 4)
WEEKDAYS = (1.0, 0.9, 0.9, 1.05, 1.35, 0.85, 1.15)


class Calendar:
    """The hours of the demo world, each as likely as it is busy."""

    def __init__(self, end: datetime, days: int) -> None:
        self.end = end
        self.start = end - timedelta(days=days)
        self.busy = list(accumulate(self._bustle(days)))

    def days_left(self, at: datetime) -> int:
        """How many whole days before the end."""
        return max(0, (self.end - at).days)

    def moments(self, rng: Random, count: int, after: float) -> list[datetime]:
        """When a customer comes, the first time not before that share of the world has passed."""
        floor = after * self.busy[-1]
        drawn = sorted(rng.uniform(floor, self.busy[-1]) for _ in range(count))
        return [self._moment(rng, total) for total in drawn]

    def _moment(self, rng: Random, total: float) -> datetime:
        hour = min(bisect(self.busy, total), len(self.busy) - 1)
        return self.start + timedelta(hours=hour, milliseconds=rng.randrange(3_600_000))

    def _bustle(self, days: int) -> Iterator[float]:
        for hour in range(days * 24):
            at = self.start + timedelta(hours=hour)
            growth = 0.7 + 0.6 * hour / (days * 24)
            yield growth * HOURS[at.hour] * WEEKDAYS[at.weekday()] * BUSTLE.get(self.days_left(at), 1.0)
