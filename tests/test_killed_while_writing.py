"""Stories of what breaks while events come in: the process is killed, Postgres goes away, the disk is full.

Whatever has been answered with 200 is there afterwards, once. MISHEARD_KILL_CYCLES=100 kills more often than a test
run has time for.
"""

import http.client
import os
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.dashboard import Dashboard, running_dashboard
from tests.full_disk import fill_and_make_room, small_disk
from tests.http import BEARER, TOKENS
from tests.killing import SENDERS, Sender, cycles, nothing_is_lost_or_doubled, sending
from tests.postgres import FAST, Postgres, _ordinary_user, _programs, running_postgres
from tests.story import opened

CYCLES = int(os.environ.get("MISHEARD_KILL_CYCLES", "2"))


def _ask(dashboard: Dashboard, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(dashboard.url).netloc, timeout=30)
    connection.request("GET", path, headers=BEARER)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.timeout(180 + 30 * CYCLES)
def test_what_was_answered_survives_being_killed(store_url: str, tmp_path: Path) -> None:
    survived = cycles(store_url, tmp_path, CYCLES)
    assert survived.kills == CYCLES
    assert survived.acknowledged >= CYCLES * SENDERS


def test_stopping_in_peace_answers_what_was_asked(duckdb_url: str, tmp_path: Path) -> None:
    with (
        running_dashboard(duckdb_url, tmp_path, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard,
        sending(dashboard.url, "p") as senders,
    ):
        while not all(len(sender.acknowledged) > 5 for sender in senders):
            time.sleep(0.02)
        dashboard.process.terminate()
        assert dashboard.process.wait(15) in (0, -15)
    store = opened(duckdb_url)
    known = set().union(*(sender.acknowledged for sender in senders))
    nothing_is_lost_or_doubled(store, known, set().union(*(sender.not_known for sender in senders)))
    store.close()
    assert {status for sender in senders for _, status in sender.statuses} <= {200, 503}


def test_postgres_may_go_away_and_come_back_under_load(tmp_path: Path) -> None:
    with running_postgres(FAST | {"synchronous_commit": "on"}) as server:
        with server.database() as url:
            _go_away_and_come_back(server, url, tmp_path)
        _pg_ctl(server, "stop", "-m", "fast")


def _go_away_and_come_back(server: Postgres, url: str, tmp_path: Path) -> None:
    with running_dashboard(url, tmp_path, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard:
        with sending(dashboard.url, "r") as senders:
            _until_all_have_been_answered(senders, time.monotonic())
            went = time.monotonic()
            _pg_ctl(server, "stop", "-m", "immediate")
            time.sleep(1.5)
            assert _ask(dashboard, "/healthz") == 503
            assert _ask(dashboard, "/api/v1/bot/webchat/r-0-1") == 503
            assert _ask(dashboard, "/metrics") == 200
            _pg_ctl(server, "start", "-l", str(server.folder / "log of the second"))
            came = time.monotonic()
            _until_all_have_been_answered(senders, came)
            assert time.monotonic() - came < 15
            assert _ask(dashboard, "/healthz") == 200
        assert dashboard.process.poll() is None
        statuses = [said for sender in senders for said in sender.statuses]
        assert {status for _, status in statuses} == {200, 503}
        assert all(went <= when <= came + 10 for when, status in statuses if status == 503)
    store = opened(url)
    known = set().union(*(sender.acknowledged for sender in senders))
    nothing_is_lost_or_doubled(store, known, set().union(*(sender.not_known for sender in senders)) - known)
    store.close()


def _until_all_have_been_answered(senders: list[Sender], since: float) -> None:
    deadline = time.monotonic() + 60
    while not all(any(s == 200 and when > since for when, s in list(sender.statuses)) for sender in senders):
        assert time.monotonic() < deadline, "not all senders were served"
        time.sleep(0.05)


def _pg_ctl(server: Postgres, *command: str) -> None:
    as_user = _ordinary_user(server.folder)
    program = _programs(server.folder, as_user) / "pg_ctl"
    options = ["-D", str(server.folder / "data"), "-w"]
    if command[0] == "start":  # with what it was started with
        written = (server.folder / "options").read_text()
        options += ["-o", written]
    else:
        opts = server.folder / "data" / "postmaster.opts"
        (server.folder / "options").write_text(opts.read_text().split(" ", 1)[1].strip())
    subprocess.run(
        [program, command[0], *options, *command[1:]],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=server.folder,
        **as_user,
    )


def test_a_full_disk_is_said_and_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        fill_and_make_room(f"duckdb:///{disk / 'store.duckdb'}", disk)
