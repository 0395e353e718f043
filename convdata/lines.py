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
from convdata.timeline import few_days, is_whole, mark_days, rate_over_volume

SHORTEST, ENOUGH = 4, 0.7  # points of a line; the share of them that say something
MOST = 6  # lines that can be told apart
# For languages, which have no colours of their own: told apart by colour-blind eyes, and 3:1 against both grounds.
PALETTE = ("#B26A00", "#0072B2", "#00805F", "#A0477F", "#7A6FD0", "#6B7280")
PALETTE_DARK = ("#E69F3C", "#56A8E0", "#2BB68E", "#D58AB8", "#A8A1F2", "#9CA3AF")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
APART, CLOSE = 0.075, 0.05  # of the height: what two names need between them, and what is enough beside the bars
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


def colors(every: Sequence[str], of: str, dark: bool, drawn: Sequence[str] = ()) -> Callable[[Mark], str]:
    """A channel's own colour; a language's by its place among all there are, so that no filter changes it. Of those
    ``drawn`` no two share one: the second takes the next that is free.
    """
    if of == "channel":
        return lambda mark: by_channel(mark, dark)
    palette = PALETTE_DARK if dark else PALETTE
    place = places(drawn or every, every)
    return lambda mark: palette[place[mark.language or ""]]


def places(drawn: Sequence[str], every: Sequence[str]) -> dict[str, int]:
    """The place of each language in the palette."""
    taken: dict[str, int] = {}
    for name in drawn:
        own = every.index(name)
        free = [n % MOST for n in range(own, own + MOST) if n % MOST not in taken.values()]
        taken[name] = free[0] if free else own % MOST
    return taken


def too_few(drawn: Sequence[Mark], of: str) -> list[str]:
    """The channels or languages of which no day, week or month says a share: they stand in the bars alone."""
    said = {getattr(mark, of) or "" for mark in drawn if not mark.few}
    return sorted({getattr(mark, of) or "" for mark in drawn} - said)


def lines(
    drawn: Sequence[Mark], measure: Measure, *, of: str, color: Callable[[Mark], str], first: date, last: date, step: str,
    today: date, marked: Sequence[tuple[date, str]] = (),
) -> go.Figure:  # fmt: skip
    """A line for each; what is too few to say a share of is a gap in it, and stands in the bars alone."""
    days = [max(day, first) for day in steps(first, last, step)]
    ends = [min(step_end(day, step), last) for day in days]
    figure = go.Figure()
    names: list[tuple[float, Mark]] = []
    unsaid: list[Mark] = []
    most = min(1.02, 1.1 * max((m.rate or 0 for m in drawn if not m.few), default=0.9))
    for number, name in enumerate(sorted({getattr(mark, of) or "" for mark in drawn})):
        at = {m.first_day: (place, m) for place, m in enumerate(drawn) if (getattr(m, of) or "") == name}
        pairs = [at.get(day) for day in days]
        one = next(iter(at.values()))[1]
        whole = [pair is None or is_whole(pair[1], step, today) for pair in pairs]
        hover = [
            f"{label(one)} · {span(day, end)}"
            f"{'' if ok else ', so far' if end >= today else ', cut off by the period'}<br>"
            + (says(pair[1], measure) if pair else f"no eligible {measure.unit}")
            for day, end, pair, ok in zip(days, ends, pairs, whole, strict=True)
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
                "symbol": ["circle" if ok else "circle-open" for ok in whole],
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
            marker={
                "color": color(one),
                "line": {"width": 0},
                "opacity": 0.75,
                "pattern": {"shape": ["" if ok else "/" for ok in whole], "fillmode": "replace", "fgcolor": color(one)},
            },
            customdata=places,
            hovertext=hover,
            hoverinfo="text",
        )
        said = [share for share in shown if share is not None]
        if said:
            names.append((said[-1] / most, one))
        else:
            unsaid.append(one)
    rate_over_volume(figure, days, step, most)
    few_days(figure, days, step)
    # Those without a line are named beside the bars, in their order.
    beside = [(0.34 + 0.66 * height, f"{_square(color(one))} {label(one, SHORT)}") for height, one in _apart(names)]
    beside += [(0.02 + CLOSE * n, f"{_square(color(one))} {label(one, SHORT)}") for n, one in enumerate(unsaid)]
    beside += [(0.02 + CLOSE * len(unsaid), "too few to say:")] if unsaid else []
    for height, text in beside:
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=6, y=height, yref="paper", yanchor="middle",
            text=text, showarrow=False, font={"color": TEXT, "size": 12},
        )  # fmt: skip
    mark_days(figure, [(day, text) for day, text in marked if first <= day <= last])
    figure = calm(figure, 380, margin={"l": 4, "r": NAMES, "t": 24 if marked else 8, "b": 0})
    return figure.update_layout(barmode="stack")


def _square(color: str) -> str:
    return f'<span style="color:{color}">■</span>'


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
