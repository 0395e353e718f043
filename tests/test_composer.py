"""Answering on the Conversation page: what is said before anybody types, and that one answer is one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import streamlit as st

from convdata import canned, muting, onlookers, outbox, replying
from convdata.database import Store
from convdata.delivery import deliver_due
from convdata.errors import NotAllowed
from convdata.onlookers import Onlooker
from convdata.periods import now_utc
from examples.fake_graph import FakeGraph
from pages.parts import desk
from tests.messenger import MAYA, facebook, on_messenger
from tests.story import NOON, READER, admin, customer, key, message, tell
from tests.test_conversation_page import components, page, transcript
from tests.texts import HOSTILE

AGO = now_utc().replace(microsecond=0) - timedelta(hours=2)
SECOND = timedelta(seconds=1)


@pytest.fixture
def fake() -> Iterator[FakeGraph]:
    with facebook(clock=now_utc) as fake:  # type: ignore[arg-type]
        yield fake


@pytest.fixture
def story(duckdb_url: str, fake: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store with Messenger that the page reads too, and Maya, who wrote two hours ago."""
    store = on_messenger(duckdb_url, fake, AGENT="Chen")
    monkeypatch.setattr(desk, "store", lambda: store)
    monkeypatch.setenv("MISHEARD_AGENT", "Chen")
    fake.person(MAYA).wrote_at = AGO
    tell(store, customer(MAYA, AGO, channel="messenger", first_name="Maya"), message(MAYA, AGO, channel="messenger"))
    yield store
    store.close()
    st.cache_data.clear()


def composer(whose: str) -> dict[str, Any]:
    return next(c for c in components(page(customer=whose)) if c and "sentence" in c)


def maya(store: Store) -> str:
    return key(store, MAYA, "messenger")


def test_it_says_before_anybody_types_whether_an_answer_can_arrive(story: Store) -> None:
    shown = composer(maya(story))
    assert shown["yes"]
    assert "another 21 h 5" in shown["sentence"]
    assert (shown["to"], shown["muted"], shown["longest"]) == ("Maya", False, 2000)
    assert shown["bot"] == "Sending mutes the bot for 72 h."


@pytest.mark.parametrize("channel", ["alexa", "google_assistant", "webchat"])
def test_where_none_can_arrive_it_says_why_not(story: Store, channel: str) -> None:
    tell(story, message("x", AGO, channel=channel))
    shown = composer(key(story, "x", channel))
    assert not shown["yes"]
    assert shown["sentence"]


def test_it_says_by_whom_the_bot_is_muted_and_for_how_long(story: Store) -> None:
    muting.mute(story, maya(story), by=admin("Ada"), now=now_utc(), hours=4)
    shown = composer(maya(story))
    assert shown["muted"]
    assert shown["bot"].startswith("The bot is muted by Ada, 3 h 59 min left")


def test_what_became_of_a_reply_stands_beside_it(story: Store, fake: FakeGraph) -> None:
    how: dict[str, Any] = {"by": admin("Chen"), "now": now_utc()}
    replying.reply(story, maya(story), "Hello", reply_id="r-1", **how)
    deliver_due(story, now_utc())
    fake.faults[MAYA].append("no_such_user")
    replying.reply(story, maya(story), "Are you there?", reply_id="r-2", **how)
    deliver_due(story, now_utc())
    said = {
        line["text"]: line["delivery"] for line in transcript(page(customer=maya(story))) if line["sender"] == "agent"
    }
    assert (said["Hello"]["label"], said["Hello"]["retry"]) == ("Sent", None)
    assert said["Are you there?"]["state"] == "failed"
    assert said["Are you there?"]["retry"] == {"id": "r-2", "attempts": 1}
    assert "knows no such person" in said["Are you there?"]["reason"]
    assert composer(maya(story))["stored"] == ["r-1", "r-2"], "the browser that holds one of these drops it"
    lines = [line["text"] for line in transcript(page(customer=maya(story)))]
    assert lines.index("the bot was muted by Chen for 72 h") < lines.index("Are you there?") - 1, (
        "the bot is muted first"
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_kept_replies_are_handed_on_as_text(story: Store, text: str) -> None:
    tell(story, customer(MAYA, AGO + SECOND, channel="messenger", first_name=text))
    assert composer(maya(story))["to"]


def test_kept_replies_are_filled_with_the_first_name(story: Store) -> None:
    for reply in canned.canned_replies(story):
        canned.drop(story, reply.canned_id, by=READER)
    canned.keep(story, canned.opened_up("Dear Maya, Mayar says hello", "Maya"), by=admin("Chen"), now=NOON)
    canned.keep(story, "Dear {first_name}, Mayar says hello", by=admin("Ada"), now=NOON)
    assert [r["text"] for r in composer(maya(story))["canned"]] == ["Dear Maya, Mayar says hello"]
    assert canned.filled("Dear {first_name}, hello", None) == "Dear, hello"
    for nothing in ("", "  \n", "x" * 2001):
        with pytest.raises(NotAllowed):
            canned.keep(story, nothing, by=admin("Chen"), now=NOON)


def test_who_else_is_there_is_known_for_half_a_minute(story: Store) -> None:
    told: list[int] = []
    story.listeners.append(lambda: told.append(1))
    assert onlookers.look(story, Onlooker("w-1", "k", "Ada", False, NOON)) == []
    (ada,) = onlookers.look(story, Onlooker("w-2", "k", "Chen", False, NOON + SECOND))
    assert (ada.name, ada.writing) == ("Ada", False)
    assert len(told) == 2, "those who are there already look again"
    onlookers.look(story, Onlooker("w-1", "k", "Ada", True, NOON + 2 * SECOND))
    (ada,) = onlookers.look(story, Onlooker("w-2", "k", "Chen", False, NOON + 20 * SECOND))
    assert ada.writing
    assert len(told) == 3
    assert onlookers.look(story, Onlooker("w-2", "k", "Chen", False, NOON + 33 * SECOND)) == []
    onlookers.look(story, Onlooker("w-2", "another", "Chen", False, NOON + 34 * SECOND))
    assert onlookers.look(story, Onlooker("w-3", "k", "Bo", False, NOON + 35 * SECOND)) == []


def test_the_page_says_who_else_is_there(story: Store) -> None:
    onlookers.look(story, Onlooker("w-1", maya(story), "Ada", True, now_utc()))
    onlookers.look(story, Onlooker("w-2", maya(story), "Chen", False, now_utc()))
    assert composer(maya(story))["others"] == [
        "Ada is writing an answer",
        "Chen, in another window, is looking at this conversation",
    ]


def test_nothing_is_stored_twice_under_one_id(story: Store) -> None:
    for text in ("Hello", "Hello", "Something else"):
        replying.reply(story, maya(story), text, by=admin("Chen"), now=now_utc(), reply_id="r-1")
    assert [reply.text for reply in outbox.replies_to(story, maya(story)).values()] == ["Hello"]
