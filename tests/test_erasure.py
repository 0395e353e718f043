"""Erasing a customer: everything, in one transaction, for good (product rule 12)."""

import json
import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from convdata.activity import latest
from convdata.counts import rebuild
from convdata.erasure import HELD, OF_NOBODY, erase, what_goes
from convdata.errors import NotAllowed, NotFound
from convdata.events import Message
from convdata.muting import mute, sweep, unmute
from convdata.questions import paths
from convdata.standing import need_help
from tests.story import HOUR, NOON, READER, admin, customer, key, message, muted, opened, rows, status, tables, tell

UNKNOWN = "2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11"


def live_through(store, name="v-1", at=NOON):
    """Everything that can happen to a customer."""
    tell(
        store,
        message(name, at, "How do I xqzt?", understood=False, language="en"),
        message(name, at + HOUR, "Sorry?", sender="bot"),
        message(name, at + 2 * HOUR, kind="button", language="fr"),
        customer(name, at, first_name="Ada", last_name="Lovelace", email="ada@example.org", data={"plan": "gold"}),
        status("need_help", name, at + HOUR, reason="asked for a human"),
    )
    mute(store, key(store, name), by=admin("Bob"), now=at + HOUR, reason="I answer Ada")
    need_help(store, key(store, name), by=admin("Bob"), now=at + HOUR, reason="Ada is angry")
    store.change(lambda transaction: on_its_way(transaction, key(store, name), at + HOUR))


def on_its_way(transaction, mine, at):
    """An answer that is being sent, and what a channel brought meanwhile."""
    transaction.tell(
        "add_outbox",
        customer_key=mine,
        reply_id="r-1",
        event_key=1,
        channel="webchat",
        agent="Bob",
        text="Ada!",
        now=at,
    )
    one = {"customer_key": [mine], "state": ["delivered"], "message_id": ["m-1"], "up_to": [at]}
    transaction.tell("keep_receipts", one)
    one = {"customer_key": [mine], "inbox_id": [UNKNOWN], "source": ["webchat"], "received_at": [at], "body": ["xqzt"]}
    transaction.tell("add_inbox", one)
    transaction.tell("keep_bot_told", customer_key=mine, told_until=at, attempts=0, due_at=at)
    transaction.tell("keep_profile_asked", customer_key=mine, now=at, due_at=at, outcome="known")


def everything(store, but=()):
    return {t: sorted(map(str, rows(store, t))) for t in sorted(tables(store) - set(but))}


def daily(store):
    summed = rows(
        store, "daily_counts group by day, channel, language", "day", "channel", "language",
        "cast(sum(eligible) as bigint)", "cast(sum(not_understood) as bigint)", "cast(sum(buttons) as bigint)",
    )  # fmt: skip
    return sorted(row for row in summed if any(row[3:]))


def by_quarter(store):
    summed = rows(
        store, "quarter_counts group by quarter, channel, language", "quarter", "channel", "language",
        "cast(sum(eligible) as bigint)", "cast(sum(not_understood) as bigint)",
    )  # fmt: skip
    return sorted(row for row in summed if any(row[3:]))


def whereabouts(store, name="v-1"):
    """The tables that still know this customer's key."""
    mine = key(store, name)
    known = {t: [k for (k,) in rows(store, t, "cast(customer_key as varchar)")] for t in tables(store, "customer_key")}
    return {table for table, keys in known.items() if mine in keys}


# -- the list -----------------------------------------------------------------------------------------------------------


def test_every_table_is_on_the_list_of_what_is_held(store):
    listed = [held.table for held in HELD]
    assert len(set(listed)) == len(listed)
    assert tables(store, "customer_key") == set(listed)
    assert tables(store) == set(listed) | set(OF_NOBODY)


def test_every_listed_table_is_erased_and_downloaded_or_says_why_not(store):
    assert [held.table for held in HELD if not held.erased_by] == ["erased"]
    for held in HELD:
        assert held.sentence.endswith(".")
        if held.erased_by:
            assert f"changes/{held.erased_by}" in paths()
            assert held.downloaded_by in paths()


def test_what_is_downloaded_has_every_column_that_is_stored(store):
    live_through(store)
    put_a_row_everywhere(store)
    for held in HELD:
        if held.downloaded_by:
            answer = store.ask_frame(held.downloaded_by, customer_key=key(store))
            with store._connection() as connection:
                stored = connection.exec_driver_sql(
                    f"select column_name from information_schema.columns where table_name = '{held.table}'"
                ).all()
            assert set(answer.columns) == {name for (name,) in stored}, held.table
            assert len(answer) == len(rows(store, held.table)), held.table


