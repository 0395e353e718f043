"""A report as a page to print: it stands alone, asks for nothing, and shows every text as it was written."""

from datetime import datetime
from html import escape
from typing import Any

from convdata.activity import act, record
from convdata.captions import percent
from convdata.database import Store
from convdata.failings import WEEKDAYS
from convdata.filters import Choices
from convdata.headlines import share_in_brief
from convdata.intervals import FEW
from convdata.report import report
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act
from convdata.week import peak

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1b1f29;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #dfe2e9;vertical-align:top}th{font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}small{color:#596072}
.bar{background:#b26a00;height:.5rem;margin-top:.5rem;border-radius:2px;min-width:1px}td.b{width:30%}tr{break-inside:avoid}
.alert{border-left:4px solid #b26a00;padding:.2rem .8rem;background:#fcf1df}
.week td,.week th{padding:.1rem;text-align:center;font-size:.7rem;border:1px solid #fff}
@media print{body{margin:0;max-width:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
# A second wall behind escaped texts: whatever else were in it, the page runs and fetches nothing.
INERT = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    '<meta name="referrer" content="no-referrer">'
)
TITLES = {"channel": "By channel", "language": "By language", "channel_language": "By channel and language"}


def download(store: Store, choices: Choices, *, by: Actor, now: datetime) -> bytes:
    """The page as a file, recorded: its topics are customers' own words."""
    require(by, Right.DOWNLOAD_REPORT)
    page = report_page(report(store, choices, now, by=by)).encode()
    details = {"from": str(choices["from"]), "to": str(choices["to"])}
    store.change(lambda t: record(t, act(Act.DOWNLOAD_REPORT, actor=by, now=now, details=details)))
    return page


def report_page(found: dict[str, Any]) -> str:
    """The whole page."""
    about = f"{found['from']} to {found['to']}, both days included; days are days in {found['timezone']}"
    filtered = "; ".join(f"{name}: {', '.join(values)}" for name, values in found["filters"].items())
    parts = [
        f"<h1>Misheard: trends</h1><p>{_text(about)}{_text('; ' + filtered if filtered else '')}.</p>",
        _alerts(found["alerts"]),
        _numbers(found),
        *(_rates(TITLES[name], _worst_first(rows)) for name, rows in found["tables"].items()),
        _rates(f"By {found['step']}", [row | {"title": row["day"]} for row in found["over_time"]]),
        _week(found["hours"]),
        _list("Top topics of failure", _topics(found["topics"])),
        _list("Marked days", [f"{m['day']}  {m['text']}" for m in found["markers"]]),
        f"<p><small>Made {_text(found['made_at'])}.</small></p>",
    ]
    head = f'<meta charset="utf-8">{INERT}<title>Misheard: trends {found["from"]} to {found["to"]}</title>'
    return (
        f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{"".join(parts)}</body></html>'
    )


def _alerts(found: list[dict[str, Any]]) -> str:
    """Those that fire, first of all; how many others there are."""
    firing = [a for a in found if a["fires"]]
    said = "".join(
        f"<p class=alert><b><bdi>{_text(a['alert'])}</bdi></b><br>{_text(a['said'])} · {a['from']} to {a['to']}</p>"
        for a in firing
    )
    calm = len(found) - len(firing)
    return said + (
        f"<p><small>{calm} {'alert does' if calm == 1 else 'alerts do'} not fire.</small></p>" if calm else ""
    )


def _numbers(found: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{_text(n['title'])}<br><small>{_text(n['definition'])}</small></td><td class=n><b>{_text(n['value'])}</b>"
        f"</td><td>{_text(n['rests_on'])}</td><td class=n>{_text(n['before'] or '')}</td></tr>"
        for n in found["numbers"]
    )
    was = f"{found['before']['from']} to {found['before']['to']}"
    return f"<table><tr><th>Number<th class=n>Value<th>Of<th class=n>{_text(was)}</tr>{rows}</table>"


def _worst_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As on the page: what is too little to say a share of comes last."""
    return sorted(rows, key=lambda row: (row["eligible"] < FEW, -(row["rate"] or 0), -row["eligible"]))


def _rates(title: str, rows: list[dict[str, Any]]) -> str:
    lines = []
    for row in rows:
        value, rests_on = share_in_brief(row["not_understood"], row["eligible"], "messages")
        few = value in ("too few", "–")
        bar = "" if few else f'<div class=bar style="width:{row["rate"] * 100:.1f}%"></div>'
        lines.append(
            f"<tr><td>{_text(row['title'])}</td><td class=n><b>{_text(value)}</b></td><td class=b>{bar}</td>"
            f"<td>{_text(rests_on)}</td></tr>"
        )
    said = (
        f"<table><tr><th><th class=n>Rate<th><th>Of</tr>{''.join(lines)}</table>"
        if lines
        else "<p>Nothing to count.</p>"
    )
    return f"<h2>Not Understood rate {_text(title.lower())}</h2>{said}"


def _week(rows: list[dict[str, Any]]) -> str:
    at = {(row["weekday"], row["hour"]): row["eligible"] for row in rows}
    most = max(at.values(), default=1)
    lines = [f"<tr><th>{''.join(f'<th>{hour}' for hour in range(24))}</tr>"]
    for day, name in enumerate(WEEKDAYS):
        cells = "".join(
            f'<td style="background:rgba(79,110,196,{0.6 * at.get((day, hour), 0) / most:.2f})">{at.get((day, hour), "")}'
            for hour in range(24)
        )
        lines.append(f"<tr><th>{name[:3]}{cells}</tr>")
    return f"<h2>Busiest hours</h2><p>{_text(peak(rows))}</p><table class=week>{''.join(lines)}</table>"


def _topics(found: dict[str, Any]) -> list[str]:
    whole = found["messages"]
    lines = []
    for topic in found["first"]:
        who = f"{topic['customers']:,} customers, " if topic["customers"] is not None else ""
        share = f" ({percent(topic['messages'] / whole)})" if whole >= 20 else ""
        lines.append(f"{topic['text']}  – {who}{topic['messages']:,} of {whole:,} messages{share}")
    return lines


def _list(title: str, lines: list[str]) -> str:
    said = "".join(f"<li><bdi>{_text(line)}</bdi></li>" for line in lines)
    return f"<h2>{_text(title)}</h2><ol>{said}</ol>" if lines else ""


def _text(text: str | None) -> str:
    return escape(text or "")
