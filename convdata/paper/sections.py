"""The sections of the report with a drawing: each with what it means, and the table behind it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import htpy as h

from convdata.busiest import DEFINITION as BUSIEST
from convdata.captions import short, span
from convdata.paper import tables
from convdata.paper.canvas import NARROW, WIDE, figure
from convdata.paper.course import course
from convdata.paper.days import Marked, by_day, not_whole
from convdata.paper.grids import coming_back, hours
from convdata.report import as_mark
from convdata.returning import DEFINITION as RETURNING
from convdata.returning import Cohort
from convdata.stats import MEASURES
from convdata.week import peak

MARKERS = 20
TOPICS = "What the bot did not understand in the period, put together by what it says; a topic that Review has grouped says how many customers."
Found = Mapping[str, Any]


def over_time(found: Found) -> h.Node:
    """The rate over time and how much it rests on."""
    measure = MEASURES[found["measure"]]
    drawn = [as_mark(row, found) for row in found["over_time"]]
    marked = by_day(found["markers"])
    if not drawn:
        return [h.p["There is no message with a verdict in this period: nothing to draw."], *_listed(marked)]
    first, last = (date.fromisoformat(found["drawn"][end]) for end in ("from", "to"))
    today, step = date.fromisoformat(found["today"]), found["step"]
    how: dict[str, Any] = {
        "first": first,
        "last": last,
        "step": step,
        "today": today,
        "marked": marked,
        "measure": measure,
    }
    said = [measure.definition]
    if running := not_whole(drawn, step, today):
        said.append(f"Hollow and hatched: {'; '.join(running)}.")
    if any(mark.few for mark in drawn):
        said.append("A faint dot off the line rests on too few.")
    return h.section[
        h.h2[f"{measure.title} by {step}"],
        figure(course(drawn, width=WIDE, **how), course(drawn, width=NARROW, **how)),
        *_listed(marked),
        h.p(class_="def")[" ".join(said)],
        tables.behind(drawn, [span(mark.first_day, mark.last_day) for mark in drawn], measure),
    ]


def _listed(marked: Marked) -> list[h.Node]:
    """What the numbers over the drawing stand for."""
    lines = [h.li[f"{span(day, day)}: ", h.bdi[short(" · ".join(texts), 300)]] for day, texts in marked[:MARKERS]]
    more = f"{len(marked) - MARKERS} more marked days; the Excel workbook has them all."
    return [h.ol(class_="def")[lines] if lines else None, h.p(class_="def")[more] if len(marked) > MARKERS else None]


def times(found: Found) -> h.Node:
    """When it is busiest, and who comes back."""
    cohorts = _cohorts(found["coming_back"])
    return [
        bool(found["hours"])
        and h.section(class_="keep")[
            h.h2["Busiest hours"],
            h.p[peak(found["hours"])],
            figure(hours(found["hours"], WIDE), hours(found["hours"], NARROW)),
            h.p(class_="def")[BUSIEST],
            tables.hours(found["hours"]),
        ],
        bool(cohorts)
        and h.section(class_="keep")[
            h.h2["Customers who come back"],
            figure(coming_back(cohorts, WIDE), coming_back(cohorts, NARROW)),
            h.p(class_="def")[
                f"Each row: the week first seen and how many customers; each column: the share active so many weeks later, in percent. {RETURNING}"
            ],
            tables.coming_back(found["coming_back"]),
        ],
    ]


def what_about(found: Found) -> h.Node:
    """The topics of failure."""
    if not found["topics"]["first"]:
        return None
    many = found["topics"]["messages"]
    return h.section[
        h.h2["Top topics of failure"],
        tables.topics(found["topics"]),
        h.p(class_="def")[
            f"Of {many:,} not-understood message{'' if many == 1 else 's'} with text in this period. {TOPICS}"
        ],
    ]


def _cohorts(rows: Sequence[Mapping[str, Any]]) -> list[Cohort]:
    active: dict[str, list[int]] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        active.setdefault(row["first_seen"], []).append(row["active"])
        sizes[row["first_seen"]] = row["customers"]
    return [Cohort(date.fromisoformat(week), sizes[week], tuple(found)) for week, found in active.items()]
