"""Muting the bot for one customer (product rules 7, 8 and 11)."""

import json
from datetime import timedelta

import pytest

from convdata.activity import latest
from convdata.errors import NotAllowed, NotFound
from convdata.muting import mute, muted_now, unmute
from tests.story import HOUR, NOON, READER, admin, customer, key, message, muted, opened, rows, tell


def until(store, customer_id="v-1"):
    return dict(rows(store, "customers", "cast(customer_key as varchar)", "muted_until"))[key(store, customer_id)]


def windows(store):
    return sorted(rows(store, "mutes", "muted_at", "muted_until", "muted_by", "ended_at", "ended_by"))


def test_a_mute_lasts_72_hours_and_says_who_did_it_and_why(store):
    tell(store, message())
    assert mute(store, key(store), by=admin("Ada"), now=NOON, reason="I answer") == NOON + 72 * HOUR
    assert until(store) == NOON + 72 * HOUR
    (done,) = latest(store)
    assert (done.act, done.actor, done.reason, done.done_at, done.channel) == (
        "mute",
        "Ada",
        "I answer",
        NOON,
        "webchat",
    )
    assert json.loads(done.details) == {"until": "2026-08-12T12:00:00Z"}
    assert windows(store) == [(NOON, NOON + 72 * HOUR, "Ada", None, None)]


def test_a_mute_may_be_shorter(store):
    tell(store, message())
    assert mute(store, key(store), by=admin("Ada"), now=NOON, hours=0.5) == NOON + HOUR / 2


def test_the_longest_mute_is_a_setting(store_url):
    store = opened(store_url, MUTE_HOURS="4")
    tell(store, message())
    assert mute(store, key(store), by=admin("Ada"), now=NOON) == NOON + 4 * HOUR
    with pytest.raises(NotAllowed, match="at most 4 hours"):
        mute(store, key(store), by=admin("Ada"), now=NOON, hours=5)
    store.close()


@pytest.mark.parametrize("hours", [0, -1, 72.001, float("nan"), float("inf"), float("-inf")])
def test_an_impossible_length_changes_nothing_and_says_so(store, hours):
    tell(store, message())
    with pytest.raises(NotAllowed, match=r"at most 72 hours"):
        mute(store, key(store), by=admin("Ada"), now=NOON, hours=hours)
    assert until(store) is None
    assert not latest(store)


@pytest.mark.parametrize("unknown", ["2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11", "mangled", "2b0a5c3e"])
def test_nobody_is_muted_under_an_unknown_key(store, unknown):
    for act in (mute, unmute):
        with pytest.raises(NotFound):
            act(store, unknown, by=admin("Ada"), now=NOON)
    assert not latest(store)


def test_messages_meanwhile_do_not_move_the_end(store):
    tell(store, message())
    end = mute(store, key(store), by=admin("Ada"), now=NOON)
    tell(store, message(at=NOON + 5 * HOUR), message(at=NOON + 71 * HOUR, sender="agent", agent="Ada"))
    assert until(store) == end


def test_muting_again_is_a_new_mute_from_then(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON)
    assert mute(store, key(store), by=admin("Bob"), now=NOON + HOUR) == NOON + 73 * HOUR
    assert windows(store) == [
        (NOON, NOON + 72 * HOUR, "Ada", NOON + HOUR, "superseded"),
        (NOON + HOUR, NOON + 73 * HOUR, "Bob", None, None),
    ]
    assert [r.act for r in latest(store)] == ["mute", "mute"]


def test_a_new_mute_may_end_sooner_than_the_one_it_replaces(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON)
    assert mute(store, key(store), by=admin("Ada"), now=NOON + HOUR, hours=1) == until(store) == NOON + 2 * HOUR


def test_unmuting_is_recorded_once(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, reason="I answer")
    assert unmute(store, key(store), by=admin("Bob"), now=NOON + HOUR, reason="Done") is True
    assert until(store) is None
    assert rows(store, "people", "mute_reason") == [(None,)]
    assert windows(store) == [(NOON, NOON + 72 * HOUR, "Ada", NOON + HOUR, "person")]
    assert unmute(store, key(store), by=admin("Bob"), now=NOON + HOUR) is False
    assert [(r.act, r.reason) for r in latest(store)] == [("unmute", "Done"), ("mute", "I answer")]


def test_unmuting_somebody_whose_mute_has_run_out_is_left_to_the_sweep(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, hours=1)
    assert unmute(store, key(store), by=admin("Ada"), now=NOON + HOUR) is False
    assert [r.act for r in latest(store)] == ["mute"]


def test_a_persons_word_holds_although_a_programs_clock_is_ahead(store):
    ahead = NOON + 3 * HOUR
    tell(store, message(), muted(True, at=ahead), now=NOON)
    assert unmute(store, key(store), by=admin("Ada"), now=NOON) is True
    assert until(store) is None
    tell(store, message("v-2"), muted(False, "v-2", at=ahead), now=NOON)
    mute(store, key(store, "v-2"), by=admin("Ada"), now=NOON, hours=4)
    assert until(store, "v-2") == NOON + 4 * HOUR
    # What the program says after that, by its own clock, holds again.
    tell(store, muted(False, "v-2", at=ahead + timedelta(seconds=1)), now=NOON)
    assert until(store, "v-2") is None


def test_messages_while_muted_are_not_eligible(store):
    tell(store, message(understood=False))
    mute(store, key(store), by=admin("Ada"), now=NOON + HOUR, hours=2)
    tell(store, message(at=NOON + 2 * HOUR, understood=False))
    unmute(store, key(store), by=admin("Ada"), now=NOON + 2 * HOUR + HOUR / 2)
    tell(store, message(at=NOON + 2.75 * HOUR, understood=False))
    assert sorted(rows(store, "messages", "sent_at", "countable")) == [
        (NOON, True),
        (NOON + 2 * HOUR, False),
        (NOON + 2.75 * HOUR, True),
    ]
    assert rows(store, "customer_days", "eligible", "not_understood") == [(2, 2)]


def test_a_message_from_a_clock_ahead_that_falls_into_a_persons_mute_is_taken_out_of_the_counts(store):
    tell(store, message(at=NOON + HOUR, understood=False), now=NOON)
    mute(store, key(store), by=admin("Ada"), now=NOON)
    assert rows(store, "customer_days", "messages", "eligible") == [(1, 0)]
    assert rows(store, "daily_counts", "sum(eligible)") == [(0,)]


def test_the_reminder_counts_who_is_muted_and_names_the_idle_first(store):
    for n in range(5):
        tell(store, message(f"v-{n}", at=NOON - n * HOUR))
    tell(store, customer("v-3", first_name="Cleo"))
    for n in range(4):
        mute(store, key(store, f"v-{n}"), by=admin("Ada"), now=NOON, hours=n + 1)
    reminder = muted_now(store, NOON, limit=2, by=READER)
    assert reminder.total == 4
    assert [(c.customer_id, c.first_name) for c in reminder.customers] == [("v-3", "Cleo"), ("v-2", None)]
    # Nobody swept; whoever is past the end is not muted all the same.
    assert muted_now(store, NOON + 3 * HOUR, by=READER).total == 1
    assert muted_now(store, NOON + 4 * HOUR, by=READER) == (0, [])
