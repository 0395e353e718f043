"""The sweep: every mute past its end is closed with exactly one record, however many sweep at once (product rule 9)."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa

from convdata.activity import MISHEARD, latest
from convdata.muting import close_due, mute, sweep, unmute
from tests.story import HOUR, NOON, admin, key, message, muted, opened, rows, tell

LATER = NOON + 72 * HOUR


def mute_many(store, many, at=NOON):
    """So many customers, muted by a program at one moment."""
    names = [f"v-{n}" for n in range(many)]
    tell(store, *(message(n, at=at) for n in names), *(muted(True, n, at=at, reason="Hand-off") for n in names))


def automatic_records(store):
    return Counter(
        json.loads(details)["mute_id"]
        for act, details in rows(store, "activity", "act", "details")
        if act == "unmute_automatic"
    )


def all_mutes(store):
    return Counter(mute_id for (mute_id,) in rows(store, "mutes", "cast(mute_id as varchar)"))


def test_it_closes_what_is_past_its_end_and_nothing_else(store):
    for n in range(3):
        tell(store, message(f"v-{n}"))
        mute(store, key(store, f"v-{n}"), by=admin("Ada"), now=NOON, hours=n + 1, reason="Chat")
    assert sweep(store, NOON + 2 * HOUR - timedelta(microseconds=1)) == 1
    assert sweep(store, NOON + 2 * HOUR) == 1
    still = {
        k: (m, by) for k, m, by in rows(store, "customers", "cast(customer_key as varchar)", "muted_until", "muted_by")
    }
    assert still[key(store, "v-2")] == (NOON + 3 * HOUR, "Ada")
    assert still[key(store, "v-0")] == still[key(store, "v-1")] == (None, None)
    assert Counter(rows(store, "people", "mute_reason")) == {("Chat",): 1, (None,): 2}
    assert Counter(rows(store, "mutes", "ended_at", "ended_by")) == {
        (NOON + HOUR, "timer"): 1,
        (NOON + 2 * HOUR, "timer"): 1,
        (None, None): 1,
    }


def test_its_record_is_dated_by_the_end_of_the_mute(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON)
    sweep(store, LATER + 5 * HOUR)
    done = latest(store)[0]
    assert (done.act, done.actor, done.done_at, done.recorded_at) == (
        "unmute_automatic",
        MISHEARD,
        LATER,
        LATER + 5 * HOUR,
    )
    assert (done.customer_key, done.channel, done.reason) == (key(store), "webchat", None)
    assert json.loads(done.details)["after_hours"] == 72


def test_it_says_whose_bot_answers_again(store):
    tell(store, message("v-9", channel="messenger"))
    mute(store, key(store, "v-9", "messenger"), by=admin("Ada"), now=NOON, hours=1)
    (closed,) = close_due(store, LATER)
    assert closed == (key(store, "v-9", "messenger"), "messenger", NOON, NOON + HOUR)


def test_with_nothing_due_it_changes_nothing_and_wakes_nobody(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON)
    woken = []
    store.listeners.append(lambda: woken.append(1))
    version = store.version
    assert sweep(store, NOON + 71 * HOUR) == 0
    assert (store.version, woken) == (version, [])
    assert sweep(store, LATER) == 1
    assert (store.version, woken) == (version + 1, [1])


def test_a_mute_that_had_run_out_unswept_gets_its_record_although_a_new_one_began(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, hours=1)
    mute(store, key(store), by=admin("Ada"), now=NOON + 2 * HOUR, hours=1, reason="Again")
    assert sweep(store, NOON + 2.5 * HOUR) == 1
    assert rows(store, "customers", "muted_until") == [(NOON + 3 * HOUR,)]
    assert rows(store, "people", "mute_reason") == [("Again",)]
    assert [r.done_at for r in latest(store) if r.act == "unmute_automatic"] == [NOON + HOUR]
    assert sweep(store, LATER) == 1
    assert automatic_records(store) == all_mutes(store)


def test_a_mute_ended_by_a_person_or_a_later_mute_is_not_closed_again(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON)
    mute(store, key(store), by=admin("Ada"), now=NOON + HOUR)
    unmute(store, key(store), by=admin("Ada"), now=NOON + 2 * HOUR)
    assert sweep(store, NOON + 1000 * HOUR) == 0


def test_mutes_of_an_imported_history_are_closed_each_at_its_own_time(store):
    for n in (0, 100, 200):
        tell(store, muted(True, at=NOON - 1000 * HOUR + n * HOUR), now=NOON)
    assert sweep(store, NOON) == 3
    ends = sorted(r.done_at for r in latest(store) if r.act == "unmute_automatic")
    assert ends == [NOON - 1000 * HOUR + n * HOUR + 72 * HOUR for n in (0, 100, 200)]


def test_a_large_sweep_is_as_many_statements_as_a_small_one(store):
    said = []
    sa.event.listen(store.engine, "after_cursor_execute", lambda *args: said.append(args[2]))
    counts = []
    for many in (1, 3000):
        mute_many(store, many, at=NOON + many * timedelta(microseconds=1))
        said.clear()
        assert sweep(store, LATER + HOUR) == many
        counts.append(len(said))
    assert counts[0] == counts[1] < 10


def test_32_sweeps_at_one_moment_in_threads_write_each_record_once(store):
    for turn in range(3):
        mute_many(store, 200, at=NOON + turn * 100 * HOUR)
        together = Barrier(32)

        def one(together, now):
            together.wait()
            return sweep(store, now)

        with ThreadPoolExecutor(32) as pool:
            due = NOON + turn * 100 * HOUR + 72 * HOUR
            closed = [f.result() for f in [pool.submit(one, together, due) for _ in range(32)]]
        assert sum(closed) == 200
    assert automatic_records(store) == all_mutes(store)
    assert automatic_records(store).total() == 600


def test_6_sweeps_at_one_moment_in_processes_write_each_record_once(postgres_url, tmp_path):
    store = opened(postgres_url)
    mute_many(store, 300)
    program = (
        "import sys, time; from datetime import datetime; from tests.story import opened; from convdata.muting import sweep\n"
        "store = opened(sys.argv[1])\n"
        "open(sys.argv[2], 'w').close()\n"
        "import os\n"
        "while not os.path.exists(sys.argv[3]): time.sleep(0.001)\n"
        "print(sum(sweep(store, datetime(2026, 8, 13)) for _ in range(5)))\n"
    )
    go = tmp_path / "go"
    at_line = [tmp_path / f"ready-{n}" for n in range(6)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, postgres_url, str(ready), str(go)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
            env=os.environ,
        )
        for ready in at_line
    ]
    while not all(ready.exists() for ready in at_line):
        assert all(p.poll() is None for p in running)
        time.sleep(0.01)
    go.touch()
    closed = [int(p.communicate(timeout=60)[0]) for p in running]
    assert sum(closed) == 300
    assert automatic_records(store) == all_mutes(store)
    store.close()


def test_muting_unmuting_messages_and_sweeps_at_once_leave_every_mute_with_one_end(store):
    names = [f"v-{n}" for n in range(4)]
    for name in names:
        tell(store, message(name))

    def people(seed):
        for n in range(15):
            now = NOON + n * HOUR
            name = names[(seed + n) % 4]
            if (seed + n) % 5 == 0:
                unmute(store, key(store, name), by=admin("Ada"), now=now)
            else:
                mute(store, key(store, name), by=admin("Ada"), now=now, hours=2)
            tell(store, message(name, at=now))

    def sweeps():
        for n in range(15):
            sweep(store, NOON + n * HOUR)

    with ThreadPoolExecutor(6) as pool:
        for work in [pool.submit(people, n) for n in range(3)] + [pool.submit(sweeps) for _ in range(3)]:
            work.result()
    sweep(store, NOON + 1000 * HOUR)
    ends = rows(store, "mutes", "cast(mute_id as varchar)", "ended_by", "ended_at")
    assert all(ended_at is not None for _, _, ended_at in ends)
    assert automatic_records(store) == Counter(mute_id for mute_id, by, _ in ends if by == "timer")
    assert set(rows(store, "customers", "muted_until", "muted_at")) == {(None, None)}
