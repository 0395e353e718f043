"""Real conversations give the numbers that were computed independently of us (../shared/data/expected.json)."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from convdata.channels import channel_keys
from convdata.database import Store
from convdata.filters import choose
from tests.imports import LATER, imported
from tests.shared import shared_path
from tests.story import opened, rows

EXPECTED: dict[str, Any] = json.loads(shared_path("data", "expected.json").read_bytes())["sets"]
CHANNELS = {"facebook_messenger": "messenger", "amazon_alexa": "alexa"}


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A way to an empty store of that kind, several times."""
    if request.param == "duckdb":
        yield lambda name: f"duckdb:///{tmp_path_factory.mktemp(name) / 'store.duckdb'}"
    else:
        postgres = request.getfixturevalue("postgres_server")
        with ExitStack() as databases:
            yield lambda name: databases.enter_context(postgres.database())


@pytest.fixture(scope="module", params=["star", "home_assistant"])
def said(request: pytest.FixtureRequest, server: Any) -> Iterator[tuple[Store, dict[str, Any]]]:
    store = opened(server(request.param), TIMEZONE="Europe/Paris" if request.param == "home_assistant" else "UTC")
    result, rejected = imported(store, shared_path("data", "events", f"{request.param}.jsonl.gz"))
    assert rejected == []
    assert result.counts.unknown_fields == 0
    yield store, EXPECTED[request.param]
    store.close()


def ours(channel: str) -> str:
    return CHANNELS.get(channel, channel)


def test_nothing_is_missing(said):
    store, expected = said
    counts = expected["counts"]
    assert rows(store, "messages", "count(*)") == [(counts["messages"],)]
    assert dict(rows(store, "messages group by sender", "sender", "count(*)")) == counts["by_sender"]
    assert rows(store, "customers", "count(*)") == [(expected["threads"]["customers"]["total"],)]
    assert rows(store, "messages", "count(distinct text)")[0][0] > 100


def test_statuses_by_channel_and_language(said):
    store, expected = said
    found = rows(store, "customers group by channel, language, status", "channel", "language", "status", "count(*)")
    threads = expected["threads"]["customers"]
    assert _sums(found, 2) == threads["status"]
    by_channel = {ours(channel): counts for channel, counts in threads["status_by_channel"].items()}
    assert {c: _sums([r for r in found if r[0] == c], 2) for c in by_channel} == by_channel
    by_language = threads["status_by_language"]
    assert {g: _sums([r for r in found if r[1] == g], 2) for g in by_language} == by_language
    for both, counts in threads["status_by_channel_language"].items():
        channel, language = both.split(" | ")
        assert _sums([r for r in found if r[:2] == (ours(channel), language)], 2) == counts


def test_the_ten_most_recent(said):
    store, expected = said
    found = store.ask("customers/listing", now=LATER, many=10)
    times = {r.customer_id: r.last_message_at.isoformat(timespec="milliseconds") + "Z" for r in found}
    told = expected["threads"]["customers"]["ten_most_recent"]
    assert times == {one["id"]: one["last_occurrence"] for one in told}
    assert [r.status for r in found] == [one["status"] for one in told]


def test_not_understood_by_channel_language_and_day(said):
    store, expected = said
    told = expected["not_understood"]
    found = rows(
        store,
        "daily_counts group by day, channel, language",
        "day",
        "channel",
        "language",
        "sum(eligible)",
        "sum(not_understood)",
    )
    for names, places in (
        (("channel",), (1,)),
        (("language",), (2,)),
        (("channel", "language"), (1, 2)),
        (("day_paris",) if store.settings.timezone.key == "Europe/Paris" else ("day_utc",), (0,)),
    ):
        key = {"day_paris": "by_day_europe_paris"}.get(names[0], f"by_{'_'.join(names)}")
        sums: dict[tuple[str, ...], list[int]] = {}
        for row in found:
            both = sums.setdefault(tuple(str(row[place]) for place in places), [0, 0])
            both[0] += int(row[3])
            both[1] += int(row[4])
        assert {group: both for group, both in sums.items() if both[0]} == {
            tuple(ours(one[name]) for name in names): [one["user_messages"], one["not_understood"]] for one in told[key]
        }


def test_filters_pick_as_many_as_they_should(said):
    store, expected = said
    if store.settings.timezone.key != "UTC":
        pytest.skip("the days of the answers are UTC")
    _check_filters(store, expected)


def test_filters_in_utc_on_conversations_in_many_languages(server):
    store = opened(server("utc"))
    imported(store, shared_path("data", "events", "home_assistant.jsonl.gz"))
    _check_filters(store, EXPECTED["home_assistant"])
    store.close()


def test_search_by_name(said):
    store, expected = said
    for one in expected["search_by_name"]:
        choices, _ = choose({"search": one["query"]}, store.settings.timezone)
        found = store.ask("customers/listing", choices, now=LATER, many=10**6)
        named = [r for r in found if one["query"].lower() in f"{r.first_name or ''} {r.last_name or ''}".lower()]
        assert len(named) == one["customers_whose_full_name_contains"]


def _check_filters(store: Store, expected: dict[str, Any]) -> None:
    for one in expected["threads"]["customers"]["filters"]:
        given = {
            "status": one["status"],
            "channel": one["channel"] and ours(one["channel"]),
            "language": one["language"],
            "from": one["date_from"],
            "to": one["date_to"],
        }
        choices, wrong = choose(given, store.settings.timezone)
        assert wrong == []
        row = store.ask_one("customers/count", choices)
        assert row is not None
        assert row.conversations == one["count"], given
    assert {ours(c) for c in CHANNELS} <= set(channel_keys())


def _sums(found: list[Any], place: int) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in found:
        sums[row[place]] += row[-1]
    return dict(sums)
