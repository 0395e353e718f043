"""All numbers of Trends as one Excel workbook: a sheet for each table, and one that says what they are about.

Texts are written as texts: nothing in it is ever a formula or a link, whatever a customer has written.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from convdata.activity import act, record
from convdata.database import Store
from convdata.failings import WEEKDAYS
from convdata.filters import Choices
from convdata.intervals import wilson
from convdata.report import report
from convdata.rights import Actor, Right, require
from convdata.stats import CONVERSATIONS, MESSAGES
from convdata.vocabulary import Act

WIDEST, LONGEST = 60, 32_000  # characters of a column on the screen, and of a cell at all
TITLES = {"channel": "By channel", "language": "By language", "channel_language": "By channel and language"}
PERCENT = ("Rate", "from", "to", "Conversation rate", "Share")
Table = list[dict[str, Any]]


def download(store: Store, choices: Choices, *, by: Actor, now: datetime) -> bytes:
    """The workbook as a file, recorded: its topics are customers' own words."""
    require(by, Right.DOWNLOAD_REPORT)
    file = workbook(report(store, choices, now, by=by))
    details = {"from": str(choices["from"]), "to": str(choices["to"]), "format": "xlsx"}
    store.change(lambda t: record(t, act(Act.DOWNLOAD_REPORT, actor=by, now=now, details=details)))
    return file


def workbook(found: Mapping[str, Any]) -> bytes:
    """The file. ``found`` is what report.py gives."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0 %"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet("About")
        about.set_column(0, 0, 28, wrapped)
        about.set_column(1, 1, 100, wrapped)
        for line, (name, text) in enumerate(_about(found)):
            about.write_string(line, 0, name, bold)
            about.write_string(line, 1, text, wrapped)
        for title, columns, rows in _tables(found):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(columns):
                sheet.write_string(0, column, name, bold)
                width = max([len(name), *(len(str(row.get(name, ""))) for row in rows[:500])], default=8)
                sheet.set_column(column, column, min(WIDEST, max(8, width + 2)))
            for number, row in enumerate(rows, start=1):
                for column, name in enumerate(columns):
                    _write(sheet, number, column, row.get(name), share if name in PERCENT else None)
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value[:LONGEST])
    elif value is not None:
        sheet.write_number(row, column, value, style)


def _about(found: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "Misheard: trends", f"{found['from']} to {found['to']}, both days included"
    yield "Days are days in", found["timezone"]
    yield "The period before", f"{found['before']['from']} to {found['before']['to']}"
    for name, values in found["filters"].items():
        yield f"Only {name}", ", ".join(values)
    yield "Made", found["made_at"]
    yield (
        "from, to",
        "The 95 % interval (Wilson): between which values the true share lies. Of fewer than 20, a rate says nothing.",
    )
    for number in found["numbers"]:
        yield number["title"], number["definition"]


def _tables(found: Mapping[str, Any]) -> Iterable[tuple[str, Sequence[str], Table]]:
    numbers = [
        {"Number": n["title"], "Value": n["value"], "Of": n["rests_on"], "Before": n["before"] or ""}
        | {name.replace("_", " ").capitalize(): value for name, value in n["counts"].items()}
        for n in found["numbers"]
    ]
    yield "Numbers", list(dict.fromkeys(name for row in numbers for name in row)), numbers
    for name, rows in found["tables"].items():
        yield TITLES[name], *_rates(rows, "title")
    yield f"By {found['step']}", *_rates(found["over_time"], "day")
    hours = [
        {
            "Weekday": WEEKDAYS[h["weekday"]],
            "Hour": h["hour"],
            "Messages": h["eligible"],
            "Not understood": h["not_understood"],
        }
        for h in found["hours"]
    ]
    yield "Busiest hours", ("Weekday", "Hour", "Messages", "Not understood"), hours
    whole = found["topics"]["messages"]
    topics = [
        {"Topic": t["text"], "Customers": t["customers"], "Messages": t["messages"], "Share": t["messages"] / whole}
        for t in found["topics"]["first"]
    ]
    yield "Top topics", ("Topic", "Customers", "Messages", "Share"), topics
    yield "Marked days", ("Day", "What"), [{"Day": m["day"], "What": m["text"]} for m in found["markers"]]
    alerts = [
        {"Alert": a["alert"], "Fires": "yes" if a["fires"] else "no", "Numbers": a["said"]} for a in found["alerts"]
    ]
    yield "Alerts", ("Alert", "Fires", "Numbers"), alerts


def _rates(rows: Table, named: str) -> tuple[Sequence[str], Table]:
    """Both rates of each row with their counts; the interval is that of the first."""
    told = []
    for row in rows:
        low, high = wilson(row[MESSAGES.part], row[MESSAGES.whole]) or (None, None)
        told.append(
            {
                "Of": row[named],
                "Not understood": row[MESSAGES.part],
                "Messages": row[MESSAGES.whole],
                "Rate": row["rate"],
                "from": low,
                "to": high,
                "Conversations not understood": row[CONVERSATIONS.part],
                "Conversations": row[CONVERSATIONS.whole],
                "Conversation rate": row["conversation_rate"],
            }
        )
    columns = (
        "Of", "Not understood", "Messages", "Rate", "from", "to", "Conversations not understood", "Conversations",
        "Conversation rate",
    )  # fmt: skip
    return columns, told
