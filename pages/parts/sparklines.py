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
    known = desk.ask_counts("trends/known")
    shown = choices.but(
        from_=max(choices["from"], known["first_day"].min()),
        to=min(choices["to"], max(desk.today(), known["last_day"].max())),
    )
    if shown["from"] > shown["to"]:
        return {}
    step = step_for(shown["from"], shown["to"])
    if key in COUNTS:
        counted = series.counts(REMEMBERED, key, shown, step)
        return {"chart_data": counted, "chart_type": "bar" if len(counted or ()) <= MOST_BARS else "area"}
    return {"chart_data": series.shares(REMEMBERED, key, shown, step), "chart_type": "line"}
