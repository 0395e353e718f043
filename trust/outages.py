"""The store is away for a minute under load: whoever sends is told 503 to come again, and nothing is lost.

On Postgres the server is stopped at once and started again. On DuckDB another program holds the file; and where a small
disk can be mounted (root only), it is filled until nothing more can be written.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.dashboard import Dashboard, running_dashboard
from tests.full_disk import fill_and_make_room, small_disk
from tests.http import BEARER, TOKENS
from tests.killing import Sender, nothing_is_lost_or_doubled, sending
from tests.postgres import Postgres, _ordinary_user, _programs, running_postgres
from tests.story import opened
from trust.place import KEPT, Place

HOLDS = "import duckdb, sys, time; held = duckdb.connect(sys.argv[1]); print('held', flush=True); time.sleep(3600)"


def show(place: Place, seconds: int) -> str:
    if place.kind == "duckdb":
        return _held_by_another(place, seconds) + _full(place)
    with running_postgres(KEPT) as server:
        with server.database() as url:
            figure = stopped_and_started(server, url, place.folder, seconds)
        pg_ctl(server, "stop", "-m", "fast")
    return figure


def stopped_and_started(server: Postgres, url: str, folder: Path, seconds: float) -> str:
    """The server stops at once, for so long, and comes back."""
    with running_dashboard(url, folder, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard:
        with sending(dashboard.url, "r") as senders:
            _until_all_have_been_answered(senders, time.monotonic())
            went = time.monotonic()
            pg_ctl(server, "stop", "-m", "immediate")
            time.sleep(seconds)
            assert _ask(dashboard, "/healthz") == 503
            assert _ask(dashboard, "/api/v1/bot/webchat/r-0-1") == 503
            assert _ask(dashboard, "/metrics") == 200
            pg_ctl(server, "start", "-l", str(server.folder / "log of the second"))
            came = time.monotonic()
            _until_all_have_been_answered(senders, came)
            back = time.monotonic() - came
            assert back < 15
            assert _ask(dashboard, "/healthz") == 200
        assert dashboard.process.poll() is None
        refused = _only_503_meanwhile(senders, went, came + 10)
    return f"stopped for {seconds:g} s under load: {_kept(url, senders, refused)}; all served {back:.1f} s after"


def _held_by_another(place: Place, seconds: float) -> str:
    opened(place.url).close()
    went = time.monotonic()
    with (
        _another_program_has(Path(place.url.removeprefix("duckdb:///"))) as let_go,
        running_dashboard(place.url, place.folder, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard,
    ):
        with sending(dashboard.url, "h") as senders:
            time.sleep(max(seconds, 2))
            assert _ask(dashboard, "/healthz") == 503
            assert not any(sender.acknowledged for sender in senders)
            let_go()
            came = time.monotonic()
            _until_all_have_been_answered(senders, came)
            back = time.monotonic() - came
            assert _ask(dashboard, "/healthz") == 200
        refused = _only_503_meanwhile(senders, went, came + 10)
        dashboard.process.terminate()
        dashboard.process.wait(20)
    return f"held by another program for {seconds:g} s: {_kept(place.url, senders, refused)}; all served {back:.1f} s after"


def _full(place: Place) -> str:
    if os.geteuid() != 0:
        return "; a full disk was not tried (only root can mount a small one)"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "small") as disk:
                refused = fill_and_make_room(f"duckdb:///{disk / 'store.duckdb'}", disk)
        except pytest.skip.Exception:
            return "; a full disk was not tried (none can be mounted here)"
    return f"; on a full disk {refused} events refused with 503, 0 lost"


def _only_503_meanwhile(senders: list[Sender], went: float, until: float) -> int:
    """How often senders were told to come again; they were told nothing else, and only then."""
    statuses = [said for sender in senders for said in sender.statuses]
    assert {status for _, status in statuses} == {200, 503}
    refused = [when for when, status in statuses if status == 503]
    assert all(went <= when <= until for when in refused)
    return len(refused)


def _kept(url: str, senders: list[Sender], refused: int) -> str:
    store = opened(url)
    known = set().union(*(sender.acknowledged for sender in senders))
    nothing_is_lost_or_doubled(store, known, set().union(*(sender.not_known for sender in senders)) - known)
    store.close()
    return f"{refused:,} answers 503 and no other error, {len(known):,} events acknowledged, 0 lost, 0 doubled"


@contextmanager
def _another_program_has(file: Path) -> Iterator["_LetGo"]:
    program = subprocess.Popen([sys.executable, "-c", HOLDS, str(file)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    let_go = _LetGo(program)
    yield let_go
    let_go()


class _LetGo:
    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program

    def __call__(self) -> None:
        self._program.kill()
        self._program.wait()


def _ask(dashboard: Dashboard, path: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(dashboard.url).netloc, timeout=30)
    connection.request("GET", path, headers=BEARER)
    status = connection.getresponse().status
    connection.close()
    return status


def _until_all_have_been_answered(senders: list[Sender], since: float) -> None:
    deadline = time.monotonic() + 60
    while not all(any(s == 200 and when > since for when, s in list(sender.statuses)) for sender in senders):
        assert time.monotonic() < deadline, "not all senders were served"
        time.sleep(0.05)


def pg_ctl(server: Postgres, *command: str) -> None:
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
