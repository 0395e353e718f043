"""The marks of a chart: what each stands for, its share, and the conversations that it opens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from convdata.filters import Choices
from convdata.intervals import FEW, wilson
from convdata.stats import MESSAGES, OF_MESSAGES, Asks, Measure, table
from convdata.vocabulary import UNDETERMINED

LONG = 183  # days without anything


@dataclass(frozen=True)
class Mark:
    """A bar, a cell or a point: what it stands for, its share with the interval, and how many conversations it opens."""

    channel: str | None
    language: str | None
    first_day: date
    last_day: date
    part: int
    whole: int
    opens: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.part, self.whole) or (0.0, 1.0)

    @property
    def few(self) -> bool:
        """Too few to say a share."""
        return self.whole < FEW


def marks(asks: Asks, choices: Choices, measure: Measure, by: Sequence[str] = (), step: str = "day") -> list[Mark]:
    """The rows of ``table`` as what a chart draws. ``choices`` name the period."""
    rows = table(asks, choices, by, step, only_failed=measure is MESSAGES)
    return [mark_of(row, measure, choices["from"], choices["to"], step) for row in rows]


def mark_of(row: Mapping[str, Any], measure: Measure, first: date, last: date, step: str) -> Mark:
    """A row of ``table`` as what a chart of that period draws."""
    starts = date.fromisoformat(row["day"]) if "day" in row else first
    ends = step_end(starts, step) if "day" in row else last
    return Mark(
        row.get("channel"),
        (row["language"] or UNDETERMINED) if "language" in row else None,
        max(starts, first),
        min(ends, last),
        row[measure.part],
        row[measure.whole],
        row["conversations_not_understood"],
    )


def long_before(days: Sequence[Mark], last: date) -> Sequence[Mark]:
    """The little that lies so long before all the rest that a chart of both, up to ``last``, would show neither: too few to
    say a share, and then nothing for half a year and for longer than all that follows.
    """
    before, place = 0, 0
    for number, (one, following) in enumerate(pairwise(days), start=1):
        before += one.whole
        if before >= FEW:
            break
        apart = following.first_day - one.last_day
        if apart > max(timedelta(days=LONG), last - following.first_day):
            place = number
    return days[:place]


def opened_by(mark: Mark, choices: Choices) -> Choices:
    """The Customers list of exactly the conversations that a mark counts as not understood."""
    picking = {name: value for name, value in choices.chosen.items() if name not in OF_MESSAGES}
    return Choices(picking, choices.timezone).but(
        channel=(mark.channel,) if mark.channel else choices["channel"],
        failed_language=(mark.language,) if mark.language else choices["language"],
        failed_from=mark.first_day,
        failed_to=mark.last_day,
    )


def step_for(first: date, last: date) -> str:
    """Days while they can be told apart on a screen, then weeks, then months."""
    days = (last - first).days + 1
    return "day" if days <= 100 else "week" if days <= 800 else "month"


def drawn_part(choices: Choices, earliest: date, latest: date) -> tuple[date, date, str]:
    """The part of the period that can have something in it, between the first and the last day that can be counted, and the
    step in which a chart over time walks through it.
    """
    first, last = max(choices["from"], earliest), min(choices["to"], latest)
    if first > last:
        return choices["from"], choices["to"], step_for(choices["from"], choices["to"])
    step = step_for(first, last)
    return max(choices["from"], step_start(earliest, step)), last, step


def step_start(day: date, step: str) -> date:
    """The first day of the day, ISO week or month that a day is in."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def step_end(day: date, step: str) -> date:
    """The last day of the day, week or month that starts on ``day``."""
    if step == "week":
        return day + timedelta(days=6)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if step == "month" else day


def steps(first: date, last: date, step: str) -> list[date]:
    """The first days of all days, weeks or months from ``first`` to ``last``, with or without anything in them."""
    starts, day = [], step_start(first, step)
    while day <= last:
        starts.append(day)
        day = step_end(day, step) + timedelta(days=1)
    return starts
