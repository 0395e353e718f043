"""The demo page and its toy bot, over the demo world, with nothing configured."""

import re
import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from convdata.database import Store
from convdata.muting import mute, unmute
from convdata.periods import now_utc
from routes.toy_bot import AGAIN, KNOWN, NOT_UNDERSTOOD, understand
from tests.http import TOKENS, Box, asked
from tests.story import admin, key, opened, rows
from tests.webchat import BOT, Visitor

OURS = "http://testserver"


@pytest.fixture
def page(demo: Store) -> Iterator[TestClient]:
    with asked(Box(demo), demo.settings) as client:
        yield client


def said(visitor: Visitor, many: int, seconds: float = 20) -> list[str]:
    deadline = time.monotonic() + seconds
    while len(texts := visitor.texts()) < many and time.monotonic() < deadline:
        time.sleep(0.1)
    return texts


def test_a_newcomer_talks_asks_for_a_person_and_the_bot_is_silent_while_muted(page: TestClient, demo: Store) -> None:
    answer = page.get("/webchat-demo")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert len(re.findall("sha256-", policy)) == 2
    ada = Visitor(page, origin=OURS)
    ada.write("Can I take my bike?")
    assert said(ada, 2)[1].startswith("There is room for six bikes")
    ada.write("xqzt blorp")
    assert said(ada, 4)[3] == NOT_UNDERSTOOD
    mine = key(demo, ada.id)
    where = f"customers where customer_key = '{mine}'"
    assert rows(demo, where, "status")[0].status == "not_understood"
    ada.write("can I talk to a human")
    assert said(ada, 6)[5].startswith("I have asked a person")
    assert rows(demo, where, "status")[0].status == "need_help"
    mute(demo, mine, by=admin("Bob"), now=now_utc())
    ada.write("breakfast?")
    time.sleep(2)
    assert len(ada.texts()) == 7
    unmute(demo, mine, by=admin("Bob"), now=now_utc())
    ada.write("And breakfast?")
    assert said(ada, 9)[8].startswith("Breakfast is served")


def test_after_a_restart_it_answers_whoever_has_the_page_still_open(demo: Store) -> None:
    with asked(Box(demo), demo.settings) as page:
        token = Visitor(page, origin=OURS).token
    with asked(Box(demo), demo.settings) as page:
        ada = Visitor(page, token, origin=OURS)
        ada.write("breakfast?")
        assert said(ada, 2)[1].startswith("Breakfast is served")


def test_another_bot_takes_over(demo_url: str) -> None:
    store = opened(demo_url, INTAKE_TOKEN=TOKENS)
    with asked(Box(store), store.settings) as client:
        client.get("/webchat-demo")
        after = client.get(BOT).json()["after"]
        ada = Visitor(client, origin=OURS)
        ada.write("Hello")
        (heard,) = client.get(BOT, params={"after": after, "wait": 3}).json()["messages"]
        assert (heard["text"], heard["site"]) == ("Hello", None)
        time.sleep(1)
        assert ada.texts() == ["Hello"]
    store.close()


def test_what_the_toy_bot_understands() -> None:
    for text, intent in (
        ("hi there", "greeting"), ("I want to speak to a PERSON", "human"), ("when does it leave?", "timetable"),
        ("two bicycles", "bike"), ("my suitcase", "luggage"), ("Is breakfast included?", "breakfast"), ("thanks!", "thanks"),
        ("bye", "goodbye"),
    ):  # fmt: skip
        assert understand(text, 0).verdict["intent"] == intent, text
    assert understand("xqzt", 0).answer == NOT_UNDERSTOOD
    assert understand("xqzt", 1).answer == AGAIN
    assert understand("xqzt", 0).verdict["understood"] is False
    assert len({intent for intent, _, _ in KNOWN}) == len(KNOWN)
