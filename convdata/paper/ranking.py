"""Ranked bars, the worst on top, each with its interval and what it rests on; too few to say a share come last, without a bar."""

from collections.abc import Callable, Sequence

import htpy as h

from convdata.captions import named, percent
from convdata.channels import channel
from convdata.charts import AMBER, highest
from convdata.marks import Mark
from convdata.paper.canvas import NARROW, Drawn, box, line, picture, px, share_ticks, text
from convdata.stats import Measure

ROW, BAR, BELOW = 38, 12, 22  # pixels
Colors = Callable[[Mark], str]


def by_channel(mark: Mark) -> str:
    """A channel's own colour, on paper and on a dark screen."""
    known = channel(mark.channel or "")
    return f"--light:{known.color_light};--dark:{known.color_dark}"


def by_language(_: Mark) -> str:
    """Languages have no colours of their own."""
    return f"--light:{AMBER.format(1)};--dark:{AMBER.format(1)}"


def ranking(marks: Sequence[Mark], measure: Measure, of: str, color: Colors, width: float = NARROW) -> h.Element:
    """As charts.py draws them for the page."""
    shown = highest(marks)
    sure = [mark for mark in shown if not mark.few]
    most = min(1.0, max((mark.interval[1] for mark in sure), default=0.1) * 1.04)
    bottom, right = ROW * len(shown) + 4, width - 12

    def x(share: float) -> float:
        return 1 + (right - 1) * share / most

    drawn: list[Drawn] = []
    for share, said in share_ticks(most, 5) if sure else ():
        drawn += [line(x(share), 4, x(share), bottom, "grid")]
        drawn.append(text(x(share), bottom + 15, said, at="middle" if share else "start", kind="quiet"))
    for row, mark in enumerate(shown):
        top = ROW * row + 4
        numbers = f"{mark.part:,} of {mark.whole:,}"
        drawn.append(text(0, top + 12, named(mark, 24), kind="halo"))
        rate: h.Node = "too few" if mark.few else h.tspan(class_="bold")[percent(mark.rate)]
        drawn.append(h.text(x=px(right), y=px(top + 12), text_anchor="end", class_="halo")[rate, f" · {numbers}"])
        if mark.few:
            continue
        low, high = mark.interval
        middle = top + 17 + BAR / 2
        says = f"{named(mark)}: {percent(mark.rate)}, {numbers} {measure.unit}; 95 % interval {percent(low)} to {percent(high)}"
        drawn.append(box(x(0), top + 17, x(mark.rate or 0) - x(0), BAR, says, class_="own", style=color(mark)))
        drawn.append(line(x(0), top + 15, x(0), top + 19 + BAR, "zero"))
        drawn.append(line(x(low), middle, x(high), middle, "whisker"))
        drawn += [line(x(end), middle - 4, x(end), middle + 4, "whisker") for end in (low, high)]
    about = f"The worst first, with the 95 % interval: {'; '.join(f'{named(m)} {percent(m.rate)} of {m.whole:,}' for m in sure[:5])}."
    return picture(
        f"{measure.title} by {of}",
        about if sure else "Too few to say a rate of any.",
        width,
        bottom + BELOW * bool(sure),
        *drawn,
    )
