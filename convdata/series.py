"""The numbers of the cards over time, for the small lines in them. A line is only drawn where each of its points says something."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from convdata.clocks import in_quarters
from convdata.filters import Choices
from convdata.headlines import by_day
from convdata.intervals import FEW
from convdata.marks import steps
from convdata.periods import day_end, day_start
from convdata.stats import MEASURES, MESSAGES, Asks, table

LEAST, MOST = 4, 120  # points of a line
STEPS = ("day", "week", "month")
Shares = Mapping[str, tuple[int, int]]


def counts(asks: Asks, key: str, choices: Choices, step: str) -> list[float] | None:
    """How many per day, week or month: one without any is none, not a gap."""
    if key == "eligible":
        found: Mapping[str, int] = {
            row["day"]: row["eligible"] for row in table(asks, choices, ["day"], step, only_failed=True)
        }
    elif key == "need_help":
        found = {day: row["need_help"] for day, row in _escalated(asks, choices, step).items()}
    else:
        column = {"active_customers": key, "conversations": "active_conversations"}[key]
        found = by_day(asks, choices, step, column)
    return _line([float(found.get(str(day), 0)) for day in steps(choices["from"], choices["to"], step)])


def shares(asks: Asks, key: str, choices: Choices, step: str) -> list[float] | None:
    """A share in percent, by the finest step, from ``step`` on, of which none is too few to say; None where there is none.
    What the period cuts off at its ends is left out where it alone is too few.
    """
    for coarser in STEPS[STEPS.index(step) :]:
        found = _shares(asks, key, choices, coarser)
        points = [found.get(str(day), (0, 0)) for day in steps(choices["from"], choices["to"], coarser)]
        while points and points[0][1] < FEW:
            del points[0]
        while points and points[-1][1] < FEW:
            del points[-1]
        if all(whole >= FEW for _, whole in points):
            return _line([round(100 * part / whole, 1) for part, whole in points])
    return None


def _shares(asks: Asks, key: str, choices: Choices, step: str) -> Shares:
    if key in MEASURES:
        measure = MEASURES[key]
        rows = table(asks, choices, ["day"], step, only_failed=measure is MESSAGES)
        return {row["day"]: (row[measure.part], row[measure.whole]) for row in rows}
    escalated = _escalated(asks, choices, step)
    found = {}
    for day, whole in by_day(asks, choices, step).items():
        part = escalated.get(day, {}).get("escalated", 0)
        found[day] = (part if key == "escalation" else whole - part, whole)
    return found


def _escalated(asks: Asks, choices: Choices, step: str) -> dict[str, dict[str, Any]]:
    since, until = day_start(choices["from"], choices.timezone), day_end(choices["to"], choices.timezone)
    rows = asks.ask_frame(
        "trends/escalated_by_day",
        since=since,
        until=until,
        first_day=choices["from"],
        last_day=choices["to"],
        step=step,
        channels=list(choices["channel"]) if choices["channel"] else None,
        languages=list(choices["language"]) if choices["language"] else None,
        **in_quarters(since, until, choices.timezone),
    ).to_dict("records")
    return {_iso(row["day"]): {"escalated": int(row["escalated"]), "need_help": int(row["need_help"])} for row in rows}


def _iso(day: date) -> str:
    return day.isoformat()[:10]


def _line(points: list[float]) -> list[float] | None:
    return points if LEAST <= len(points) <= MOST else None
