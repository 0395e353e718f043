"""The numbers of the cards over time, for the small lines in them. A line is only drawn where each of its points says something."""

from collections.abc import Mapping
from typing import NamedTuple

from convdata.filters import Choices
from convdata.headlines import by_step
from convdata.intervals import FEW
from convdata.marks import step_end, steps
from convdata.stats import MEASURES, MESSAGES, Asks, table

LEAST, MOST = 4, 120  # points of a line
LEAST_WHOLE = 3  # of whole weeks or months, each of which says more than a day
STEPS = ("day", "week", "month")
Shares = Mapping[str, tuple[int, int]]


def counts(asks: Asks, key: str, choices: Choices, step: str) -> list[float] | None:
    """How many per day, week or month: one without any is none, not a gap."""
    if key == "eligible":
        found: Mapping[str, int] = {
            row["day"]: row["eligible"] for row in table(asks, choices, ["day"], step, only_failed=True)
        }
    else:
        column = {"conversations": "active_conversations"}.get(key, key)
        found = {day: row[column] for day, row in by_step(asks, choices, step).items()}
    return _line([float(found.get(str(day), 0)) for day in steps(choices["from"], choices["to"], step)])


class Line(NamedTuple):
    """A share over time in percent, and whether a point of it is a day, a week or a month."""

    points: list[float]
    step: str


def shares(asks: Asks, key: str, choices: Choices, step: str) -> Line | None:
    """A share by the finest step, from ``step`` on, of which none is too few to say; None where there is none. A week or month
    that the period cuts off is left out: it is not what the others are; a day at the ends is where it alone is too few.
    """
    for coarser in STEPS[STEPS.index(step) :]:
        found = _shares(asks, key, choices, coarser)
        whole = [
            day
            for day in steps(choices["from"], choices["to"], coarser)
            if choices["from"] <= day and step_end(day, coarser) <= choices["to"]
        ]
        points = [found.get(str(day), (0, 0)) for day in whole]
        while points and points[0][1] < FEW:
            del points[0]
        while points and points[-1][1] < FEW:
            del points[-1]
        if all(whole >= FEW for _, whole in points):
            least = LEAST if coarser == "day" else LEAST_WHOLE
            line = _line([round(100 * part / whole, 1) for part, whole in points], least)
            return Line(line, coarser) if line else None
    return None


def _shares(asks: Asks, key: str, choices: Choices, step: str) -> Shares:
    if key in MEASURES:
        measure = MEASURES[key]
        rows = table(asks, choices, ["day"], step, only_failed=measure is MESSAGES)
        return {row["day"]: (row[measure.part], row[measure.whole]) for row in rows}
    found = {}
    for day, row in by_step(asks, choices, step).items():
        part, whole = row["escalated"], row["active_conversations"]
        found[day] = (part if key == "escalation" else whole - part, whole)
    return found


def _line(points: list[float], least: int = LEAST) -> list[float] | None:
    return points if least <= len(points) <= MOST else None
