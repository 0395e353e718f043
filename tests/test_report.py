"""The printed report: it says what the page says, stands alone, shows everything literally, and bears whatever there is."""

import json
import re
from datetime import date, timedelta
from html import unescape
from xml.etree import ElementTree

import pytest

from convdata.alerts import Alert, define
from convdata.captions import percent
from convdata.charts import ranked
from convdata.command_line.digest import lines
from convdata.database import Store
from convdata.filters import Choices
from convdata.headlines import HEADLINES, headline, in_brief
from convdata.mail.digest import mail
from convdata.markers import mark_day
from convdata.marks import marks
from convdata.report import Once, report
from convdata.report_page import download, report_page
from convdata.stats import CONVERSATIONS, MESSAGES, before, table
from convdata.vocabulary import AlertKind
from convdata.workbook import workbook
from tests.conftest import NOW
from tests.story import NOON, READER, admin, message, tell

WEEK = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
EVIL = "<script>alert(1)</script>\"'&amp;</svg></style>=1+1 ![x](http://evil.example/b) \u202e"
SVG = "{http://www.w3.org/2000/svg}"


def page_of(store: Store, choices: Choices = WEEK) -> str:
    return report_page(report(store, choices, NOW, by=READER))


def pictures(page: str) -> list[ElementTree.Element]:
    """Every drawing, as XML: what is not well-formed fails here."""
    found = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    return [svg for svg in found if svg.get("role") == "img"]


def letters(svg: ElementTree.Element) -> str:
    return " | ".join("".join(text.itertext()) for text in svg.iter(f"{SVG}text"))


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


def test_the_cells_stand_beside_those_of_the_period_before(demo: Store) -> None:
    was = {(row["channel"], row["language"]): row for row in table(demo, before(WEEK), ["channel", "language"])}
    for row in report(demo, WEEK, NOW, by=READER)["tables"]["channel_language"]:
        then = was.get((row["channel"], row["language"]), {"eligible": 0, "not_understood": 0})
        assert (row["eligible_before"], row["not_understood_before"]) == (then["eligible"], then["not_understood"])


def test_each_question_of_a_report_is_asked_once(demo: Store) -> None:
    asked: list[str] = []

    class Listening:
        def ask_frame(self, path, choices=None, **values):
            asked.append(repr((path, choices, sorted(values.items()))))
            return demo.ask_frame(path, choices, **values)

    once = Once(Listening())
    for _ in range(2):
        table(once, WEEK)
        table(once, WEEK, ["channel"])
    assert len(asked) == len(set(asked)) == 2


def test_every_drawing_says_the_numbers_of_its_table_and_what_it_is(demo: Store) -> None:
    page = page_of(demo)
    drawn = pictures(page)
    assert len(drawn) == 10, (
        "over time, both, hours and coming back twice, for paper and phone; channel and language once"
    )
    for svg in drawn:
        title, about = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
        assert title is not None
        assert about is not None
        assert title.text
        assert about.text
    assert page.count("<details><summary>Table") == 6
    by_title = {svg.find(f"{SVG}title").text: letters(svg) for svg in drawn}  # type: ignore[union-attr]
    for of in ("channel", "language"):
        said = by_title[f"Not Understood rate by {of}"].split(" | ")
        for mark in ranked(marks(demo, WEEK, MESSAGES, [of])):
            share = "too few" if mark.few else percent(mark.rate)
            assert f"{share} · {mark.part:,} of {mark.whole:,}" in said


def test_the_running_day_is_hollow_and_hatched_and_said_to_be(demo: Store) -> None:
    page = page_of(demo)
    assert "Hollow and hatched: Sun 9 Aug 2026 is not over yet." in unescape(page)
    over_time = pictures(page)[0]
    hatched = [rect for rect in over_time.iter(f"{SVG}rect") if rect.get("fill") == "url(#hatched)"]
    assert len(hatched) == 1
    assert "so far" in "".join(hatched[0].itertext())
    past = WEEK.but(to=NOW.date() - timedelta(days=1))
    assert "Hollow" not in page_of(demo, past)


def test_a_gap_is_a_gap_and_too_few_is_no_peak(store: Store) -> None:
    for days_ago in (20, 19, 10, 9, 5):
        at = NOON - timedelta(days=days_ago)
        many = 3 if days_ago == 5 else 30
        tell(store, *(message(f"c{n}", at, understood=n > 2, language="en") for n in range(many)), now=NOON)
    over_time = pictures(page_of(store))[0]
    assert len(list(over_time.iter(f"{SVG}polyline"))) == 2, "two stretches, with nothing drawn between them"
    few = [dot for dot in over_time.iter(f"{SVG}circle") if "too few: 3 of 3" in "".join(dot.itertext())]
    assert [dot.get("stroke") for dot in few] == ["none"]


