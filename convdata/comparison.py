"""Two channels, languages or periods side by side: every number of each, the difference, and whether chance explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from convdata.filters import Choices
from convdata.headlines import HEADLINES, MEDIAN_FEW, Headline, headline, in_brief, share_in_brief
from convdata.intervals import FEW, changed
from convdata.marks import Mark, marks
from convdata.spans import in_words
from convdata.stats import CONVERSATIONS, MEASURES, MESSAGES, Asks, Measure, table

Share = tuple[int, int]


@dataclass(frozen=True)
class Side:
    """One number on one side: in words, what it rests on, and its counts where it is a share."""

    value: str
    rests_on: str
    share: Share | None = None


@dataclass(frozen=True)
class Compared:
    """One number of both sides. ``difference`` is the second against the first; ``real`` where chance does not explain it, None
    where that was not tested: of counts and medians, and of too few.
    """

    key: str
    title: str
    definition: str
    first: Side
    second: Side
    difference: str
    real: bool | None

    @property
    def in_words(self) -> str:
        """Whether the difference is beyond chance, for a table."""
        return "" if self.real is None else "yes" if self.real else "no"


def compare(asks: Asks, first: Choices, second: Choices, now: datetime) -> list[Compared]:
    """All numbers of Trends for the one and the other, by the questions that the cards ask."""
    rows = [table(asks, side)[0] for side in (first, second)]
    found = [
        _counts(
            "eligible", "Eligible messages", "A user message, typed or spoken, on which the bot gave a verdict.",
            rows[0]["eligible"], rows[1]["eligible"], "", "",
        )
    ]  # fmt: skip
    for measure in (MESSAGES, CONVERSATIONS):
        sides = [side_of((row[measure.part], row[measure.whole]), measure.unit) for row in rows]
        found.append(compared_shares(measure.key, measure.title, measure.definition, sides))
    return found + [_headline(asks, one, first, second, now) for one in HEADLINES if not one.now]


def opens(asks: Asks, key: str, side: Choices) -> Mark | None:
    """The mark whose conversations a share of one side opens; only the two Not Understood rates have any."""
    measure: Measure | None = MEASURES.get(key)
    found = marks(asks, side, measure) if measure else []
    return found[0] if found and found[0].opens else None


def as_rows(found: Sequence[Compared], names: tuple[str, str]) -> list[dict[str, Any]]:
    """A row for each number, as it is shown."""
    return [
        {
            "number": one.title,
            names[0]: one.first.value,
            f"{names[0]} rests on": one.first.rests_on,
            names[1]: one.second.value,
            f"{names[1]} rests on": one.second.rests_on,
            "difference": one.difference or None,
            "beyond chance": one.in_words or None,
        }
        for one in found
    ]


def period(text: str) -> tuple[date, date] | None:
    """ "2026-07-01..2026-07-31" as days; None for what is none."""
    first, _, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return (min(days), max(days)) if all(1970 <= day.year <= 9000 for day in days) else None


def _headline(asks: Asks, one: Headline, first: Choices, second: Choices, now: datetime) -> Compared:
    rows = [headline(asks, side, one, now) for side in (first, second)]
    said = [in_brief(one, row) for row in rows]
    if one.kind == "share":
        sides = [side_of((row[one.part], row[one.whole]), one.unit) for row in rows]
        return compared_shares(one.key, one.title, one.definition, sides)
    if one.kind == "count":
        a, b = rows[0][one.part], rows[1][one.part]
        return _counts(one.key, one.title, one.definition, a, b, said[0][1], said[1][1])
    difference = ""
    if min(rows[0][one.part], rows[1][one.part]) >= MEDIAN_FEW:
        seconds = rows[1]["median_seconds"] - rows[0]["median_seconds"]
        difference = f"{in_words(timedelta(seconds=abs(seconds)))} {'longer' if seconds > 0 else 'shorter'}"
    return Compared(one.key, one.title, one.definition, Side(*said[0]), Side(*said[1]), difference, None)


def side_of(share: Share, unit: str) -> Side:
    """A share as one side of a comparison."""
    return Side(*share_in_brief(*share, unit), share)


def compared_shares(key: str, title: str, definition: str, sides: Sequence[Side]) -> Compared:
    """Two shares, the difference in points, and whether it is beyond chance."""
    a, b = (side.share or (0, 0) for side in sides)
    difference, real = "", None
    if min(a[1], b[1]) >= FEW:
        difference = (
            f"{(b[0] / b[1] - a[0] / a[1]) * 100:+.1f} points".replace("-", "−")
            .replace("+0.0", "±0")
            .replace("−0.0", "±0")
        )
        real = changed(a, b)
    return Compared(key, title, definition, sides[0], sides[1], difference, real)


def _counts(key: str, title: str, definition: str, a: int, b: int, a_of: str, b_of: str) -> Compared:
    """How many there are depends on how long and how big a side is: what is beyond chance is not said of it."""
    difference = f"{(b - a) / a:+,.0%}".replace("-", "−").replace("%", " %").replace("+0 %", "±0 %") if a >= FEW else ""
    return Compared(key, title, definition, Side(f"{a:,}", a_of), Side(f"{b:,}", b_of), difference, None)
