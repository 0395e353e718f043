"""After an erasure the bytes are gone from the store's files, whatever happens on the way (product rule 12)."""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from convdata import vacuuming
from convdata.background import JOBS, Background
from convdata.database.engines import DUCKDB_SETTINGS
from convdata.erasure import erase
from convdata.errors import StoreAway
from convdata.intake import take
from convdata.muting import mute, sweep
from convdata.rewriting import is_due, rewrite
from tests.story import HOUR, NOON, admin, customer, key, many_messages, message, muted, opened, rows, status, tell

PROJECT = Path(__file__).parents[1]


def marked(store, name="v-1", texts=12):
    """A customer every field of whom carries a marker of its own; gives the markers."""
    markers = [secrets.token_hex(12) for _ in range(texts + 9)]
    it = iter(markers)
    tell(
        store,
        *(message(name, NOON + n * HOUR, next(it), intent=next(it) if n == 0 else None) for n in range(texts)),
        customer(
            name, first_name=next(it), last_name=next(it), email=next(it), comments=next(it), data={"k": next(it)}
        ),
        status("need_help", name, reason=next(it)),
        muted(True, name, reason=next(it)),
        now=NOON + texts * HOUR,
    )
    left = list(it)
    return markers[: len(markers) - len(left)]


def found(folder, markers, of=None):
    """How many markers are in any file of the folder, whole or any eight characters of them."""
    everything = b"\0".join(p.read_bytes() for p in sorted(Path(folder).rglob(of or "*")) if p.is_file()).lower()
    whole = sum(m.encode() in everything for m in markers)
    pieces = sum(any(m[n : n + 8].encode() in everything for n in range(0, len(m) - 7)) for m in markers)
    return whole, pieces


@pytest.fixture
def duck(duckdb_url):
    store = opened(duckdb_url)
    yield store
    store.close()


def contents(store):
    return {
        t: sorted(map(str, rows(store, t))) for t in ("customers", "people", "messages", "activity", "daily_counts")
    }


# -- gone ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpointed", [False, True], ids=["in the log", "in the file"])
def test_the_bytes_of_an_erased_customer_are_gone_from_every_file(duck, tmp_path, checkpointed):
    tell(duck, *many_messages([f"other-{n}" for n in range(50)], 20))
    markers = marked(duck)
    if checkpointed:
        duck.checkpoint()
    # The scan is no use unless it can find them: texts of chance cannot be packed, so they lie there as they are.
    whole, pieces = found(tmp_path, markers)
    assert pieces == len(markers)
    assert whole >= len(markers) - 2  # DuckDB packs one in twenty all the same
    erase(duck, key(duck), by=admin("Bob"), now=NOON + 24 * HOUR)
    assert is_due(duck)
    assert found(tmp_path, markers)[0] > 0, "if a deletion were enough, all this would be for nothing"
    assert rewrite(duck) is True
    assert found(tmp_path, markers) == (0, 0)
    assert not is_due(duck)
    duck.close()
    assert found(tmp_path, markers) == (0, 0)


def test_of_everybody_else_every_row_is_kept_and_the_file_stays_its_owners(duck):
    tell(duck, *many_messages(["v-2", "v-3"], 30))
    marked(duck)
    erase(duck, key(duck), by=admin("Bob"), now=NOON + 24 * HOUR)
    before = contents(duck)
    rewrite(duck)
    assert contents(duck) == before
    assert duck.file.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in duck.file.parent.iterdir()) == ["store.duckdb", "store.duckdb.erased"]


def test_keys_hold_in_the_new_file(duck):
    marked(duck)
    tell(duck, message("v-2"))
    erase(duck, key(duck), by=admin("Bob"), now=NOON)
    rewrite(duck)
    with pytest.raises(sa.exc.DBAPIError, match=r"(?i)primary key|duplicate"):
        duck.change(lambda t: [t.tell("add_schema_step", name="twice", now=NOON) for _ in range(2)])


def test_the_open_store_goes_on_with_the_new_file(duck):
    tell(duck, *many_messages(["v-2"], 30))
    marked(duck)
    for turn in range(3):
        old = duck.file.stat().st_ino
        erase(duck, key(duck, "v-1" if turn == 0 else f"turn-{turn - 1}"), by=admin("Bob"), now=NOON + turn * HOUR)
        rewrite(duck)
        assert duck.file.stat().st_ino != old
        tell(duck, message(f"turn-{turn}", NOON + turn * HOUR + HOUR / 2), now=NOON + 48 * HOUR)
    if Path("/proc/self/fd").exists():
        assert not [target for target in open_files() if target.endswith("(deleted)") and "store.duckdb" in target]
    expected = contents(duck)
    duck.close()
    again = opened(f"duckdb:///{duck.file}")
    assert contents(again) == expected
    assert "turn-2" in [name for (name,) in rows(again, "people", "customer_id")]
    again.close()


