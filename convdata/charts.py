"""Marks as Plotly figures. Knows how they look, nothing of where they are shown or how they were counted.

Colours hold on a light and on a dark ground: text takes the theme's colour, shades are one hue more or less see-through
(so they also tell apart by lightness alone). Every point that opens something carries its place among the marks.
"""

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

import plotly.graph_objects as go

from convdata.channels import channel, language_title
from convdata.marks import Mark
from convdata.stats import Measure

AMBER = "rgba(178,106,0,{})"  # Not Understood, as in the theme
GREY = "rgba(128,134,148,{})"
FADED = GREY.format(0.95)
TEXT = "#000037"  # which Streamlit's theme turns into its own strong text, light or dark; alone it is nearly black
LONGEST = 40
ROW, CELL = 50, 52  # pixels


def percent(share: float | None) -> str:
    """ "12.4 %"; whole numbers say so, and little is never nothing."""
    if share is None:
        return "–"
    if 0 < share < 0.0005:
        return "<0.1 %"
    return "100 %" if share == 1 else f"{share * 100:.1f} %" if share else "0 %"


def label(mark: Mark) -> str:
    """What a mark stands for, short and harmless: names and languages are data, and Plotly reads tags."""
    parts = []
    if mark.channel:
        parts.append(channel(mark.channel).title)
    if mark.language:
        parts.append(language_title(mark.language))
    return " · ".join(literal(part) for part in parts)


def literal(text: str) -> str:
    text = " ".join(text.split())
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def says(mark: Mark, measure: Measure) -> str:
    """All about a mark, for the pointer."""
    if not mark.whole:
        return f"no eligible {measure.unit}"
    low, high = mark.interval
    share = f"too few to say a rate: {mark.part:,} of {mark.whole:,}" if mark.few else (
        f"<b>{percent(mark.rate)}</b> · {mark.part:,} of {mark.whole:,} {measure.unit}<br>"
        f"95 % interval {percent(low)} to {percent(high)}"
    )  # fmt: skip
    opens = f"{mark.opens:,} conversation{'' if mark.opens == 1 else 's'}"
    return f"{share}<br>{f'click opens {opens}' if mark.opens else 'nothing to open'}"


def bars(marks: Sequence[Mark], measure: Measure, color: Callable[[Mark], str]) -> go.Figure:
    """Ranked bars, the worst on top, each with its interval; too few to say a share come last, without a bar."""
    ranked = sorted(enumerate(marks), key=lambda pair: (pair[1].few, -(pair[1].rate or 0), -pair[1].whole))
    places = [-row for row in range(len(ranked))]
    shown = [mark for _, mark in ranked]
    sure = [0 if mark.few else (mark.rate or 0) for mark in shown]
    figure = go.Figure(
        go.Bar(
            x=sure,
            y=places,
            orientation="h",
            width=0.36,
            marker={"color": [color(mark) for mark in shown], "line": {"width": 0}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [0 if m.few else m.interval[1] - x for m, x in zip(shown, sure, strict=True)],
                "arrayminus": [0 if m.few else x - m.interval[0] for m, x in zip(shown, sure, strict=True)],
                "color": FADED,
                "thickness": 1.5,
                "width": 4,
            },
            customdata=[[place] for place, _ in ranked],
            hovertext=[f"{label(mark)}<br>{says(mark, measure)}" for mark in shown],
            hoverinfo="text",
        )
    )
    for place, mark in zip(places, shown, strict=True):
        numbers = f"{mark.part:,} of {mark.whole:,}"
        numbers = f"too few · {numbers}" if mark.few else f"<b>{percent(mark.rate)}</b> · {numbers}"
        for x, side, text in ((0, "left", label(mark)), (1, "right", numbers)):
            figure.add_annotation(
                x=x,
                font={"color": TEXT, "size": 13},
                xref="paper",
                xanchor=side,
                y=place + 0.2,
                yanchor="bottom",
                text=text,
                showarrow=False,
                borderpad=0,
            )
    most = max((m.interval[1] for m in shown if not m.few), default=0.1)
    figure.update_xaxes(range=[0, min(1.0, most * 1.04)], tickformat=".0%" if most > 0.05 else ".1%", nticks=6)
    figure.update_yaxes(visible=False, range=[0.75 - len(shown), 0.75])
    return calm(figure, ROW * max(1, len(shown)) + 40)


