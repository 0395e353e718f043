"""Backups: everything of one moment in one file, made while the store is in use, for either kind of store.

The file is a zip of Parquet tables, which any program reads, with a manifest of their rows and checksums. It holds all
that the store holds, its secret too, and is not encrypted: whoever keeps it keeps personal data.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from convdata import chain
from convdata.activity import act, record
from convdata.database import Store
from convdata.erasure import HELD, OF_NOBODY
from convdata.errors import FileUnreadable, MisheardError
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act
from convdata.whole_tables import Column, Snapshot, arrow_schema, columns_of, snapshot

WHAT = "misheard-backup"
VERSION = 1
MANIFEST = "manifest.json"
TABLES = (*(held.table for held in HELD), *(table for table in OF_NOBODY if table != "schema_steps"))
LONGEST_MANIFEST = 1 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: str
    made_at: datetime
    rows: int
    bytes: int
    end: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"made_at": self.made_at.isoformat() + "Z"}


@dataclass(frozen=True)
class Unpacked:
    """A backup that was read and is whole: its tables are files in a folder."""

    folder: Path
    made_at: datetime
    steps: tuple[str, ...]
    end: str
    tables: dict[str, tuple[Column, ...]]


def back_up(store: Store, path: str, *, by: Actor, now: datetime) -> Made:
    """Write a backup, complete when this returns; the file is its owner's only. Raises MisheardError, StoreAway.

    What failed leaves no record, and what is made has one: that is written when all bytes are there, before they get
    the name by which they are found.
    """
    require(by, Right.BACKUP)
    target = Path(path).absolute()
    if target.exists():
        raise MisheardError(f"{target} is there already; give the backup a name of its own, such as one with the day.")
    part = target.with_name(f".{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            manifest = _write(store, file, now)
            file.flush()
            os.fsync(file.fileno())
        rows = sum(table["rows"] for table in manifest["tables"].values())
        details = {"file": target.name, "rows": rows, "end": manifest["end"]}
        store.change(lambda t: record(t, act(Act.BACKUP, actor=by, now=now, details=details)))
        os.link(part, target)  # never over a file that has come meanwhile
    except OSError as wrong:
        raise MisheardError(f"{target} cannot be written ({(wrong.strerror or 'unknown reason').lower()}).") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Made(str(target), now, rows, target.stat().st_size, manifest["end"])


def _write(store: Store, file: BinaryIO, now: datetime) -> dict[str, Any]:
    # Steps and columns only change when a store is opened, and this one is.
    steps = [row.name for row in store.ask("store/schema_steps")]
    columns = {table: columns_of(store, table) for table in TABLES}
    tables: dict[str, Any] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        with snapshot(store) as of_one_moment:
            for table in TABLES:
                with _member(archive, f"{table}.parquet") as member:
                    rows = _write_table(of_one_moment, table, columns[table], member)
                tables[table] = {"rows": rows, "sha256": member.sha256.hexdigest(), "columns": columns[table]}
                if table == "activity_head":
                    end = member.last_row
        manifest = {
            "what": WHAT,
            "version": VERSION,
            "made_at": now.isoformat(),
            "store": store.kind,
            "schema": steps,
            "end": str(chain.End(end["number"], end["hash"])),
            "tables": tables,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


class _Member:
    """A file in the archive that is being written, with its checksum."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.last_row: dict[str, Any] = {}

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        return int(self._file.write(data))

    def flush(self) -> None:
        self._file.flush()

    @property
    def closed(self) -> bool:
        return bool(self._file.closed)

    def close(self) -> None:
        """Whoever opened it closes it."""


@contextmanager
def _member(archive: zipfile.ZipFile, name: str) -> Iterator[_Member]:
    with archive.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as file:
        yield _Member(file)


def _write_table(source: Snapshot, table: str, columns: list[Column], member: _Member) -> int:
    rows = 0
    with pq.ParquetWriter(member, arrow_schema(columns), compression="zstd") as writer:
        for batch in source.batches(table, columns):
            writer.write_batch(batch)
            rows += batch.num_rows
            member.last_row = batch.slice(batch.num_rows - 1).to_pylist()[0] if batch.num_rows else member.last_row
    return rows


def unpack(path: str, folder: Path) -> Unpacked:
    """Read a backup into a folder, every byte of it compared. Raises FileUnreadable for one that is not whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_stored(archive, MANIFEST, LONGEST_MANIFEST)))
            if manifest["what"] != WHAT or manifest["version"] != VERSION:
                raise FileUnreadable(f"{path} is no backup that this version of Misheard reads.")
            tables = {}
            for table, about in manifest["tables"].items():
                if table not in TABLES:
                    raise FileUnreadable(f"{path} holds a table that this version of Misheard does not know.")
                with archive.open(_stored(archive, f"{table}.parquet")) as member, open(folder / table, "wb") as file:
                    if _copy(member, file) != about["sha256"]:
                        raise FileUnreadable(f"{path} is damaged: its table {table} is not what was written.")
                tables[table] = tuple(Column(*column) for column in about["columns"])
                if not pq.read_schema(folder / table).equals(arrow_schema(list(tables[table]))):
                    raise FileUnreadable(f"{path} is damaged: its table {table} is not what its manifest says.")
            made_at = datetime.fromisoformat(manifest["made_at"])
            return Unpacked(folder, made_at, tuple(manifest["schema"]), manifest["end"], tables)
    except FileUnreadable:
        raise
    except OSError as wrong:
        raise FileUnreadable(f"{path} cannot be read ({(wrong.strerror or 'unknown reason').lower()}).") from None
    except Exception as wrong:  # a zip that was cut short, changed, or is none has many ways to say so
        raise FileUnreadable(
            f"{path} is no whole backup of Misheard ({type(wrong).__name__}); use another one."
        ) from None


def _stored(archive: zipfile.ZipFile, name: str, largest: int | None = None) -> zipfile.ZipInfo:
    """A member of a backup: as large as it is in the archive, as we write them, so that none fills the disk."""
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or (largest is not None and info.file_size > largest):
        raise ValueError("not as backups are written")
    return info


def _copy(source: Any, target: BinaryIO) -> str:
    sha256 = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        sha256.update(chunk)
        target.write(chunk)
    return sha256.hexdigest()
