"""What every drawing is made of: a picture with its title and its words, letters, lines, and the steps of an axis.

Letters and lines take their colours from the page (style.py), so that they hold on paper and on a dark screen.
"""

from collections.abc import Sequence
from math import floor, log10
from typing import Any

import htpy as h

from convdata.charts import GREY

WIDE, NARROW = 720, 350  # what fits on A4 and on half of it, or on a phone
HATCHED = "url(#hatched)"  # what is not over yet, or cut off
Drawn = h.Node


def inks() -> h.Element:
    """What the pictures of a page fill with, once for all of them."""
    stripe = h.line(x1="0", y1="0", x2="0", y2="5", stroke=GREY.format(0.9), stroke_width="2")
    return h.svg(width="0", height="0", aria_hidden="true", style="position:absolute")[
        h.defs[
            h.Element("pattern")(
                id="hatched", width="5", height="5", patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
            )[stripe]
        ]
    ]


def picture(title: str, about: str, width: float, height: float, *drawn: Drawn) -> h.Element:
    """One chart. ``title`` and ``about`` are what a screen reader says; the numbers are in the table beside it."""
    return h.svg(
        role="img",
        viewBox=f"0 0 {px(width)} {px(height)}",
        style=f"width:{px(width)}px",
        xmlns="http://www.w3.org/2000/svg",
    )[h.title[title], h.desc[about], *drawn]


def px(value: float) -> str:
    """A place on the canvas, no finer than can be seen."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, said: str, *, at: str = "start", kind: str = "") -> h.Element:
    """Letters on their base line; ``at`` is start, middle or end, ``kind`` what of style.py they are: "quiet", "bold" …"""
    more = {"class": kind} if kind else {}
    if at != "start":
        more["text-anchor"] = at
    return h.text({"x": px(x), "y": px(y), **more})[said]


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> h.Element:
    return h.line({"x1": px(x1), "y1": px(y1), "x2": px(x2), "y2": px(y2), "class": kind})


def box(x: float, y: float, width: float, height: float, says: str = "", **more: Any) -> h.Element:
    """A rectangle; ``says`` is for the pointer."""
    place = {"x": px(x), "y": px(y), "width": px(max(0, width)), "height": px(max(0, height))}
    return h.rect({**place, **{name.rstrip("_").replace("_", "-"): value for name, value in more.items()}})[
        h.title[says] if says else None
    ]


def ticks(most: float, many: int) -> Sequence[float]:
    """Round steps from nothing up to ``most``, about so many."""
    if most <= 0:
        return [0]
    rough = most / many
    ten = 10.0 ** floor(log10(rough))
    step = next(ten * n for n in (1, 2, 2.5, 5, 10) if ten * n >= rough * 0.999)
    return [n * step for n in range(int(most / step + 1e-9) + 1)]


def share_ticks(most: float, many: int) -> Sequence[tuple[float, str]]:
    """The steps of a rate, and how they are named."""
    steps = ticks(most, many)
    fine = len(steps) > 1 and steps[1] * 100 != round(steps[1] * 100)
    return [(step, f"{step * 100:.1f} %" if fine else f"{round(step * 100)} %") for step in steps]


def figure(wide: h.Element, narrow: h.Element) -> h.Element:
    """Drawn twice, as letters on a phone would be too small: only one is shown."""
    return h.figure[h.div(class_="wide")[wide], h.div(class_="narrow")[narrow]]