# -- what goes ----------------------------------------------------------------------------------------------------------


def test_the_question_before_names_the_person_and_what_will_go(store_url):
    store = opened(store_url, TIMEZONE="Asia/Tokyo")
    live_through(store, at=NOON + 3.5 * HOUR)  # in Tokyo the day turns at 15:00
    going = what_goes(store, key(store), by=READER)
    assert (going.name, going.customer_id, going.channel, going.messages) == ("Ada Lovelace", "v-1", "webchat", 3)
    assert (going.first_day, going.last_day, going.acts) == (date(2026, 8, 10), date(2026, 8, 10), 3)
    store.close()


def test_somebody_without_details_or_messages_can_be_asked_about(store):
    tell(store, status("need_help"))
    going = what_goes(store, key(store), by=READER)
    assert (going.name, going.messages, going.first_day, going.last_day) == ("Anonymous", 0, None, None)


def put_a_row_everywhere(store):
    """A row of the customer's in every table on the list that has none yet, whatever its columns are."""
    some = {"uuid": f"'{key(store)}'", "boolean": "true", "date": "date '2026-08-09'"}
    for table in {held.table for held in HELD if held.erased_by} - whereabouts(store):
        columns = rows(
            store, f"information_schema.columns where table_name = '{table}'", "column_name", "lower(data_type)"
        )
        values = [some.get(t, "timestamp '2026-08-09'" if "timestamp" in t else "'1'") for _, t in columns]
        with store.engine.begin() as connection:
            names = ", ".join(name for name, _ in columns)
            connection.exec_driver_sql(f"insert into {table} ({names}) values ({', '.join(values)})")


def test_nothing_of_the_customer_stays_in_any_table_but_the_key(store):
    live_through(store)
    put_a_row_everywhere(store)
    assert whereabouts(store) == {held.table for held in HELD} - {"erased"}
    erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR)
    assert whereabouts(store) == {"erased"}
    left = json.dumps(everything(store)).lower()
    for trace in ("ada", "lovelace", "xqzt", "v-1", "gold", "angry", "asked for", "sorry"):
        assert not re.search(rf"\b{trace}\b", left)  # a whole word: a random id may hold the letters of a name


def test_of_everybody_else_nothing_changes(store):
    live_through(store, "v-2")
    before = everything(store)
    counted = daily(store), by_quarter(store)
    live_through(store, "v-1")
    erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR)
    after = everything(store)
    assert len(after.pop("erased")) == len(before.pop("erased")) + 1 == 1
    assert len(after["activity"]) == len(before["activity"]) + 1
    assert set(before.pop("activity")) < set(after.pop("activity"))
    assert set(before.pop("activity_links")) < set(after.pop("activity_links"))
    for own in ("store_facts", "daily_counts", "quarter_counts", "activity_head"):
        del before[own], after[own]
    assert after == before
    assert (daily(store), by_quarter(store)) == counted


def test_the_receipt_says_what_went_when_and_by_whom_and_nothing_of_who(store):
    live_through(store)
    receipt = erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR)
    assert {table: many for table, many in receipt.rows.items() if many} == {
        "messages": 3, "other_events": 2, "mutes": 1, "customer_days": 2, "activity": 3, "people": 1, "customers": 1,
        "outbox": 1, "receipts": 1, "inbox": 1, "bots_told": 1, "profiles_asked": 1,
    }  # fmt: skip
    assert receipt.rows.keys() == {held.table for held in HELD if held.erased_by}
    (record,) = latest(store)
    assert (record.act, record.actor, record.done_at, record.channel) == ("erase", "Bob", NOON + 5 * HOUR, "webchat")
    assert (record.customer_key, record.reason) == (None, None)
    said = json.loads(record.details)
    assert len(said.pop("records")) == receipt.rows["activity"]  # ids, by which their absence is known to be right
    assert said == {"reference": receipt.reference, "rows": receipt.rows}
    said = json.dumps(receipt.as_json())
    assert not any(trace in said for trace in ("Ada", "v-1", key(store)))
    assert json.loads(said)["erased_at"] == "2026-08-09T17:00:00Z"


def test_it_is_all_or_nothing(store):
    live_through(store)
    put_a_row_everywhere(store)
    before = everything(store)

    def work(transaction):
        for held in HELD:
            if held.erased_by:
                whose = {"customer_key": key(store)} if held.one_by_one else {"customer_keys": [key(store)]}
                assert transaction.tell(held.erased_by, **whose)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.change(work)
    assert everything(store) == before


# -- and does not come back ---------------------------------------------------------------------------------------------


