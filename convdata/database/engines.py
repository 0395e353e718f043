"""The two kinds of store, and how a way to each is opened: where it is, with which settings, and what it may not do."""

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from convdata.errors import SettingWrong, StoreAway
from convdata.settings import PROJECT

POOL = {"pool_size": 8, "max_overflow": 32, "pool_timeout": 20}
# A smaller log keeps the stall of a checkpoint short (facts of the storage study: p99 20 -> 8 ms).
LOG = "4MB"
DUCKDB_SETTINGS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "checkpoint_threshold": LOG,
    # Keys are asked first and rows by key after: looking rows up behind every "limit" doubles the time.
    "late_materialization_max_rows": 0,
}


def file_of(url: sa.URL) -> Path | None:
    """The DuckDB file that a URL names; None for a server or memory. Relative ones lie in the project."""
    if url.get_backend_name() != "duckdb" or not url.database or url.database == ":memory:":
        return None
    file = Path(url.database)
    return file if file.is_absolute() else PROJECT / file


def address_of(stated: str) -> sa.URL:
    """The URL that a setting states, in full; a file's folder is made. Raises SettingWrong for one that is none, StoreAway."""
    try:
        url = sa.make_url(stated)
    except ArgumentError:
        raise SettingWrong(
            "MISHEARD_STORE is not a URL; use duckdb:///path/file.duckdb or postgresql+psycopg://…"
        ) from None
    if (file := file_of(url)) is not None:
        url = url.set(database=str(file))
        _make_folder(file.parent)
        # DuckDB makes its log anew again and again while the store is open, and would let everybody read it.
        os.umask(os.umask(0o077) | 0o077)
    elif url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url


def engine_of(url: sa.URL) -> sa.Engine:
    """A pool of connections to it, none of them open yet. Raises SettingWrong for a kind that is none of the two."""
    try:
        engine = _duckdb(url) if url.get_backend_name() == "duckdb" else _postgres(url)
    except (NoSuchModuleError, ImportError):
        raise SettingWrong(
            f"MISHEARD_STORE names “{url.drivername}”, which Misheard does not speak; use duckdb:///… or "
            "postgresql+psycopg://…"
        ) from None
    if url.get_backend_name() not in ("duckdb", "postgresql"):
        raise SettingWrong(f"MISHEARD_STORE names “{url.drivername}”; Misheard keeps its data in DuckDB or Postgres.")
    return engine


def _duckdb(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"config": dict(DUCKDB_SETTINGS)}, poolclass=sa.QueuePool, **POOL)
    sa.event.listen(engine, "connect", lambda connection, _: _lock_down(connection, str(url.database)))
    return engine


def _postgres(url: sa.URL) -> sa.Engine:
    # A plan made for any values, which Postgres would keep after five times, knows neither how rare a word is nor how few
    # days are asked for: seconds instead of milliseconds.
    # With the 4 MB that a server gives by itself, counting customers over a month goes through its disk.
    session = "-c timezone=UTC -c plan_cache_mode=force_custom_plan -c work_mem=32MB"
    options = {"options": session, "connect_timeout": 5, "application_name": "misheard"}
    return sa.create_engine(url, connect_args=options, pool_pre_ping=True, **POOL)


def _lock_down(connection: Any, file: str) -> None:
    """The SQL of this product opens no other file, so nothing that is smuggled into it can either; only the rewriting
    of the store (rewriting.py) needs one neighbour. The settings are the instance's and cannot be taken back; how long
    the log may grow (``writing_much``) and whether a bar is drawn is all that can still be set.
    """
    if connection.execute("select current_setting('enable_external_access')").fetchone()[0]:
        neighbour = f"{file}.rewriting".replace("'", "''")
        paths = ", ".join(f"'{neighbour}{end}'" for end in ("", ".wal", ".wal.checkpoint", ".wal.recovery"))
        connection.execute(f"set allowed_paths = [{paths}]")
        connection.execute("set enable_external_access = false")
        # The second one is what DuckDB itself sets while it copies a database whole.
        allowed = "'checkpoint_threshold', 'current_transaction_invalidation_policy', 'enable_progress_bar'"
        connection.execute(f"set allowed_configs = [{allowed}]")
        connection.execute("set lock_configuration = true")
    # Or whatever takes two seconds draws a bar on the standard output, also between the lines of a JSON document.
    connection.execute("set enable_progress_bar = false")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise StoreAway(
            f"The folder {folder} cannot be made ({wrong.strerror}); choose another place with MISHEARD_STORE."
        ) from None
    if not os.access(folder, os.W_OK):
        raise StoreAway(f"The folder {folder} cannot be written to; choose another place with MISHEARD_STORE.")
