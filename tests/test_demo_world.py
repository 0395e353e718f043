"""The demo world: always the same, well-formed, and with something to show on every screen."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest

from convdata.demo import world
from convdata.demo.failures import TOPICS
from convdata.demo.languages import LANGUAGES
from convdata.events import read_event

NOW = datetime(2026, 8, 12, 15, 42, tzinfo=UTC)
END = datetime(2026, 8, 12, 15, 0, tzinfo=UTC)
CHANNELS = {"messenger", "webchat", "google_assistant", "alexa"}

Event = dict[str, Any]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(world(now=NOW))


@pytest.fixture(scope="module")
def messages(events: list[Event]) -> list[Event]:
    """Each message once, with the verdict it has in the end."""
    return list({event["id"]: event for event in events if event["type"] == "message"}.values())


def time_of(event: Event, field: str = "at") -> datetime:
    return datetime.fromisoformat(event[field])


def customer_of(event: Event) -> tuple[str, str]:
    return event["channel"], event["customer_id"]


def last_by_customer(events: list[Event], type: str) -> list[Event]:
    return list({customer_of(event): event for event in events if event["type"] == type}.values())


def test_the_same_seed_gives_the_same_world_for_the_whole_hour(events):
    assert list(world(now=NOW.replace(minute=0))) == events
    assert list(world(now=NOW, seed=2)) != events


def test_the_world_does_not_depend_on_how_python_hashes(events):
    script = "import json; from datetime import *; from convdata.demo import world\n"
    script += f"for event in world(now=datetime.fromisoformat('{NOW.isoformat()}')): print(json.dumps(event))"
    for hash_seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.splitlines() == [json.dumps(event) for event in events]


def test_a_week_later_it_is_the_same_world_a_week_later(events):
    week = timedelta(days=7)
    for before, after in zip(events, world(now=NOW + week), strict=True):
        assert time_of(after) - time_of(before) == week
        assert before | {"at": "", "until": ""} == after | {"at": "", "until": ""}


def test_a_bigger_world_contains_the_smaller_one():
    small = {event["id"]: event for event in world(now=NOW, customers=40)}
    big = {event["id"]: event for event in world(now=NOW, customers=80)}
    assert small.items() <= big.items()


def test_every_event_is_one_without_an_unknown_field(events):
    for event in events:
        _, unknown = read_event(event, channels=frozenset(CHANNELS), now=END.replace(tzinfo=None))
        assert unknown == 0
        assert event["source"] == "demo"
        assert len(event["at"]) == len("2026-08-09T10:17:19.867Z")
        assert event["at"].endswith("Z")


def test_an_id_is_repeated_only_by_a_verdict_that_came_later(events):
    seen: dict[str, Event] = {}
    late = 0
    for event in events:
        if before := seen.get(event["id"]):
            late += 1
            assert "understood" not in before
            assert event.items() >= before.items()
            assert "understood" in event
        seen[event["id"]] = event
    judged = sum("understood" in event for event in seen.values())
    assert 0.01 < late / judged < 0.04


def test_events_come_in_time_order_except_late_verdicts(events):
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event["id"], event)
    assert all(time_of(one) <= time_of(other) for one, other in pairwise(first.values()))


def test_nothing_lies_in_the_future_or_before_the_beginning(events):
    for event in events:
        assert END - timedelta(days=60) <= time_of(event) <= END
    assert all(
        time_of(event) < time_of(event, "until") <= time_of(event) + timedelta(hours=72)
        for event in events
        if "until" in event
    )


def test_it_is_a_world_of_the_size_asked_for(events, messages):
    assert len({customer_of(event) for event in events}) == 400
    assert 7_000 <= len(messages) <= 12_000
    lengths = Counter(customer_of(message) for message in messages)
    assert sum(length >= 150 for length in lengths.values()) >= 3
    assert len({customer_of(event) for event in world(now=NOW, customers=7, days=3)}) <= 7


def test_all_channels_and_languages_are_there(messages):
    assert {message["channel"] for message in messages} == CHANNELS
    assert {message["language"] for message in messages} == {"en", "fr", "de", "es", "it"}
    assert all(message["text"] or message.get("kind") == "none" or "attachments" in message for message in messages)
    assert not any(mark in (message["text"] or "") for message in messages for mark in "{}")


def test_speech_is_understood_worse_than_typing_and_italian_worst():
    judged = [event for event in world(now=NOW, customers=2000) if "understood" in event]

    def rate(**wanted: str) -> float:
        verdicts = [event["understood"] for event in judged if wanted.items() <= event.items()]
        return verdicts.count(False) / len(verdicts)

    assert rate(channel="messenger") < rate(channel="google_assistant") < rate(channel="alexa")
    assert max(rate(language=language.code) for language in LANGUAGES) == rate(language="it")


def test_every_language_says_everything():
    for language in LANGUAGES:
        english = LANGUAGES[0]
        assert language.questions.keys() == english.questions.keys()
        assert language.answers.keys() >= language.questions.keys()
        assert language.failures.keys() == TOPICS.keys()
        assert language.resolutions.keys() == english.resolutions.keys()
        assert len(language.cities) == len(english.cities)
        for topic, phrasings in language.failures.items():
            assert len(phrasings) == len(set(phrasings)) == len(english.failures[topic]) >= 8


def misses(messages: list[Event], topic: str, language: str) -> list[Event]:
    """The failures of one topic, found by a word that all of them would not share with another topic."""
    word = {"app_login_code": "code", "special_meal": "egan", "refund_after_strike": "trike", "dog_on_board": "dog"}[
        topic
    ]
    return [
        message
        for message in messages
        if message["language"] == language and message.get("understood") is False and word in (message["text"] or "")
    ]


def test_every_topic_fails_in_some_conversation(messages):
    for topic in TOPICS.values():
        guesses = set(topic.guesses)
        assert any(
            message.get("understood") is False
            and {guess["intent"] for guess in message["alternatives"]} <= guesses
            and message["alternatives"][0]["intent"] == topic.guesses[0]
            for message in messages
        ), topic.name


def test_one_topic_begins_with_the_new_app_and_one_ends_when_it_is_learned(messages):
    assert min(time_of(message) for message in misses(messages, "app_login_code", "en")) > END - timedelta(days=13)
    learned = END - timedelta(days=21)
    assert max(time_of(message) for message in misses(messages, "special_meal", "en")) < learned
    assert min(time_of(m) for m in messages if m.get("intent") == "special_meal") > learned - timedelta(hours=1)


def test_the_strike_is_the_busiest_day(messages):
    days = Counter(time_of(message).date() for message in messages)
    busiest, _ = days.most_common(1)[0]
    assert timedelta(days=16) <= END.date() - busiest <= timedelta(days=18)


def test_some_need_help_now_and_some_were_helped(events):
    last = last_by_customer(events, "status")
    waiting = [event for event in last if event["status"] == "need_help"]
    assert 6 <= len(waiting) <= 10
    assert END - max(map(time_of, waiting)) <= timedelta(minutes=40)
    assert timedelta(hours=3) < END - min(map(time_of, waiting)) < timedelta(days=2)
    assert any(event["status"] == "ok" for event in last)
    assert len({event["reason"] for event in waiting}) >= 3


def test_some_bots_are_muted_now_and_some_were(events):
    last = last_by_customer(events, "mute")
    left = [
        (time_of(event, "until") if "until" in event else time_of(event) + timedelta(hours=72)) - END
        for event in last
        if event["muted"]
    ]
    now = sorted(time for time in left if time > timedelta())
    assert 3 <= len(now) <= 6
    assert now[0] < timedelta(minutes=30)
    assert now[-1] > timedelta(hours=48)
    assert any(time <= timedelta() for time in left), "some end by themselves"
    assert any(not event["muted"] for event in last), "some are handed back"


def test_the_bot_is_silent_while_it_is_muted(events):
    until: dict[tuple[str, str], datetime] = {}
    for event in events:
        customer = customer_of(event)
        muted = time_of(event) < until.get(customer, time_of(event))
        match event:
            case {"type": "mute", "muted": False}:
                until.pop(customer)
            case {"type": "mute"}:
                until[customer] = time_of(event, "until") if "until" in event else time_of(event) + timedelta(hours=72)
            case {"type": "message", "sender": "bot"}:
                assert not muted
            case {"type": "message", "sender": "agent"}:
                assert muted
                assert event["agent"]
            case {"type": "message"} if muted:
                assert "understood" not in event


def test_people_answer_only_where_a_channel_lets_them(events):
    assert {event["channel"] for event in events if event["type"] == "mute"} == {"messenger", "webchat"}


def test_there_are_named_and_anonymous_customers(events):
    named = {customer_of(event) for event in events if event["type"] == "customer"}
    everyone = {customer_of(event) for event in events}
    assert {channel for channel, _ in named} >= {"messenger", "webchat"}
    assert {channel for channel, _ in everyone - named} >= {"webchat", "google_assistant", "alexa"}
    website = [event for event in events if event["type"] == "customer" and event["channel"] == "webchat"]
    assert any(event.keys() >= {"email", "phone_number", "gtu_accepted", "comments", "data"} for event in website)
    messenger = [event for event in events if event["type"] == "customer" and event["channel"] == "messenger"]
    assert all(event.keys() - {"photo_url"} <= messenger[0].keys() | {"photo_url"} for event in messenger)


def test_a_dozen_conversations_ended_in_the_last_two_hours(events):
    last = {customer_of(event): time_of(event) for event in events if event["type"] == "message"}
    assert sum(END - at <= timedelta(hours=2) for at in last.values()) >= 12


def test_a_big_world_can_be_streamed_from_the_beginning():
    assert len(list(islice(world(now=NOW, customers=3000), 100))) == 100
