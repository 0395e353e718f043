"""The rates of a table as they are written down outside of it: never without their interval, and of too few not as a share."""

from collections.abc import Mapping, Sequence
from typing import Any

from convdata.captions import percent
from convdata.filters import Choices
from convdata.intervals import FEW, changed, wilson
from convdata.stats import CONVERSATIONS, MESSAGES, Asks, Measure, before, covered, table

RATES = ((MESSAGES, "rate"), (CONVERSATIONS, "conversation_rate"))
Row = dict[str, Any]


def with_intervals(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """For programs: each rate as it is, its 95 % interval right after it. Whoever reads it sees from both what it is worth."""
    return [_told(row, few=0) for row in rows]


def for_a_sheet(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """For a spreadsheet: a rate of too few is left empty, its interval too; whoever sorts must not find noise on top."""
    return [_told(row, few=FEW) for row in rows]


def in_words(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """For people: "12.5 % (6.1 to 24.0)", or that it is too few to say."""
    found = [dict(row) for row in rows]
    for row in found:
        for measure, name in RATES:
            row[name] = _said(row[measure.part], row[measure.whole])
    return found


def beside(asks: Asks, choices: Choices, measure: Measure, by: Sequence[str]) -> list[Row]:
    """The same beside the period before, with the change in points as a cell draws it: of too few none."""
    then = table(asks, before(choices), by) if covered(asks, choices) else []
    was = {tuple(row[name] for name in by): row for row in then}
    rows = for_a_sheet(table(asks, choices, by))
    for row in rows:
        old = was.get(tuple(row[name] for name in by), {})
        share, earlier = ((of.get(measure.part, 0), of.get(measure.whole, 0)) for of in (row, old))
        sure = min(share[1], earlier[1]) >= FEW
        row |= {
            f"{measure.part}_before": earlier[0] if then else None,
            f"{measure.whole}_before": earlier[1] if then else None,
            "change_points": round((share[0] / share[1] - earlier[0] / earlier[1]) * 100, 2) if sure else None,
            "beyond_chance": ("yes" if changed(earlier, share) else "no") if sure else None,
        }
    return rows


def _told(row: Mapping[str, Any], few: int) -> Row:
    told: Row = {}
    for name, value in row.items():
        told[name] = value
        for measure, rate in RATES:
            if name == rate:
                whole = row[measure.whole]
                sure = whole > 0 and whole >= few
                low, high = (wilson(row[measure.part], whole) if sure else None) or (None, None)
                told |= {rate: value if sure else None, f"{rate}_low": low, f"{rate}_high": high}
    return told


def _said(part: int, whole: int) -> str:
    interval = wilson(part, whole)
    if interval is None:
        return "–"
    if whole < FEW:
        return "too few"
    return f"{percent(part / whole)} ({percent(interval[0])} to {percent(interval[1])})"
