"""A report as a page to print: it stands alone, asks for nothing, and shows every text as it was written."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import htpy as h

from convdata.activity import act, record
from convdata.captions import short, span
from convdata.channels import channel, language_title
from convdata.database import Store
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.paper import places, sections, tables
from convdata.paper.canvas import inks
from convdata.paper.style import STYLE
from convdata.periods import local
from convdata.report import report, running
from convdata.rights import Actor, Right, require
from convdata.stats import MESSAGES, Measure
from convdata.vocabulary import Act

# A second wall behind escaped texts: whatever else were in it, the page runs and fetches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
ANSWER = ("message", "conversation", "ended", "escalation")  # as on the page
ALERTS = 10  # that stand on top; the others are in the table at the end
TITLES = {"channel": lambda key: channel(key).title, "language": language_title}
READING = (
    "A whisker, a band and “95 %” are the interval (Wilson) in which the true share lies: it is wide where little was counted. "
    f"Of fewer than {FEW} no share is said. A change is against the equal period before, in bold where chance alone does not "
    "explain it; ▲ ▼ are points, hollow △ ▽ where chance alone may explain them."
)


def download(store: Store, choices: Choices, *, by: Actor, now: datetime, measure: Measure = MESSAGES) -> bytes:
    """The page as a file, recorded: its topics are customers' own words."""
    require(by, Right.DOWNLOAD_REPORT)
    page = report_page(report(store, choices, now, by=by, measure=measure)).encode()
    details = {"from": str(choices["from"]), "to": str(choices["to"])}
    store.change(lambda t: record(t, act(Act.DOWNLOAD_REPORT, actor=by, now=now, details=details)))
    return page


def report_page(found: dict[str, Any]) -> str:
    """The whole page. ``found`` is what report.py gives."""
    title = f"Misheard: trends {found['from']} to {found['to']}"
    page = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta({"http-equiv": "Content-Security-Policy"}, content=POLICY),
            h.meta(name="referrer", content="no-referrer"),
            h.meta(name="viewport", content="width=device-width"),
            h.title[title],
            h.style[_Css(STYLE)],
        ],
        h.body[
            inks(),
            h.h1["Misheard: trends"],
            _about(found),
            _firing(found["alerts"]),
            _tiles(found["numbers"]),
            sections.over_time(found),
            places.places(found),
            sections.times(found),
            sections.what_about(found),
            h.section[h.h2["All numbers"], tables.numbers(found)],
            _alerts(found["alerts"]),
            h.section(class_="keep")[h.h2["How to read this"], h.p(class_="def")[READING]],
        ],
    ]
    return "".join(page.iter_chunks())


class _Css(str):
    """Our own text, which has nothing in it to be escaped."""

    def __html__(self) -> str:
        return str(self)


def _about(found: dict[str, Any]) -> h.Node:
    zone = found["timezone"]
    made = local(datetime.fromisoformat(found["made_at"].removesuffix("Z")), ZoneInfo(zone))
    period = span(date.fromisoformat(found["from"]), date.fromisoformat(found["to"]))
    lines = [h.p[h.b[period, running(found)], f", both days included; days are days in {zone.replace('_', ' ')}."]]
    if not found["before"]["whole"]:
        lines.append(h.p["Not compared: the equal period before was not counted from its first day on."])
    for name, values in found["filters"].items():
        lines.append(h.p[f"Only {name}: ", h.bdi[_listed([short(TITLES[name](value)) for value in values])], "."])
    return [*lines, h.p[h.small[f"Made {made:%Y-%m-%d %H:%M}."]]]


def _listed(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _firing(found: Sequence[dict[str, Any]]) -> h.Node:
    """Those that fire, first of all."""
    firing = [alert for alert in found if alert["fires"]]
    boxes: list[h.Node] = [
        h.p(class_="alert")[h.b[h.bdi[short(a["alert"], 300)]], h.br, f"{a['said']} · {a['from']} to {a['to']}"]
        for a in firing[:ALERTS]
    ]
    return [*boxes, len(firing) > ALERTS and h.p[f"{len(firing) - ALERTS} more alerts fire: see the end."]]


def _tiles(found: Sequence[dict[str, Any]]) -> h.Element:
    at = {number["name"]: number for number in found}
    return h.div(class_="tiles")[
        [
            h.div(class_="tile")[
                n["title"],
                h.b[n["value"]],
                h.small[tables.rests_on(n["rests_on"])],
                n["before"] is not None and h.small["before: ", n["before"]],
                h.small(class_="nowrap")[tables.change(n)],
            ]
            for n in map(at.__getitem__, ANSWER)
        ]
    ]


def _alerts(found: Sequence[dict[str, Any]]) -> h.Node:
    """All of them, and how each stands."""
    calm = sum(not alert["fires"] for alert in found)
    said = f"{calm} {'alert does' if calm == 1 else 'alerts do'} not fire." if calm else "Every alert fires."
    return found and h.section[h.h2["Alerts"], h.p[said], tables.alerts(found)]
