"""Stories of what breaks while events come in: the process is killed, Postgres goes away, the disk is full.

Whatever has been answered with 200 is there afterwards, once. MISHEARD_KILL_CYCLES=100 kills more often than a test
run has time for.
"""

import os
import time
from pathlib import Path

import pytest

from tests.browser.dashboard import running_dashboard
from tests.full_disk import fill_and_make_room, small_disk
from tests.http import TOKENS
from tests.killing import SENDERS, cycles, nothing_is_lost_or_doubled, sending
from tests.postgres import FAST, running_postgres
from tests.story import opened
from trust.outages import pg_ctl, stopped_and_started

CYCLES = int(os.environ.get("MISHEARD_KILL_CYCLES", "2"))


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
            stopped_and_started(server, url, tmp_path, 1.5)
        pg_ctl(server, "stop", "-m", "fast")


def test_a_full_disk_is_said_and_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        fill_and_make_room(f"duckdb:///{disk / 'store.duckdb'}", disk)
