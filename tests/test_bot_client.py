"""Stories of `examples/misheard_client.py`, which bot developers copy, against the real routes."""

import io
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from convdata.errors import StoreAway
from convdata.letterbox import Letterbox
from convdata.muting import mute
from convdata.periods import now_utc
from examples import bot
from examples.misheard_client import Misheard
from tests.http import TOKEN, TOKENS, Box, app_over, served, until
from tests.story import admin, key, opened, rows


@pytest.fixture
def box(duckdb_url: str) -> Iterator[Box]:
    store = opened(duckdb_url, INTAKE_TOKEN=TOKENS)
    yield Box(store)
    store.close()


@pytest.fixture
def url(box: Box) -> Iterator[str]:
    letterbox = Letterbox(box)
    with served(app_over(box, letterbox, box.store.settings)) as port:
        yield f"http://127.0.0.1:{port}"
    letterbox.close()


def test_a_conversation_is_reported(url: str, box: Box) -> None:
    with Misheard(url, TOKEN, "webchat", source="toy") as misheard:
        misheard.customer("v-1", first_name="Ada", data={"plan": "gold"})
        heard = misheard.heard("v-1", "xqzt blorp", language="en")
        misheard.verdict(heard, understood=False, intent="nlu_fallback", confidence=0.3)
        misheard.answered("v-1", "Sorry, I did not get that.", in_reply_to=heard["id"])
        misheard.need_help("v-1", "asked for a human")
        assert misheard.flush()
    said = rows(box.store, "messages", "sender", "text", "understood", "in_reply_to", "source")
    assert {tuple(row) for row in said} == {
        ("user", "xqzt blorp", False, None, "toy"),
        ("bot", "Sorry, I did not get that.", None, heard["id"], "toy"),
    }
    assert [row.status for row in rows(box.store, "customers", "status")] == ["need_help"]
    assert [row.first_name for row in rows(box.store, "people", "first_name")] == ["Ada"]


def test_the_bot_asks_and_keeps_silent(url: str, box: Box) -> None:
    with Misheard(url, TOKEN, "webchat") as misheard:
        assert misheard.may_answer("v/1 ä")
        misheard.heard("v/1 ä", "Hello")
        assert misheard.flush()
        mute(box.store, key(box.store, "v/1 ä"), by=admin("ada"), now=now_utc(), hours=1)
        assert not misheard.may_answer("v/1 ä")
        box.away = StoreAway("it is away")
        assert not misheard.may_answer("v/1 ä")  # as last known
        assert misheard.may_answer("somebody else")
        misheard._muted_until["v/1 ä"] -= timedelta(hours=2)
        assert misheard.may_answer("v/1 ä")


def test_nothing_is_lost_while_misheard_is_away(url: str, box: Box) -> None:
    box.away = StoreAway("it is away")
    with Misheard(url, TOKEN, "webchat") as misheard:
        for n in range(1200):
            misheard.heard(f"v-{n % 9}", f"Hello {n}")
        assert not misheard.flush(0.2)
        box.away = None
        assert misheard.flush()
    assert len(rows(box.store, "messages", "event_id")) == 1200


def test_what_cannot_be_taken_is_said_and_the_rest_goes_on(
    url: str, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    with Misheard(url, TOKEN, "webchat") as misheard:
        misheard.report("message", "v-1", sender="robot")
        assert misheard.flush()
        misheard.heard("v-1", "Hello", confidence=7)
        misheard.heard("v-1", "Hello")
        assert misheard.flush()
        with pytest.raises(ValueError, match="too large"):
            misheard.heard("v-1", "x" * 2_000_000)
        for n in range(200):
            misheard.heard("v-1", "x" * 60_000, id=f"long-{n}")
        assert misheard.flush()
    assert "sender must be one of" in caplog.text
    assert "confidence" in caplog.text
    assert len(rows(box.store, "messages", "event_id")) == 201


def test_a_wrong_token_is_said_and_nothing_is_thrown_away(url: str, caplog: pytest.LogCaptureFixture) -> None:
    misheard = Misheard(url, "wrong", "webchat")
    with caplog.at_level(logging.ERROR):
        misheard.heard("v-1", "Hello")
        until(lambda: "401" in caplog.text)
    assert not misheard.flush(0.1)
    assert misheard.may_answer("v-1")
    misheard.close(0.1)


def test_the_toy_bot_talks(url: str, box: Box, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello\nxqzt blorp\nI want a human\n\n"))
    with Misheard(url, TOKEN, "webchat", source="toy-bot") as misheard:
        bot.converse(misheard, "terminal-1")
    out = capsys.readouterr().out
    assert "bot> Hello! I know about tickets" in out
    assert out.count("Sorry, I did not get that.") == 2
    verdicts = [row.understood for row in rows(box.store, "messages where sender = 'user'", "understood")]
    assert sorted(verdicts) == [False, False, True]
    assert rows(box.store, "customers", "status")[0].status == "need_help"
