"""Every act is recorded, and the records can be listed (product rule 17)."""

import json
import re
from collections import Counter

import pytest

from convdata.activity import act, latest, record
from convdata.muting import mute, sweep, unmute
from convdata.standing import clear_need_help, need_help
from convdata.vocabulary import Act
from tests.story import HOUR, NOON, admin, customer, key, message, muted, rows, status, tell


def listed(store, **wanted):
    return [(r.act, r.actor) for r in latest(store, **wanted)]


def test_every_act_on_a_customer_is_recorded_with_who_when_and_why(store):
    tell(store, message(), customer(first_name="Ada"), status("need_help", reason="asked"), muted(True, reason="Flow"))
    me = {"by": admin("Bob")}
    clear_need_help(store, key(store), now=NOON + HOUR, reason="Helped", **me)
    need_help(store, key(store), now=NOON + 2 * HOUR, **me)
    mute(store, key(store), now=NOON + 3 * HOUR, hours=1, **me)
    unmute(store, key(store), now=NOON + 3.5 * HOUR, **me)
    mute(store, key(store), now=NOON + 4 * HOUR, hours=1, **me)
    sweep(store, NOON + 10 * HOUR)
    assert [(r.act, r.actor, r.done_at, r.reason) for r in latest(store)][:6] == [
        ("unmute_automatic", "Misheard", NOON + 5 * HOUR, None),
        ("mute", "Bob", NOON + 4 * HOUR, None),
        ("unmute", "Bob", NOON + 3.5 * HOUR, None),
        ("mute", "Bob", NOON + 3 * HOUR, None),
        ("status_need_help", "Bob", NOON + 2 * HOUR, None),
        ("status_ok", "Bob", NOON + HOUR, "Helped"),
    ]
    assert Counter((r.act, r.actor, r.reason) for r in latest(store)[6:]) == {
        ("status_need_help", "events", "asked"): 1,
        ("mute", "events", "Flow"): 1,
    }
    assert {(r.customer_key, r.channel) for r in latest(store)} == {(key(store), "webchat")}
    assert not any("Ada" in str(r) for r in latest(store))


def test_an_act_without_a_customer_is_listed_too(store):
    done = act(Act.IMPORT, actor="Bob", now=NOON, details={"file": "día.jsonl", "stored": 3})
    store.change(lambda transaction: record(transaction, done))
    (row,) = latest(store)
    assert (row.customer_key, row.channel) == (None, None)
    assert json.loads(row.details) == {"file": "día.jsonl", "stored": 3}


def test_records_are_filtered_by_act_actor_customer_and_period(store):
    tell(store, message(), message("v-2"))
    mute(store, key(store), by=admin("Ada"), now=NOON)
    need_help(store, key(store, "v-2"), by=admin("Bob"), now=NOON + HOUR)
    mute(store, key(store, "v-2"), by=admin("Bob"), now=NOON + 2 * HOUR)
    assert listed(store, acts=[Act.MUTE]) == [("mute", "Bob"), ("mute", "Ada")]
    assert listed(store, actors=["Ada"]) == [("mute", "Ada")]
    assert listed(store, acts=[Act.MUTE, Act.STATUS_NEED_HELP], actors=["Bob", "Ada"]) == listed(store)
    assert listed(store, customer=key(store)) == listed(store, customer=key(store)[:8]) == [("mute", "Ada")]
    # Periods are half-open.
    assert listed(store, since=NOON, until=NOON + HOUR) == [("mute", "Ada")]
    assert listed(store, since=NOON + HOUR) == [("mute", "Bob"), ("status_need_help", "Bob")]
    assert listed(store, actors=["Nobody"]) == []


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_follow_one_another_without_a_gap_or_a_repeat_even_at_one_moment(store, size):
    records = [act(Act.REVIEW, actor="Ada", now=NOON + (n // 5) * HOUR) for n in range(23)]
    store.change(lambda transaction: record(transaction, *records))
    seen: list[str] = []
    while page := latest(store, skip=len(seen), limit=size):
        seen += [r.act_id for r in page]
    assert len(seen) == len(set(seen)) == 23
    assert set(seen) == {r.act_id for r in records}
    assert [r.done_at for r in latest(store, limit=100)] == sorted((r.done_at for r in records), reverse=True)


def test_no_record_is_written_without_its_act(store):
    def work(transaction):
        record(transaction, act(Act.REVIEW, actor="Ada", now=NOON))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.change(work)
    assert rows(store, "activity") == []


def test_the_actors_are_known_by_name(store):
    store.change(lambda t: record(t, *(act(Act.REVIEW, actor=a, now=NOON + n * HOUR) for n, a in enumerate("ABA"))))
    assert [(r.actor, r.acts) for r in store.ask("activity/actors")] == [("A", 2), ("B", 1)]


def test_no_change_rewrites_a_record():
    from convdata.questions import paths, question

    writing = {p: question(p).text for p in paths() if p.startswith("changes/") and "activity" in question(p).text}
    records = {p for p, text in writing.items() if re.search(r"(update|into|delete from) activity\b", text)}
    assert records == {"changes/add_activity", "changes/erase_activity", "changes/salt_activity"}
    assert re.findall(r"^ +(\w+) = ", writing["changes/salt_activity"], re.M) == ["salt"]
    links = {p for p, text in writing.items() if "activity_links" in text}
    assert links == {"changes/add_activity_links"}
