"""The store's files without the bytes of what was erased.

On DuckDB DELETE, CHECKPOINT and VACUUM leave erased text in the file; only a new file without it does
(docs/decisions/0004). The copy is made while everybody reads; writers wait. Then the gate closes for the moment in which
the files change places. On Postgres it is the server that takes the bytes away (vacuuming.py).

Dying in the middle loses nothing: until the new file has taken the old one's place it is only a neighbour, thrown away
at the next start; the erasure left a note in the store, and the next start writes the file anew before anything else.
"""

import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy.exc import DBAPIError

from convdata.database import Store
from convdata.erasure import REWRITING_DUE
from convdata.errors import StoreAway
from convdata.vacuuming import vacuum

log = logging.getLogger(__name__)

# A file's own endings while DuckDB works on it; only the first is there when it has been closed in peace.
_ENDINGS = ("", ".wal", ".wal.checkpoint", ".wal.recovery")


def is_due(store: Store) -> bool:
    """Whether erased bytes are still in the store's files."""
    return _due(store) is not None


def rewrite(store: Store) -> bool:
    """Do what erasures ask for, if any do; returns when the erased bytes are gone. False: nothing was due.

    Several erasures ask for one rewriting. Raises StoreAway where it cannot be done now; it then stays due.
    """
    due = _due(store)
    if due is None:
        return False
    if store.file is not None:
        _write_anew(store, store.file)
    else:
        if store.kind == "postgresql":
            vacuum(store)
        # An erasure that came meanwhile has put its own note in place of this one.
        store.change(lambda transaction: transaction.tell("remove_said_fact", name=REWRITING_DUE, value=due))
    return True


def finish_rewriting(store: Store) -> None:
    """At start: throw away a copy that was never finished, and do what an erasure before a crash had asked for.

    Where that cannot be done (the disk is full) the store opens all the same, and it stays due.
    """
    if store.file is None:
        return
    forget(_neighbour(store.file))
    forget(store.file.with_name(f"{store.file.name}.restoring"))  # of a restore that was killed
    for aside in ("tmp", "unpacked"):  # what a query or a restore of a killed program had put aside
        shutil.rmtree(f"{store.file}.{aside}", ignore_errors=True)
    try:
        if store.has_table("store_facts"):
            rewrite(store)
    except (StoreAway, DBAPIError, OSError) as reason:
        log.warning("Erased bytes are still in the file: it could not be written anew (%s)", type(reason).__name__)


def _due(store: Store) -> str | None:
    row = store.ask_one("store/fact", name=REWRITING_DUE)
    return row.value if row else None


def _write_anew(store: Store, file: Path) -> None:
    new = _neighbour(file)
    try:
        with store.writing_stopped():
            forget(new)
            with store.driver() as driver:
                _copy(driver, new)
            change_places(store, new, file)
    except (OSError, duckdb.Error) as wrong:
        raise StoreAway(
            f"Erased bytes are still in the store's file, as it could not be written anew ({type(wrong).__name__}): make "
            "room on its disk for a second one. It is tried again."
        ) from None
    finally:
        forget(new)


def change_places(store: Store, new: Path, file: Path) -> None:
    """The new file takes the old one's place, and nobody is let in meanwhile. Raises StoreAway where it cannot."""
    with store.closed():
        _close_in_peace(file)
        os.replace(new, file)
        _sync_folder(file.parent)


def _copy(driver: Any, new: Path) -> None:
    driver.execute(f"attach '{_quoted(new)}' as rewritten")
    try:
        (name,) = driver.execute("select current_database()").fetchone()
        driver.execute(f'copy from database "{name.replace(chr(34), chr(34) * 2)}" to rewritten')
        driver.execute("delete from rewritten.store_facts where name = ?", [REWRITING_DUE])
        driver.execute("checkpoint rewritten")
    finally:
        with suppress(duckdb.Error):  # what went wrong before is what is said
            driver.execute("detach rewritten")
    if _leftovers(new):
        raise StoreAway("The store's file cannot be written anew: its copy is not whole. It is tried again.")
    new.chmod(0o600)
    with open(new, "rb+") as written:
        os.fsync(written.fileno())


def _close_in_peace(file: Path) -> None:
    """See that DuckDB has let go of the old file and that nothing of it is left in a log.

    It hands out an instance that is still open somewhere instead of opening the file, and would go on writing into the
    replaced one; other settings than that one's make it say so. A log that stayed would be replayed into the new file.
    """
    try:
        duckdb.connect(str(file), config={"custom_user_agent": "misheard-rewriting"}).close()
    except duckdb.Error:
        raise StoreAway("The store's file cannot be written anew: it is still open. It is tried again.") from None
    if _leftovers(file):
        raise StoreAway("The store's file cannot be written anew: its log is not empty. It is tried again.")


def _leftovers(file: Path) -> bool:
    return any(Path(f"{file}{ending}").exists() for ending in _ENDINGS[1:])


def _neighbour(file: Path) -> Path:
    return file.with_name(file.name + ".rewriting")


def forget(new: Path) -> None:
    """Remove a file that was being made, with what DuckDB puts beside it."""
    for ending in _ENDINGS:
        Path(f"{new}{ending}").unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system lets a folder be synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
