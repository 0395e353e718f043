"""The digest and the printed page say what the page says, and show everything literally."""

import json
import re
from datetime import timedelta

from convdata.__main__ import main
from convdata.database import Store
from convdata.filters import Choices
from convdata.headlines import HEADLINES, headline, in_brief
from convdata.markers import mark_day
from convdata.report import report
from convdata.report_page import download, report_page
from convdata.stats import table
from tests.conftest import NOW
from tests.story import NOON, READER, admin, message, tell

WEEK = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
EVIL = "<script>alert(1)</script>"


def test_a_report_never_disagrees_with_the_page(demo: Store) -> None:
    found = report(demo, WEEK, NOW, by=READER)
    numbers = {n["name"]: n for n in found["numbers"]}
    (rates,) = table(demo, WEEK)
    assert numbers["message"]["counts"] == {n: rates[n] for n in ("not_understood", "eligible")}
    for one in HEADLINES:
        assert (numbers[one.key]["value"], numbers[one.key]["rests_on"]) == in_brief(
            one, headline(demo, WEEK, one, NOW)
        )
    for rows in found["tables"].values():
        assert sum(row["eligible"] for row in rows) == rates["eligible"]
    assert sum(row["eligible"] for row in found["over_time"]) == rates["eligible"]
    assert sum(row["eligible"] for row in found["hours"]) == rates["eligible"]
    assert json.loads(json.dumps(found)) == found


def test_the_page_stands_alone_and_is_literal(store: Store) -> None:
    assert "Nothing to count" in report_page(report(store, WEEK, NOW, by=READER))
    tell(store, *(message(f"c{n}", NOON, EVIL, understood=False, language=EVIL[:8]) for n in range(30)))
    mark_day(store, NOON.date(), EVIL, by=admin("ana"), now=NOON)
    page = report_page(report(store, WEEK, NOW, by=READER))
    assert page.count("&lt;script&gt;alert(1)") == 2
    assert "<script" not in page
    assert "default-src 'none'" in page.partition("<title>")[0]  # and were there one, it would not run
    assert not re.search(r"(src|href)\s*=|url\(|@import", page)
    assert "30 of 30 messages" in page


def test_the_button_of_the_page_gives_that_file(demo: Store) -> None:
    assert download(demo, WEEK, by=admin("Ada"), now=NOW) == report_page(report(demo, WEEK, NOW, by=READER)).encode()


def test_the_digest_is_printed_for_people_and_for_programs(duckdb_url, monkeypatch, capsys) -> None:
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    for format in ("text", "html", "json"):
        assert main(["digest", "--format", format, "--from", "2026-08-01", "--to", "2026-08-07"]) == 0
        out = capsys.readouterr().out
        assert "2026-08-01" in out
    assert json.loads(out)["numbers"][0]["counts"] == {"eligible": 0}
    assert main(["digest", "--format", "pdf"]) == 2
