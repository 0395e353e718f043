"""A rate over time as a figure, and beneath it how much it rests on."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import ceil

import plotly.graph_objects as go

from convdata.captions import literal, says, span
from convdata.charts import AMBER, FADED, GREY, MARGIN, TEXT, calm
from convdata.marks import Mark, step_end, step_start, steps
from convdata.stats import Measure

WEEKS_NAMED = 6  # which a phone has room for


def timeline(
    marks: Sequence[Mark], measure: Measure, *, first: date, last: date, step: str, today: date,
    marked: Sequence[tuple[date, str]] = (),
) -> go.Figure:  # fmt: skip
    """The rate over time and how much it rests on. A gap stays a gap; what is not over yet is hollow and hatched.
    ``marked`` days stand as dotted lines with their number; their texts are for the pointer.
    """
    at = {mark.first_day: (place, mark) for place, mark in enumerate(marks)}
    spans = [(max(day, first), min(step_end(day, step), last)) for day in steps(first, last, step)]
    days = [starts for starts, _ in spans]
    pairs = [at.get(day) for day in days]
    whole = [pair is None or is_whole(pair[1], step, today) for pair in pairs]
    hover = [
        f"{span(*days_of)}{'' if ok else ', so far' if days_of[1] >= today else ', cut off by the period'}<br>"
        + (says(pair[1], measure) if pair else f"no eligible {measure.unit}")
        for days_of, pair, ok in zip(spans, pairs, whole, strict=True)
    ]
    places = [[pair[0] if pair else None] for pair in pairs]
    figure = go.Figure()
    for segment in segments(pairs):
        x = [days[i] for i in segment]
        low, high = zip(*(pair[1].interval for i in segment if (pair := pairs[i])), strict=True)
        figure.add_scatter(
            x=[*x, *x[::-1]],
            y=[*high, *low[::-1]],
            mode="lines",
            line={"width": 0},
            fill="toself",
            hoverinfo="skip",
            fillcolor=AMBER.format(0.16),
        )
    for few in (False, True):  # a share of too few is a faint dot, off the line: it must not look like a peak
        figure.add_scatter(
            x=days,
            y=[pair[1].rate if pair and pair[1].few is few else None for pair in pairs],
            mode="markers" if few else "lines+markers",
            connectgaps=False,
            line={"color": AMBER.format(1), "width": 2},
            marker={
                "size": 6 if few else 7,
                "color": AMBER.format(0.4 if few else 1),
                "symbol": ["circle" if ok else "circle-open" for ok in whole],
                "line": {"width": 1 if few else 2, "color": AMBER.format(0.4 if few else 1)},
            },
            customdata=places,
            hovertext=hover,
            hoverinfo="text",
        )
    figure.add_bar(
        x=days,
        y=[pair[1].whole if pair else 0 for pair in pairs],
        yaxis="y2",
        marker={
            "color": GREY.format(0.55),
            "line": {"width": 0},
            "pattern": {"shape": ["" if ok else "/" for ok in whole], "fgcolor": GREY.format(0.9)},
        },
        customdata=places,
        hovertext=hover,
        hoverinfo="text",
    )
    rate_over_volume(figure, days, step, highest(marks))
    few_days(figure, days, step)
    mark_days(figure, [(day, text) for day, text in marked if first <= day <= last])
    return calm(figure, 330, margin=MARGIN | {"t": 24 if marked else 8})


def rate_over_volume(figure: go.Figure, days: Sequence[date], step: str, most: float) -> None:
    """The rate up to ``most`` above, how many messages below it, over the same days."""
    pad = timedelta(days={"day": 0.6, "week": 4, "month": 17}[step])
    edges = [datetime.combine(day, time()) + side * pad for day, side in ((days[0], -1), (days[-1], 1))]
    figure.update_layout(
        xaxis={
            "range": edges,
            "showgrid": False,
            "anchor": "y2",
            "nticks": 8,
            "tickformat": "%b %Y" if step == "month" else "%-d %b\n%Y",
            **(_mondays(days) if step == "week" else {}),
        },
        yaxis={"domain": [0.34, 1], "range": [0, most], "tickformat": ".0%" if most > 0.05 else ".1%", "nticks": 5},
        yaxis2={"domain": [0, 0.24], "rangemode": "tozero", "nticks": 3, "title": {"text": ""}, "tickformat": ",d"},
        bargap=0.25,
    )


def _mondays(days: Sequence[date]) -> dict[str, object]:
    """Dates where the weeks begin: Plotly's own are Sundays, or the first of months."""
    mondays = [day for day in days if day == step_start(day, "week")]
    return {"tickmode": "array", "tickvals": mondays[:: ceil(len(mondays) / WEEKS_NAMED) or 1]}


def few_days(figure: go.Figure, days: Sequence[date], step: str) -> None:
    """So few that Plotly would name hours between them, and not know how wide a bar is."""
    if len(days) < 4:
        named = [f"{day:%b %Y}" if step == "month" else f"{day.day} {day:%b}<br>{day.year}" for day in days]
        figure.update_xaxes(tickmode="array", tickvals=list(days), ticktext=named)
        figure.update_traces(
            width=0.5 * {"day": 1, "week": 7, "month": 30}[step] * 86_400_000, selector={"type": "bar"}
        )
    elif step != "day":
        # A first week or month that is cut off begins close to the next: else Plotly would make all bars as narrow as it.
        apart = [(after - before).days for before, after in pairwise(days)]
        free = [min(pair) for pair in zip([apart[0], *apart], [*apart, apart[-1]], strict=True)]
        figure.update_traces(width=[0.75 * room * 86_400_000 for room in free], selector={"type": "bar"})
    if max((y or 0 for bar in figure.data if bar.type == "bar" for y in bar.y), default=0) < 4:
        figure.update_layout(yaxis2={"dtick": 1})


def mark_days(figure: go.Figure, marked: Sequence[tuple[date, str]]) -> None:
    """A dotted line with its number on each marked day; its texts are for the pointer."""
    texts: dict[date, list[str]] = {}
    for day, text in marked:
        texts.setdefault(day, []).append(literal(text))
    for number, (day, said) in enumerate(texts.items(), start=1):
        figure.add_shape(
            type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line={"color": FADED, "width": 1, "dash": "dot"}
        )
        figure.add_annotation(
            x=day, y=1, yref="paper", yanchor="bottom", text=f"<b>{number}</b>", showarrow=False,
            font={"color": TEXT, "size": 12}, hovertext=f"{span(day, day)}<br>{'<br>'.join(said)}",
        )  # fmt: skip


def highest(marks: Sequence[Mark]) -> float:
    """How far up the rate is drawn: a day of three messages must not flatten all the others."""
    return min(1.02, 1.1 * max((mark.interval[1] for mark in marks if not mark.few), default=1))


def is_whole(mark: Mark, step: str, today: date) -> bool:
    """Whether the day, week or month is over and all of it is in the period."""
    begins = step_start(mark.first_day, step)
    return mark.last_day < today and (begins, step_end(begins, step)) == (mark.first_day, mark.last_day)


def segments(pairs: Sequence[tuple[int, Mark] | None]) -> list[list[int]]:
    """The places of neighbours that say a share, two or more together."""
    segments: list[list[int]] = [[]]
    for place, pair in enumerate(pairs):
        if pair is not None and not pair[1].few:
            segments[-1].append(place)
        elif segments[-1]:
            segments.append([])
    return [segment for segment in segments if len(segment) > 1]
