"""The list of customers as a file: what the filters pick, harmless in a spreadsheet, and recorded."""

import csv
import io

from convdata import listing, report_page
from convdata.database import Store
from convdata.downloads import without_guard
from convdata.filters import Choices
from tests.story import NOON, admin, customer, message, rows, tell


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_file_holds_what_the_filters_pick(store: Store) -> None:
    tell(store, message("a", language="fr"), message("b", language="de"), message("c", language="fr", understood=False))
    lines = read(listing.as_csv(store, Choices({"language": ("fr",)}), by=admin("Chen"), now=NOON))
    assert {(x["customer_id"], x["status"]) for x in lines} == {("a", "ok"), ("c", "not_understood")}


def test_what_a_spreadsheet_would_run_is_guarded_and_can_be_had_back(store: Store) -> None:
    hostile = '=HYPERLINK("http://x","y")'
    tell(store, customer("007", first_name=hostile), message("007"))
    (line,) = read(listing.as_csv(store, Choices(), by=admin("Chen"), now=NOON))
    assert line["first_name"] == "'" + hostile
    assert without_guard(line["first_name"]) == hostile
    assert line["customer_id"] == "007"


def test_each_download_is_recorded_without_a_word_of_its_content(store: Store) -> None:
    tell(store, message("a"))
    listing.as_csv(store, Choices({"search": "a"}), by=admin("Chen"), now=NOON)
    (record,) = rows(store, "activity", "actor", "act", "details")
    assert record[:2] == ("Chen", "download_list")
    assert record[2] == '{"customers": 1, "filters": ["search"]}'


def test_a_report_that_is_taken_away_is_recorded(store: Store) -> None:
    tell(store, message("a", understood=False, text="<b>late</b>"))
    period = Choices({"from": NOON.date(), "to": NOON.date()})
    assert b"<b>late</b>" not in report_page.download(store, period, by=admin("Chen"), now=NOON)
    (record,) = rows(store, "activity", "actor", "act")
    assert tuple(record) == ("Chen", "download_report")
