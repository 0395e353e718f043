"""The digest: as text that fits 72 columns, as a mail that every mail program shows, and for programs."""

import json
import re
import unicodedata
from datetime import timedelta
from html import unescape

import pytest

from convdata.__main__ import main
from convdata.alerts import Alert, define
from convdata.command_line.digest import WIDE, _topics, lines
from convdata.command_line.printing import cut, wrapped
from convdata.database import Store
from convdata.filters import Choices
from convdata.mail.digest import mail
from convdata.mail.pieces import unlinked
from convdata.markers import mark_day
from convdata.report import report
from convdata.vocabulary import AlertKind
from tests.conftest import NOW
from tests.story import NOON, READER, message, opened, tell

WEEK = Choices({"from": NOW.date() - timedelta(days=6), "to": NOW.date()})
EVIL = '<a href="http://evil.example">x</a> https://evil.example/?q=1 www.evil.example me@evil.example \x1b[31m \u202e'
WIDELY = "ごめんなさい、予約番号を忘れてしまいました。" * 6


def columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@pytest.fixture
def hostile(store: Store) -> Store:
    said = [
        message(f"c{n}", NOON, (EVIL, WIDELY)[n % 2], understood=False, language=(EVIL[:60], WIDELY[:30])[n % 2])
        for n in range(60)
    ]
    tell(store, *said, now=NOON)
    for n in range(14):
        mark_day(store, NOON.date() - timedelta(days=n % 7), f"{n} {(EVIL, WIDELY)[n % 2]}"[:80], by=READER, now=NOON)
    for language in (EVIL, WIDELY):
        define(store, Alert("message", AlertKind.ABOVE, 0.1, 20, 1, None, language[:60]), by=READER, now=NOON)
    define(store, Alert("message", AlertKind.ABOVE, 0.1, 20, 1), by=READER, now=NOON)
    return store


def test_the_text_fits_72_columns_whatever_is_in_it(demo: Store) -> None:
    said = "\n".join(lines(report(demo, WEEK, NOW, by=READER))).splitlines()
    assert [line for line in said if columns(line) > WIDE] == []
    assert any(re.fullmatch(r"Not Understood rate +\d+\.\d % +\d+\.\d %  [+−±].*", line) for line in said)
    assert "Not Understood rate by channel:" in said


def test_hostile_and_wide_texts_break_no_line_and_command_no_terminal(hostile: Store) -> None:
    found = report(hostile, WEEK.but(to=NOW.date() + timedelta(days=1)), NOON + timedelta(days=1), by=READER)
    assert any(alert["fires"] for alert in found["alerts"])
    said = "\n".join(lines(found))
    assert [line for line in said.split("\n") if columns(line) > WIDE] == []
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_a_mail_has_its_styles_in_place_and_fetches_and_links_nothing(hostile: Store) -> None:
    page = mail(report(hostile, WEEK, NOON, by=READER))
    assert not re.search(
        r"<(style|script|img|svg|a|link|form|div)\b|<[^>]*(\sclass=|\ssrc=|\shref=|url\(|var\(|flex|grid)", page
    )
    assert "&lt;a href=" in page
    seen = re.sub(r"<[^>]*>", " ", page)
    assert not re.search(r"https?://|www\.\w|\w@\w|evil\.example", unescape(seen)), (
        "a mail program would make links of these"
    )
    assert "\u202e" not in page
    assert len(page.encode()) < 100_000, "Gmail cuts off what is longer"


def test_a_mail_of_much_is_not_cut_off(store: Store) -> None:
    said = [
        message(
            f"c{n % 300}",
            NOON - timedelta(hours=n % 700),
            WIDELY[: 40 + n % 50],
            understood=n % 2 > 0,
            language=f"{WIDELY[:40]}{n % 200}",
        )
        for n in range(3000)
    ]
    tell(store, *said, now=NOON)
    for n in range(40):
        define(store, Alert("message", AlertKind.ABOVE, 0.1, 20 + n, 30), by=READER, now=NOON)
        mark_day(store, NOON.date() - timedelta(days=n % 7), f"{n} {WIDELY}"[:80], by=READER, now=NOON)
    page = mail(report(store, WEEK, NOON, by=READER))
    assert len(page.encode()) < 100_000
    assert "30 more alerts fire." in page
    assert "192 more." in page


def test_an_invisible_space_takes_away_what_looks_like_an_address() -> None:
    assert (
        unlinked("see www.x.example or a@b.example: 50 % now.").replace("\u200b", "")
        == "see www.x.example or a@b.example: 50 % now."
    )
    assert "www.\u200bx.\u200bexample" in unlinked("www.x.example")
    assert unlinked("Refund: now.") == "Refund: now."


@pytest.mark.parametrize("when", ["nothing", "one"])
def test_a_week_of_nothing_and_of_one_message_is_told(when: str, store: Store) -> None:
    if when == "one":
        tell(store, message(understood=False, language="en"))
    found = report(store, WEEK, NOW, by=READER)
    said = "\n".join(lines(found))
    assert ("too few" in said) == (when == "one")
    assert "100 %" not in said + mail(found).replace("100%", "")


def test_the_digest_is_printed_for_people_and_for_programs(duckdb_url, monkeypatch, capsys) -> None:
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    for format in ("text", "html", "json"):
        assert main(["digest", "--format", format, "--from", "2026-08-01", "--to", "2026-08-07"]) == 0
        out = capsys.readouterr().out
        assert "2026-08-01" in out or "1 Aug to 7 Aug 2026" in out
    assert json.loads(out)["numbers"][0]["counts"] == {"eligible": 0}
    assert main(["digest", "--format", "pdf"]) == 2


def test_the_digest_knows_the_filters_of_trends_and_no_others(duckdb_url, monkeypatch, capsys) -> None:
    store = opened(duckdb_url)
    tell(store, *(message(f"c{n}", NOON, understood=n > 3, language=("en", "fr")[n % 2]) for n in range(60)))
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    assert main(["digest", "--format", "json", "--to", "2026-08-09", "--language", "fr"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["filters"] == {"language": ["fr"]}
    assert found["numbers"][0]["counts"] == {"eligible": 30}
    assert main(["digest", "--status", "ok"]) == 2, "half of the numbers would not obey it"


def test_long_words_and_wide_letters_are_wrapped_and_cut_where_they_must() -> None:
    assert list(wrapped("a bb ccc", 4)) == ["a bb", "ccc"]
    assert list(wrapped("abcdefgh i", 3, " ")) == ["abc", " de", " fg", " h", " i"]
    assert all(columns(line) <= 10 for line in wrapped(WIDELY, 10, "  "))
    assert columns(cut(WIDELY, 20)) <= 20
    assert cut("short", 20) == "short"


def test_topics_say_what_they_are_ordered_by_and_a_language_where_the_words_are_the_same() -> None:
    topics = [
        {
            "text": text,
            "language": language,
            "customers": customers,
            "messages": 9 - customers,
            "share": None,
            "state": None,
        }
        for text, language, customers in (("no", "English", 3), ("no", "Italian", 2), ("taxi", "English", 1))
    ]
    said = list(_topics({"messages": 21, "first": topics}))
    assert said[1].split() == ["customers", "messages"]
    assert [line.split() for line in said[2:]] == [
        ["3", "6", "no", "(English)"],
        ["2", "7", "no", "(Italian)"],
        ["1", "8", "taxi"],
    ]
