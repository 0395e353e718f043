"""Tables of the report: the numbers with their definitions, what stands behind each drawing, topics and alerts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import htpy as h

from convdata.captions import percent, short, span
from convdata.charts import ranked
from convdata.failings import WEEKDAYS
from convdata.marks import Mark
from convdata.stats import MESSAGES, Measure
from convdata.vocabulary import ReviewState

ROWS = 100  # of a table behind a drawing; nobody reads more, and the workbook has them
Found = Mapping[str, Any]


def numbers(found: Found) -> h.Element:
    """Every number, what it rests on, the period before, the change, and what it means."""
    was = span(*(date.fromisoformat(found["before"][end]) for end in ("from", "to")))
    lines = [
        h.tr[
            h.td[n["title"], h.br, h.small[n["definition"]]],
            h.td({"data-is": "now"}, class_="n")[h.b[n["value"]]],
            h.td[rests_on(n["rests_on"])],
            h.td({"data-is": "before"}, class_="n")[n["before"] or ""],
            h.td({"data-is": "change"}, class_="n")[change(n)],
        ]
        for n in found["numbers"]
    ]
    before = h.th(class_="n", scope="col")["Before", h.br, h.small[was]]
    head = h.tr[_th("Number"), _th("Now", "n"), _th("Of"), before, _th("Change", "n")]
    return h.table(class_="numbers")[h.thead[head], h.tbody[lines]]


def rests_on(said: str) -> h.Node:
    """What a number rests on, and under it the interval."""
    of, _, between = said.partition(" · ")
    return [of, between and [h.br, h.small(class_="nowrap")[between]]]


def change(number: Found) -> h.Node:
    """In bold where chance alone does not explain it."""
    return h.b[number["change"]] if number["beyond_chance"] else number["change"]


def behind(
    marks: Sequence[Mark], named: Iterable[str], measure: Measure, earlier: Sequence[Mark | None] = ()
) -> h.Element:
    """The numbers of a drawing, row by row."""
    # Per conversation it is the same number twice.
    opens = ["Conversations not understood"] if measure is MESSAGES else []
    head = ["", "Rate", "95 % interval", "Not understood", measure.unit.capitalize(), *opens]
    was = dict(zip(range(len(marks)), earlier, strict=False))
    rows = []
    for place, (mark, name) in enumerate(zip(marks, named, strict=True)):
        low, high = mark.interval
        rate, between = ("too few", "") if mark.few else (percent(mark.rate), f"{percent(low)} to {percent(high)}")
        then = was.get(place)
        before = [f"{then.part:,} of {then.whole:,}"] if then else []
        opened = [f"{mark.opens:,}"] if opens else []
        rows.append([name, rate, between, f"{mark.part:,}", f"{mark.whole:,}", *opened, *before])
    return folded([*head, *(["The period before"] if any(earlier) else [])], rows)


def hours(rows: Sequence[Mapping[str, Any]]) -> h.Element:
    lines = [
        [
            f"{WEEKDAYS[r['weekday']]} {r['hour']}:00",
            f"{r['eligible']:,}",
            f"{r['not_understood']:,}",
            f"{r['conversations']:,}",
        ]
        for r in rows
    ]
    return folded(["Hour", "Messages", "Not understood", "Conversations not understood"], lines, most=168)


def coming_back(rows: Sequence[Mapping[str, Any]]) -> h.Element:
    lines = [
        [
            r["first_seen"],
            f"{r['weeks_later']}",
            f"{r['customers']:,}",
            f"{r['active']:,}",
            "too few" if r["share"] is None else percent(r["share"]),
        ]
        for r in rows
    ]
    return folded(["First seen, week of", "Weeks later", "Customers", "Active", "Share"], lines)


def topics(found: Found) -> h.Element:
    """In customers' own words, literally."""
    groups = any(topic["customers"] is not None for topic in found["first"])
    head = h.tr[
        _th("Topic"),
        groups and [_th("Language"), _th("Customers", "n")],
        _th("Messages", "n"),
        _th("Share", "n"),
        groups and _th("State"),
    ]
    lines = [
        h.tr[
            h.td[h.bdi[short(topic["text"], 200)]],
            groups
            and [
                h.td[h.bdi[short(topic["language"] or "", 40)]],
                h.td(class_="n")["" if topic["customers"] is None else f"{topic['customers']:,}"],
            ],
            h.td(class_="n")[f"{topic['messages']:,}"],
            h.td(class_="n")["too few" if topic["share"] is None else percent(topic["share"])],
            groups and h.td[ReviewState(topic["state"]).label if topic["state"] else ""],
        ]
        for topic in found["first"]
    ]
    return h.table[h.thead[head], h.tbody[lines]]


def alerts(found: Sequence[Found]) -> h.Element:
    lines = [
        h.tr[
            h.td[h.bdi[short(a["alert"], 300)]],
            h.td[h.b["fires"] if a["fires"] else "calm"],
            h.td[a["said"], h.br, h.small[f"{a['from']} to {a['to']}"]],
        ]
        for a in found
    ]
    return h.table[h.thead[h.tr[_th("Alert"), _th(""), _th("Numbers")]], h.tbody[lines]]


def in_order(marks: Sequence[Mark]) -> Sequence[Mark]:
    """As the drawing has them: the worst first."""
    return ranked(marks)


def folded(head: Sequence[str], rows: Sequence[Sequence[str]], most: int = ROWS) -> h.Element:
    """A table behind its drawing; what is too long for reading says so."""
    names = h.tr[[_th(name, "n" if place else "") for place, name in enumerate(head)]]
    lines = [h.tr[h.td[h.bdi[row[0]]], [h.td(class_="n")[cell] for cell in row[1:]]] for row in rows[:most]]
    more = f"{len(rows) - most:,} more; the Excel workbook has them all." if len(rows) > most else ""
    return h.details[h.summary["Table"], h.div[h.table[h.thead[names], h.tbody[lines]]], more and h.p[h.small[more]]]


def _th(name: str, kind: str = "") -> h.Element:
    return h.th({"class": kind} if kind else {}, scope="col")[name]
