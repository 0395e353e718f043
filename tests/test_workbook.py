"""The Excel workbook, opened as a spreadsheet would: every table of the page, its numbers, formats and types, and no formula."""

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from convdata.alerts import Alert, define
from convdata.channels import channel, language_title
from convdata.database import Store
from convdata.errors import NotForYou
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.markers import mark_day
from convdata.report import report, splits
from convdata.rights import Actor, Role
from convdata.stats import table
from convdata.vocabulary import AlertKind
from convdata.workbook import MOST, download, workbook
from tests.conftest import NOW
from tests.story import NOON, message, opened, rows, tell

ANA = Actor("ana", Role.MANAGER)
MONTH = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
EVIL = '=HYPERLINK("http://evil.example","x") <b>\x07'
SHEETS = [
    "About", "Numbers", "By channel", "By language", "By channel and language", "By day", "By day and channel",
    "By day and language", "Busiest hours", "Top topics", "Coming back", "Marked days", "Alerts",
]  # fmt: skip


def opened_up(file: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file))


def lines(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet by the names in its first."""
    names, *found = sheet.iter_rows(values_only=True)
    assert len(set(names)) == len(names)
    return [dict(zip(names, row, strict=True)) for row in found]


def test_every_table_is_a_sheet_with_the_pages_numbers(demo: Store) -> None:
    book = opened_up(download(demo, MONTH, by=ANA, now=NOW))
    assert book.sheetnames == SHEETS
    for by, name in (
        (["channel"], "By channel"),
        (["language"], "By language"),
        (["channel", "language"], "By channel and language"),
    ):
        told, asked = lines(book[name]), table(demo, MONTH, by)
        assert len(told) == len(asked)
        for line, row in zip(told, asked, strict=True):
            titles = {
                "Channel": channel(row.get("channel") or "").title,
                "Language": language_title(row.get("language")),
            }
            assert {n: line[n] for n in titles if n in line} == {n: t for n, t in titles.items() if n.lower() in by}
            assert (line["Not understood"], line["Messages"]) == (row["not_understood"], row["eligible"])
            assert line["Rate"] == (pytest.approx(row["rate"]) if row["eligible"] >= FEW else None), (
                "no ranking of noise"
            )
    for of in ("channel", "language"):
        found, asked = lines(book[f"By day and {of}"]), table(demo, MONTH, ["day", of])
        assert [(str(r["Day"])[:10], r["Messages"]) for r in found] == [(r["day"], r["eligible"]) for r in asked]


def test_numbers_dates_and_shares_have_their_formats(demo: Store) -> None:
    book = opened_up(download(demo, MONTH, by=ANA, now=NOW))
    day, part, _, rate = next(row for row in book["By day"].iter_rows(min_row=2, max_col=4) if row[3].value)
    assert (day.number_format, part.number_format, rate.number_format) == ("yyyy-mm-dd", "#,##0", "0.0 %")
    assert isinstance(day.value, datetime)
    assert isinstance(part.value, int)
    back = book["Coming back"][2]
    assert (back[0].number_format, back[-1].number_format) == ("yyyy-mm-dd", "0.0 %")
    assert [row["Whole"] for row in lines(book["By day"])][-2:] == ["yes", "no"], "the running day is not over"


def test_every_sheet_can_be_read_and_printed(demo: Store) -> None:
    for sheet in list(opened_up(download(demo, MONTH, by=ANA, now=NOW)))[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert all(cell.font.bold for cell in sheet[1])
        widths = [sheet.column_dimensions[cell.column_letter].width for cell in sheet[1]]
        assert all(8 <= (width or 0) <= 63 for width in widths), sheet.title


def test_the_cover_says_what_it_is_about(demo_url: str) -> None:
    store = opened(demo_url, TIMEZONE="Europe/Paris")
    choices = Choices({**MONTH.chosen, "language": ("fr", "en"), "channel": ("alexa",)}, store.settings.timezone)
    about = {
        row[0]: row[1]
        for row in opened_up(download(store, choices, by=ANA, now=NOW))["About"].iter_rows(values_only=True)
    }
    store.close()
    assert (about["First day"].date(), about["Last day"].date()) == (MONTH["from"], MONTH["to"])
    assert about["Made"] == datetime(2026, 8, 9, 14), "on the dashboard's clock"
    assert about["Time zone"].startswith("Europe/Paris")
    assert (about["Channel"], about["Language"]) == ("Alexa", "French, English")
    assert about["Not over yet"].startswith("2026-08-09")
    assert "Wilson" in about["low, high"]
    assert set(SHEETS[1:]) <= set(about)
    assert about["Ended Not Understood"].startswith("Conversations whose status is Not Understood")


def test_nothing_in_it_is_a_formula_or_a_link(store: Store) -> None:
    risky = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", EVIL, "'quoted")
    tell(store, *(message(f"c{n}", NOON, risky[n % 7], understood=False, language=risky[n % 3]) for n in range(70)))
    mark_day(store, NOON.date(), "@SUM(1)", by=ANA, now=NOON)
    define(store, Alert("message", AlertKind.ABOVE, 0.1, 20, 1, "=1+1", "=1+1"), by=ANA, now=NOON)
    file = download(store, MONTH, by=ANA, now=NOON)
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode()
            assert "<f>" not in text, name
            assert "<hyperlink " not in text, name
    quoted = 0
    for sheet in opened_up(file):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+@'" and cell.value:
                    assert cell.data_type == "s"
                    if sheet.title != "About":
                        assert cell.quotePrefix, "and it stays a text where somebody edits it"
                        quoted += 1
    assert quoted > 7
    assert "download_report" in [act for (act,) in rows(store, "activity", "act")]


def test_an_empty_period_and_a_stranger_are_borne(store: Store) -> None:
    book = opened_up(download(store, MONTH, by=ANA, now=NOON))
    assert book.sheetnames == SHEETS
    assert [row["Count"] for row in lines(book["Numbers"])][:3] == [0, 0, 0]
    assert lines(book["By channel"]) == []
    with pytest.raises(NotForYou):
        download(store, MONTH, by=Actor("eve"), now=NOON)


def test_more_rows_than_anybody_opens_are_said_and_not_written(store: Store) -> None:
    found = report(store, MONTH, NOON, by=ANA) | {"splits": splits(store, MONTH, "day")}
    row = {"day": NOON.date().isoformat(), "text": "x"}
    book = opened_up(workbook(found | {"markers": [row] * (MOST + 5)}))
    assert book["Marked days"].max_row == MOST + 1
    about = {line[0]: line[1] for line in book["About"].iter_rows(values_only=True)}
    assert "Only the first 100,000 of 100,005 rows." in about["Marked days"]


def test_the_same_numbers_are_the_same_file(demo: Store) -> None:
    found = report(demo, MONTH, NOW, by=ANA) | {"splits": splits(demo, MONTH, "day")}
    assert workbook(found) == workbook(found)
    assert date.fromisoformat(found["today"]) == NOW.date()
