"""The rate over time with its interval band, gaps as gaps, marked days, and beneath it how much it rests on."""

from collections.abc import Callable, Sequence
from datetime import date

import htpy as h

from convdata.captions import percent, span
from convdata.charts import AMBER, GREY
from convdata.marks import Mark, step_end, steps
from convdata.paper.canvas import HATCHED, Drawn, box, line, picture, px, share_ticks, text, ticks
from convdata.paper.days import Marked, dates, marked_days
from convdata.stats import MESSAGES, Measure
from convdata.timeline import highest, is_whole, segments

LEFT, RIGHT, ABOVE, NUMBERS = 44, 12, 30, 14  # pixels beside and above the rate; what the numbers of marked days need
WIDEST = 44  # of a bar
RATE, GAP, VOLUME, BELOW = 170, 26, 52, 32  # heights
Pair = tuple[int, Mark] | None


def course(
    marks: Sequence[Mark], *, first: date, last: date, step: str, today: date, marked: Marked, width: float,
    measure: Measure = MESSAGES,
) -> h.Element:  # fmt: skip
    """As timeline.py draws it for the page."""
    spans = [(max(day, first), min(step_end(day, step), last)) for day in steps(first, last, step)]
    at: dict[date, tuple[int, Mark]] = {mark.first_day: (place, mark) for place, mark in enumerate(marks)}
    pairs: list[Pair] = [at.get(starts) for starts, _ in spans]
    each = (width - LEFT - RIGHT) / len(spans)
    xs = [LEFT + each * (place + 0.5) for place in range(len(spans))]
    most, busiest = highest(marks), max((mark.whole for mark in marks), default=1)
    floor = ABOVE + RATE + (NUMBERS if marked else 0)
    bottom = floor + GAP + VOLUME

    def y(share: float) -> float:
        return floor - RATE * min(share, most) / most

    drawn: list[Drawn] = [text(0, 12, f"{measure.title}, per {step}", kind="quiet")]
    for share, said in share_ticks(most, 4):
        drawn += [
            line(LEFT, y(share), width - RIGHT, y(share), "grid"),
            text(LEFT - 6, y(share) + 4, said, at="end", kind="quiet"),
        ]
    drawn.append(
        text(0, floor + GAP - 8, "Eligible messages" if measure is MESSAGES else "Conversations", kind="quiet")
    )
    for many in [n for n in ticks(busiest, 2) if n == int(n)]:
        height = bottom - VOLUME * many / busiest
        drawn += [
            line(LEFT, height, width - RIGHT, height, "grid"),
            text(LEFT - 6, height + 4, f"{many:,.0f}", at="end", kind="quiet"),
        ]
    drawn += dates([starts for starts, _ in spans], xs, step, bottom)
    drawn += marked_days(marked, spans, xs, ABOVE, bottom)
    drawn += [_band([(xs[i], *pair[1].interval) for i in part if (pair := pairs[i])], y) for part in segments(pairs)]
    drawn += [_joined([(xs[i], y(pair[1].rate or 0)) for i in part if (pair := pairs[i])]) for part in segments(pairs)]
    latest: Mark | None = None
    for x, days, pair in zip(xs, spans, pairs, strict=True):
        if pair is None:
            continue
        mark, whole = pair[1], is_whole(pair[1], step, today)
        high, wide = VOLUME * mark.whole / busiest, max(1.0, min(WIDEST, each * 0.72))
        fill = GREY.format(0.55) if whole else HATCHED
        drawn.append(box(x - wide / 2, bottom - high, wide, high, _says(days, mark, whole, today), fill=fill))
        drawn.append(
            _dot(x, y(mark.rate or 0), min(3.5, max(1.5, each / 2.6)), mark.few, whole, _says(days, mark, whole, today))
        )
        latest = mark if whole and not mark.few else latest
    if latest:
        drawn.append(text(width - RIGHT, 12, f"latest whole {step}: {percent(latest.rate)}", at="end", kind="bold"))
    about = f"{span(first, last)}, {len(spans)} {step}s, {sum(mark.whole for mark in marks):,} {measure.unit}; the band is the 95 % interval."
    return picture(f"{measure.title} by {step}", about, width, bottom + BELOW, *drawn)


def _band(points: Sequence[tuple[float, float, float]], y: Callable[[float], float]) -> h.Element:
    there, back = [(x, y(high)) for x, _, high in points], [(x, y(low)) for x, low, _ in points]
    return h.polygon(points=_places(there + back[::-1]), fill=AMBER.format(0.16))


def _joined(points: Sequence[tuple[float, float]]) -> h.Element:
    return h.polyline(points=_places(points), fill="none", stroke=AMBER.format(1), stroke_width="2")


def _places(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{px(x)},{px(y)}" for x, y in points)


def _dot(x: float, y: float, r: float, few: bool, whole: bool, says: str) -> h.Element:
    """Hollow where it is not over yet; of too few it is faint: it must not look like a peak."""
    fill, edge = (
        (AMBER.format(0.35), "none") if few else (AMBER.format(1) if whole else "var(--ground)", AMBER.format(1))
    )
    return h.circle(cx=px(x), cy=px(y), r=px(r), fill=fill, stroke=edge, stroke_width="1.5")[h.title[says]]


def _says(days: tuple[date, date], mark: Mark, whole: bool, today: date) -> str:
    share = (
        f"{percent(mark.rate)}, {mark.part:,} of {mark.whole:,}"
        if not mark.few
        else f"too few: {mark.part:,} of {mark.whole:,}"
    )
    return f"{span(*days)}{'' if whole else ', so far' if days[1] >= today else ', cut off by the period'}: {share}"
