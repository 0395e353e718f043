"""Marks as Plotly figures. Knows how they look, nothing of where they are shown or how they were counted.

Colours hold on a light and on a dark ground: text takes the theme's colour, shades are one hue more or less see-through
(so they also tell apart by lightness alone). Every point that opens something carries its place among the marks.
"""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from convdata.captions import label, literal, percent, points, said_before, says
from convdata.channels import channel, language_title
from convdata.marks import Mark
from convdata.stats import Measure

AMBER = "rgba(178,106,0,{})"  # Not Understood, as in the theme
GREY = "rgba(128,134,148,{})"
FADED = GREY.format(0.95)
TEXT = "#000037"  # which Streamlit's theme turns into its own strong text, light or dark; alone it is nearly black
ROW, CELL, LINE = 48, 60, 16  # pixels; a line of a cell
NARROW = 6  # columns from which on a phone has no room for decimals
COMPARED = "▲ ▼ points against the period before; hollow △ ▽ where chance alone may explain them."
ROWS, COLUMNS = 15, 8  # of bars and of cells; of thousands of names nobody reads a chart
# At the sides a little room: a picture that is saved has other letters than the page, and wider ones.
MARGIN = {"l": 4, "r": 14, "t": 4, "b": 0}


def ranked(marks: Sequence[Mark]) -> list[Mark]:
    """The worst first; what is too little to say a share of comes last, the most first: its share ranks nothing."""
    return sorted(marks, key=lambda mark: (mark.few, 0 if mark.few else -(mark.rate or 0), -mark.whole))


def highest(marks: Sequence[Mark]) -> list[Mark]:
    """Those that have a row: all, or of many the worst of which something can be said; where there is none, the largest."""
    every = ranked(marks)
    sure = [mark for mark in every if not mark.few]
    return (sure or every)[:ROWS] if len(every) > ROWS else every


