"""The hours of the week: equal to a count of somebody else's, and right where clocks are changed."""

import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from convdata import customer_pages
from convdata.busiest import hours, opened_by, opening
from convdata.channels import channel_keys
from convdata.clocks import hour_of_week, shifts
from convdata.database import Store
from convdata.events import read_event, read_json
from convdata.filters import Choices
from convdata.intake import take
from convdata.periods import now_utc
from tests.conftest import NOW
from tests.shared import shared_path
from tests.story import message, tell

PARIS = ZoneInfo("Europe/Paris")


def test_hours_equal_those_computed_independently(store: Store) -> None:
    expected = json.loads(shared_path("data", "expected.json").read_text())["sets"]["home_assistant"]["not_understood"]
    with gzip.open(shared_path("data", "events", "home_assistant.jsonl.gz")) as lines:
        raw = [read_json(line) for line in lines]
    now, channels = now_utc(), frozenset(channel_keys())
    take(store, [read_event(event, channels=channels, now=now)[0] for event in raw], now)
    asked: Counter[int] = Counter()
    failed: Counter[int] = Counter()
    for row in hours(store, Choices()):
        asked[row["hour"]] += row["eligible"]
        failed[row["hour"]] += row["not_understood"]
    assert {h: (asked[h], failed[h]) for h in asked} == {
        row["hour_utc"]: (row["user_messages"], row["not_understood"]) for row in expected["by_hour_utc"]
    }
    for zone in ("Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe"):
        local: Counter[tuple[int, int]] = Counter()
        for line in raw:
            if line["type"] == "message" and line["sender"] == "user" and line.get("understood") is not None:
                at = datetime.fromisoformat(line["at"]).astimezone(ZoneInfo(zone))
                local[at.weekday(), at.hour] += 1
        told = {(r["weekday"], r["hour"]): r["eligible"] for r in hours(store, Choices({}, ZoneInfo(zone)))}
        assert told == local


def test_the_hour_that_comes_twice_counts_both_and_filters_hold(store: Store) -> None:
    at = [datetime(2026, 10, 25, h, 30) for h in (0, 1, 2)]  # 02:30, 02:30 again, 03:30 in Paris: a Sunday
    now = datetime(2026, 10, 26)
    tell(store, *(message(f"c{n}", t, understood=n > 0, language="fr") for n, t in enumerate(at)), now=now)
    tell(store, message("d", at[0], understood=True), message("e", at[0], kind="button", understood=True), now=now)
    day = Choices({"from": date(2026, 10, 25), "to": date(2026, 10, 25)}, PARIS)
    assert hours(store, day.but(language=("fr",))) == [
        {"weekday": 6, "hour": 2, "eligible": 2, "not_understood": 1},
        {"weekday": 6, "hour": 3, "eligible": 1, "not_understood": 0},
    ]
    assert [r["eligible"] for r in hours(store, day)] == [3, 1]
    assert [r["eligible"] for r in hours(store, day.but(language=("und",)))] == [1]
    assert hours(store, day.but(from_=date(2026, 10, 26), to=date(2026, 10, 26))) == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"])
def test_spans_cover_the_time_without_a_gap(zone: str) -> None:
    since, until = datetime(2017, 1, 1), datetime(2027, 1, 1)
    spans = shifts(since, until, ZoneInfo(zone))
    assert (spans[0][0], spans[-1][1]) == (since, until)
    assert all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(spans))
    for first, end, shift in spans:
        for at in (first, first + (end - first) / 2, end.replace(microsecond=0)):
            if at < end:
                assert at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() == shift


def test_a_cell_opens_as_many_conversations_as_it_says(demo: Store) -> None:
    whole = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
    for choices in (
        whole,
        whole.but(channel=("webchat", "alexa"), language=("fr", "it")),
        Choices(whole.chosen, PARIS).but(language=("en",)),
    ):
        cells = opening(demo, choices)
        assert cells
        failed = {(r["weekday"], r["hour"]): r["not_understood"] for r in hours(demo, choices) if r["not_understood"]}
        assert set(cells) == set(failed)
        for (weekday, hour), many in cells.items():
            assert customer_pages.count(demo, opened_by(weekday, hour, choices)) == many <= failed[weekday, hour]


def test_the_hour_that_comes_twice_is_opened_with_both(store: Store) -> None:
    at = [datetime(2026, 10, 25, h, 30) for h in (0, 1, 2)]
    now = datetime(2026, 10, 26)
    tell(store, *(message(f"c{n}", t, understood=False, language="fr") for n, t in enumerate(at)), now=now)
    day = Choices({"from": date(2026, 10, 25), "to": date(2026, 10, 25)}, PARIS)
    assert opening(store, day) == {(6, 2): 2, (6, 3): 1}
    for (weekday, hour), many in opening(store, day).items():
        assert customer_pages.count(store, opened_by(weekday, hour, day)) == many
    assert customer_pages.count(store, Choices({"failed_hour": ("6-2",)}, PARIS)) == 2
    assert customer_pages.count(store, Choices({"failed_hour": ("6-2",), "failed_language": ("en",)}, PARIS)) == 0


@pytest.mark.parametrize("zone", ["Europe/Paris", "Australia/Lord_Howe", "America/Sao_Paulo"])
def test_the_hours_of_the_week_cover_the_time_once(zone: str) -> None:
    since, until = datetime(2017, 9, 1, 3, 15), datetime(2018, 11, 20)
    spans = sorted(
        (first, end, weekday, hour)
        for weekday in range(7)
        for hour in range(24)
        for first, end in hour_of_week(weekday, hour, since, until, ZoneInfo(zone))
    )
    assert (spans[0][0], spans[-1][1]) == (since, until)
    assert all(a[1] == b[0] for a, b in pairwise(spans))
    for first, end, weekday, hour in spans:
        for at in (first, end - timedelta(seconds=1)):
            local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
            assert (local.weekday(), local.hour) == (weekday, hour)