def open_files():
    for handle in os.listdir("/proc/self/fd"):
        try:
            yield os.readlink(f"/proc/self/fd/{handle}")
        except OSError:
            continue


def test_without_an_erasure_nothing_is_written_anew(store):
    tell(store, message())
    version = store.version
    assert rewrite(store) is False
    assert store.version == version


def test_several_erasures_ask_for_one_rewriting(store):
    for n in range(3):
        tell(store, message(f"v-{n}"))
    for n in range(3):
        erase(store, key(store, f"v-{n}"), by=admin("Bob"), now=NOON)
    assert [rewrite(store), rewrite(store)] == [True, False]


def test_a_store_in_memory_has_no_files_and_nothing_stays_due():
    store = opened("duckdb:///:memory:")
    tell(store, message())
    erase(store, key(store), by=admin("Bob"), now=NOON)
    assert rewrite(store) is True
    assert not is_due(store)
    store.close()


def test_a_path_with_quotes_and_spaces_is_written_anew_too(tmp_path):
    store = opened(f'duckdb:///{tmp_path}/it\'s "my" store.duckdb')
    markers = marked(store)
    erase(store, key(store), by=admin("Bob"), now=NOON + 24 * HOUR)
    assert rewrite(store)
    assert found(tmp_path, markers) == (0, 0)
    store.close()


# -- while everybody works ----------------------------------------------------------------------------------------------


