"""The numbers of Trends: equal to answers computed without us, and every mark opens exactly what it counts."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from convdata import customer_pages
from convdata.busiest import hours
from convdata.channels import channel_keys
from convdata.database import Store
from convdata.errors import MisheardError
from convdata.events import read_event, read_json
from convdata.filters import Choices
from convdata.intake import take
from convdata.intervals import changed, wilson
from convdata.marks import marks, opened_by, step_for, steps
from convdata.periods import now_utc
from convdata.review.normalising import normalised
from convdata.rights import Actor, Role
from convdata.stats import CONVERSATIONS, MESSAGES, before, table
from convdata.topics import topics
from tests.conftest import NOW
from tests.postgres import Postgres
from tests.shared import shared_path
from tests.story import NOON, message, opened, tell

READER = Actor("reader", Role.ADMIN)  # who sees texts unmasked
CHANNELS = {"facebook_messenger": "messenger", "amazon_alexa": "alexa"}
BYS: list[tuple[str, ...]] = [
    (), ("channel",), ("language",), ("channel", "language"), ("day",), ("day", "channel"), ("day", "language"),
]  # fmt: skip


@dataclass
class Real:
    """A store with real conversations, and what somebody else counted in them."""

    store: Store
    url: str
    expected: dict[str, Any]
    lines: list[dict[str, Any]]


@pytest.fixture(
    scope="module", params=[(kind, name) for name in ("home_assistant", "star") for kind in ("duckdb", "postgresql")]
)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    kind, name = request.param
    file = shared_path("data", "events", f"{name}.jsonl.gz")
    expected = json.loads(shared_path("data", "expected.json").read_text())["sets"][name]["not_understood"]
    now, channels = now_utc(), frozenset(channel_keys())
    with gzip.open(file) as lines:
        raw = [read_json(line) for line in lines]
    with ExitStack() as stack:
        if kind == "duckdb":
            url = f"duckdb:///{tmp_path_factory.mktemp('real') / name}.duckdb"
        else:
            server: Postgres = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        store = opened(url)
        events = [read_event(event, channels=channels, now=now)[0] for event in raw]
        for start in range(0, len(events), 20_000):
            take(store, events[start : start + 20_000], now)
        yield Real(store, url, expected, raw)
        store.close()


def test_rates_equal_those_computed_independently(real: Real) -> None:
    for by in BYS[1:4]:
        told = {
            tuple(row[k] for k in by): (row["eligible"], row["not_understood"])
            for row in table(real.store, Choices(), by)
        }
        assert told == expected_by(real.expected[f"by_{'_'.join(by)}"], by)
    assert table(real.store, Choices())[0]["eligible"] == real.expected["overall"]["user_messages"]
    assert round(table(real.store, Choices())[0]["rate"], 6) == real.expected["overall"]["rate"]


def test_days_and_weeks_equal_those_computed_independently(real: Real) -> None:
    days = {r["day"]: (r["eligible"], r["not_understood"]) for r in table(real.store, Choices(), ["day"])}
    assert days == {r["day_utc"]: (r["user_messages"], r["not_understood"]) for r in real.expected["by_day_utc"]}
    weeks = {
        "{}-W{:02}".format(*date.fromisoformat(r["day"]).isocalendar()[:2]): (r["eligible"], r["not_understood"])
        for r in table(real.store, Choices(), ["day"], "week")
    }
    assert weeks == {
        r["iso_week_utc"]: (r["user_messages"], r["not_understood"]) for r in real.expected["by_iso_week_utc"]
    }


def test_hours_equal_those_computed_independently(real: Real) -> None:
    told: dict[int, tuple[int, int]] = {}
    for row in hours(real.store, Choices()):
        asked, failed = told.get(row["hour"], (0, 0))
        told[row["hour"]] = (asked + row["eligible"], failed + row["not_understood"])
    assert told == {r["hour_utc"]: (r["user_messages"], r["not_understood"]) for r in real.expected["by_hour_utc"]}


def test_the_top_utterances_equal_those_counted_independently(real: Real) -> None:
    """Theirs keep the marks around words that ours take away, so ours may put more together, never less."""
    found = topics(real.store, Choices(), many=100_000, by=READER)
    assert found.question == "trends/utterances"
    assert found.messages == real.expected["overall"]["not_understood"]
    ours = {normalised(topic.text): topic.messages for topic in found.first}
    theirs: Counter[str] = Counter()
    for row in real.expected["top_utterances_normalised"]:
        theirs[normalised(row["value"])] += row["count"]
    assert {text: ours[text] for text, many in theirs.items() if ours[text] < many} == {}
    assert sum(ours.values()) == found.messages
    whole = {normalised(line["text"]) for line in real.lines if line.get("understood") is False and line.get("text")}
    assert set(ours) == whole
    highest = sorted(ours.values(), reverse=True)
    assert highest[0] >= real.expected["top_utterances_normalised"][0]["count"]


def test_conversation_rates_equal_a_count_of_the_file(real: Real) -> None:
    for by in BYS:
        asked: dict[Any, set[str]] = defaultdict(set)
        failed: dict[Any, set[str]] = defaultdict(set)
        for line in real.lines:
            if line["type"] == "message" and line["sender"] == "user" and line.get("understood") is not None:
                of = {"channel": line["channel"], "language": line["language"], "day": line["at"][:10]}
                asked[tuple(of[k] for k in by)].add(line["customer_id"])
                if not line["understood"]:
                    failed[tuple(of[k] for k in by)].add(line["customer_id"])
        told = {
            tuple(row[k] for k in by): (row["conversations"], row["conversations_not_understood"])
            for row in table(real.store, Choices(), by)
        }
        assert told == {key: (len(asked[key]), len(failed[key])) for key in asked}


def test_every_mark_opens_as_many_conversations_as_it_says(real: Real) -> None:
    rows = table(real.store, Choices(), ["day"])
    first, last = date.fromisoformat(rows[0]["day"]), date.fromisoformat(rows[-1]["day"])
    whole = Choices({"from": first, "to": last})
    some = whole.but(from_=first + timedelta(days=3), to=last - timedelta(days=5), channel=("alexa", "webchat"))
    for choices in (whole, some, some.but(language=("en", "fr"))):
        for by in BYS:
            assert_opens(real.store, choices, by)
        assert_opens(real.store, choices, ("day",), "week")


def test_days_are_days_of_the_dashboards_zone(real: Real) -> None:
    """The last of this module's stories of the real stores: they are counted anew for another zone."""
    store = opened(real.url, TIMEZONE="Europe/Paris") if real.store.kind == "postgresql" else None
    if store is None:
        real.store.close()
        store = real.store = opened(real.url, TIMEZONE="Europe/Paris")
    days = {r["day"]: (r["eligible"], r["not_understood"]) for r in table(store, Choices(), ["day"])}
    assert days == {
        r["day_paris"]: (r["user_messages"], r["not_understood"]) for r in real.expected["by_day_europe_paris"]
    }
    if store is not real.store:
        store.close()


