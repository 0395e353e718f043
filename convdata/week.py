"""The hours of the week as a figure: the darker, the busier."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from convdata.captions import percent
from convdata.charts import GREY, calm
from convdata.intervals import FEW

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BUSY = "rgba(79,110,196,{})"  # how much was said, on a light and on a dark ground; Not Understood keeps its amber


def week(rows: Sequence[dict[str, Any]]) -> go.Figure:
    """Weekdays from top to bottom, hours from left to right, on the dashboard's clock."""
    at = {(row["weekday"], row["hour"]): row for row in rows}
    figure = go.Figure(
        go.Heatmap(
            x=list(range(24)),
            y=list(range(7)),
            z=[[at.get((day, hour), {}).get("eligible", 0) for hour in range(24)] for day in range(7)],
            zmin=0,
            colorscale=[[0, GREY.format(0.06)], [1e-9, BUSY.format(0.08)], [1, BUSY.format(0.95)]],
            showscale=False,
            xgap=2,
            ygap=2,
            hovertext=[[_says(day, hour, at.get((day, hour))) for hour in range(24)] for day in range(7)],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(tickvals=list(range(0, 24, 3)), ticktext=[f"{h}:00" for h in range(0, 24, 3)], showgrid=False)
    figure.update_yaxes(
        tickvals=list(range(7)), ticktext=[day[:3] for day in WEEKDAYS], autorange="reversed", showgrid=False
    )
    return calm(figure, 260, margin={"l": 0, "r": 0, "t": 4, "b": 0})


def peak(rows: Sequence[dict[str, Any]]) -> str:
    """The busiest hour in words, with what it rests on; nothing where too little was said."""
    whole = sum(row["eligible"] for row in rows)
    if whole < FEW:
        return f"Too few to say when it is busiest: {whole:,} messages."
    most = max(rows, key=lambda row: row["eligible"])
    share = percent(most["eligible"] / whole)
    return (
        f"Busiest: {WEEKDAYS[most['weekday']]} {most['hour']}:00 to {most['hour'] + 1}:00, {most['eligible']:,} of "
        f"{whole:,} messages ({share})."
    )


def _says(day: int, hour: int, row: dict[str, Any] | None) -> str:
    when = f"{WEEKDAYS[day]} {hour}:00 to {hour + 1}:00"
    if row is None:
        return f"{when}<br>no eligible message"
    said = f"{when}<br><b>{row['eligible']:,}</b> eligible messages, {row['not_understood']:,} not understood"
    return f"{said} ({percent(row['not_understood'] / row['eligible'])})" if row["eligible"] >= FEW else said