def test_readers_go_on_during_the_copy_and_no_write_is_lost(duck):
    for part in range(6):
        take(duck, many_messages([f"c-{part}-{n}" for n in range(400)], 50, text="Where is my parcel?"), NOON + HOUR)
    tell(duck, message("gone"))
    erase(duck, key(duck, "gone"), by=admin("Bob"), now=NOON)
    done = threading.Event()
    waits: list[float] = []
    wrong: list[str] = []
    written: list[str] = []

    def read():
        while not done.is_set():
            began = time.perf_counter()
            try:
                if (
                    duck.ask_one("mutes/any_due", now=NOON) is not None
                    or rows(duck, "customers", "count(*)")[0][0] < 2400
                ):
                    wrong.append("read something else")
            except Exception as error:
                wrong.append(repr(error))
            waits.append(time.perf_counter() - began)

    def write(seed):
        while not done.is_set():
            name = f"w-{seed}-{len(written)}"
            try:
                tell(duck, message(name, NOON + HOUR))
                written.append(name)
            except Exception as error:
                wrong.append(repr(error))

    threads = [threading.Thread(target=read) for _ in range(4)] + [
        threading.Thread(target=write, args=(n,)) for n in (1, 2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    began = time.perf_counter()
    read_before = len(waits)
    assert rewrite(duck)
    took, read_meanwhile = time.perf_counter() - began, len(waits) - read_before
    time.sleep(0.2)
    done.set()
    for thread in threads:
        thread.join()
    print(
        f"copy and swap {took:.2f} s, {read_meanwhile} questions meanwhile, longest wait of a reader {max(waits):.2f} s"
    )
    assert wrong == []
    assert read_meanwhile > 4
    assert {name for (name,) in rows(duck, "people", "customer_id")} >= set(written)
    duck.close()
    again = opened(f"duckdb:///{duck.file}")
    assert {name for (name,) in rows(again, "people", "customer_id")} >= set(written)
    again.close()


def test_while_somebody_holds_the_file_open_it_is_not_exchanged_and_stays_due(duck, tmp_path):
    markers = marked(duck)
    erase(duck, key(duck), by=admin("Bob"), now=NOON + 24 * HOUR)
    other = sa.create_engine(
        duck.url, connect_args=duck.engine.dialect.create_connect_args(duck.url)[1] | connect_args()
    )
    with other.connect() as connection:
        connection.exec_driver_sql("select count(*) from customers").all()
        with pytest.raises(StoreAway, match="still open"):
            rewrite(duck)
        assert is_due(duck)
        tell(duck, message("v-2"))
    other.dispose()
    assert rewrite(duck) is True
    assert found(tmp_path, markers) == (0, 0)
    assert [name for (name,) in rows(duck, "people", "customer_id")] == ["v-2"]


def connect_args():
    """The settings the store itself opens with; a second instance with others is refused."""
    return {"config": dict(DUCKDB_SETTINGS)}


# -- whatever happens ---------------------------------------------------------------------------------------------------

DYING = """
import os, signal, sys, threading, time
from datetime import datetime
from convdata import rewriting
from convdata.erasure import erase
from tests.story import admin, key, opened
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
store = opened(sys.argv[1])
erase(store, key(store), by=admin("Bob"), now=datetime(2026, 8, 11))
print("erased", flush=True)
where, after = sys.argv[2], float(sys.argv[3])
if where == "before the exchange": rewriting.os.replace = die
if where == "after the exchange": rewriting._sync_folder = die
if where == "after the copy": rewriting._close_in_peace = die
if where == "after some time": threading.Thread(target=lambda: (time.sleep(after), die())).start()
rewriting.rewrite(store)
time.sleep(5)
"""


@pytest.mark.parametrize(
    ("where", "after"),
    [
        ("after the copy", 0),
        ("before the exchange", 0),
        ("after the exchange", 0),
        *(("after some time", ms / 1000) for ms in (0, 10, 40, 120)),
    ],
)
def test_killed_at_any_point_the_next_start_finds_everything_but_the_erased(tmp_path, where, after):
    url = f"duckdb:///{tmp_path / 'store.duckdb'}"
    store = opened(url)
    take(store, many_messages([f"c-{n}" for n in range(200)], 20), NOON + HOUR)
    others = contents(store)
    markers = marked(store)
    store.close()
    dying = subprocess.run(
        [sys.executable, "-c", DYING, url, where, str(after)], capture_output=True, text=True, cwd=PROJECT, timeout=60
    )
    assert dying.returncode == -signal.SIGKILL, dying.stderr
    assert dying.stdout == "erased\n"
    again = opened(url)
    assert not is_due(again)
    assert found(tmp_path, markers) == (0, 0)
    now = contents(again)
    assert {t: now[t] for t in ("customers", "people", "messages")} == {
        t: others[t] for t in ("customers", "people", "messages")
    }
    assert [act for (act,) in rows(again, "activity", "act")] == ["erase"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["store.duckdb", "store.duckdb.erased"]
    again.close()


def test_what_a_killed_program_left_beside_the_file_is_thrown_away(duckdb_url, tmp_path):
    opened(duckdb_url).close()
    (tmp_path / "store.duckdb.rewriting").write_bytes(b"half a copy")
    (tmp_path / "store.duckdb.rewriting.wal").write_bytes(b"its log")
    (tmp_path / "store.duckdb.tmp").mkdir()
    (tmp_path / "store.duckdb.tmp" / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"somebody's texts")
    opened(duckdb_url).close()
    assert [p.name for p in tmp_path.iterdir()] == ["store.duckdb"]


FULL = """
import resource, sys
from datetime import datetime
from convdata.errors import StoreAway
from convdata.erasure import erase
from convdata.rewriting import is_due, rewrite
from tests.story import NOON, admin, key, message, opened, rows, tell
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = opened(sys.argv[1])
erase(store, key(store), by=admin("Bob"), now=datetime(2026, 8, 11))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    rewrite(store)
except StoreAway as sentence:
    print(sentence)
assert is_due(store)
assert len(rows(store, "customers")) == 400
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
tell(store, message("v-2", id="another"))
store.close()
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
store = opened(sys.argv[1])
assert is_due(store)
store.close()
print("opens all the same")
"""


def test_without_room_for_a_second_file_the_store_goes_on_and_it_stays_due(duckdb_url, tmp_path):
    store = opened(duckdb_url)
    for part in range(4):
        take(store, many_messages([f"c-{part}-{n}" for n in range(100)], 50, secrets.token_hex(200)), NOON + HOUR)
    markers = marked(store)
    store.close()
    full = subprocess.run(
        [sys.executable, "-c", FULL, duckdb_url], capture_output=True, text=True, cwd=PROJECT, timeout=60
    )
    assert full.returncode == 0, full.stderr
    assert "make room" in full.stdout.splitlines()[0]
    assert full.stdout.splitlines()[1] == "opens all the same"
    assert "Traceback" not in full.stderr
    again = opened(duckdb_url)
    assert found(tmp_path, markers) == (0, 0)
    assert len(rows(again, "customers")) == 401
    again.close()


# -- and by itself ------------------------------------------------------------------------------------------------------


def eventually(true, seconds=10):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def running(store, jobs=JOBS, every=0.05):
    background = Background(store, jobs, every, clock=lambda: NOON + 2 * HOUR).start()
    try:
        yield
    finally:
        background.stop()
    assert not background._thread.is_alive()


def test_the_background_sweeps_and_writes_anew_and_stops_when_asked(store):
    tell(store, message(), message("v-2"))
    mute(store, key(store), by=admin("Ada"), now=NOON, hours=1)
    erase(store, key(store, "v-2"), by=admin("Bob"), now=NOON)
    with running(lambda: store, every=0.05):
        eventually(lambda: rows(store, "customers", "muted_until") == [(None,)] and not is_due(store))
        tell(store, message("v-3"))
        erase(store, key(store, "v-3"), by=admin("Bob"), now=NOON)
        eventually(lambda: not is_due(store))


def test_a_job_that_fails_is_said_in_a_line_and_the_next_comes_all_the_same(store, caplog):
    turns = []

    def failing(store, now):
        turns.append(now)
        raise ValueError("no luck\nwith ada@example.org")

    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, hours=1)
    jobs = (("Failing", failing), ("The sweep", sweep))
    with running(lambda: store, jobs, every=0.01):
        eventually(lambda: len(turns) >= 3 and rows(store, "customers", "muted_until") == [(None,)])
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0] == "Failing failed and is tried again in a minute: ValueError no luck"
    assert set(lines) == {lines[0]}


def test_a_job_that_took_long_rests_ten_times_as_long(store):
    begun = []

    def slow(store, now):
        begun.append(time.monotonic())
        time.sleep(0.1)

    with running(lambda: store, (("Slow", slow),), every=0.01):
        eventually(lambda: len(begun) == 2)
    assert begun[1] - begun[0] > 1


def test_a_store_that_cannot_be_opened_yet_is_tried_again(store):
    tries = []

    def opening():
        tries.append(1)
        if len(tries) < 3:
            raise StoreAway("Postgres does not answer; start it.")
        return store

    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, hours=1)
    with running(opening, every=0.01):
        eventually(lambda: rows(store, "customers", "muted_until") == [(None,)])