def test_every_mark_of_the_demo_world_opens_what_it_counts(demo: Store) -> None:
    choices = Choices({"from": NOW.date() - timedelta(days=59), "to": NOW.date()})
    for by in BYS:
        assert_opens(demo, choices, by)


@pytest.fixture
def two_languages(store: Store) -> Store:
    """One customer who changes language, one who never names one, one whose bot has not said, and a button."""
    yesterday, early = NOON - timedelta(days=1), NOON - timedelta(days=10)
    tell(
        store,
        message("ada", early, language="fr", understood=False),
        message("ada", yesterday, language="fr", understood=True),
        message("ada", NOON, language="en", understood=False),
        message("ben", yesterday, understood=False, channel="alexa"),
        message("cyd", NOON, language="en", understood=True),
        message("cyd", NOON, language="en", kind="button", understood=True),
        message("dan", NOON, language="en"),
        message("eve", NOON, sender="bot", language="en"),
    )
    return store


def test_a_message_counts_under_its_own_language_and_day(two_languages: Store) -> None:
    rows = table(two_languages, Choices(), ["channel", "language"])
    assert [(r["channel"], r["language"], r["not_understood"], r["eligible"]) for r in rows] == [
        ("alexa", None, 1, 1),
        ("webchat", "en", 1, 2),
        ("webchat", "fr", 1, 2),
    ]
    (total,) = table(two_languages, Choices())
    assert total == {
        "eligible": 5,
        "not_understood": 3,
        "rate": 0.6,
        "conversations": 3,
        "conversations_not_understood": 2,
        "conversation_rate": 2 / 3,
    }
    today = NOON.date()
    recent = Choices({"from": today - timedelta(days=1), "to": today})
    assert [(r["day"], r["eligible"]) for r in table(two_languages, recent, ["day"])] == [
        ("2026-08-08", 2),
        ("2026-08-09", 2),
    ]


