"""All ways to take Trends away say the same numbers for the same period, and those are the answers of the page's questions."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import convdata.__main__ as command
from convdata import periods, returning, sheets, topics, workbook
from convdata.alerts import Alert, alerts, define
from convdata.busiest import hours, opening
from convdata.captions import percent
from convdata.channels import channel, language_title
from convdata.comparison import as_rows as compared_rows
from convdata.comparison import compare
from convdata.database import Store
from convdata.downloads import guarded
from convdata.failings import WEEKDAYS
from convdata.filters import Choices
from convdata.firing import standings
from convdata.headlines import HEADLINES, headline, in_brief, share_in_brief
from convdata.intervals import FEW, wilson
from convdata.markers import mark_day
from convdata.numbers import ended
from convdata.rates import for_a_sheet, with_intervals
from convdata.report_page import download as printed
from convdata.settings import PROJECT
from convdata.stats import CONVERSATIONS, MESSAGES, before, covered, table
from convdata.vocabulary import AlertKind
from pages.parts import desk
from tests.conftest import NOW
from tests.postgres import Postgres
from tests.story import READER, opened

LAST = NOW.date()
PERIODS: dict[str, dict[str, Any]] = {
    "a month": {"from": LAST - timedelta(days=29), "to": LAST},
    "a week": {"from": LAST - timedelta(days=6), "to": LAST},
    "one channel": {"from": LAST - timedelta(days=29), "to": LAST, "channel": ("webchat",)},
    "two of each": {"from": LAST - timedelta(days=20), "to": LAST - timedelta(days=1), "channel": ("webchat", "alexa"), "language": ("en", "fr")},
    "nothing": {"from": LAST - timedelta(days=900), "to": LAST - timedelta(days=800)},
}  # fmt: skip
BYS: list[tuple[str, ...]] = [(), ("channel",), ("language",), ("channel", "language"), ("day",)]
SVG = "{http://www.w3.org/2000/svg}"


class Tables(HTMLParser):
    """The tables of a page as texts, with those inside others."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self._open.append([])
            self.found.append(self._open[-1])
        elif tag == "tr":
            self._open[-1].append([])
        elif tag in ("td", "th"):
            self._open[-1][-1].append("")
        elif tag == "br" and self._open and self._open[-1]:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][-1] += data


@dataclass
class Taken:
    """A store, a period in it, and everything that was taken away of it."""

    store: Store
    url: str
    choices: Choices
    json: dict[str, Any]
    text: str
    mail: str
    page: str
    book: Any
    stats: dict[tuple[str, ...], list[dict[str, Any]]]


@pytest.fixture(scope="module", params=[(kind, period) for kind in ("duckdb", "postgresql") for period in PERIODS])
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """The demo world, whose clock stands at its last day."""
    kind, period = request.param
    zone = "Europe/Paris" if period == "a month" else "UTC"
    choices = Choices(PERIODS[period], ZoneInfo(zone))
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        if kind == "duckdb":
            file = shutil.copy(request.getfixturevalue("demo_duckdb"), tmp_path_factory.mktemp("taken") / "demo.duckdb")
            url = f"duckdb:///{file}"
        else:
            server: Postgres = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database(template=request.getfixturevalue("demo_postgres")))
        patch.setenv("MISHEARD_STORE", url)
        patch.setenv("MISHEARD_TIMEZONE", zone)
        patch.setattr(command, "now_utc", lambda: NOW)
        store = opened(url, TIMEZONE=zone)
        define(store, Alert("message", AlertKind.ABOVE, 0.05, 20, 7), by=READER, now=NOW)
        define(store, Alert("conversation", AlertKind.RISE, 0.5, 20, 30, "alexa", "fr"), by=READER, now=NOW)
        mark_day(store, choices["to"], "A new intent", by=READER, now=NOW)
        store.close()
        digests = [said(choices, "digest", "--format", format) for format in ("text", "html", "json")]
        stats = {by: json.loads(said(choices, "stats", "--json", "--by", ",".join(by))) for by in BYS}
        store = opened(url, TIMEZONE=zone)
        page = printed(store, choices, by=READER, now=NOW).decode()
        book = openpyxl.load_workbook(io.BytesIO(workbook.download(store, choices, by=READER, now=NOW)))
        yield Taken(store, url, choices, json.loads(digests[2]), digests[0], digests[1], page, book, stats)
        store.close()


def said(choices: Choices, *arguments: str) -> str:
    """What the command line prints for that period."""
    filters = ["--from", str(choices["from"]), "--to", str(choices["to"])]
    for name in ("channel", "language"):
        filters += [word for value in choices[name] or () for word in (f"--{name}", value)]
    with redirect_stdout(io.StringIO()) as out:
        assert command.main([*arguments, *filters]) == 0
    return out.getvalue()


