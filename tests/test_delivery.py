"""An answer on its way: taken in hand once, and what becomes of it, whatever dies or hangs in between."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convdata import muting, outbox, receipts, telling
from convdata.channel_adapters import Outcome, adapter_of
from convdata.delivery import Sender, deliver_due
from convdata.outbox import replies_to
from convdata.receipts import Receipt, receive
from convdata.replying import hand_back, retry
from convdata.telling import tell_bots
from convdata.vocabulary import Delivery
from tests.messenger import MAYA, MINUTE, Clock, answer, answered, facebook, on_messenger, wrote
from tests.story import HOUR, NOON, admin, opened, rows

SECOND = timedelta(seconds=1)
THEN = NOON + HOUR


@pytest.fixture
def fake():
    with facebook() as fake:
        yield fake


@pytest.fixture
def store(store_url, fake):
    store = on_messenger(store_url, fake)
    yield store
    store.close()


def state(store, whose):
    (reply,) = replies_to(store, whose).values()
    return reply.state


def until(true, seconds=15):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


# -- attempts -----------------------------------------------------------------------------------------------------------


def test_what_certainly_did_not_arrive_is_tried_again_later_and_later(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA] += ["temporary"] * 3
    waiting = answered(store, maya)
    assert (waiting.state, waiting.attempts, waiting.code) == (Delivery.PENDING, 1, "1200")
    now, waits = THEN, []
    while state(store, maya) is Delivery.PENDING:
        (due_at,) = rows(store, "outbox", "due_at")[0]
        waits.append(due_at - now)
        assert deliver_due(store, due_at - SECOND) == 0
        now = due_at
        assert deliver_due(store, now) == 1
    assert waits == [2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert (state(store, maya), len(fake.sent)) == (Delivery.SENT, 1)


def test_it_is_given_up_in_the_end_and_says_so(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA] += ["temporary"] * 20
    answer(store, maya)
    now = THEN
    while state(store, maya) in (Delivery.PENDING, Delivery.SENDING):
        deliver_due(store, now)
        now += MINUTE
    (reply,) = replies_to(store, maya).values()
    assert (reply.state, reply.may_be_retried) == (Delivery.FAILED, True)
    assert "Given up" in (reply.reason or "")
    assert reply.attempts <= 8


def test_replies_to_one_customer_arrive_in_the_order_in_which_they_were_written(store, fake):
    maya, jonas = wrote(store, fake), wrote(store, fake, who="6780000000000002")
    fake.faults[MAYA].append("temporary")
    answer(store, maya, "first")
    answer(store, maya, "second", now=THEN + SECOND)
    answer(store, jonas, "other", now=THEN + 2 * SECOND)
    deliver_due(store, THEN + 2 * SECOND)
    assert [s["message"]["text"] for s in fake.sent] == ["other"]
    for n in range(3, 8):
        deliver_due(store, THEN + n * SECOND)
    assert [s["message"]["text"] for s in fake.sent] == ["other", "first", "second"]


def test_one_that_failed_lets_the_next_one_go(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("unavailable")
    answer(store, maya, "first")
    answer(store, maya, "second", now=THEN + SECOND)
    deliver_due(store, THEN + SECOND)
    deliver_due(store, THEN + SECOND)
    assert [s["message"]["text"] for s in fake.sent] == ["second"]


# -- unknown ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["drop", "drop_after", "garbage", "no_mid"])
def test_after_silence_it_is_unknown_and_never_sent_again_by_itself(store, fake, fault):
    maya = wrote(store, fake)
    fake.faults[MAYA].append(fault)
    reply = answered(store, maya)
    assert reply.state is Delivery.UNKNOWN
    assert "may have arrived" in (reply.reason or "")
    for hours in range(1, 30):
        assert deliver_due(store, THEN + hours * HOUR) == 0
    assert len([r for r in fake.requests if r[1].endswith("/messages")]) == 1


def test_a_person_may_send_again_what_is_unknown(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("drop")
    reply = answered(store, maya)
    assert retry(store, maya, reply.reply_id, attempts=1, by=admin("Ada"), now=THEN + HOUR)
    deliver_due(store, THEN + HOUR)
    assert (state(store, maya), len(fake.sent)) == (Delivery.SENT, 1)


def test_an_adapter_that_fails_in_its_own_way_leaves_it_unknown(store, fake, monkeypatch):
    maya = wrote(store, fake)
    monkeypatch.setattr(adapter_of("messenger"), "send", lambda *_: 1 / 0)
    assert answered(store, maya).state is Delivery.UNKNOWN


def test_one_that_was_in_a_killed_program_s_hand_becomes_unknown_after_a_minute(store, fake):
    maya = wrote(store, fake)
    answer(store, maya)
    (row,) = outbox.due(store, THEN)
    assert outbox.claim(store, row, THEN) is not None
    assert outbox.claim(store, row, THEN) is None
    assert deliver_due(store, THEN + MINUTE) == 0
    assert state(store, maya) is Delivery.SENDING
    assert deliver_due(store, THEN + MINUTE + SECOND) == 0
    assert state(store, maya) is Delivery.UNKNOWN
    assert fake.sent == []


PROGRAM = """
import json, sys
from tests.messenger import answer
from tests.story import NOON, HOUR, key, opened
from convdata.delivery import deliver_due
from convdata.database import Store
store = opened(sys.argv[1], **json.loads(sys.argv[2]))
answer(store, sys.argv[3], reply_id="r-1")
print("stored", flush=True)
deliver_due(store, NOON + HOUR)
print("sent", flush=True)
"""


def killed_while_sending(url, fake, whose):
    import json

    settings = {name.removeprefix("MISHEARD_"): value for name, value in fake.settings().items()}
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, json.dumps(settings), whose],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        env=os.environ,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "stored\n"
    until(lambda: any(r[1].endswith("/messages") for r in fake.requests))
    program.send_signal(signal.SIGKILL)
    assert program.communicate()[0] == ""


@pytest.mark.parametrize("fault", ["hang"])
def test_a_program_that_is_killed_while_sending_never_sends_twice(store_url, fake, fault):
    fake.hang_seconds = 20
    store = on_messenger(store_url, fake)
    maya = wrote(store, fake)
    fake.faults[MAYA].append(fault)
    store.close()
    killed_while_sending(store_url, fake, maya)
    store = on_messenger(store_url, fake)
    assert state(store, maya) is Delivery.SENDING
    assert answer(store, maya, reply_id="r-1").state is Delivery.SENDING
    deliver_due(store, THEN + 2 * MINUTE)
    assert state(store, maya) is Delivery.UNKNOWN
    assert len([r for r in fake.requests if r[1].endswith("/messages")]) == 1
    # If it had arrived, its echo would say so.
    assert receive(store, maya, [Receipt(Delivery.SENT, THEN, "r-1", "m_late")], THEN + 3 * MINUTE)
    assert state(store, maya) is Delivery.SENT
    store.close()


# -- what the channel says later ------------------------------------------------------------------------------------------


def test_a_reply_only_climbs(store, fake):
    maya = wrote(store, fake)
    reply = answered(store, maya)
    for said, becomes in [
        (Delivery.DELIVERED, Delivery.DELIVERED),
        (Delivery.READ, Delivery.READ),
        (Delivery.DELIVERED, Delivery.READ),
        (Delivery.SENT, Delivery.READ),
    ]:
        receive(store, maya, [Receipt(said, THEN + HOUR, message_id=reply.message_id)], THEN + HOUR)
        assert state(store, maya) is becomes


def test_everything_up_to_then_is_everything_that_was_sent_by_then(store, fake):
    maya = wrote(store, fake)
    first = answered(store, maya, now=THEN)
    second = answered(store, maya, now=THEN + 10 * MINUTE)
    receive(store, maya, [Receipt(Delivery.READ, THEN + 5 * MINUTE)], THEN + 20 * MINUTE)
    states = {r.reply_id: r.state for r in replies_to(store, maya).values()}
    assert states == {first.reply_id: Delivery.READ, second.reply_id: Delivery.SENT}


@pytest.mark.parametrize("by", ["message", "time"])
def test_a_receipt_that_comes_before_our_own_answer_is_kept_for_it(store, fake, monkeypatch, by):
    maya = wrote(store, fake)
    adapter = adapter_of("messenger")

    def overtaken(store_, outgoing, now):
        about = {"message_id": "m_77"} if by == "message" else {}
        receive(store, maya, [Receipt(Delivery.DELIVERED, THEN + SECOND, **about)], THEN + SECOND)
        return Outcome(Delivery.SENT, message_id="m_77")

    monkeypatch.setattr(adapter, "send", overtaken)
    assert answered(store, maya).state is Delivery.DELIVERED


def test_an_echo_that_comes_before_our_own_answer_wins_over_silence(store, fake, monkeypatch):
    maya = wrote(store, fake)

    def overtaken(store_, outgoing, now):
        receive(store, maya, [Receipt(Delivery.SENT, THEN, outgoing.reply_id, "m_77")], THEN)
        return Outcome(Delivery.UNKNOWN, reason="?")

    monkeypatch.setattr(adapter_of("messenger"), "send", overtaken)
    reply = answered(store, maya)
    assert (reply.state, reply.message_id, reply.reason) == (Delivery.SENT, "m_77", None)


def test_an_echo_stops_what_would_be_tried_again(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("service")
    reply = answered(store, maya)
    assert reply.state is Delivery.PENDING
    receive(store, maya, [Receipt(Delivery.SENT, THEN, reply.reply_id, "m_77")], THEN)
    assert deliver_due(store, THEN + HOUR) == 0


def test_receipts_of_others_messages_are_not_kept(store, fake):
    maya = wrote(store, fake)
    answered(store, maya)
    for n in range(20):
        receive(
            store, maya, [Receipt(Delivery.DELIVERED, THEN, message_id=f"m_{n}x"), Receipt(Delivery.READ, THEN)], THEN
        )
    assert rows(store, "receipts") == []
    assert not receive(store, "2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11", [Receipt(Delivery.READ, THEN)], THEN)


def test_kept_receipts_are_few_and_go_after_a_week(store, fake):
    maya = wrote(store, fake)
    fake.faults[MAYA].append("drop")
    answered(store, maya)
    for _ in range(5):
        for n in range(3):
            receive(store, maya, [Receipt(Delivery.DELIVERED, THEN, message_id=f"m_{n}x")], THEN)
    assert len(rows(store, "receipts")) == 3
    receipts.forget_old(store, THEN + timedelta(days=8))
    assert rows(store, "receipts") == []


# -- the thread that sends ------------------------------------------------------------------------------------------------


def test_the_sender_sends_at_once_and_stops_in_peace(store, fake):
    clock = Clock(THEN)
    maya = wrote(store, fake)
    sender = Sender(lambda: store, clock).start()
    time.sleep(0.3)
    began = time.monotonic()
    answer(store, maya)
    until(lambda: state(store, maya) is Delivery.SENT)
    assert time.monotonic() - began < 2
    sender.stop()


def test_one_that_hangs_holds_up_nobody_else(store, fake):
    fake.hang_seconds = 3
    maya, jonas = wrote(store, fake), wrote(store, fake, who="6780000000000002")
    fake.faults[MAYA].append("hang")
    sender = Sender(lambda: store, Clock(THEN)).start()
    answer(store, maya)
    until(lambda: fake.requests)
    answer(store, jonas, now=THEN)
    began = time.monotonic()
    until(lambda: state(store, jonas) is Delivery.SENT)
    assert time.monotonic() - began < 2
    assert state(store, maya) is Delivery.SENDING
    until(lambda: state(store, maya) is Delivery.UNKNOWN)
    sender.stop()


def test_many_senders_send_each_reply_once(store, fake):
    people = [wrote(store, fake, who=f"678000000000100{n}") for n in range(5)]
    senders = [Sender(lambda: store, Clock(THEN)).start() for _ in range(4)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda n: answer(store, people[n % 5], f"{n}", now=THEN - n * SECOND), range(25)))
    until(lambda: len(fake.sent) >= 25)
    for sender in senders:
        sender.stop()
    assert sorted(int(s["message"]["text"]) for s in fake.sent) == list(range(25))


def test_a_store_that_is_away_is_looked_at_again(store_url, fake):
    store = on_messenger(store_url, fake)
    maya = wrote(store, fake)
    answer(store, maya)
    away = [True]

    def get():
        if away:
            away.pop()
            raise OSError("away")
        return store

    from convdata import delivery

    before, delivery.LOOK_EVERY = delivery.LOOK_EVERY, 0.1
    try:
        sender = Sender(get, Clock(THEN)).start()
        until(lambda: state(store, maya) is Delivery.SENT)
        sender.stop()
    finally:
        delivery.LOOK_EVERY = before
    store.close()


# -- bots that have to be told --------------------------------------------------------------------------------------------


def controls(fake):
    return [(r[1].rsplit("/", 1)[1], r[3].get("duration")) for r in fake.requests if r[1].endswith("_thread_control")]


def test_a_bot_is_told_once_of_each_mute_and_of_its_end_before_the_answer_goes(store, fake):
    fake.owns_thread = True
    maya = wrote(store, fake)
    answered(store, maya)
    paths = [r[1].rsplit("/", 1)[1] for r in fake.requests if r[0] == "POST"]
    assert paths == ["extend_thread_control", "messages"]
    assert tell_bots(store, THEN + MINUTE) == 0
    hand_back(store, maya, by=admin("Ada"), now=THEN + HOUR)
    assert tell_bots(store, THEN + HOUR) == 1
    assert tell_bots(store, THEN + HOUR) == 0
    assert controls(fake) == [("extend_thread_control", 72 * 3600), ("release_thread_control", None)]


def test_the_sweep_s_and_everybody_s_mutes_are_told_too(store, fake):
    maya = wrote(store, fake)
    muting.mute(store, maya, by=admin("Ada"), now=NOON, hours=1)
    tell_bots(store, NOON)
    muting.mute(store, maya, by=admin("Ada"), now=NOON + MINUTE, hours=2)
    tell_bots(store, NOON + MINUTE)
    assert tell_bots(store, NOON + 2 * HOUR) == 0
    muting.sweep(store, NOON + 3 * HOUR)
    assert tell_bots(store, NOON + 3 * HOUR) == 1
    assert [c for c, _ in controls(fake)] == ["extend_thread_control"] * 2 + ["release_thread_control"]


def test_a_bot_that_is_away_is_told_later_and_the_answer_goes_all_the_same(store, fake, monkeypatch):
    maya = wrote(store, fake)
    adapter: Any = adapter_of("messenger")
    mute = adapter.mute
    monkeypatch.setattr(adapter, "mute", lambda *_: 1 / 0)
    assert answered(store, maya).state is Delivery.SENT
    monkeypatch.setattr(adapter, "mute", mute)
    assert tell_bots(store, THEN + MINUTE) == 0
    assert tell_bots(store, THEN + 2 * MINUTE) == 1
    assert len(controls(fake)) == 1


def test_a_bot_that_stays_away_is_not_asked_for_ever(store, fake, monkeypatch):
    maya = wrote(store, fake)
    tries = []

    def away(*_):
        tries.append(1)
        raise OSError

    monkeypatch.setattr(adapter_of("messenger"), "mute", away)
    muting.mute(store, maya, by=admin("Ada"), now=NOON)
    for minutes in range(0, 600, 5):
        tell_bots(store, NOON + minutes * MINUTE)
    assert len(tries) == telling.MOST_ATTEMPTS


def test_where_messenger_is_not_set_up_nobody_is_told(store_url):
    store = opened(store_url)
    with facebook() as fake:
        maya = wrote(store, fake)
        muting.mute(store, maya, by=admin("Ada"), now=NOON)
        tell_bots(store, NOON)
        assert fake.requests == []
    store.close()
