"""Who comes back, as a figure: a row for each week in which customers were first seen, a column for each week after it."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from convdata.captions import percent, span
from convdata.charts import GREY, MARGIN, TEXT, calm
from convdata.returning import WEEK, Cohort
from convdata.week import BUSY

ROW = 34  # pixels
NARROW = 7  # columns from which on a phone has no room for the sign
WIDE = 100  # columns of a week, by which a click finds the place


def triangle(cohorts: Sequence[Cohort], today: date) -> go.Figure:
    """The darker, the more came back; of too few only how many. Each cell carries its row and column as one number."""
    cells = [(row, later) for row, cohort in enumerate(cohorts) for later in range(len(cohort.active))]
    columns = max((len(cohort.active) for cohort in cohorts), default=1)
    figure = go.Figure(
        go.Bar(
            x=[later for _, later in cells],
            y=[0.92] * len(cells),
            base=[-row - 0.46 for row, _ in cells],
            width=0.96,
            marker={"color": [shade(cohorts[row], later) for row, later in cells], "line": {"width": 0}},
            customdata=[[row * WIDE + later] for row, later in cells],
            hovertext=[_says(cohorts[row], later, today) for row, later in cells],
            hoverinfo="text",
        )
    )
    figure.add_scatter(
        x=[later for _, later in cells],
        y=[-row for row, _ in cells],
        mode="text",
        textfont={"color": TEXT, "size": 12 if columns < NARROW else 10},
        text=[said(cohorts[row], later).removesuffix("" if columns < NARROW else " %") for row, later in cells],
        hoverinfo="skip",
    )
    figure.update_xaxes(
        side="top",
        tickvals=list(range(columns)),
        ticktext=["same<br>week", *(f"+{n}" for n in range(1, columns))],
        range=[-0.5, columns - 0.5],
        showgrid=False,
        zeroline=False,
        tickangle=0,
    )
    figure.update_yaxes(
        tickvals=[-row for row in range(len(cohorts))],
        ticktext=[f"{c.week.day} {c.week:%b} · {c.customers:,}" for c in cohorts],
        range=[0.5 - len(cohorts), 0.5],
        showgrid=False,
        zeroline=False,
    )
    return calm(figure, ROW * max(1, len(cohorts)) + 48, margin=MARGIN | {"t": 40, "b": 4})


def shade(cohort: Cohort, later: int) -> str:
    """The darker, the more of them were active so many weeks later."""
    if cohort.few:
        return GREY.format(0.12)
    return BUSY.format(round(0.06 + 0.6 * cohort.active[later] / cohort.customers, 3))


def said(cohort: Cohort, later: int) -> str:
    """What stands in a cell: the share, of too few only how many."""
    active = cohort.active[later]
    return f"{active:,}" if cohort.few else f"{100 * active / cohort.customers:.0f} %"


def _says(cohort: Cohort, later: int, today: date) -> str:
    starts, active = cohort.week + later * WEEK, cohort.active[later]
    ends = starts + WEEK - timedelta(days=1)
    share = "too few to say a share" if cohort.few else f"<b>{percent(active / cohort.customers)}</b>"
    many = f"{active:,} conversation{'' if active == 1 else 's'}"
    return (
        f"first seen {span(cohort.week, cohort.week + WEEK - timedelta(days=1))}<br>"
        f"active {span(starts, ends)}{', so far' if ends >= today else ''}<br>"
        f"{share} · {active:,} of {cohort.customers:,} customers<br>{f'click opens {many}' if active else 'nothing to open'}"
    )
