"""A rate over time with a line for each channel or language, each named beside its end; beneath, how much it rests on."""

from collections.abc import Callable, Sequence
from datetime import date

import plotly.graph_objects as go

from convdata.captions import label, says, span
from convdata.channels import channel_keys
from convdata.charts import TEXT, by_channel, calm
from convdata.filters import Choices
from convdata.marks import Mark, marks, step_end, steps
from convdata.stats import Asks, Measure
from convdata.timeline import few_days, mark_days, rate_over_volume

SHORTEST, ENOUGH = 4, 0.7  # points of a line; the share of them that say something
MOST = 6  # lines that can be told apart
# For languages, which have no colours of their own: told apart by colour-blind eyes, and 3:1 against both grounds.
PALETTE = ("#B26A00", "#0072B2", "#00805F", "#A0477F", "#7A6FD0", "#6B7280")
PALETTE_DARK = ("#E69F3C", "#56A8E0", "#2BB68E", "#D58AB8", "#A8A1F2", "#9CA3AF")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
APART = 0.075  # of the height: what two names need between them
NAMES, SHORT = 118, 16  # pixels beside the lines, and characters of a name in them


def largest(drawn: Sequence[Mark], of: str) -> list[str]:
    """The channels or languages that have a line: those with the most, in the order of their names."""
    sizes: dict[str, int] = {}
    for mark in drawn:
        name = getattr(mark, of) or ""
        sizes[name] = sizes.get(name, 0) + mark.whole
    return sorted(sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST])


def step_that_says(asks: Asks, choices: Choices, measure: Measure, of: str, first: date, last: date, step: str) -> str:
    """The finest step, from ``step`` on, of which most are not too few to say a share; never so coarse that no line is left."""
    order = ("day", "week", "month")
    for one in order[order.index(step) :]:
        if one != step and len(steps(first, last, one)) < SHORTEST:
            break
        found = marks(asks, choices, measure, ["day", of], one)
        step = one
        if sum(not mark.few for mark in found) >= ENOUGH * len(found):
            break
    return step


def colors(names: Sequence[str], of: str, dark: bool) -> Callable[[Mark], str]:
    """A channel's own colour; a language's by its place among all there are, so that no filter changes it."""
    if of == "channel":
        return lambda mark: by_channel(mark, dark)
    palette = PALETTE_DARK if dark else PALETTE
    return lambda mark: palette[names.index(mark.language or "") % MOST]


def lines(
    drawn: Sequence[Mark], measure: Measure, *, of: str, color: Callable[[Mark], str], first: date, last: date, step: str,
    today: date, marked: Sequence[tuple[date, str]] = (),
) -> go.Figure:  # fmt: skip
    """A line for each; what is too few to say a share of is a gap in it, and stands in the bars alone."""
    days = [max(day, first) for day in steps(first, last, step)]
    ends = [min(step_end(day, step), last) for day in days]
    figure = go.Figure()
    names: list[tuple[float, Mark]] = []
    most = min(1.02, 1.1 * max((m.rate or 0 for m in drawn if not m.few), default=0.9))
    for number, name in enumerate(sorted({getattr(mark, of) or "" for mark in drawn})):
        at = {m.first_day: (place, m) for place, m in enumerate(drawn) if (getattr(m, of) or "") == name}
        pairs = [at.get(day) for day in days]
        one = next(iter(at.values()))[1]
        hover = [
            f"{label(one)} · {span(day, end)}{', so far' if end >= today else ''}<br>"
            + (says(pair[1], measure) if pair else f"no eligible {measure.unit}")
            for day, end, pair in zip(days, ends, pairs, strict=True)
        ]
        places = [[pair[0] if pair else None] for pair in pairs]
        shown = [pair[1].rate if pair and not pair[1].few else None for pair in pairs]
        figure.add_scatter(
            x=days,
            y=shown,
            mode="lines+markers",
            connectgaps=False,
            cliponaxis=False,
            line={"color": color(one), "width": 2, "dash": DASHES[0 if _own_color(one, of) else number % MOST]},
            marker={
                "size": 7,
                "color": color(one),
                "symbol": ["circle-open" if end >= today else "circle" for end in ends],
                "line": {"width": 2, "color": color(one)},
            },
            customdata=places,
            hovertext=hover,
            hoverinfo="text",
        )
        figure.add_bar(
            x=days,
            y=[pair[1].whole if pair else 0 for pair in pairs],
            yaxis="y2",
            marker={"color": color(one), "line": {"width": 0}, "opacity": 0.75},
            customdata=places,
            hovertext=hover,
            hoverinfo="text",
        )
        said = [share for share in shown if share is not None]
        if said:
            names.append((said[-1] / most, one))
    rate_over_volume(figure, days, step, most)
    few_days(figure, days, step)
    for height, one in _apart(names):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=0.34 + 0.66 * height, yref="paper", yanchor="middle",
            text=f'<span style="color:{color(one)}">■</span> {label(one, SHORT)}', showarrow=False, font={"color": TEXT, "size": 12},
        )  # fmt: skip
    mark_days(figure, [(day, text) for day, text in marked if first <= day <= last])
    figure = calm(figure, 380, margin={"l": 4, "r": NAMES, "t": 24 if marked else 8, "b": 0})
    return figure.update_layout(barmode="stack")


def _own_color(mark: Mark, of: str) -> bool:
    """Whether the colour alone tells the line apart: of channels that an operator declared two may share one."""
    return of == "channel" and (mark.channel or "") in channel_keys()


def _apart(names: Sequence[tuple[float, Mark]]) -> list[tuple[float, Mark]]:
    """The names in the order of their lines' ends, moved so that none stands on another."""
    placed: list[tuple[float, Mark]] = []
    for height, one in sorted(names, key=lambda pair: pair[0]):
        placed.append((max(height, placed[-1][0] + APART) if placed else max(height, 0.0), one))
    over = placed[-1][0] - 1 if placed else 0
    for place in range(len(placed) - 1, -1, -1):
        if over <= 0:
            break
        height = placed[place][0]
        limit = placed[place + 1][0] - APART if place + 1 < len(placed) else 1.0
        placed[place] = (min(height, limit), placed[place][1])
    return placed