def sheet(taken: Taken, name: str) -> list[dict[str, Any]]:
    names, *rows = taken.book[name].iter_rows(values_only=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def csv_of(taken: Taken, make: Any, *columns: str) -> list[dict[str, str]]:
    """As the page's button gives it."""
    file = sheets.download(taken.store, "x", taken.choices, make, by=READER, now=NOW, columns=columns)
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"))))


def share_of(row: dict[str, Any]) -> tuple[str, str]:
    """A row in words: its share, and what it rests on."""
    share = "too few" if row["eligible"] < FEW else percent(row["rate"])
    return share, f"{row['not_understood']:,} of {row['eligible']:,}"


def asked(taken: Taken) -> dict[str, tuple[str, str, str | None, dict[str, Any]]]:
    """Every number by the questions of its card: title, value, what it was before, and its counts."""
    store, now, was = taken.store, taken.choices, before(taken.choices)
    found: dict[str, tuple[str, str, str | None, dict[str, Any]]] = {}
    (row,), (old,) = table(store, now), table(store, was)
    found["eligible"] = (
        "Eligible messages",
        f"{row['eligible']:,}",
        f"{old['eligible']:,}",
        {"eligible": row["eligible"]},
    )
    for measure in (MESSAGES, CONVERSATIONS):
        value, was_then = (share_in_brief(of[measure.part], of[measure.whole], measure.unit)[0] for of in (row, old))
        found[measure.key] = (measure.title, value, was_then, {n: row[n] for n in (measure.part, measure.whole)})
    stand = [ended(store, of) for of in (now, was)]
    value, then = (share_in_brief(s["ended_not_understood"], s["conversations"], "conversations")[0] for s in stand)
    found["ended"] = ("Ended Not Understood", value, then, stand[0])
    for one in HEADLINES:
        row, old = headline(store, now, one, NOW), headline(store, was, one, NOW)
        counts = {n: row[n] for n in (one.part, one.whole, "median_seconds") if n in row}
        found[one.key] = (one.title, in_brief(one, row)[0], None if one.now else in_brief(one, old)[0], counts)
    if not covered(store, now):
        found = {key: (title, value, None, counts) for key, (title, value, _, counts) in found.items()}
    return found


def test_every_number_is_the_same_in_json_text_mail_page_and_workbook(taken: Taken) -> None:
    numbers = asked(taken)
    assert len(numbers) == 12
    assert {n["name"]: (n["title"], n["value"], n["before"], n["counts"]) for n in taken.json["numbers"]} == numbers
    changes = {n["title"]: n["change"] for n in taken.json["numbers"]}
    rows = [(title, value, was or "", changes[title]) for title, value, was, _ in numbers.values()]
    of_page = next(t for t in Tables(taken.page).found if t and t[0][0] == "Number")
    assert [(r[0].split("\n")[0], r[1], r[3], r[4]) for r in of_page[1:]] == rows
    of_mail = next(t for t in Tables(taken.mail).found if t and t[0][:2] == ["", "Now"])
    assert [(r[0].split("\n")[0], r[1], r[2], r[3].removesuffix(" *")) for r in of_mail[1:]] == rows
    for title, value, earlier, change in rows:
        (line,) = [line for line in taken.text.splitlines() if line.startswith(f"{title:26}")]
        assert line.removesuffix(" *").split() == f"{title} {value} {earlier} {change}".split()
    for row, (title, value, was, counts) in zip(sheet(taken, "Numbers"), numbers.values(), strict=True):
        assert (row["Number"], row["Now"], row["Before"] or "") == (title, value, was or "")
        held = [v for n, v in counts.items() if n != "median_seconds"]
        assert [row["Count"], row["Of"]] == [*held, None][:2]
        assert row["Median, seconds"] == (
            pytest.approx(counts["median_seconds"]) if counts.get("median_seconds") else None
        )
        if row["Share"] is not None:
            assert percent(row["Share"]) == value
            assert (row["Share, low"], row["Share, high"]) == pytest.approx(wilson(held[0], held[1]))
    tiles = dict(re.findall(r'<div class="tile">([^<]+)<b>([^<]+)</b>', taken.page))
    assert tiles == {
        numbers[key][0]: numbers[key][1].replace("<", "&lt;").replace(">", "&gt;")
        for key in ("message", "conversation", "ended", "escalation")
    }


def test_comparing_the_two_periods_says_what_stands_beside_each_number(taken: Taken) -> None:
    found = compare(taken.store, before(taken.choices), taken.choices, NOW)
    numbers = {n["title"]: n for n in taken.json["numbers"]}
    for row in csv_of(taken, lambda store: compared_rows(found, ("was", "is"))):
        number = numbers[row["number"]]
        if not taken.json["before"]["whole"]:
            assert (number["before"], number["change"], number["beyond_chance"]) == (None, "", None)
            continue
        assert (row["was"], row["is"]) == (guarded(number["before"]), guarded(number["value"]))
        assert row["difference"] == (guarded(number["change"]) if number["change"] else "")
        assert row["beyond chance"] == {True: "yes", False: "no", None: ""}[number["beyond_chance"]]
    assert {one.title for one in found} == {t for t, n in numbers.items() if n["name"] not in ("ended", "muted_now")}


def test_every_table_is_the_same_in_stats_json_csv_and_workbook(taken: Taken) -> None:
    names = {
        (): None,
        ("channel",): "By channel",
        ("language",): "By language",
        ("channel", "language"): "By channel and language",
        ("day",): "By day",
    }
    for by, name in names.items():
        rows = table(taken.store, taken.choices, by)
        assert taken.stats[by] == with_intervals(rows)
        if name is None:
            continue
        told = csv_of(taken, lambda store, by=by: for_a_sheet(table(store, taken.choices, by)), *by)
        assert [{n: "" if v is None else str(v) for n, v in row.items()} for row in for_a_sheet(rows)] == told
        assert all(bool(line["rate"]) == (row["eligible"] >= FEW) for row, line in zip(rows, told, strict=True))
        if by == ("day",) and taken.json["step"] != "day":
            continue
        document = taken.json["over_time"] if by == ("day",) else taken.json["tables"]["_".join(by)]
        assert [{n: row[n] for n in rows[0]} for row in document] == rows
        for row, line in zip(rows, sheet(taken, name), strict=True):
            counts = [row[n] for n in ("not_understood", "eligible", "conversations_not_understood", "conversations")]
            assert [
                line[n] for n in ("Not understood", "Messages", "Conversations not understood", "Conversations")
            ] == counts
            assert line["Rate"] == (pytest.approx(row["rate"]) if row["eligible"] >= FEW else None)
            assert line["Conversation rate"] == (
                pytest.approx(row["conversation_rate"]) if row["conversations"] >= FEW else None
            )


def test_every_bar_and_cell_is_drawn_and_written_with_its_numbers(taken: Taken) -> None:
    pictures = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg role.*?</svg>", taken.page, re.DOTALL)]
    letters, says = (
        {str(svg.findtext(f"{SVG}title")): ["".join(t.itertext()) for t in svg.iter(f"{SVG}{tag}")] for svg in pictures}
        for tag in ("text", "title")
    )
    mailed = [row for found in Tables(taken.mail).found for row in found if len(row) == 4]
    for of in ("channel", "language"):
        for row in table(taken.store, taken.choices, [of]):
            name = language_title(row[of]) if of == "language" else channel(row[of]).title
            share, numbers = share_of(row)
            assert f"{share} · {numbers}" in letters[f"Not Understood rate by {of}"]
            assert re.search(rf"{re.escape(share)} +{re.escape(numbers)} +{re.escape(name)}", taken.text)
            assert [name, share, numbers] in [[line[0], *line[2:]] for line in mailed]
    for row in table(taken.store, taken.choices, ["channel", "language"]):
        share, numbers = share_of(row)
        name = f"{channel(row['channel']).title} · {language_title(row['language'])}"
        if "Not Understood rate by channel and language" in says:
            assert f"{name}: {share}, {numbers} messages" in says["Not Understood rate by channel and language"]
    for row in taken.json["over_time"]:
        share, numbers = share_of(row)
        said = f"{share}: {numbers}" if share == "too few" else f"{share}, {numbers}"
        assert any(words.endswith(said) for words in says[f"Not Understood rate by {taken.json['step']}"])


def test_hours_topics_those_who_come_back_and_alerts_are_the_same_everywhere(taken: Taken) -> None:
    store, choices = taken.store, taken.choices
    busy, opens = hours(store, choices), opening(store, choices)
    expected = [
        (WEEKDAYS[r["weekday"]], r["hour"], r["eligible"], r["not_understood"], opens.get((r["weekday"], r["hour"]), 0))
        for r in busy
    ]
    assert [
        tuple(r[n] for n in ("Weekday", "Hour", "Messages", "Not understood", "Conversations not understood"))
        for r in sheet(taken, "Busiest hours")
    ] == expected
    assert [
        (WEEKDAYS[r["weekday"]], r["hour"], r["eligible"], r["not_understood"], r["conversations"])
        for r in taken.json["hours"]
    ] == expected
    assert [tuple(map(int, r.values())) for r in csv_of(taken, lambda s: hours(s, choices))] == [
        (r["weekday"], r["hour"], r["eligible"], r["not_understood"]) for r in busy
    ]
    behind = [t for t in Tables(taken.page).found if t and t[0][0] == "Hour"]
    assert [(r[0], r[1], r[2], r[3]) for t in behind for r in t[1:]] == [
        (f"{d} {h}:00", f"{a:,}", f"{b:,}", f"{c:,}") for d, h, a, b, c in expected
    ]

    found = topics.topics(store, choices, by=READER)
    pairs = [(" ".join(t.text.split()), t.messages) for t in found.first]
    assert [(" ".join(r["Topic"].split()), r["Messages"]) for r in sheet(taken, "Top topics")] == pairs
    assert [(" ".join(t["text"].split()), t["messages"]) for t in taken.json["topics"]["first"]] == pairs
    assert [
        int(r["messages"]) for r in csv_of(taken, lambda s: topics.as_rows(topics.topics(s, choices, by=READER)))
    ] == [many for _, many in pairs]
    listed = [t for t in Tables(taken.page).found if t and t[0][0] == "Topic"]
    assert [(r[0], r[-2 if len(r) == 3 else 2]) for t in listed for r in t[1:]] == [
        (text, f"{many:,}") for text, many in pairs
    ]
    for text, many in pairs:
        assert any(f"{many:,}  {text[:30]}" in line for line in taken.text.splitlines())

    weeks = returning.as_rows(returning.cohorts(store, choices, LAST))
    assert taken.json["coming_back"] == weeks
    assert [
        (str(r["First seen, week of"])[:10], r["Weeks later"], r["Customers"], r["Active"])
        for r in sheet(taken, "Coming back")
    ] == [(r["first_seen"], r["weeks_later"], r["customers"], r["active"]) for r in weeks]
    back = [t for t in Tables(taken.page).found if t and t[0][0] == "First seen, week of"]
    assert [tuple(r[:4]) for t in back for r in t[1:]] == [
        (r["first_seen"], str(r["weeks_later"]), f"{r['customers']:,}", f"{r['active']:,}") for r in weeks
    ]

    ends = min(choices["to"], LAST - timedelta(days=1))
    standing = [s.as_json() for s in standings(store, alerts(store), ends, choices.timezone, NOW)]
    assert taken.json["alerts"] == standing
    assert [(r["Alert"], r["Fires"] == "yes", r["Count"], r["Of"]) for r in sheet(taken, "Alerts")] == [
        (s["alert"], s["fires"], s["counts"]["part"], s["counts"]["whole"]) for s in standing
    ]
    (of_page,) = [t for t in Tables(taken.page).found if t and t[0][0] == "Alert"]
    assert [(r[0], r[1] == "fires", r[2].split("\n")[0]) for r in of_page[1:]] == [
        (s["alert"], s["fires"], s["said"]) for s in standing
    ]
    for s in standing:
        told = " ".join(taken.text.split())
        assert (f"ALERT {s['alert']} {s['said']}" in told) == s["fires"]
        assert (s["alert"] in taken.mail) == s["fires"]
    for words in (taken.text, taken.mail, taken.page, str(sheet(taken, "Marked days"))):
        assert "A new intent" in words


def test_the_cards_of_the_page_say_them_too(taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    taken.store.close()
    monkeypatch.setattr(periods, "now_utc", lambda: NOW)
    app = AppTest.from_file(str(PROJECT / "pages" / "frame.py"), default_timeout=60).run()
    app.switch_page(str(PROJECT / "pages" / "trends.py"))
    app.query_params["from"], app.query_params["to"] = str(taken.choices["from"]), str(taken.choices["to"])
    for name in ("channel", "language"):
        if taken.choices[name]:
            app.query_params[name] = list(taken.choices[name])
    app.run()
    try:
        assert not app.exception
        small = re.compile(r":small\[:gray\[(.*?)( to say)?]]")  # how the page dresses what is no number
        cards = {card.label: small.sub(r"\1", card.value) for card in app.metric}
    finally:
        st.cache_data.clear()
        desk.the_store.clear()
    nothing = taken.json["numbers"][0]["counts"] == {"eligible": 0}
    assert cards == ({} if nothing else {n["title"]: n["value"] for n in taken.json["numbers"]})