def test_marks_open_what_they_count_where_a_customer_changed_language(two_languages: Store) -> None:
    today = NOON.date()
    for first in (today - timedelta(days=20), today - timedelta(days=1), today):
        choices = Choices({"from": first, "to": today})
        for by in BYS:
            assert_opens(two_languages, choices, by)
    french = Choices({"from": today - timedelta(days=20), "to": today, "language": ("fr",)})
    (mark,) = marks(two_languages, french, MESSAGES)
    assert (mark.part, mark.whole, mark.opens) == (1, 2, 1)
    assert_opens(two_languages, french, ())
    # In the last two days what was said in French was understood: the cell is there and opens nothing.
    (mark,) = marks(two_languages, french.but(from_=today - timedelta(days=1)), CONVERSATIONS, ["channel", "language"])
    assert (mark.part, mark.whole, mark.opens) == (0, 1, 0)


def test_filters_on_conversations_restrict_the_messages_that_count(demo: Store) -> None:
    by = ("channel", "language", "day")
    every = Choices({"active_from": date(1990, 1, 1)})
    assert table(demo, every, by) == table(demo, Choices(), by)
    of_status = {
        status: table(demo, Choices({"status": (status,)}))[0] for status in ("ok", "not_understood", "need_help")
    }
    total = table(demo, Choices())[0]
    for column in ("eligible", "not_understood", "conversations", "conversations_not_understood"):
        assert sum(row[column] for row in of_status.values()) == total[column]
    assert of_status["not_understood"]["conversation_rate"] > of_status["ok"]["conversation_rate"]


def test_the_numbers_have_one_shape(store: Store) -> None:
    nothing = {"eligible": 0, "not_understood": 0, "rate": None}
    nothing |= {"conversations": 0, "conversations_not_understood": 0, "conversation_rate": None}
    assert table(store, Choices()) == [nothing]
    assert table(store, Choices({"status": ("ok",)})) == [nothing]
    assert table(store, Choices(), ["channel"]) == []
    tell(store, message(understood=True, language="en"))
    (row,) = table(store, Choices(), ["day", "channel"])
    assert list(row) == ["day", "channel", *nothing]
    assert json.loads(json.dumps(row)) == row
    with pytest.raises(MisheardError, match="use channel, language, day"):
        table(store, Choices(), ["hour"])


def test_a_late_verdict_moves_the_numbers(store: Store) -> None:
    tell(store, message(id="m", language="en"))
    assert table(store, Choices())[0]["eligible"] == 0
    tell(store, message(id="m", language="en", understood=False))
    assert (row := table(store, Choices())[0])["not_understood"] == row["conversations_not_understood"] == 1


def test_an_interval_keeps_one_of_two_from_reading_as_half() -> None:
    assert wilson(0, 0) is None
    assert wilson(1, 2) == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)
    assert wilson(241, 1946) == pytest.approx((0.1100, 0.1392), abs=1e-4)
    assert changed((100, 1000), (50, 1000))
    assert not changed((100, 1000), (99, 1000))
    assert not changed((0, 0), (5, 10))


def test_the_period_before_is_as_long_and_touches() -> None:
    week = Choices({"from": date(2026, 3, 26), "to": date(2026, 4, 1), "channel": ("alexa",)})
    assert before(week).chosen == {"from": date(2026, 3, 19), "to": date(2026, 3, 25), "channel": ("alexa",)}
    before(Choices({"from": date(1970, 1, 1), "to": date(9000, 1, 1)}))


def test_steps_cover_a_period_without_a_gap() -> None:
    first, last = date(2026, 1, 14), date(2026, 3, 3)
    assert steps(first, last, "day")[0] == first
    assert steps(first, last, "week")[:2] == [date(2026, 1, 12), date(2026, 1, 19)]
    assert steps(first, last, "month") == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert [step_for(first, first + timedelta(days=n)) for n in (30, 200, 2000)] == ["day", "week", "month"]


def assert_opens(store: Store, choices: Choices, by: tuple[str, ...], step: str = "day") -> None:
    for mark in marks(store, choices, MESSAGES, by, step):
        listed = opened_by(mark, choices)
        assert mark.opens == (customer_pages.count(store, listed) if mark.opens else 0), listed
        if not mark.opens:
            assert not mark.part


def expected_by(rows: list[dict[str, Any]], by: tuple[str, ...]) -> dict[tuple[str, ...], tuple[int, int]]:
    return {
        tuple(CHANNELS.get(row[k], row[k]) for k in by): (row["user_messages"], row["not_understood"]) for row in rows
    }