def test_the_erased_history_does_not_come_back_and_who_writes_later_is_a_new_customer(store):
    live_through(store)
    history = [
        message(at=NOON, id="old-1"),
        message(at=NOON + HOUR, id="old-2"),
        customer(first_name="Ada"),
        muted(True),
    ]
    erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR)
    counts = tell(store, *history, now=NOON + 6 * HOUR)
    assert (counts.suppressed, counts.stored, counts.duplicate) == (4, 0, 0)
    assert whereabouts(store) == {"erased"}
    new = message(at=NOON + 6 * HOUR, text="Hello again", language="de")
    counts = tell(store, *history, new, now=NOON + 6 * HOUR)
    assert (counts.suppressed, counts.stored) == (4, 1)
    assert rows(store, "customers", "message_count", "status", "muted_until", "first_event_at") == [
        (1, "ok", None, NOON + 6 * HOUR)
    ]
    assert rows(store, "people", "first_name", "email", "mute_reason", "need_help_reason") == [(None,) * 4]
    assert rows(store, "messages", "text") == [("Hello again",)]


def test_a_source_whose_clock_is_ahead_does_not_bring_the_history_back(store):
    ahead = [message(at=NOON + 20 * HOUR), status("need_help", at=NOON + 23 * HOUR)]
    tell(store, *ahead, now=NOON)
    erase(store, key(store), by=admin("Bob"), now=NOON)
    assert tell(store, *ahead, now=NOON).suppressed == 2
    assert tell(store, message(at=NOON + 24 * HOUR), now=NOON + 24 * HOUR).stored == 1


def test_the_new_customer_can_be_erased_too_and_the_receipts_stay(store):
    given = []
    for turn in range(3):
        tell(store, message(at=NOON + turn * HOUR))
        given.append(erase(store, key(store), by=admin("Bob"), now=NOON + turn * HOUR).reference)
    assert whereabouts(store) == {"erased"}
    assert rows(store, "erased", "erased_at", "erased_until") == [(NOON + 2 * HOUR,) * 2]
    assert [json.loads(record.details)["reference"] for record in reversed(latest(store))] == given


def test_the_sweep_finds_nothing_of_an_erased_customer(store):
    live_through(store)
    erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR)
    assert sweep(store, NOON + 1000 * HOUR) == 0


@pytest.mark.parametrize("nothing", [None, "", " ", "*", "%", "%%", "????????-????-????-????-????????????"])
def test_nothing_and_patterns_erase_nobody(store, nothing):
    live_through(store)
    before = everything(store)
    for act in (lambda s, k: what_goes(s, k, by=READER), lambda s, k: erase(s, k, by=admin("Bob"), now=NOON)):
        with pytest.raises(NotAllowed):
            act(store, nothing)
    assert everything(store) == before


@pytest.mark.parametrize("unknown", [UNKNOWN, UNKNOWN[:-1], "v-1", "' or 1=1 --", "x" * 10_000])
def test_an_unknown_or_mangled_key_erases_nobody(store, unknown):
    live_through(store)
    before = everything(store)
    for act in (lambda s, k: what_goes(s, k, by=READER), lambda s, k: erase(s, k, by=admin("Bob"), now=NOON)):
        with pytest.raises(NotFound):
            act(store, unknown)
    assert everything(store) == before


def test_erasing_twice_says_that_there_is_nobody(store):
    live_through(store)
    erase(store, key(store), by=admin("Bob"), now=NOON)
    with pytest.raises(NotFound):
        erase(store, key(store), by=admin("Bob"), now=NOON)
    assert len(rows(store, "activity")) == 1


# -- and the numbers stay right -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_after_any_story_with_erasures_the_counts_are_those_of_what_is_left(store, seed):
    chance = random.Random(seed)
    names = [f"v-{n}" for n in range(6)]
    said: list[Message] = []
    for step in range(60):
        now = NOON + step * 5 * HOUR
        name = chance.choice(names)
        what = chance.random()
        try:
            if what < 0.12:
                erase(store, key(store, name), by=admin("Bob"), now=now)
            elif what < 0.25:
                mute(
                    store,
                    key(store, name),
                    by=admin("Bob"),
                    now=now - chance.randint(0, 3) * HOUR,
                    hours=chance.randint(1, 9),
                )
            elif what < 0.3:
                unmute(store, key(store, name), by=admin("Bob"), now=now)
            else:
                new = [
                    message(
                        chance.choice(names),
                        now + timedelta(minutes=n),
                        understood=chance.choice([True, False, None]),
                        language=chance.choice(["en", "fr", None]),
                        kind=chance.choice(["typed", "button"]),
                    )
                    for n in range(4)
                ]
                late = [
                    message(e.customer_id, e.when, id=e.id, understood=False)
                    for e in chance.sample(said, min(3, len(said)))
                ]
                said += new
                tell(store, *new, *late, now=now + HOUR)
        except NotFound:
            continue
    counted = daily(store), sorted(map(str, rows(store, "customer_days")))
    rebuild(store)
    again = daily(store), sorted(map(str, rows(store, "customer_days")))
    assert again[0] == counted[0]
    assert set(again[1]) == {r for r in counted[1] if not r.endswith("0, 0, 0, 0)")}


