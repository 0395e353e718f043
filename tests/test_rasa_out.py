"""What goes out to Rasa: silence, the end of it, people's answers, and what is never said to have arrived."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from convdata import muting
from convdata.__main__ import main
from convdata.delivery import deliver_due
from convdata.erasure import erase
from convdata.errors import NotAllowed, SettingWrong
from convdata.importers import rasa as importer
from convdata.outbox import replies_to
from convdata.rasa_server import rasa_server_of
from convdata.replying import can_reply
from convdata.telling import goodbye, tell_bots
from convdata.vocabulary import Delivery
from examples.fake_rasa import FAULTS, TOKEN
from tests.imports import imported
from tests.rasa import MAYA, answered, beside_rasa, rasa, wrote
from tests.story import HOUR, NOON, admin, message, opened, rows, tell

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fake():
    with rasa() as fake:
        yield fake


@pytest.fixture
def store(store_url, fake):
    store = beside_rasa(store_url, fake)
    yield store
    store.close()


def written(fake):
    """The events that were written into conversations, without what the pretend Rasa adds."""
    return [e for _, _, _, body in fake.requests for e in (body or ())]


# -- silence --------------------------------------------------------------------------------------------------------------


def test_mute_is_pause_and_unmute_is_resume(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    assert tell_bots(store, NOON) == 1
    assert fake.paused(MAYA)
    assert tell_bots(store, NOON + MINUTE) == 0
    muting.unmute(store, maya, by=admin("Ada"), now=NOON + HOUR)
    assert tell_bots(store, NOON + HOUR) == 1
    assert not fake.paused(MAYA)
    assert [e["event"] for e in written(fake)] == ["pause", "resume"]


def test_the_sweep_tells_rasa_to_resume(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON, hours=1)
    tell_bots(store, NOON)
    assert muting.sweep(store, NOON + 2 * HOUR) == 1
    tell_bots(store, NOON + 2 * HOUR)
    assert not fake.paused(MAYA)


def test_the_command_line_tells_rasa_too(store_url, fake, monkeypatch, capsys):
    store = beside_rasa(store_url, fake)
    now = datetime.now(UTC).replace(tzinfo=None)
    wrote(store, fake, at=now - HOUR)
    store.close()
    for name, value in {"MISHEARD_STORE": store_url, **fake.settings()}.items():
        monkeypatch.setenv(name, value)
    assert main(["mute", "webchat", MAYA, "--hours", "1"]) == 0
    assert fake.paused(MAYA)
    assert main(["unmute", "webchat", MAYA]) == 0
    assert not fake.paused(MAYA)
    store = beside_rasa(store_url, fake)
    noah = wrote(store, fake, at=now - 3 * HOUR, who="noah")
    muting.mute(store, noah, by=admin("Ada"), now=now - 2 * HOUR, hours=1)
    tell_bots(store, now - 2 * HOUR)
    store.close()
    assert fake.paused("noah")
    assert main(["sweep"]) == 0
    assert not fake.paused("noah")


def test_on_whatever_channel_its_customers_are(store_url, fake):
    store = beside_rasa(store_url, fake, CHANNELS="kiosk")
    kiosk = wrote(store, fake, "kiosk-connector", channel="kiosk")
    muting.mute(store, kiosk, by=admin("Ada"), now=NOON)
    tell_bots(store, NOON)
    assert fake.paused(MAYA)
    store.close()


def test_customers_of_other_bots_are_none_of_rasas(store, fake):
    tell(store, message("v-9", NOON, source="my-bot"))
    (customer,) = (row[0] for row in rows(store, "customers", "cast(customer_key as varchar)"))
    muting.mute(store, customer, by=admin("Ada"), now=NOON)
    tell_bots(store, NOON)
    assert fake.requests == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rasa_that_is_away_is_told_until_it_has_been(store_url, fake, fault):
    store = beside_rasa(store_url, fake)
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    fake.faults[MAYA].extend([fault] * 8)
    now, told = NOON, 0
    while not told and now < NOON + 24 * HOUR:
        told = tell_bots(store, now)
        now += MINUTE
        if now == NOON + 10 * MINUTE:  # and a restart forgets nothing
            store.close()
            store = beside_rasa(store_url, fake)
    assert told == 1
    assert fake.paused(MAYA)
    assert len(fake.requests) == 9
    assert now > NOON + 20 * MINUTE, "it is asked less and less often"
    store.close()


def test_a_bot_that_could_not_be_told_is_said_before_anybody_types(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    fake.faults[MAYA].append("broken")
    tell_bots(store, NOON)
    assert "could not be told" in can_reply(store, maya, NOON).sentence


def test_our_own_silence_read_back_from_the_log_changes_nothing(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON, hours=1)
    tell_bots(store, NOON)
    lines = [json.dumps({"sender_id": MAYA, **e}) for e in fake.conversations[MAYA]]
    file = "\n".join(lines).encode()
    imported(store, file, "rasa.jsonl")
    assert rows(store, "customers", "muted_until") == [(NOON + HOUR,)]


def test_a_customer_who_is_erased_is_not_left_without_a_bot(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    tell_bots(store, NOON)
    say = goodbye(store, maya)
    erase(store, maya, by=admin("Ada"), now=NOON + HOUR)
    say(NOON + HOUR)
    assert not fake.paused(MAYA)


# -- answers ----------------------------------------------------------------------------------------------------------------


def test_an_answer_is_a_bot_event_with_side_effects_after_a_pause(store, fake):
    maya = wrote(store, fake)
    reply = answered(store, maya, text="Jane here.")
    pause, said = written(fake)
    assert pause["event"] == "pause"
    assert said == {
        "event": "bot",
        "text": "Jane here.",
        "metadata": {"said_by": "human", "agent_id": "Ada", "misheard_reply": reply.reply_id},
    }
    path = fake.requests[-1][1]
    assert path.startswith("/conversations/browser%2F1%20%26%20co/tracker/events?")
    assert "output_channel=latest" in path
    assert "execute_side_effects=true" in path
    assert fake.delivered == [("callback", MAYA, "Jane here.")]
    assert reply.state is Delivery.SENT, "Rasa never says that something was delivered"


@pytest.mark.parametrize("connector", ["rest", "cmdline", "my-connector"])
def test_connectors_that_deliver_nothing_are_said_before_anybody_types(store, fake, connector):
    maya = wrote(store, fake, connector)
    said = can_reply(store, maya, NOON)
    assert not said.yes
    assert f"“{connector}”" in said.sentence
    with pytest.raises(NotAllowed, match=connector):
        answered(store, maya)
    assert written(fake) == []


def test_a_customer_who_moved_to_rest_meanwhile_is_not_answered_into_the_void(store, fake):
    maya = wrote(store, fake)
    assert can_reply(store, maya, NOON + HOUR).yes
    fake.wrote(MAYA, "rest")
    reply = answered(store, maya)
    assert reply.state is Delivery.FAILED
    assert "only answers when asked" in (reply.reason or "")
    assert fake.delivered == []


def test_an_operator_may_know_of_further_connectors(store_url, fake):
    store = beside_rasa(store_url, fake, RASA_CONNECTORS="my-connector")
    assert can_reply(store, wrote(store, fake, "my-connector"), NOON).yes
    store.close()


def test_a_browser_is_not_known_to_be_there(store, fake):
    said = can_reply(store, wrote(store, fake, "socketio"), NOON + HOUR)
    assert said.yes
    assert "only while the customer's browser is open" in said.sentence
    assert "1 h" in said.sentence


def test_facebooks_24_hours_hold_through_rasa_too(store, fake):
    maya = wrote(store, fake, "facebook", channel="messenger")
    assert can_reply(store, maya, NOON + 23 * HOUR).yes
    late = can_reply(store, maya, NOON + 25 * HOUR)
    assert not late.yes
    assert "24 hours" in late.sentence


def test_without_a_rasa_the_channel_itself_is_asked(store_url, fake):
    store = opened(store_url)
    maya = wrote(store, fake)
    assert "too late" in can_reply(store, maya, NOON).sentence
    assert fake.requests == []
    store.close()


BECOMES = {
    "conflict": Delivery.FAILED,
    "broken": Delivery.UNKNOWN,
    "bad_gateway": Delivery.UNKNOWN,
    "another_server": Delivery.UNKNOWN,
    "hang": Delivery.UNKNOWN,
    "drop": Delivery.UNKNOWN,
    "drop_after": Delivery.UNKNOWN,
    "redirect": Delivery.PENDING,
}


def test_every_fault_has_its_outcome():
    assert set(BECOMES) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_made_of_each_fault_and_nothing_is_sent_twice(store, fake, fault):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    tell_bots(store, NOON)
    can_reply(store, maya, NOON + HOUR)  # what was known before
    asked = len(fake.requests)
    fake.faults[MAYA].extend(["none", fault])
    FAULTS["none"] = (200, {"sender_id": MAYA, "latest_input_channel": "callback"})
    try:
        reply = answered(store, maya)
    finally:
        del FAULTS["none"]
    assert reply.state is BECOMES[fault], reply.reason
    assert reply.reason
    assert len(fake.requests) == asked + 2
    if reply.state is Delivery.UNKNOWN:
        assert deliver_due(store, NOON + 2 * HOUR) == 0
    if reply.state is Delivery.PENDING:
        deliver_due(store, NOON + HOUR + MINUTE)
        assert [r.state for r in replies_to(store, maya).values()] == [Delivery.SENT]
    assert len(fake.delivered) == (1 if fault in ("redirect", "drop_after") else 0)


def test_a_rasa_that_is_not_there_is_said_before_anybody_types(store, fake):
    maya = wrote(store, fake)
    fake.stop()
    said = can_reply(store, maya, NOON)
    assert not said.yes
    assert "cannot be reached" in said.sentence


@pytest.mark.parametrize(("what", "words"), [("token", "MISHEARD_RASA_TOKEN"), ("api", "--enable-api")])
def test_what_an_admin_has_to_do_is_said(store, fake, what, words):
    maya = wrote(store, fake)
    setattr(fake, what, {"token": "another", "api": False}[what])
    said = can_reply(store, maya, NOON)
    assert not said.yes
    assert words in said.sentence


def test_our_own_answer_read_back_from_the_log_is_not_stored_twice(store, fake):
    maya = wrote(store, fake)
    answered(store, maya, text="Jane here.")
    lines = [json.dumps({"sender_id": MAYA, **e}) for e in fake.conversations[MAYA] if e["event"] == "bot"]
    result, _ = imported(store, "\n".join(lines).encode(), "rasa.jsonl", format="rasa")
    assert (result.counts.duplicate, result.counts.stored) == (1, 0)
    assert [r[0] for r in rows(store, "messages", "sender")].count("agent") == 1


def test_what_only_looks_like_ours_is_stored_as_what_it_is():
    said = {"event": "bot", "sender_id": "v", "text": "Hi", "timestamp": 1.0, "metadata": {"misheard_reply": "x"}}
    reading = importer._Reading({})
    reading.recall("v", "rest")
    (event,) = reading.row(said)
    assert (event["source"], event["sender"]) == ("rasa", "bot")


# -- the token ------------------------------------------------------------------------------------------------------------


def test_a_token_goes_into_the_address_and_a_jwt_into_a_header(store_url, fake):
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjp7fX0.c2lnbmF0dXJl"
    store = beside_rasa(store_url, fake)
    can_reply(store, wrote(store, fake), NOON)
    assert f"token={TOKEN}" in fake.requests[-1][1]
    assert "authorization" not in fake.requests[-1][2]
    store.close()
    fake.token = jwt
    store = beside_rasa(store_url, fake)
    can_reply(store, wrote(store, fake, at=NOON + MINUTE), NOON + MINUTE)
    assert fake.requests[-1][2]["authorization"] == f"Bearer {jwt}"
    assert jwt not in fake.requests[-1][1]
    store.close()


def test_the_token_is_in_no_log_and_no_sentence(store, fake, caplog):
    caplog.set_level(logging.INFO)
    maya = wrote(store, fake)
    fake.faults[MAYA].append("drop")
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    tell_bots(store, NOON)
    answered(store, maya)
    assert TOKEN not in caplog.text
    assert MAYA not in caplog.text
    assert TOKEN not in repr(store.settings)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("rasa:5005", ""),
        ("ftp://rasa", ""),
        ("http://user:word@rasa:5005", ""),
        ("http://rasa:5005/?token=secret", ""),
        ("http://rasa:x", ""),
        ("http://rasa:5005", "a b"),
        ("", "token-alone"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_and_not_repeated(url, token):
    with pytest.raises(SettingWrong) as wrong:
        rasa_server_of(url, token, ())
    assert "MISHEARD_RASA_" in str(wrong.value)
    assert "secret" not in str(wrong.value)
    assert "token-alone" not in str(wrong.value)