def bars(marks: Sequence[Mark], measure: Measure, color: Callable[[Mark], str]) -> go.Figure:
    """Ranked bars, the worst on top, each with its interval; too few to say a share come last, without a bar."""
    shown = highest(marks)
    places = [-row for row in range(len(shown))]
    sure = [None if mark.few else (mark.rate or 0) for mark in shown]
    most = min(1.0, max((m.interval[1] for m in shown if not m.few), default=0.1) * 1.04)
    figure = go.Figure(
        go.Bar(
            x=sure,
            y=places,
            orientation="h",
            width=0.36,
            # A little see-through, so that its interval stands out on it, in the dark too.
            marker={"color": [color(mark) for mark in shown], "opacity": 0.8, "line": {"width": 0}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [None if x is None else m.interval[1] - x for m, x in zip(shown, sure, strict=True)],
                "arrayminus": [None if x is None else x - m.interval[0] for m, x in zip(shown, sure, strict=True)],
                "color": TEXT,
                "thickness": 1.5,
                "width": 4,
            },
            hoverinfo="skip",
        )
    )
    # The whole row can be pointed at and clicked, also where there is little or no bar.
    figure.add_bar(
        x=[most] * len(shown),
        y=[place + 0.17 for place in places],
        orientation="h",
        width=0.9,
        marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
        customdata=[[marks.index(mark)] for mark in shown],
        hovertext=[f"{label(mark)}<br>{says(mark, measure)}" for mark in shown],
        hoverinfo="text",
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
    figure.update_xaxes(
        range=[0, most], tickformat=".0%" if most > 0.05 else ".1%", nticks=6, visible=not all(m.few for m in shown)
    )
    figure.update_yaxes(visible=False, range=[0.75 - len(shown), 0.75])
    return calm(figure, ROW * max(1, len(shown)) + 40)


def matrix(marks: Sequence[Mark], measure: Measure, earlier: Sequence[Mark] = ()) -> go.Figure:
    """Channel by language: the darker, the worse, each with its change against ``earlier`` (in bold where chance does not
    explain it). Cells too small to say a share are grey and only say how many.
    """
    was = {(mark.channel, mark.language): mark for mark in earlier}
    channels, languages = sides(marks)
    every, marks = marks, [m for m in marks if (m.channel or "") in channels and (m.language or "") in languages]
    most = max((m.rate or 0 for m in marks if not m.few), default=0) or 1

    def rate(mark: Mark) -> str:
        return f"{mark.rate or 0:.0%}".replace("%", " %") if len(channels) >= NARROW else percent(mark.rate)

    # Bars as cells: Plotly's own heat map cannot be clicked to select.
    figure = go.Figure(
        go.Bar(
            x=[channels.index(m.channel or "") for m in marks],
            y=[0.94] * len(marks),
            base=[-languages.index(m.language or "") - 0.47 for m in marks],
            width=0.97,
            marker={
                "color": [shade(m.rate or 0, most) if not m.few else GREY.format(0.12) for m in marks],
                "line": {"width": 0},
            },
            customdata=[[every.index(mark)] for mark in marks],
            hovertext=[
                f"{label(m)}<br>{says(m, measure)}{said_before(m, was.get((m.channel, m.language)))}" for m in marks
            ],
            hoverinfo="text",
        )
    )
    figure.add_scatter(
        x=[channels.index(m.channel or "") for m in marks],
        y=[-languages.index(m.language or "") for m in marks],
        mode="text",
        textfont={"color": TEXT, "size": 11 if len(channels) >= NARROW else 13},
        text=[
            f"{m.whole:,}" if m.few else f"<b>{rate(m)}</b><br>{m.whole:,}{points(m, was.get((m.channel, m.language)))}"
            for m in marks
        ],
        hoverinfo="skip",
    )
    figure.update_xaxes(
        side="top",
        tickvals=list(range(len(channels))),
        ticktext=[
            literal(channel(key).title, 18 if len(channels) < 5 else 12).replace(" ", "<br>", 1) for key in channels
        ],
        range=[-0.5, len(channels) - 0.5],
        showgrid=False,
        tickangle=-90 if len(channels) >= NARROW else 0,
    )
    figure.update_yaxes(
        tickvals=[-row for row in range(len(languages))],
        ticktext=[literal(language_title(code), 18) for code in languages],
        range=[0.5 - len(languages), 0.5],
        showgrid=False,
        zeroline=False,
    )
    cell, top = CELL if was else CELL - LINE, 88 if len(channels) >= NARROW else 48
    return calm(figure, cell * len(languages) + top + 8, margin=MARGIN | {"t": top, "b": 4})


def sides(marks: Sequence[Mark]) -> tuple[list[str], list[str]]:
    """The channels and the languages of a matrix, those with the most first; of many only those that have a cell of which
    something can be said.
    """
    channels = _most_said(marks, lambda mark: mark.channel or "", COLUMNS)
    languages = _most_said([m for m in marks if (m.channel or "") in channels], lambda mark: mark.language or "", ROWS)
    shown = {mark.channel or "" for mark in marks if (mark.language or "") in languages}
    return [name for name in channels if name in shown], languages


def left_out(marks: Sequence[Mark], by: Sequence[str], where: str = "the table and the CSV have them all") -> str:
    """What of many names a chart does not show, in words; nothing where it shows all. ``where`` they can be read instead."""
    if len(by) == 1:
        sure = sum(not mark.few for mark in marks)
        return _said_of(len(marks), sure, len(highest(marks)), "highest", f"{by[0]}s", "", where)
    channels, languages = sides(marks)
    every = {m.channel for m in marks}, {m.language for m in marks}
    said = {m.channel for m in marks if not m.few}, {m.language for m in marks if not m.few}
    sentences = [
        _said_of(len(every[side]), len(said[side]), len(shown), "largest", names, " in any cell", where)
        for side, shown, names in ((1, languages, "languages"), (0, channels, "channels"))
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _said_of(every: int, sure: int, shown: int, which: str, names: str, at: str, where: str) -> str:
    if shown == every:
        return ""
    few = every - sure
    more = f"1 more {names[:-1]} has" if few == 1 else f"{few:,} more {names} have"
    too_few = f"{more} too few to say{at}" if few and sure else ""
    if sure <= shown and too_few:
        return f"{too_few}; {where}."
    also = f", {too_few}" if too_few else ""
    return f"The {shown} {which if sure else 'largest'} of {sure or every:,} {names}{also}; {where}."


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
        margin=margin or MARGIN,
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        clickmode="event+select",
        barmode="overlay",
        separators=".,",
    )
    # The theme's own colour of axes is 3.7:1 in the light.
    figure.update_xaxes(fixedrange=True, title_text=None, tickfont={"color": TEXT})
    figure.update_yaxes(fixedrange=True, title_text=None, tickfont={"color": TEXT})
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


def _most_said(marks: Sequence[Mark], key: Callable[[Mark], str], most: int) -> list[str]:
    every = _by_size(marks, key)
    said = {key(mark) for mark in marks if not mark.few}
    return ([name for name in every if name in said] or every)[:most] if len(every) > most else every


def shade(rate: float, most: float) -> str:
    """The darker, the worse, of cells of which the worst has ``most``."""
    return AMBER.format(round(0.05 + 0.65 * min(1.0, rate / most), 3))
