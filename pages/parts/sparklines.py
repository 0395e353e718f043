"""The small lines in the cards of Trends: how a number went within the period."""

from typing import Any

from convdata import series
from convdata.filters import Choices
from convdata.marks import step_for
from pages.parts import desk
from pages.parts.remembered import REMEMBERED

COUNTS = ("eligible", "active_customers", "conversations", "need_help")
MOST_BARS = 60  # that can be told apart in a card
SHARES = ("message", "conversation", "escalation", "containment")


def sparkline(key: str, choices: Choices) -> dict[str, Any]:
    """What st.metric draws: bars for how many, a line for a share; nothing where a number has no course, or too little."""
    if key not in (*COUNTS, *SHARES):
        return {}
    shown = _shown(choices)
    if shown is None:
        return {}
    step = step_for(shown["from"], shown["to"])
    if key in COUNTS:
        counted = series.counts(REMEMBERED, key, shown, step)
        return {"chart_data": counted, "chart_type": "bar" if len(counted or ()) <= MOST_BARS else "area"}
    line = series.shares(REMEMBERED, key, shown, step)
    return {"chart_data": line.points if line else None, "chart_type": "line"}


def drawn_by(key: str, choices: Choices) -> str:
    """What a point of a share's line is, where it is not a day: " · line by whole weeks"."""
    shown = _shown(choices) if key in SHARES else None
    line = series.shares(REMEMBERED, key, shown, step_for(shown["from"], shown["to"])) if shown else None
    return f" · line by whole {line.step}s" if line and line.step != "day" else ""


def _shown(choices: Choices) -> Choices | None:
    """The part of the period that can have something in it."""
    known = desk.ask_counts("trends/known")
    shown = choices.but(
        from_=max(choices["from"], known["first_day"].min()),
        to=min(choices["to"], max(desk.today(), known["last_day"].max())),
    )
    return shown if shown["from"] <= shown["to"] else None
