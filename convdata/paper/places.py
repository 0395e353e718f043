"""Where it is worst: the sections by channel, by language, and by both."""

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h

from convdata.captions import named
from convdata.charts import COLUMNS, ROWS
from convdata.intervals import FEW
from convdata.marks import Mark
from convdata.paper import tables
from convdata.paper.canvas import NARROW, WIDE, figure
from convdata.paper.grids import matrix
from convdata.paper.ranking import by_channel, by_language, ranking
from convdata.report import as_mark
from convdata.stats import MESSAGES

Found = Mapping[str, Any]


def places(found: Found) -> h.Node:
    """Nothing where nothing was counted."""
    if not found["over_time"]:
        return None
    of_channel, of_language = ([as_mark(row, found) for row in found["tables"][of]] for of in ("channel", "language"))
    return [
        h.div(class_="pair")[
            _ranked("channel", of_channel, ranking(of_channel, f"{MESSAGES.title} by channel", by_channel)),
            _ranked("language", of_language, ranking(of_language, f"{MESSAGES.title} by language", by_language)),
        ],
        _both(found),
    ]


def _both(found: Found) -> h.Element:
    rows = sorted(found["tables"]["channel_language"], key=lambda row: -row["eligible"])
    both, was = [as_mark(row, found) for row in rows], [_before(row, found) for row in rows]
    earlier = {(mark.channel, mark.language): mark for mark in was}
    channels, languages = {m.channel for m in both}, {m.language for m in both}
    said = f"{MESSAGES.definition} In each cell the rate, the eligible messages, and the change in points against the equal period before."
    if len(channels) > COLUMNS or len(languages) > ROWS:
        said += (
            f" The {min(ROWS, len(languages))} largest of {len(languages):,} languages and {min(COLUMNS, len(channels))} of "
            f"{len(channels):,} channels; the Excel workbook has them all."
        )
    few = f"Too few to say a rate: fewer than {FEW} messages of each channel in each language."
    return h.section(class_="keep")[
        h.h2[f"{MESSAGES.title} by channel and language"],
        h.p[few]
        if all(mark.few for mark in both)
        else figure(matrix(both, earlier, WIDE), matrix(both, earlier, NARROW)),
        h.p(class_="def")[said],
        tables.behind(both, [named(mark) for mark in both], was),
    ]


def _before(row: Mapping[str, Any], found: Found) -> Mark:
    """The same cell in the period before; only its counts are read."""
    counts = {name: row[f"{name}_before"] for name in (MESSAGES.part, MESSAGES.whole)}
    return as_mark({**row, **counts}, found)


def _ranked(of: str, marks: Sequence[Mark], drawing: h.Element) -> h.Element:
    ordered = tables.in_order(marks)
    said = f"The {ROWS} highest of {len(marks):,} {of}s; the Excel workbook has them all." if len(marks) > ROWS else ""
    return h.section[
        h.h2[f"{MESSAGES.title} by {of}"],
        h.figure[drawing],
        said and h.p(class_="def")[said],
        tables.behind(ordered, [named(mark) for mark in ordered]),
    ]