def test_the_page_stands_alone_and_is_literal(store: Store) -> None:
    tell(
        store,
        *(message(f"c{n}", NOON, EVIL, understood=False, language=EVIL[:40], channel="webchat") for n in range(30)),
    )
    mark_day(store, NOON.date(), EVIL[:80], by=admin("ana"), now=NOON)
    define(store, Alert("message", AlertKind.ABOVE, 0.1, 20, 1, EVIL, EVIL), by=admin("ana"), now=NOON)
    page = page_of(store)
    assert page.count("&lt;script&gt;alert(1)") >= 6
    assert "<script" not in page
    assert "\u202e" not in page, "nothing turns the direction of what stands beside it"
    assert page.count("</style>") == 1
    assert "default-src 'none'" in unescape(page.partition("<title>")[0])  # and were there one, it would not run
    assert not re.search(
        r"<[^>]*\s(src|href|on\w+)\s*=|<(?:img|link|iframe|object|image)\b|@import|url\((?!#hatched)", page
    )
    assert "30 of 30 messages" in page
    assert pictures(page)


@pytest.mark.parametrize("said", [[], [message(at=NOON - timedelta(days=300), understood=True, language="en")]])
def test_nothing_to_count_is_said(store: Store, said: list) -> None:
    if said:
        tell(store, *said, now=NOON)
    page = page_of(store)
    assert "nothing to draw" in page
    assert not pictures(page)
    assert "All numbers" in page


def test_one_message_is_too_few_and_drawn_all_the_same(store: Store) -> None:
    tell(store, message(understood=False, language="en"))
    page = page_of(store)
    assert "100 %" not in unescape(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))
    assert page.count("too few") > 5
    assert "Too few to say a rate: fewer than 20 messages of each channel" in page


def test_hundreds_of_languages_leave_it_readable(store: Store) -> None:
    tell(
        store, *(message(f"c{n}", NOON, f"text {n}", understood=n % 3 > 0, language=f"x{n % 300}") for n in range(7000))
    )
    page = page_of(store)
    assert "The 15 highest of 300 languages; the Excel workbook has them all." in page
    assert "The 15 largest of 300 languages" in page
    assert "200 more; the Excel workbook has them all." in page
    assert len(page) < 400_000


def test_days_weeks_and_months_are_drawn_as_the_page_draws_them(demo: Store) -> None:
    for first, step in ((NOW.date() - timedelta(days=59), "day"), (date(1970, 1, 1), "day")):
        found = report(demo, WEEK.but(from_=first), NOW, by=READER)
        assert found["step"] == step, "only days that can have something in them are counted"
    assert found["drawn"]["from"] > "2026-01-01"
    tell(demo, message("old", NOON - timedelta(days=400), understood=True, language="en"), now=NOW)
    assert report(demo, WEEK.but(from_=date(1970, 1, 1)), NOW, by=READER)["step"] == "week"


def test_filters_stand_on_it_by_their_titles(demo: Store) -> None:
    page = unescape(page_of(demo, WEEK.but(channel=("google_assistant",), language=("fr", EVIL))))
    assert "Only channel: <bdi>Google Assistant</bdi>" in page
    assert "French" in page
    assert "11 Jul to 9 Aug 2026" in page


def test_the_button_of_the_page_gives_that_file(demo: Store) -> None:
    assert download(demo, WEEK, by=admin("Ada"), now=NOW) == page_of(demo).encode()


def test_nothing_is_compared_with_a_period_of_which_the_beginning_was_not_counted(store: Store) -> None:
    first = NOON - timedelta(days=3)
    tell(store, message("a", first, understood=True, language="en"), now=NOON)
    tell(store, *(message(f"c{n}", NOON, understood=n > 9, language="en") for n in range(1200)), now=NOON)
    week = Choices({"from": NOON.date() - timedelta(days=1), "to": NOON.date()})
    for earlier, whole in ((0, True), (1, False)):
        found = report(store, week.but(from_=week["from"] - timedelta(days=earlier)), NOON, by=READER)
        assert found["before"]["whole"] is whole
        assert (
            all((n["before"], n["change"], n["beyond_chance"]) == (None, "", None) for n in found["numbers"])
            is not whole
        )
        rows = [row for of in found["tables"].values() for row in of]
        assert all((row["eligible_before"] is None) is not whole for row in rows)
        text, page = "\n".join(lines(found)), report_page(found)
        for said in (text, page, mail(found)):
            assert ("ot compared" in said) is not whole
            assert "today so far" in said
        assert workbook(found)


def test_the_report_draws_the_rate_that_the_page_shows(demo: Store) -> None:
    choices = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
    page = download(demo, choices, by=READER, now=NOW, measure=CONVERSATIONS).decode()
    for title in ("by day", "by channel", "by language", "by channel and language"):
        assert f"<h2>Conversation rate {title}</h2>" in page
        assert f"<h2>Not Understood rate {title}</h2>" not in page
    for row in table(demo, choices, ["channel"]):
        part, whole = row["conversations_not_understood"], row["conversations"]
        assert f"{percent(part / whole) if whole >= 20 else 'too few'}" in page
        assert f" · {part:,} of {whole:,}<" in page
    assert CONVERSATIONS.definition in page