def matrix(marks: Sequence[Mark], measure: Measure) -> go.Figure:
    """Channel by language: the darker, the worse. Cells too small to say a share are grey and only say how many."""
    channels = _by_size(marks, lambda mark: mark.channel or "")
    languages = _by_size(marks, lambda mark: mark.language or "")
    most = max((m.rate or 0 for m in marks if not m.few), default=0) or 1
    # Bars as cells: Plotly's own heat map cannot be clicked to select.
    figure = go.Figure(
        go.Bar(
            x=[channels.index(m.channel or "") for m in marks],
            y=[0.94] * len(marks),
            base=[-languages.index(m.language or "") - 0.47 for m in marks],
            width=0.97,
            marker={
                "color": [_shade(m.rate or 0, most) if not m.few else GREY.format(0.12) for m in marks],
                "line": {"width": 0},
            },
            customdata=[[place] for place in range(len(marks))],
            hovertext=[f"{label(mark)}<br>{says(mark, measure)}" for mark in marks],
            hoverinfo="text",
        )
    )
    figure.add_scatter(
        x=[channels.index(m.channel or "") for m in marks],
        y=[-languages.index(m.language or "") for m in marks],
        mode="text",
        textfont={"color": TEXT, "size": 13},
        text=[f"{m.whole:,}" if m.few else f"<b>{percent(m.rate)}</b><br>{m.whole:,}" for m in marks],
        hoverinfo="skip",
    )
    figure.update_xaxes(
        side="top",
        tickvals=list(range(len(channels))),
        ticktext=[literal(channel(key).title).replace(" ", "<br>", 1) for key in channels],
        range=[-0.5, len(channels) - 0.5],
        showgrid=False,
        tickangle=0,
    )
    figure.update_yaxes(
        tickvals=[-row for row in range(len(languages))],
        ticktext=[literal(language_title(code)) for code in languages],
        range=[0.5 - len(languages), 0.5],
        showgrid=False,
        zeroline=False,
    )
    return calm(figure, CELL * len(languages) + 56, margin={"l": 0, "r": 0, "t": 48, "b": 4})


def span(first: date, last: date) -> str:
    """One day or several, in words."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    return f"{first.day} {first:%b} to {last.day} {last:%b %Y}"


def by_channel(mark: Mark, dark: bool = False) -> str:
    """A channel's own colour, the same in every chart and badge."""
    known = channel(mark.channel or "")
    return known.color_dark if dark else known.color_light


def by_language(_: Mark) -> str:
    """Languages have no colours of their own: what is shown of them is how much was not understood."""
    return AMBER.format(1)


def calm(figure: go.Figure, height: int, margin: dict[str, int] | None = None) -> go.Figure:
    figure.update_layout(
        height=height,
        margin=margin or {"l": 0, "r": 0, "t": 4, "b": 0},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        clickmode="event+select",
        barmode="overlay",
        separators=".,",
    )
    figure.update_xaxes(fixedrange=True, title_text=None)
    figure.update_yaxes(fixedrange=True, title_text=None)
    # What is not chosen does not fade: a click leads on to another page.
    figure.update_traces(
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}}, selector={"type": "bar"}
    )
    return figure


def _by_size(marks: Sequence[Mark], key: Callable[[Mark], str]) -> list[str]:
    sizes: dict[str, int] = {}
    for mark in marks:
        sizes[key(mark)] = sizes.get(key(mark), 0) + mark.whole
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _shade(rate: float, most: float) -> str:
    return AMBER.format(round(0.05 + 0.65 * min(1.0, rate / most), 3))
