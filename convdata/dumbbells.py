"""Two sides of every share as a figure: a row for each number, a dot with its interval for each side."""

from collections.abc import Sequence

import plotly.graph_objects as go

from convdata.captions import literal, percent
from convdata.charts import GREY, MARGIN, TEXT, calm
from convdata.comparison import Compared, Side
from convdata.intervals import FEW, wilson

ROW = 64  # pixels


def dumbbells(
    found: Sequence[Compared], names: tuple[str, str], colors: tuple[str, str], opening: Sequence[tuple[int, int]]
) -> go.Figure:
    """Rows of shares; too few to say are left out of their row. Each dot carries its place: twice its row, and one more for
    the second side. ``opening`` says how many conversations each side of a row opens.
    """
    rows = [one for one in found if one.first.share and one.second.share]
    figure = go.Figure()
    for side, (name, color) in enumerate(zip(names, colors, strict=True)):
        of = [one.second if side else one.first for one in rows]
        said = [(row, s.share) for row, s in enumerate(of) if s.share and s.share[1] >= FEW]
        shares = [part / whole for _, (part, whole) in said]
        spans = [wilson(*share) or (0.0, 1.0) for _, share in said]
        figure.add_scatter(
            x=shares,
            y=[-row + (-0.14 if side else 0.14) for row, _ in said],
            mode="markers",
            cliponaxis=False,
            marker={"size": 13, "color": color, "symbol": "diamond" if side else "circle", "line": {"width": 0}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - share for share, (_, high) in zip(shares, spans, strict=True)],
                "arrayminus": [share - low for share, (low, _) in zip(shares, spans, strict=True)],
                "color": color,
                "thickness": 2,
                "width": 5,
            },
            customdata=[[2 * row + side] for row, _ in said],
            hovertext=[
                f"{literal(name)}<br>{rows[row].title}<br>{_says(of[row])}<br>{_opens(opening[row][side])}"
                for row, _ in said
            ],
            hoverinfo="text",
        )
        if said:  # named beside its first dot, where there is room
            row, (low, high) = said[0][0], spans[0]
            left = shares[0] > 0.6
            figure.add_annotation(
                x=low if left else high, xanchor="right" if left else "left", xshift=-8 if left else 8,
                y=-row + (-0.14 if side else 0.14), yanchor="middle", showarrow=False, borderpad=0,
                font={"color": TEXT, "size": 12}, text=literal(name),
            )  # fmt: skip
    for row, one in enumerate(rows):
        figure.add_annotation(
            x=0, xref="paper", xanchor="left", y=-row + 0.3, yanchor="bottom", showarrow=False, borderpad=0,
            font={"color": TEXT, "size": 13}, text=f"{one.title}{_both(one)}",
        )  # fmt: skip
    figure.update_xaxes(range=[0, 1], tickformat=".0%", nticks=6, zeroline=False)
    figure.update_yaxes(visible=False, range=[0.55 - len(rows), 0.75])
    figure.add_vline(x=0, line={"color": GREY.format(0.5), "width": 1})
    return calm(figure, ROW * max(1, len(rows)) + 40, margin=MARGIN | {"l": 10})


def _both(one: Compared) -> str:
    said = f" · {one.difference}" if one.difference else " · too few to compare"
    return f"<b>{said}</b>" if one.real else said


def _says(side: Side) -> str:
    part, whole = side.share or (0, 0)
    return f"<b>{percent(part / whole)}</b> · {side.rests_on}"


def _opens(many: int) -> str:
    return f"click opens {many:,} conversation{'' if many == 1 else 's'}" if many else "nothing to open"
