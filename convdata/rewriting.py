"""The DuckDB file written anew, so that erased bytes are gone from it.

DELETE, CHECKPOINT and VACUUM leave erased text in the file; only a new file without it does (docs/decisions/0004). The
copy is made while everybody reads; writers wait. Then the gate closes for the moment in which the files change places.

Dying in the middle loses nothing: until the new file has taken the old one's place it is only a neighbour, thrown away
at the next start; the erasure left a note in the store, and the next start writes the file anew before anything else.
"""

import os
from contextlib import suppress
from pathlib import Path


from convdata.database import Store

DUE = "rewriting_due"


def rewrite(store: Store) -> bool:
    """Write the store's file anew if an erasure asks for it; returns when the erased bytes are gone. False: nothing due.

    On Postgres nothing is written anew: the server's own vacuum does that (docs/decisions/0004 says what is promised).
    """
    if store.file is None:
        return False
    with store.writing_stopped():
        if not any(row.name == DUE for row in store.ask("store/facts")):
            return False
        new = _neighbour(store.file)
        _forget(new)
        _copy(store, new)
        with store.gate.closed():
            store.engine.dispose()  # the last connection out writes the log into the old file and removes it
            _forget_log(store.file)
            os.replace(new, store.file)
            _sync_folder(store.file.parent)
    return True


def finish_rewriting(store: Store) -> None:
    """At start: throw away a copy that was never finished, and do what an erasure before a crash had asked for."""
    if store.file is None:
        return
    _forget(_neighbour(store.file))
    with store._connection() as connection:
        tables = {row[0] for row in connection.exec_driver_sql("select table_name from duckdb_tables()").all()}
    if "store_facts" in tables:
        rewrite(store)


def _copy(store: Store, new: Path) -> None:
    with store._connection() as connection:
        one = connection.exec_driver_sql
        one(f"attach '{_quoted(new)}' as rewritten")
        try:
            with connection.begin() if not connection.in_transaction() else connection.get_transaction():  # type: ignore[union-attr]
                tables = one(
                    "select table_name, sql from duckdb_tables() where database_name = current_database() and not internal"
                ).all()
                for name, definition in tables:
                    one(definition.replace(f"CREATE TABLE {name}", f"CREATE TABLE rewritten.{name}", 1))
                    chosen = f" where name <> '{DUE}'" if name == "store_facts" else ""
                    one(f"insert into rewritten.{name} select * from {name}{chosen}")
            one("checkpoint rewritten")
        finally:
            if connection.in_transaction():
                connection.rollback()
            one("detach rewritten")
            connection.rollback()
    new.chmod(0o600)
    with open(new, "rb+") as file:
        os.fsync(file.fileno())


def _neighbour(file: Path) -> Path:
    return file.with_name(file.name + ".rewriting")


def _forget(new: Path) -> None:
    for path in (new, Path(f"{new}.wal")):
        path.unlink(missing_ok=True)


def _forget_log(file: Path) -> None:
    Path(f"{file}.wal").unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


