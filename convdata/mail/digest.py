"""The digest as a mail: what a manager reads before opening anything."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import htpy as h

from convdata.captions import named, percent, span
from convdata.charts import ranked
from convdata.mail.pieces import AMBER, BODY, CELL, FONT, SMALL, WARN, bar, heads, right, small, table, title, unlinked
from convdata.marks import Mark
from convdata.report import as_mark, running, titled
from convdata.week import peak

# Mail programs cut off what is longer than 100 kB; nobody reads so far either.
ALERTS, STEPS, BARS, TOPICS, MARKERS = 10, 14, 8, 10, 10
Found = Mapping[str, Any]


def mail(found: Found) -> str:
    """The whole document. ``found`` is what report.py gives."""
    firing = [alert for alert in found["alerts"] if alert["fires"]]
    of = {name: [as_mark(row, found) for row in found["tables"][name]] for name in ("channel", "language")}
    days = [as_mark(row, found) for row in found["over_time"]]
    latest = f", the latest {STEPS}" if len(days) > STEPS else ""
    parts: list[h.Node] = [
        _heading(found),
        [_alert(alert) for alert in firing[:ALERTS]],
        len(firing) > ALERTS and small(f"{len(firing) - ALERTS} more alerts fire."),
        _numbers(found),
        _bars(
            f"by {found['step']}{latest}",
            days[-STEPS:],
            [span(mark.first_day, mark.last_day) for mark in days[-STEPS:]],
        ),
        *(
            _bars(f"by {name}", ranked(marks)[:BARS], [named(m) for m in ranked(marks)[:BARS]], len(marks))
            for name, marks in of.items()
        ),
        bool(found["hours"]) and [title("Busiest hours"), small(peak(found["hours"]))],
        _topics(found["topics"]),
        _marked(found["markers"]),
        title("What the numbers mean"),
        [small(f"{n['title']}: {n['definition']}") for n in found["numbers"]],
        small("A change marked * is one that chance alone does not explain."),
    ]
    sheet = h.table(
        role="presentation",
        width="600",
        cellpadding="0",
        cellspacing="0",
        border="0",
        style="width:100%;max-width:600px",
    )
    page = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(name="viewport", content="width=device-width"),
            h.title[_subject(found, len(firing))],
        ],
        h.body(style="margin:0;padding:16px;background-color:#ffffff")[
            sheet[h.tr[h.td(style=f"{BODY};word-break:break-word")[parts]]]
        ],
    ]
    return "".join(page.iter_chunks())


def _subject(found: Found, firing: int) -> str:
    rate = next(number for number in found["numbers"] if number["name"] == "message")
    alerts = f" · {firing} alert{'' if firing == 1 else 's'}" if firing else ""
    before = "" if rate["before"] is None else f", before {rate['before']}"
    return (
        f"Misheard, {found['from']} to {found['to']}{running(found)}: {rate['title']} {rate['value']}{before}{alerts}"
    )


def _heading(found: Found) -> h.Node:
    period, was = (span(*(date.fromisoformat(of[end]) for end in ("from", "to"))) for of in (found, found["before"]))
    only = "; ".join(f"only {name} {', '.join(values[:12])}" for name, values in found["filters"].items())
    return [
        h.h1(style=f"{FONT};font-size:22px;line-height:28px;margin:0 0 4px 0")["Misheard: trends"],
        h.p(style=f"{BODY};margin:0 0 12px 0")[
            h.b[period, running(found)],
            f", days in {found['timezone']}; before: {was}",
            not found["before"]["whole"] and ", not compared: it was not counted from its first day on",
            only and [h.br, unlinked(only, 300)],
        ],
    ]


def _alert(alert: Found) -> h.Element:
    said: list[h.Node] = [
        h.b[unlinked(alert["alert"], 300)],
        h.br,
        f"{alert['said']} · {alert['from']} to {alert['to']}",
    ]
    style = f"{BODY};background-color:{WARN};border-left:4px solid {AMBER};padding:8px 12px"
    return h.table(role="presentation", width="100%", cellpadding="0", cellspacing="0", style="margin:0 0 8px 0")[
        h.tr[h.td(style=style, bgcolor=WARN)[said]]
    ]


def _numbers(found: Found) -> h.Element:
    lines = [
        h.tr[
            h.td(style=f"{BODY};{CELL}")[
                n["title"], [[h.br, h.span(style=SMALL)[said]] for said in n["rests_on"].split(" · ") if said]
            ],
            right(h.b[n["value"]]),
            right(n["before"] or ""),
            right(f"{n['change']} *" if n["beyond_chance"] else n["change"]),
        ]
        for n in found["numbers"]
    ]
    head = [
        h.th(style=f"{SMALL};{CELL};{side}", scope="col")[name] for name, side in heads("", "Now", "Before", "Change")
    ]
    return table(h.tr[head], lines)


def _bars(what: str, marks: Sequence[Mark], names: Sequence[str], many: int = 0) -> h.Node:
    """A row for each: its name, a bar, the rate and what it rests on."""
    most = max((mark.rate or 0 for mark in marks if not mark.few), default=0) or 1
    lines = [
        h.tr[
            h.td(style=f"{BODY};{CELL}", width="34%")[unlinked(name, 40)],
            h.td(style=f"{CELL};vertical-align:middle", width="30%")[
                None if mark.few or not mark.rate else bar(round(100 * mark.rate / most))
            ],
            right(h.b["too few" if mark.few else percent(mark.rate)]),
            right(f"{mark.part:,} of {mark.whole:,}"),
        ]
        for mark, name in zip(marks, names, strict=True)
    ]
    more = f"{many - len(marks):,} more." if many > len(marks) else ""
    return lines and [title(f"Not Understood rate {what}"), table(None, lines), more and small(more)]


def _topics(found: Found) -> h.Node:
    first = found["first"][:TOPICS]
    grouped = any(topic["customers"] is not None for topic in first)
    lines = [
        h.tr[
            h.td(style=f"{BODY};{CELL}")[h.bdi[unlinked(titled(topic, first))]],
            grouped and right(f"{topic['customers'] or 0:,}"),
            right(f"{topic['messages']:,}"),
        ]
        for topic in first
    ]
    names = heads("", *(["Customers"] if grouped else []), "Messages")
    head = h.tr[[h.th(style=f"{SMALL};{CELL};{side}", scope="col")[name] for name, side in names]]
    return lines and [
        title("Top topics of failure"),
        table(head, lines),
        small(f"Of {found['messages']:,} messages with text."),
    ]


def _marked(found: Sequence[Found]) -> h.Node:
    more = f"{len(found) - MARKERS} more." if len(found) > MARKERS else ""
    days = [small([f"{marker['day']}  ", h.bdi[unlinked(marker["text"])]]) for marker in found[:MARKERS]]
    return days and [title("Marked days"), days, more and small(more)]
