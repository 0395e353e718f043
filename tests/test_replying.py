"""An agent answers: the bot is muted first, the answer is stored and put into the outbox, in one act (product rule 11)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from convdata import muting
from convdata.channel_adapters import Adapter, _files, adapted_channels, adapter_of
from convdata.channels import CHANNELS
from convdata.delivery import deliver_due
from convdata.erasure import erase
from convdata.errors import NotAllowed, NotFound
from convdata.outbox import replies_to
from convdata.replying import can_reply, hand_back, new_reply_id, prospect, reply, retry
from convdata.vocabulary import Delivery
from tests.messenger import MAYA, answer, answered, facebook, on_messenger, wrote
from tests.story import HOUR, NOON, admin, key, message, opened, rows, status, tell

DAY = 24 * HOUR


@pytest.fixture
def fake():
    with facebook() as fake:
        yield fake


@pytest.fixture
def store(store_url, fake):
    store = on_messenger(store_url, fake)
    yield store
    store.close()


# -- one act ------------------------------------------------------------------------------------------------------------


def test_an_answer_mutes_the_bot_stores_the_message_and_waits_to_be_sent(store, fake):
    maya = wrote(store, fake)
    stored = answer(store, maya, "On its way.")
    assert (stored.state, stored.agent, stored.text, stored.attempts) == (Delivery.PENDING, "Ada", "On its way.", 0)
    assert prospect(store, maya, NOON + HOUR).muted_by == "Ada"
    assert prospect(store, maya, NOON + HOUR).muted_until == NOON + HOUR + 72 * HOUR
    said = rows(store, "messages where sender = 'agent'", "text", "agent", "source", "event_id", "event_key")
    assert said == [("On its way.", "Ada", "misheard", stored.reply_id, stored.event_key)]
    assert rows(store, "customers", "last_message_at", "message_count") == [(NOON + HOUR, 2)]
    acts = [(a, who) for a, who in rows(store, "activity order by act", "act", "actor")]
    assert acts == [("mute", "Ada"), ("reply", "Ada")]
    assert fake.sent == []


def test_a_mute_that_runs_already_stands_as_it_is(store, fake):
    maya = wrote(store, fake)
    until = muting.mute(store, maya, by=admin("Bob"), now=NOON, hours=4)
    answer(store, maya)
    answer(store, maya, now=NOON + 2 * HOUR)
    now = prospect(store, maya, NOON + 2 * HOUR)
    assert (now.muted_until, now.muted_by) == (until, "Bob")
    assert len(rows(store, "mutes")) == 1


def test_a_mute_that_ran_out_is_followed_by_another(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Bob"), now=NOON, hours=1)
    answer(store, maya, now=NOON + 2 * HOUR)
    assert prospect(store, maya, NOON + 2 * HOUR).muted_by == "Ada"


def test_need_help_stays_until_somebody_clears_it(store, fake):
    maya = wrote(store, fake)
    tell(store, status("need_help", MAYA, channel="messenger"))
    answer(store, maya)
    assert rows(store, "customers", "status") == [("need_help",)]


def test_what_is_stored_is_what_was_written(store, fake):
    maya = wrote(store, fake)
    text = "  *Bold* <b>x</b> $a$ :smile: {first_name} \u202e😀\n\tline  "
    assert answered(store, maya, text=text).state is Delivery.SENT
    assert rows(store, "messages where sender = 'agent'", "text") == [(text,)]
    assert fake.sent[0]["message"]["text"] == text


def test_nothing_is_half_done_when_the_store_fails_in_the_middle(store, fake, monkeypatch):
    maya = wrote(store, fake)
    from convdata import replying

    monkeypatch.setattr(replying, "_record_reply", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        answer(store, maya)
    assert rows(store, "outbox") == rows(store, "mutes") == rows(store, "activity") == []
    assert rows(store, "messages", "sender") == [("user",)]


@pytest.mark.parametrize("text", ["", " ", "\n\t\u00a0", "x" * 2001])
def test_nothing_and_too_much_are_not_sent(store, fake, text):
    maya = wrote(store, fake)
    with pytest.raises(NotAllowed):
        answer(store, maya, text)
    assert rows(store, "outbox") == rows(store, "mutes") == []


@pytest.mark.parametrize("reply_id", ["", "a:b", "x" * 65, "ü"])
def test_a_reply_needs_an_id_that_can_travel(store, fake, reply_id):
    maya = wrote(store, fake)
    with pytest.raises(NotAllowed):
        answer(store, maya, reply_id=reply_id)


@pytest.mark.parametrize("nobody", ["", "*", "2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11", "x"])
def test_nobody_cannot_be_answered(store, nobody):
    for ask in (
        lambda: can_reply(store, nobody, NOON),
        lambda: answer(store, nobody),
        lambda: prospect(store, nobody, NOON),
    ):
        with pytest.raises((NotFound, NotAllowed)):
            ask()


# -- once and only once -------------------------------------------------------------------------------------------------


def test_a_double_click_is_one_reply(store, fake):
    maya = wrote(store, fake)
    first = answer(store, maya, reply_id="r-1")
    assert answer(store, maya, reply_id="r-1", now=NOON + HOUR + timedelta(milliseconds=100)) == first
    deliver_due(store, NOON + HOUR)
    assert answer(store, maya, reply_id="r-1", now=NOON + 50 * HOUR).state is Delivery.SENT
    deliver_due(store, NOON + 50 * HOUR)
    assert len(fake.sent) == len(rows(store, "outbox")) == len(rows(store, "mutes")) == 1
    assert len(rows(store, "messages where sender = 'agent'")) == 1


def test_32_threads_with_one_reply_id_send_once(store, fake):
    maya = wrote(store, fake)
    together = Barrier(32)

    def press(_):
        together.wait()
        stored = answer(store, maya, reply_id="r-1")
        deliver_due(store, NOON + HOUR)
        return stored

    with ThreadPoolExecutor(32) as pool:
        assert {stored.reply_id for stored in pool.map(press, range(32))} == {"r-1"}
    deliver_due(store, NOON + HOUR)
    assert len(fake.sent) == 1
    assert rows(store, "outbox", "state", "attempts") == [("sent", 1)]
    assert len(rows(store, "messages where sender = 'agent'")) == len(rows(store, "mutes")) == 1
    assert len(rows(store, "activity where act = 'reply'")) == 1


def test_many_replies_at_once_are_each_sent_once(store, fake):
    people = [wrote(store, fake, who=f"678000000000100{n}") for n in range(4)]

    def work(n):
        answer(store, people[n % 4], f"{n}", now=NOON + HOUR + timedelta(seconds=n))
        for _ in range(3):
            deliver_due(store, NOON + 2 * HOUR)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    while deliver_due(store, NOON + 2 * HOUR):
        pass
    assert sorted(int(s["message"]["text"]) for s in fake.sent) == list(range(16))


def test_an_id_of_another_conversation_sends_nothing(store, fake):
    maya, jonas = wrote(store, fake), wrote(store, fake, who="6780000000000002")
    answer(store, maya, reply_id="r-1")
    with pytest.raises(NotAllowed):
        answer(store, jonas, reply_id="r-1")
    assert len(rows(store, "outbox")) == len(rows(store, "mutes")) == 1


# -- whether an answer can arrive, said before typing and enforced below the button (rule 10) --------------------------------


@pytest.mark.parametrize(
    ("age", "granted", "yes", "words"),
    [
        (0 * HOUR, "false", True, "another 1 day"),
        (20 * HOUR + 40 * HOUR / 60, "false", True, "another 3 h 20 min"),
        (DAY - timedelta(seconds=1), "false", True, "less than a minute"),
        (DAY, "false", False, "24 hours"),
        (DAY, "true", True, "human agent for another 6 days"),
        (7 * DAY - timedelta(seconds=1), "true", True, "human agent"),
        (7 * DAY, "true", False, "7 days at most"),
        (7 * DAY, "false", False, "7 days at most"),
    ],
)
def test_meta_s_windows(store_url, fake, age, granted, yes, words):
    store = on_messenger(store_url, fake, MESSENGER_HUMAN_AGENT=granted)
    maya = wrote(store, fake)
    said = can_reply(store, maya, NOON + age)
    assert said.yes is yes
    assert words in said.sentence
    assert said.until == (NOON + (DAY if age < DAY else 7 * DAY) if yes else None)
    if yes:
        answer(store, maya, now=NOON + age)
    else:
        with pytest.raises(NotAllowed, match=words):
            answer(store, maya, now=NOON + age)
    assert len(rows(store, "outbox")) == len(rows(store, "mutes")) == yes
    store.close()


def test_the_window_is_the_customer_s_not_the_bot_s(store, fake):
    maya = wrote(store, fake)
    tell(store, message(MAYA, NOON + 20 * HOUR, "Anything else?", channel="messenger", sender="bot"))
    assert not can_reply(store, maya, NOON + 30 * HOUR).yes
    tell(store, message(MAYA, NOON + 20 * HOUR, "Yes", channel="messenger", kind="button"))
    assert can_reply(store, maya, NOON + 30 * HOUR).yes


def test_who_never_wrote_cannot_be_answered(store):
    tell(store, status("need_help", MAYA, channel="messenger"))
    assert "has to begin" in can_reply(store, key(store, MAYA, "messenger"), NOON).sentence


def test_a_messenger_that_is_not_set_up_says_so(store_url):
    store = opened(store_url)
    tell(store, message(MAYA, channel="messenger"))
    said = can_reply(store, key(store, MAYA, "messenger"), NOON)
    assert not said.yes
    assert "MISHEARD_MESSENGER_PAGE_ID" in said.sentence
    store.close()


@pytest.mark.parametrize("channel", [c.key for c in CHANNELS if c.key not in adapted_channels()] + ["kiosk"])
def test_channels_that_cannot_deliver_a_person_s_reply_never_do(store_url, channel):
    store = opened(store_url, CHANNELS="kiosk")
    tell(store, message(channel=channel))
    said = can_reply(store, key(store, channel=channel), NOON)
    assert not said.yes
    assert said.sentence.endswith(".")
    with pytest.raises(NotAllowed, match=said.sentence):
        answer(store, key(store, channel=channel), now=NOON)
    assert rows(store, "outbox") == rows(store, "mutes") == []
    store.close()


def test_every_adapter_has_the_four_verbs_and_its_channel_permits_answers():
    assert "messenger" in adapted_channels()
    assert "rasa" not in adapted_channels(), "a bot is no channel"
    by_key = {c.key: c for c in CHANNELS}
    for name in adapted_channels():
        assert by_key[name].can_escalate
    for name, adapter in _files().items():
        for verb in (v for v in vars(Adapter) if not v.startswith("_")):
            assert callable(getattr(adapter, verb)), f"{name} has no {verb}"


# -- again, and back ----------------------------------------------------------------------------------------------------


def test_a_person_sends_again_what_failed_and_only_once(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("unavailable")
    failed = answered(store, maya)
    assert (failed.state, failed.may_be_retried) == (Delivery.FAILED, True)

    def press(_):
        return retry(store, maya, failed.reply_id, attempts=failed.attempts, by=admin("Bob"), now=NOON + 2 * HOUR)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1
    deliver_due(store, NOON + 2 * HOUR)
    assert press(0) is False
    assert [r.state for r in replies_to(store, maya).values()] == [Delivery.SENT]
    assert len(fake.sent) == len(rows(store, "messages where sender = 'agent'")) == 1
    assert [json.loads(d) for (d,) in rows(store, "activity where act = 'reply' and actor = 'Bob'", "details")] == [
        {"reply_id": failed.reply_id, "attempt": 2}
    ]


def test_what_was_sent_cannot_be_sent_again(store, fake):
    maya = wrote(store, fake)
    done = answered(store, maya)
    assert not retry(store, maya, done.reply_id, attempts=done.attempts, by=admin("Ada"), now=NOON + 2 * HOUR)
    assert not retry(store, maya, "other", attempts=0, by=admin("Ada"), now=NOON + 2 * HOUR)
    deliver_due(store, NOON + 2 * HOUR)
    assert len(fake.sent) == 1


def test_again_mutes_first_too_and_obeys_the_window(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("unavailable")
    failed = answered(store, maya)
    hand_back(store, maya, by=admin("Ada"), now=NOON + 2 * HOUR)
    assert retry(store, maya, failed.reply_id, attempts=1, by=admin("Ada"), now=NOON + 3 * HOUR)
    assert prospect(store, maya, NOON + 3 * HOUR).muted_until is not None
    fake.faults[MAYA].append("unavailable")
    deliver_due(store, NOON + 3 * HOUR)
    with pytest.raises(NotAllowed):
        retry(store, maya, failed.reply_id, attempts=2, by=admin("Ada"), now=NOON + 30 * HOUR)


def test_hand_back_lets_the_bot_answer_and_is_recorded(store, fake):
    maya = wrote(store, fake)
    answer(store, maya)
    assert hand_back(store, maya, by=admin("Ada"), now=NOON + 2 * HOUR)
    assert not hand_back(store, maya, by=admin("Ada"), now=NOON + 2 * HOUR)
    assert prospect(store, maya, NOON + 2 * HOUR).muted_until is None
    assert [a for (a,) in rows(store, "activity where act = 'unmute'", "act")] == ["unmute"]


# -- erased -------------------------------------------------------------------------------------------------------------


def test_erasing_takes_the_outbox_too_and_nothing_is_sent_after_it(store, fake):
    maya = wrote(store, fake)
    answer(store, maya)
    erase(store, maya, by=admin("Bob"), now=NOON + 2 * HOUR)
    assert deliver_due(store, NOON + 2 * HOUR) == 0
    assert rows(store, "outbox") == rows(store, "receipts") == rows(store, "bots_told") == []
    assert fake.sent == []


def test_a_reply_that_is_on_its_way_during_an_erasure_leaves_nothing(store, fake, monkeypatch):
    maya = wrote(store, fake)
    answer(store, maya)
    adapter: Any = adapter_of("messenger")
    send = adapter.send

    def erasing(store_, outgoing, now):
        outcome = send(store_, outgoing, now)
        erase(store, maya, by=admin("Bob"), now=NOON + 2 * HOUR)
        return outcome

    monkeypatch.setattr(adapter, "send", erasing)
    deliver_due(store, NOON + HOUR)
    assert len(fake.sent) == 1
    assert (
        rows(store, "outbox") == rows(store, "receipts") == rows(store, "bots_told") == rows(store, "customers") == []
    )


def test_new_ids_are_never_the_same():
    assert len({new_reply_id() for _ in range(1000)}) == 1000


def test_the_reply_of_somebody_with_a_colon_in_their_name_is_still_known(store, fake):
    maya = wrote(store, fake)
    stored = reply(store, maya, "Hello", by=admin("Ada: night shift"), now=NOON + HOUR, reply_id="r-1")
    deliver_due(store, NOON + HOUR)
    assert fake.sent[0]["message"]["metadata"] == f"agent:Ada: night shift:{stored.reply_id}"
