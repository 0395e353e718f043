"""While the dashboard has a DuckDB store open, the command line does its work in there."""

import json
import os
import socket
import threading
import time
from contextlib import suppress

import pytest

from convdata.__main__ import main
from convdata.doorbell import MOST_SERVED, MOST_SILENT, Doorbell, ring
from convdata.errands import errand
from convdata.errors import MisheardError, NotFound, StoreInUse
from convdata.rewriting import is_due
from tests.story import message, opened, rows, tell


@pytest.fixture
def duck(duckdb_url):
    store = opened(duckdb_url)
    tell(store, message("v-1"), message("v-2"))
    yield store
    store.close()


@pytest.fixture
def door(duck):
    door = Doorbell(lambda: duck, errand).start()
    bell = duck.file.with_name(duck.file.name + ".bell")
    until(bell.exists)
    until(lambda: bell.read_text().endswith("\n"))
    yield bell
    door.stop()
    assert not bell.exists()


def until(what, seconds=10):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_erasing_and_backing_up_go_through_the_program_that_has_the_store_open(door, duck, tmp_path):
    assert door.stat().st_mode & 0o777 == 0o600
    who = {"channel": "webchat", "customer_id": "v-1"}
    assert ring(duck.file, "what_goes", who, "Bob") == {"name": "Anonymous", "channel": "webchat", "messages": 1}
    receipt = ring(duck.file, "erase", who, "Bob")
    assert receipt["rows"]["messages"] == 1
    assert not is_due(duck)  # the bytes are gone when it answers
    assert rows(duck, "people", "customer_id") == [("v-2",)]
    assert rows(duck, "activity", "actor") == [("Bob",)]
    made = ring(duck.file, "back_up", {"path": str(tmp_path / "b.zip")}, "Bob")
    assert made["bytes"] == os.path.getsize(tmp_path / "b.zip")


def test_what_cannot_be_done_comes_back_as_its_sentence(door, duck):
    with pytest.raises(NotFound, match="no such customer"):
        ring(duck.file, "erase", {"channel": "webchat", "customer_id": "nobody"}, "Bob")
    with pytest.raises(MisheardError, match="another version"):
        ring(duck.file, "dance", {}, "Bob")
    assert len(rows(duck, "people")) == 2


WHO = {"channel": "webchat", "customer_id": "v-1"}


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("erase", {}),
        ("erase", {"channel": "webchat"}),
        ("erase", WHO | {"customer_id": None}),
        ("erase", WHO | {"customer_id": ["v-1"]}),
        ("erase", WHO | {"customer_id": {"like": "%"}}),
        ("what_goes", WHO | {"channel": 1}),
        ("what_goes", WHO | {"customer_id": "\ud800"}),
        ("what_goes", WHO | {"more": True}),
        ("back_up", {"path": 7}),
        ("back_up", {"path": "a\0b"}),
        ("preview_retention", {"as": ["webchat=1d"]}),
    ],
)
def test_what_makes_no_sense_is_said_to_make_none_and_does_nothing(door, duck, act, given):
    with pytest.raises(MisheardError, match="cannot make sense"):
        ring(duck.file, act, given, "Bob")
    assert len(rows(duck, "people")) == 2


def test_so_many_are_served_at_once_and_the_next_is_told_to_come_again(duck):
    going, go_on = threading.Semaphore(0), threading.Event()

    def slow(store, act, arguments, by):
        going.release()
        assert go_on.wait(30)
        return act

    door = Doorbell(lambda: duck, slow).start()
    bell = duck.file.with_name(duck.file.name + ".bell")
    until(lambda: bell.exists() and bell.read_text().endswith("\n"))
    done = []
    visitors = [
        threading.Thread(target=lambda: done.append(ring(duck.file, "x", {}, "Bob"))) for _ in range(MOST_SERVED)
    ]
    for one in visitors:
        one.start()
    for _ in visitors:
        assert going.acquire(timeout=10)
    with pytest.raises(MisheardError, match="try again later"):
        ring(duck.file, "x", {}, "Bob")
    go_on.set()
    for one in visitors:
        one.join()
    assert len(done) == MOST_SERVED
    assert ring(duck.file, "x", {}, "Bob") == "x"
    door.stop()