# -- Postgres: what its server does -------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpointed", [False, True], ids=["in memory", "in the file"])
def test_on_postgres_the_bytes_are_gone_from_the_tables_indexes_and_statistics(postgres_url, checkpointed):
    store = opened(postgres_url)
    tell(store, *many_messages([f"other-{n}" for n in range(20)], 5))
    markers = marked(store)
    store.outside_transactions("analyze people, messages", *(["checkpoint"] if checkpointed else []))
    folder = base_of(store)
    if checkpointed:
        assert found(folder, markers)[0] == len(markers)
    before = contents(store)
    erase(store, key(store), by=admin("Bob"), now=NOON + 24 * HOUR)
    assert rewrite(store) is True
    store.outside_transactions("checkpoint")
    assert found(folder, markers) == (0, 0)
    assert len(contents(store)["messages"]) == len(before["messages"]) - 12
    store.close()


def test_on_postgres_nothing_of_the_last_customer_stays_in_the_planners_samples(postgres_url):
    store = opened(postgres_url)
    markers = marked(store)
    store.outside_transactions("analyze people, messages", "checkpoint")
    assert found(base_of(store), markers)[0] == len(markers)
    erase(store, key(store), by=admin("Bob"), now=NOON + 24 * HOUR)
    assert rewrite(store) is True
    store.outside_transactions("checkpoint")
    assert found(base_of(store), markers) == (0, 0)
    assert marked(store), "and the store goes on"
    store.close()


def test_on_postgres_a_table_that_somebody_holds_is_not_waited_for_and_it_stays_due(postgres_url):
    store = opened(postgres_url)
    tell(store, message(), message("v-2"))
    erase(store, key(store), by=admin("Bob"), now=NOON)
    with store.engine.connect() as backup:
        backup.exec_driver_sql("select * from messages").all()
        with pytest.raises(StoreAway, match="perhaps a backup"):
            rewrite(store)
        assert tell(store, message("v-2", NOON + HOUR)).stored == 1
    assert is_due(store)
    assert rewrite(store) is True
    assert rows(store, "pg_settings where name = 'lock_timeout'", "setting") == [("0",)]
    store.close()


def test_on_postgres_large_tables_are_vacuumed_without_stopping_anybody(postgres_url, monkeypatch):
    monkeypatch.setattr(vacuuming, "FULL_VACUUM", 0)
    store = opened(postgres_url)
    tell(store, message(), message("v-2"))
    erase(store, key(store), by=admin("Bob"), now=NOON)
    with store.engine.connect() as backup:
        backup.exec_driver_sql("select * from messages").all()
        assert rewrite(store) is True
    store.close()


def base_of(store):
    where = rows(store, "pg_database where datname = current_database()", "current_setting('data_directory')", "oid")[0]
    return Path(where[0]) / "base" / str(where[1])
