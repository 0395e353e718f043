"""The hours of the week as a figure: the stronger the colour, the busier."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from convdata.captions import percent
from convdata.charts import GREY, MARGIN, TEXT, calm
from convdata.failings import WEEKDAYS
from convdata.intervals import FEW

BUSY = "rgba(79,110,196,{})"  # how much was said, on a light and on a dark ground; Not Understood keeps its amber


def week(rows: Sequence[dict[str, Any]], opens: Mapping[tuple[int, int], int]) -> go.Figure:
    """Weekdays from top to bottom, hours from left to right, on the dashboard's clock. Each cell carries its place: the
    hours since Monday 0:00.
    """
    at = {(row["weekday"], row["hour"]): row for row in rows}
    most = max((row["eligible"] for row in rows), default=1)
    cells = [(weekday, hour) for weekday in range(7) for hour in range(24)]
    # Bars as cells: Plotly's own heat map cannot be clicked to select.
    figure = go.Figure(
        go.Bar(
            x=[hour for _, hour in cells],
            y=[0.9] * len(cells),
            base=[-weekday - 0.45 for weekday, _ in cells],
            width=0.94,
            marker={"color": [shade(at.get(cell), most) for cell in cells], "line": {"width": 0}},
            customdata=[[24 * weekday + hour] for weekday, hour in cells],
            hovertext=[_says(*cell, at.get(cell), opens.get(cell, 0)) for cell in cells],
            hoverinfo="text",
        )
    )
    # No point, only what the colours mean.
    figure.add_scatter(
        x=[None],
        y=[None],
        marker={
            "color": [most],
            "cmin": 1,
            "cmax": most,
            "colorscale": [[0, BUSY.format(0.1)], [1, BUSY.format(0.95)]],
            "showscale": most > 1,
            "colorbar": {
                "orientation": "h", "thickness": 8, "len": 0.3, "x": 1, "xanchor": "right", "y": -0.13, "yanchor": "top",
                "ticks": "", "outlinewidth": 0, "tickvals": [1, most], "ticktext": ["1", f"{most:,}"],
                "title": {"text": ""}, "tickfont": {"color": TEXT},
            },
        },
        hoverinfo="skip",
    )  # fmt: skip
    figure.update_xaxes(
        tickvals=list(range(0, 24, 3)),
        ticktext=[f"{h}:00" for h in range(0, 24, 3)],
        range=[-0.5, 23.5],
        showgrid=False,
        zeroline=False,
    )
    figure.update_yaxes(
        tickvals=[-weekday for weekday in range(7)],
        ticktext=[day[:3] for day in WEEKDAYS],
        range=[-6.5, 0.5],
        showgrid=False,
        zeroline=False,
    )
    return calm(figure, 276, margin=MARGIN | {"b": 42})


def peak(rows: Sequence[dict[str, Any]]) -> str:
    """The busiest hour in words, with what it rests on; nothing where too little was said."""
    whole = sum(row["eligible"] for row in rows)
    if whole < FEW:
        return f"Too few to say when it is busiest: {whole:,} message{'' if whole == 1 else 's'}."
    most = max(rows, key=lambda row: row["eligible"])
    share = percent(most["eligible"] / whole)
    return (
        f"Busiest: {WEEKDAYS[most['weekday']]} {most['hour']}:00 to {most['hour'] + 1}:00, {most['eligible']:,} of "
        f"{whole:,} messages ({share})."
    )


def shade(row: Mapping[str, Any] | None, most: int) -> str:
    """The darker, the busier, of hours of which the busiest has ``most``."""
    return BUSY.format(round(0.1 + 0.85 * row["eligible"] / most, 3)) if row else GREY.format(0.06)


def _says(day: int, hour: int, row: dict[str, Any] | None, opens: int) -> str:
    when = f"{WEEKDAYS[day]} {hour}:00 to {hour + 1}:00"
    if row is None:
        return f"{when}<br>no eligible message"
    said = f"{when}<br><b>{row['eligible']:,}</b> eligible messages, {row['not_understood']:,} not understood"
    if row["eligible"] >= FEW:
        said += f" ({percent(row['not_understood'] / row['eligible'])})"
    many = f"{opens:,} conversation{'' if opens == 1 else 's'}"
    return f"{said}<br>{f'click opens {many}' if opens else 'nothing to open'}"
