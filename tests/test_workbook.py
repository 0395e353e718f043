"""The Excel workbook: every table of the page, no formula, and the same numbers."""

import io
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest

from convdata.database import Store
from convdata.errors import NotForYou
from convdata.filters import Choices
from convdata.markers import mark_day
from convdata.report import report
from convdata.rights import Actor, Role
from convdata.stats import table
from convdata.workbook import download, workbook
from tests.conftest import NOW
from tests.story import NOON, message, rows, tell

ANA = Actor("ana", Role.MANAGER)
MONTH = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
EVIL = '=HYPERLINK("http://evil.example","x") <b>\x07'


def opened_up(file: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


def sheet_names(parts: dict[str, str]) -> list[str]:
    return [unescape(name) for name in re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"])]


def numbers(sheet: str) -> list[float]:
    return [float(n) for n in re.findall(r'<c r="[A-Z]+\d+"(?: s="\d+")?><v>([^<]+)</v>', sheet)]


def test_every_table_is_a_sheet_with_the_pages_numbers(demo: Store) -> None:
    parts = opened_up(workbook(report(demo, MONTH, NOW, by=ANA)))
    assert sheet_names(parts) == [
        "About", "Numbers", "By channel", "By language", "By channel and language", "By day", "Busiest hours",
        "Top topics", "Marked days", "Alerts",
    ]  # fmt: skip
    row = table(demo, MONTH, ["channel"])[0]
    first = numbers(parts["xl/worksheets/sheet3.xml"])[:3]
    assert first == [row["not_understood"], row["eligible"], pytest.approx(row["rate"])]
    said = unescape(parts["xl/sharedStrings.xml"])
    assert "Wilson" in said
    assert MONTH.timezone.key in said


def test_nothing_in_it_is_a_formula_or_a_link(store: Store) -> None:
    tell(store, *(message(f"c{n}", NOON, EVIL, understood=False, language="=1+1") for n in range(30)))
    mark_day(store, NOON.date(), "@SUM(1)", by=ANA, now=NOON)
    parts = opened_up(download(store, MONTH, by=ANA, now=NOON))
    for name, text in parts.items():
        assert "<f>" not in text, name
        assert "<hyperlink " not in text, name
    assert "=HYPERLINK" in unescape(parts["xl/sharedStrings.xml"])
    assert "download_report" in [act for (act,) in rows(store, "activity", "act")]


def test_an_empty_period_and_a_stranger_are_borne(store: Store) -> None:
    assert sheet_names(opened_up(download(store, MONTH, by=ANA, now=NOON)))
    with pytest.raises(NotForYou):
        download(store, MONTH, by=Actor("eve"), now=NOON)
