"""A backup brought back, without bringing back whoever was erased since it was made.

What the store of now knows of erasures goes on: their keys, their receipts, and every other record that is about no
customer are taken over into the restored chain of records, behind its own. On DuckDB everything is made in a file beside
the store's, which takes its place at the end; on Postgres in one transaction. Killed at any moment, the old store stays.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from convdata import chain
from convdata.activity import act, record
from convdata.backups import TABLES, Unpacked, unpack
from convdata.database import Row, Store, Transaction, connect
from convdata.erased_list import Erased, list_of, read
from convdata.erasure import REWRITING_DUE, take_away
from convdata.errors import FileUnreadable, NotAllowed, NotFound, StoreInUse, StoreNotEmpty, StoreTooNew
from convdata.rewriting import change_places, forget, rewrite
from convdata.rights import Actor, Right, require
from convdata.schema import apply_steps, open_store, schema_files
from convdata.settings import Settings
from convdata.standing import in_hand
from convdata.vocabulary import Act
from convdata.whole_tables import columns_of, empty, fill

_OTHERS = (
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'misheard' "
    "and pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Restored:
    """What was done: from which moment, how many customers there are, and how many erasures were made again.
    ``passed_over`` are lines of lists that say nothing of this store; ``known`` is whether anything could say who was erased.
    """

    made_at: datetime
    customers: int
    erased_again: int
    records_kept: int
    passed_over: int = 0
    known: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.isoformat() + "Z"}


@dataclass(frozen=True)
class _Kept:
    """What the store of now hands on."""

    erased: tuple[Row | Erased, ...] = ()
    records: tuple[Row, ...] = ()
    end: chain.End = chain.BEGINNING
    passed_over: int = 0
    known: bool = True


def restore(
    settings: Settings, path: str, *, by: Actor, now: datetime, replacing: bool = False, lists: Sequence[str] = ()
) -> Restored:
    """Put a backup in the store's place. Who was erased since says the store that is replaced, its list of the erased
    (erased_list.py), and further ``lists``. Raises StoreNotEmpty for one with something in it unless ``replacing``,
    FileUnreadable, StoreTooNew, StoreInUse, NotAllowed.
    """
    require(by, Right.BACKUP)
    current = open_store(settings, now)
    try:
        with _folder(current) as folder:
            backup = unpack(path, folder)
            _check_steps(backup, current.kind)
            kept = _with_lists(_kept(current, backup, replacing), current, backup, lists)
            if current.file is None:
                return _into_postgres(current, backup, kept, by, now)
            return _into_file(current, current.file, backup, kept, by, now)
    finally:
        current.close()


def _into_postgres(store: Store, backup: Unpacked, kept: _Kept, by: Actor, now: datetime) -> Restored:
    store.engine.dispose()  # only others are counted

    def work(transaction: Transaction) -> Restored:
        transaction.script("set local lock_timeout = '5s'")
        transaction.script(f"drop table {', '.join((*TABLES, 'schema_steps'))}")
        return _fill(transaction, store, backup, kept, by, now)

    with store.driver() as driver:
        (others,) = driver.execute(_OTHERS).fetchone()
        driver.rollback()
    if others:
        raise StoreInUse("Another program of Misheard is using this store, probably the dashboard; stop it first.")
    restored = store.change(work)
    rewrite(store)
    return restored


def _into_file(current: Store, file: Path, backup: Unpacked, kept: _Kept, by: Actor, now: datetime) -> Restored:
    beside = file.with_name(file.name + ".restoring")
    forget(beside)
    try:
        new = connect(replace(current.settings, store=f"duckdb:///{beside}"))
        try:
            restored = new.change(lambda transaction: _fill(transaction, new, backup, kept, by, now))
            new.checkpoint()
            rewrite(new)
        finally:
            new.close()
        change_places(current, beside, file)
        return restored
    finally:
        forget(beside)


def _fill(transaction: Transaction, store: Store, backup: Unpacked, kept: _Kept, by: Actor, now: datetime) -> Restored:
    apply_steps(transaction, store.kind, now, up_to=max(step.split("_")[0] for step in backup.steps))
    for table, columns in backup.tables.items():
        # The names of columns become part of a statement: only those that the table has, whatever the file says.
        if not set(columns) <= set(columns_of(transaction, table)):
            raise FileUnreadable(f"The backup's table {table} has other columns than this version's; it was changed.")
        empty(transaction, table)
        for batch in pq.ParquetFile(backup.folder / table).iter_batches(50_000):
            fill(transaction, table, list(columns), batch)
    apply_steps(transaction, store.kind, now)
    before = {row.customer_key: row.erased_at for row in transaction.ask("erasure/all_erased")}
    again = [row for row in kept.erased if _erase_again(transaction, row, before.get(row.customer_key))]
    here = {row.act_id for row in transaction.ask("activity/of_nobody")}
    missing = [row for row in kept.records if row.act_id not in here]
    if missing:
        names = (*chain.FIELDS, "salt")
        transaction.tell("add_activity", {name: [getattr(row, name) for row in missing] for name in names})
    for row in missing:
        chain.append(transaction, row._asdict(), row.salt)
    details = {
        "made_at": backup.made_at.isoformat() + "Z",
        "erased_again": len(again),
        "end": backup.end,
        "replaced": str(kept.end) if kept.end.number else None,
    }
    record(transaction, act(Act.RESTORE, actor=by, now=now, details=details))
    if again:
        transaction.tell("say_store_fact", name=REWRITING_DUE, value="restored")
    customers = transaction.ask("customers/count")[0].conversations
    return Restored(backup.made_at, customers, len(again), len(missing), kept.passed_over, kept.known)


def _erase_again(transaction: Transaction, row: Row | Erased, before: datetime | None) -> bool:
    """Erase whoever was erased after the backup was made; who had come back before that stays."""
    one = {"customer_key": [row.customer_key], "erased_at": [row.erased_at], "erased_until": [row.erased_until]}
    transaction.tell("keep_erased", one)
    if before is not None and before >= row.erased_at:
        return False
    try:
        whose = in_hand(transaction, row.customer_key).customer_key
    except NotFound:
        return False
    take_away(transaction, [whose])
    return True


def _kept(current: Store, backup: Unpacked, replacing: bool) -> _Kept:
    kept = _Kept(
        tuple(current.ask("erasure/all_erased")), tuple(current.ask("activity/of_nobody")), chain.end_of(current)
    )
    has_something = kept.erased or kept.end.number or current.ask_one("customers/any") is not None
    if not has_something:
        return _Kept(known=False)
    if not replacing:
        raise StoreNotEmpty("The store is not empty; --replace puts the backup in the place of what is in it.")
    if _secret_of(backup) != current.secret:
        raise NotAllowed(
            "The backup is of another store, so what was erased here could not be kept out of it; restore it into an "
            "empty one."
        )
    return kept


def _with_lists(kept: _Kept, current: Store, backup: Unpacked, lists: Sequence[str]) -> _Kept:
    """What is kept, with whom the lists name; the store's own need not be there."""
    latest = {row.customer_key: row for row in kept.erased}
    own, secret, known, passed_over = list_of(current), _secret_of(backup), kept.known, 0
    for file in dict.fromkeys([*([own] if own and own.exists() else []), *map(Path, lists)]):
        found = read(file, secret)
        if not found.erased and found.passed_over and file != own:
            raise NotAllowed(f"{file} is no list of the erased of this backup's store.")
        known = known or bool(found.erased) or not found.passed_over
        passed_over += found.passed_over
        for key, one in found.erased.items():
            if key not in latest or latest[key].erased_at < one.erased_at:
                latest[key] = one
    return replace(kept, erased=tuple(latest.values()), passed_over=passed_over, known=known)


def _secret_of(backup: Unpacked) -> bytes:
    facts = {row["name"]: row["value"] for row in pq.read_table(backup.folder / "store_facts").to_pylist()}
    try:
        return bytes.fromhex(facts["secret"])
    except (KeyError, ValueError):
        raise FileUnreadable("The backup does not say of which store it is; it was changed.") from None


def _check_steps(backup: Unpacked, kind: str) -> None:
    latest = max(file.name.split("_")[0] for file in schema_files(kind))
    if max(step.split("_")[0] for step in backup.steps) > latest:
        raise StoreTooNew("The backup was made by a later Misheard; use that version to restore it.")


@contextmanager
def _folder(store: Store) -> Iterator[Path]:
    """Where the tables lie meanwhile: beside the store, where there is room for it and the next start tidies up."""
    if store.file is None:
        with tempfile.TemporaryDirectory(prefix="misheard-restore-") as name:
            yield Path(name)
        return
    folder = Path(f"{store.file}.unpacked")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
