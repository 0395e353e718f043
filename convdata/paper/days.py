"""The days under a drawing over time: which are named, which are marked, and which are not over."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

import htpy as h

from convdata.captions import span
from convdata.marks import Mark
from convdata.paper.canvas import line, text
from convdata.timeline import is_whole

APART, CLOSE = 54, 13  # pixels from one named day to the next, and between two numbers of marked days
Marked = Sequence[tuple[date, Sequence[str]]]


def by_day(markers: Sequence[Mapping[str, str]]) -> Marked:
    """The marked days in the order of their numbers, each with all its texts."""
    texts: dict[date, list[str]] = {}
    for marker in markers:
        texts.setdefault(date.fromisoformat(marker["day"]), []).append(marker["text"])
    return list(texts.items())


def not_whole(marks: Sequence[Mark], step: str, today: date) -> Sequence[str]:
    """The days, weeks or months drawn hollow and hatched, in words."""
    return [
        f"{span(mark.first_day, mark.last_day)} {'is not over yet' if mark.last_day >= today else 'is cut off by the period'}"
        for mark in marks
        if not is_whole(mark, step, today)
    ]


def dates(days: Sequence[date], xs: Sequence[float], step: str, bottom: float) -> list[h.Element]:
    """The names of so many days as there is room for; the year where it begins."""
    each = xs[1] - xs[0] if len(xs) > 1 else APART
    drawn, year = [], 0
    for place in range(0, len(days), ceil(APART / each)):
        day, x = days[place], xs[place]
        drawn.append(
            text(x, bottom + 15, f"{day:%b}" if step == "month" else f"{day.day} {day:%b}", at="middle", kind="quiet")
        )
        if day.year != year:
            drawn.append(text(x, bottom + 29, str(day.year), at="middle", kind="quiet"))
        year = day.year
    return drawn


def marked_days(
    marked: Marked, spans: Sequence[tuple[date, date]], xs: Sequence[float], top: float, bottom: float
) -> list[h.Element]:  # fmt: skip
    """A dotted line on each marked day, with its number where the one before leaves room for it."""
    drawn, latest = [], -CLOSE * 1.0
    for number, (day, _) in enumerate(marked, start=1):
        x = next((x for x, (first, last) in zip(xs, spans, strict=True) if first <= day <= last), None)
        if x is None:
            continue
        drawn.append(line(x, top + 3, x, bottom, "dotted"))
        if x - latest >= CLOSE:
            drawn.append(text(x, top, str(number), at="middle", kind="bold"))
            latest = x
    return drawn