def test_whoever_trickles_is_not_listened_to_for_ever(door, duck, monkeypatch):
    monkeypatch.setattr("convdata.doorbell.PATIENCE", 0.5)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", int(door.read_text().split()[0])), timeout=5) as visitor:
        with suppress(OSError):
            while time.monotonic() < began + 5:
                visitor.sendall(b"x")
                time.sleep(0.1)
        assert time.monotonic() < began + 4


def test_nobody_without_the_secret_is_heard(door, duck):
    port = int(door.read_text().split()[0])
    said = {"secret": "0" * 64, "act": "erase", "arguments": {"channel": "webchat", "customer_id": "v-1"}, "by": "Eve"}
    for line in (
        json.dumps(said),
        "",
        "null",
        "[]",
        "{}",
        "[" * 10_000,
        "x" * 100_000,
        json.dumps(said | {"secret": None}),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as visitor:
            visitor.sendall(line.encode() + b"\n")
            try:
                with visitor.makefile("rb") as heard:
                    assert b"not understood" in heard.readline()
            except ConnectionResetError:
                assert len(line) > 64 * 1024  # more than is listened to
    assert len(rows(duck, "people")) == 2


def test_somebody_who_says_nothing_keeps_nobody_out(door, duck):
    port = int(door.read_text().split()[0])
    others = threading.active_count()
    silent = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(3 * MOST_SILENT)]
    assert threading.active_count() < others + 2 * MOST_SILENT
    assert ring(duck.file, "what_goes", {"channel": "webchat", "customer_id": "v-1"}, "Bob")
    for visitor in silent:
        visitor.close()


@pytest.mark.parametrize("bell", [None, "", "nothing", "1 x", "99999999 x"])
def test_a_bell_that_nobody_answers_is_said_to_be_so(duck, bell):
    if bell is not None:
        duck.file.with_name(duck.file.name + ".bell").write_text(bell)
    with pytest.raises(StoreInUse, match="stop that one first"):
        ring(duck.file, "erase", {}, "Bob")


def test_the_door_opens_when_the_store_does(duck):
    there = threading.Event()

    def store():
        if not there.is_set():
            raise StoreInUse("not yet")
        return duck

    door = Doorbell(store, errand).start()
    bell = duck.file.with_name(duck.file.name + ".bell")
    time.sleep(0.1)
    assert not bell.exists()
    there.set()
    until(bell.exists)
    door.stop()


def test_a_server_needs_no_bell(postgres_url, tmp_path):
    store = opened(postgres_url)
    door = Doorbell(lambda: store, errand).start()
    door._thread.join(5)
    assert not door._thread.is_alive()
    door.stop()
    store.close()


def test_while_the_real_dashboard_runs_the_command_line_works(tmp_path, monkeypatch, capsys):
    from tests.browser.dashboard import running_dashboard

    url = f"duckdb:///{tmp_path / 'store.duckdb'}"
    store = opened(url)
    tell(store, message("v-1"), message("v-2"))
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", url)
    with running_dashboard(url, tmp_path):
        until((tmp_path / "store.duckdb.bell").exists, 60)
        assert main(["erase", "webchat", "v-1"]) == 2
        assert "1 messages" in capsys.readouterr().err
        assert main(["erase", "webchat", "v-1", "--yes", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["rows"]["messages"] == 1
        assert main(["backup", str(tmp_path / "b.zip")]) == 0
        assert main(["restore", str(tmp_path / "b.zip"), "--replace"]) == 2
        assert "open in another program" in capsys.readouterr().err
    assert not (tmp_path / "store.duckdb.bell").exists()
    assert main(["restore", str(tmp_path / "b.zip"), "--replace", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["customers"] == 1
