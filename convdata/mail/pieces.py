"""What mails are made of: tables and styles in their places only, as mail programs take away everything else.

Nothing is fetched, nothing can be clicked: a mail program makes links of what looks like an address, and what a customer has
written must not become one.
"""

import re
from collections.abc import Sequence

import htpy as h

from convdata.captions import short

INK, QUIET, RULE, AMBER, WARN = "#1b1f29", "#596072", "#dfe2e9", "#b26a00", "#fcf1df"
FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
BODY = f"{FONT};font-size:14px;line-height:20px;color:{INK}"
SMALL = f"{FONT};font-size:12px;line-height:17px;color:{QUIET}"
CELL = f"padding:6px 8px 6px 0;border-bottom:1px solid {RULE};vertical-align:top;text-align:left"
_INSIDE = re.compile(r"(?<=\S)([.:/@])(?=\S)")


def unlinked(text: str, longest: int = 120) -> str:
    """In one line, with an invisible space where a mail program would see an address and make a link of it."""
    return _INSIDE.sub("\\1\u200b", short(text, longest))


def bar(percents: int) -> h.Element:
    """A cell with a colour, so long: no mail program draws anything else."""
    return h.table(role="presentation", width=f"{max(1, percents)}%", cellpadding="0", cellspacing="0")[
        h.tr[
            h.td(
                bgcolor=AMBER, height="10", style=f"background-color:{AMBER};height:10px;font-size:1px;line-height:10px"
            )["\u00a0"]
        ]
    ]


def title(said: str) -> h.Element:
    return h.h2(style=f"{FONT};font-size:16px;line-height:22px;margin:24px 0 4px 0")[said]


def small(said: h.Node) -> h.Element:
    return h.p(style=f"{SMALL};margin:4px 0")[said]


def right(said: h.Node) -> h.Element:
    return h.td(style=f"{BODY};{CELL};text-align:right;white-space:nowrap", align="right")[said]


def heads(*names: str) -> Sequence[tuple[str, str]]:
    return [(name, "text-align:right" if place else "text-align:left") for place, name in enumerate(names)]


def table(head: h.Node, lines: Sequence[h.Element]) -> h.Element:
    return h.table(
        width="100%", cellpadding="0", cellspacing="0", border="0", style="border-collapse:collapse;width:100%"
    )[head, lines]
