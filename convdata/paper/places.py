"""Where it is worst: the sections by channel, by language, and by both."""

from collections.abc import Mapping, Sequence
from typing import Any

import htpy as h

from convdata.captions import named
from convdata.charts import left_out
from convdata.intervals import FEW
from convdata.marks import Mark
from convdata.paper import tables
from convdata.paper.canvas import NARROW, WIDE, figure
from convdata.paper.grids import matrix
from convdata.paper.ranking import Colors, by_channel, by_language, ranking
from convdata.report import COUNTED, as_mark
from convdata.stats import MEASURES, MESSAGES, Measure

WORKBOOK = "the Excel workbook has them all"
Found = Mapping[str, Any]


def places(found: Found) -> h.Node:
    """Nothing where nothing was counted."""
    if not found["over_time"]:
        return None
    measure = MEASURES[found["measure"]]
    of_channel, of_language = ([as_mark(row, found) for row in found["tables"][of]] for of in ("channel", "language"))
    return [
        h.div(class_="pair")[
            _ranked("channel", of_channel, measure, by_channel),
            _ranked("language", of_language, measure, by_language),
        ],
        _both(found),
    ]


def _both(found: Found) -> h.Element:
    measure = MEASURES[found["measure"]]
    rows = sorted(found["tables"]["channel_language"], key=lambda row: -row[measure.whole])
    both, was = [as_mark(row, found) for row in rows], [_before(row, found) for row in rows]
    earlier = {(mark.channel, mark.language): mark for mark in was if mark}
    counted = "eligible messages" if measure is MESSAGES else measure.unit
    said = f"{measure.definition} In each cell the rate, the {counted}"
    said += ", and the change in points against the equal period before." if earlier else "."
    said = f"{said} {left_out(both, ['channel', 'language'], WORKBOOK)}".strip()
    few = f"Too few to say a rate: fewer than {FEW} {measure.unit} of each channel in each language."
    return h.section(class_="keep")[
        h.h2[f"{measure.title} by channel and language"],
        h.p[few]
        if all(mark.few for mark in both)
        else figure(matrix(both, earlier, WIDE, measure), matrix(both, earlier, NARROW, measure)),
        h.p(class_="def")[said],
        tables.behind(both, [named(mark) for mark in both], measure, was),
    ]


def _before(row: Mapping[str, Any], found: Found) -> Mark | None:
    """The same cell in the period before, if that is a whole one; only its counts are read."""
    if not found["before"]["whole"]:
        return None
    counts = {name: row[f"{name}_before"] for name in COUNTED}
    return as_mark({**row, **counts}, found)


def _ranked(of: str, marks: Sequence[Mark], measure: Measure, color: Colors) -> h.Element:
    ordered = tables.in_order(marks)
    said = left_out(marks, [of], WORKBOOK)
    return h.section[
        h.h2[f"{measure.title} by {of}"],
        h.figure[ranking(marks, measure, of, color)],
        said and h.p(class_="def")[said],
        tables.behind(ordered, [named(mark) for mark in ordered], measure),
    ]
