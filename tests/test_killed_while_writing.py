"""Stories of what breaks while events come in: the process is killed, Postgres goes away, the disk is full.

Whatever has been answered with 200 is there afterwards, once. MISHEARD_KILL_CYCLES=100 kills more often than a test
run has time for.
"""

import http.client
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from convdata.database import Store
from tests.browser.dashboard import Dashboard, running_dashboard
from tests.http import BEARER, EVENTS, TOKENS, Box, an_event, asked
from tests.killing import SENDERS, Sender, cycles, nothing_is_lost_or_doubled, sending
from tests.postgres import FAST, Postgres, _ordinary_user, _programs, running_postgres
from tests.story import opened, rows

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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB of one's own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_said_and_nothing_that_was_answered_is_lost(small_disk: Path) -> None:
    url = f"duckdb:///{small_disk / 'store.duckdb'}"
    store = opened(url, INTAKE_TOKEN=TOKENS)
    acknowledged: set[str] = set()
    refused: list[dict[str, Any]] = []
    with asked(Box(store), store.settings) as client:
        for number in range(400):
            text = random.Random(number).randbytes(15_000).hex()
            batch = [
                an_event(id=f"d-{number}-{part}", text=text + str(part), customer_id=f"v-{part}") for part in range(5)
            ]
            answer = client.post(EVENTS, json=batch)
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                acknowledged |= {event["id"] for event in batch}
                continue
            assert answer.json()["error"]["code"] == "store_away"
            assert "tmp" not in answer.text
            refused += batch
            if len(refused) >= 25:
                break
        assert refused, "the disk was not small enough"
        assert client.get("/healthz").status_code == 200
        assert client.get("/api/v1/bot/webchat/v-1").status_code == 200
    store.close()
    store = opened(url, INTAKE_TOKEN=TOKENS)  # also on the full disk
    _are_there(store, acknowledged)
    with asked(Box(store), store.settings) as client:
        subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)
        answer = client.post(EVENTS, json=refused)
        assert answer.json()["stored"] + answer.json()["duplicate"] == len(refused)
    _are_there(store, acknowledged | {event["id"] for event in refused})
    store.close()


def _are_there(store: Store, ids: set[str]) -> None:
    found = Counter(row.event_id for row in rows(store, "messages", "event_id"))
    assert ids - set(found) == set()
    assert set(found.values()) <= {1}
