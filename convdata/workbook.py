"""All numbers of Trends as one Excel workbook: a sheet for each table, and a cover that says what they are about.

Texts are written as texts: nothing in it is ever a formula or a link, whatever a customer has written. What a spreadsheet might
run where somebody edits it bears Excel's own mark of a text.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from convdata.activity import act, record
from convdata.channels import channel, language_title
from convdata.columns import COUNT, DAY, POINTS, SHARE, TEXT
from convdata.database import Store
from convdata.downloads import guarded
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.periods import local
from convdata.report import report, splits
from convdata.rights import Actor, Right, require
from convdata.tables import Table, tables
from convdata.vocabulary import Act

WIDEST, HEAD, LONGEST = (
    60,
    16,
    32_000,
)  # characters of a column on the screen, of its name in one line, and of a cell at all
MOST = 100_000  # rows of a sheet: with more, no spreadsheet is quick any more
FORMATS = {COUNT: "#,##0", SHARE: "0.0 %", DAY: "yyyy-mm-dd", POINTS: "+0.0;-0.0;0.0", TEXT: "@"}
MOMENT = "yyyy-mm-dd hh:mm"
TITLES = {"channel": lambda key: channel(key).title, "language": language_title}
INTERVALS = (
    "The 95 % interval (Wilson): between which values the true share lies. "
    f"A share of fewer than {FEW} is left empty: it says nothing."
)


def download(store: Store, choices: Choices, *, by: Actor, now: datetime) -> bytes:
    """The workbook as a file, recorded: its topics are customers' own words."""
    require(by, Right.DOWNLOAD_REPORT)
    found = report(store, choices, now, by=by)
    file = workbook(found | {"splits": splits(store, choices, found["step"])})
    details = {"from": str(choices["from"]), "to": str(choices["to"]), "format": "xlsx"}
    store.change(lambda t: record(t, act(Act.DOWNLOAD_REPORT, actor=by, now=now, details=details)))
    return file


def workbook(found: Mapping[str, Any]) -> bytes:
    """The file. ``found`` is what report.py gives."""
    out, made = io.BytesIO(), list(tables(found))
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": "Misheard: trends", "created": _moment(found)})
        _cover(book, found, made)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        formats["quoted"] = book.add_format({"num_format": "@", "quote_prefix": True})
        for table in made:
            _sheet(book, table, head, formats)
    return out.getvalue()


def _cover(book: Any, found: Mapping[str, Any], made: Sequence[Table]) -> None:
    sheet = book.add_worksheet("About")
    bold, wrapped = (
        book.add_format({"bold": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    day, moment = (
        book.add_format({"num_format": form, "align": "left", "valign": "top"}) for form in (FORMATS[DAY], MOMENT)
    )
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for line, (name, value) in enumerate(_about(found, made)):
        sheet.write_string(line, 0, name, bold)
        if isinstance(value, str):
            sheet.write_string(line, 1, value[:LONGEST], wrapped)
        else:
            sheet.write_datetime(line, 1, value, moment if isinstance(value, datetime) else day)


def _about(found: Mapping[str, Any], made: Sequence[Table]) -> Iterable[tuple[str, str | date]]:
    yield "Misheard: trends", "What the bot did not understand, and what that cost."
    yield "First day", date.fromisoformat(found["from"])
    yield "Last day", date.fromisoformat(found["to"])
    yield "Time zone", f"{found['timezone']}: days are days of this zone, and both ends are included"
    for name, title in TITLES.items():
        values = found["filters"].get(name)
        yield name.capitalize(), ", ".join(map(title, values)) if values else "all"
    compared = "" if found["before"]["whole"] else "; not compared: it was not counted from its first day on"
    yield "The period before", f"{found['before']['from']} to {found['before']['to']}{compared}"
    if found["to"] >= found["today"]:
        yield "Not over yet", f"{found['today']} and what is after it"
    yield "Made", _moment(found)
    yield "low, high", INTERVALS
    yield "", ""
    for table in made:
        more = f" Only the first {MOST:,} of {len(table.rows):,} rows." if len(table.rows) > MOST else ""
        yield table.title, f"{table.about} {len(table.rows):,} row{'' if len(table.rows) == 1 else 's'}.{more}"
    yield "", ""
    for number in found["numbers"]:
        yield number["title"], number["definition"]


def _sheet(book: Any, table: Table, head: Any, formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(table.title)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    rows = [row for row, _ in zip(table.values(), range(MOST), strict=False)]
    for place, column in enumerate(table.columns):
        said = [_long(row[place], column.kind) for row in rows[:500]]
        sheet.set_column(place, place, min(WIDEST, max(8, min(HEAD, len(column.name) + 3), *said, 0) + 2))
        sheet.write_string(0, place, column.name, head)
    for line, row in enumerate(rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, line, place, column.kind, value, formats)
    sheet.autofilter(0, 0, max(1, len(rows)), len(table.columns) - 1)


def _write(sheet: Any, line: int, place: int, kind: str, value: Any, formats: Mapping[str, Any]) -> None:
    if kind == TEXT:
        sheet.write_string(line, place, value[:LONGEST], formats["quoted" if guarded(value) != value else TEXT])
    elif value is None:
        sheet.write_blank(line, place, None, formats[kind])
    elif kind == DAY:
        sheet.write_datetime(line, place, value, formats[DAY])
    else:
        sheet.write_number(line, place, value, formats[kind])


def _long(value: Any, kind: str) -> int:
    return len(value) if kind == TEXT else {DAY: 10, COUNT: len(f"{value or 0:,}") if kind == COUNT else 0}.get(kind, 7)


def _moment(found: Mapping[str, Any]) -> datetime:
    """When it was made, on the dashboard's clock; a spreadsheet knows no zones."""
    made = local(datetime.fromisoformat(found["made_at"].removesuffix("Z")), ZoneInfo(found["timezone"]))
    return made.replace(tzinfo=None)
