"""The small lines in the cards of Trends: how a number went within the period."""

from typing import Any, NamedTuple

from convdata import series
from convdata.filters import Choices
from convdata.marks import step_for
from pages.parts import desk
from pages.parts.remembered import REMEMBERED

COUNTS = ("eligible", "active_customers", "conversations", "need_help")
MOST_BARS = 60  # that can be told apart in a card
SHARES = ("message", "conversation", "escalation", "containment")


class Sparkline(NamedTuple):
    """What st.metric takes to draw it, and what a point of it is where that is not a day: " · line by whole weeks"."""

    drawn: dict[str, Any]
    said: str = ""


def sparkline(key: str, choices: Choices) -> Sparkline:
    """Bars for how many, a line for a share; nothing where a number has no course, or too little."""
    shown = _shown(choices) if key in (*COUNTS, *SHARES) else None
    if shown is None:
        return Sparkline({})
    step = step_for(shown["from"], shown["to"])
    if key in COUNTS:
        counted = series.counts(REMEMBERED, key, shown, step)
        return Sparkline({"chart_data": counted, "chart_type": "bar" if len(counted or ()) <= MOST_BARS else "area"})
    line = series.shares(REMEMBERED, key, shown, step)
    if line is None:
        return Sparkline({})
    said = f" · line by whole {line.step}s" if line.step != "day" else ""
    return Sparkline({"chart_data": line.points, "chart_type": "line"}, said)


def _shown(choices: Choices) -> Choices | None:
    """The part of the period that can have something in it."""
    known = desk.ask_counts("trends/known")
    shown = choices.but(
        from_=max(choices["from"], known["first_day"].min()),
        to=min(choices["to"], max(desk.today(), known["last_day"].max())),
    )
    return shown if shown["from"] <= shown["to"] else None