# -- and races ----------------------------------------------------------------------------------------------------------


def test_whoever_races_an_erasure_leaves_no_orphans(store):
    names = [f"v-{n}" for n in range(3)]

    def programs(seed):
        for n in range(25):
            name = names[(seed + n) % 3]
            at = NOON + timedelta(seconds=n * 10 + seed)
            tell(
                store,
                message(name, at, f"{seed} {n}", understood=False, id=f"m-{seed}-{n}"),
                customer(name, at, first_name="Ada"),
                muted(n % 3 > 0, name, at),
                message(names[n % 3], at, id=f"m-{seed}-{n}-b"),
            )

    def people():
        for n in range(25):
            for act in (mute, need_help, unmute):
                try:
                    act(store, key(store, names[n % 3]), by=admin("Bob"), now=NOON + timedelta(seconds=n * 10))
                except NotFound:
                    continue
            sweep(store, NOON + 100 * HOUR)

    def erasing():
        gone = 0
        for n in range(60):
            try:
                erase(store, key(store, names[n % 3]), by=admin("Bob"), now=NOON + timedelta(seconds=n * 4))
                gone += 1
            except NotFound:
                continue
        return gone

    with ThreadPoolExecutor(6) as pool:
        others = [pool.submit(programs, seed) for seed in range(3)] + [pool.submit(people)]
        erasures = [pool.submit(erasing) for _ in range(2)]
        for work in others:
            work.result()
        assert sum(e.result() for e in erasures) == len(rows(store, "activity where act = 'erase'"))
    customers = {k for (k,) in rows(store, "customers", "cast(customer_key as varchar)")}
    for table in tables(store, "customer_key") - {"erased"}:
        owners = {k for (k,) in rows(store, table, "cast(customer_key as varchar)")} - {None}
        assert owners <= customers, table
    erased_until = dict(rows(store, "erased", "cast(customer_key as varchar)", "erased_until"))
    for owner, sent_at in rows(store, "messages", "cast(customer_key as varchar)", "sent_at"):
        assert owner not in erased_until or sent_at > erased_until[owner], "the erased history came back"
    for count, owner in rows(store, "customers", "message_count", "cast(customer_key as varchar)"):
        assert count == len(rows(store, f"messages where customer_key = '{owner}'"))
    counted = daily(store)
    rebuild(store)
    assert daily(store) == counted
    for name in names:
        if key(store, name) in customers:
            erase(store, key(store, name), by=admin("Bob"), now=NOON + HOUR)
    for table in ("customers", "people", "messages", "other_events", "mutes", "customer_days"):
        assert rows(store, table) == []
    assert (daily(store), by_quarter(store)) == ([], [])


@pytest.mark.parametrize("first", ["erase", "tell"])
def test_who_waits_for_an_erasure_on_postgres_sees_what_it_did(postgres_url, first):
    store = opened(postgres_url)
    live_through(store)
    works: dict[str, Any] = {
        "erase": lambda: erase(store, key(store), by=admin("Bob"), now=NOON + 5 * HOUR),
        "tell": lambda: tell(
            store, message(at=NOON + HOUR, id="late"), customer(first_name="Ada"), now=NOON + 5 * HOUR
        ),
    }
    with ThreadPoolExecutor(2) as pool, store.engine.connect() as connection:
        # Both stand in line for the customer's row, in this order, before either can begin.
        connection.exec_driver_sql("select * from customers for update").all()
        done = {}
        for waiting, name in enumerate([first, *(works.keys() - {first})], start=1):
            done[name] = pool.submit(works[name])
            while rows(store, "pg_locks where not granted", "count(distinct pid)") != [(waiting,)]:
                time.sleep(0.01)
        connection.rollback()
        counts = done["tell"].result()
        done["erase"].result()
    assert (counts.suppressed, counts.stored) == ((2, 0) if first == "erase" else (0, 2))
    assert whereabouts(store) == {"erased"}
    store.close()
