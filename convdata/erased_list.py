"""Who was erased, noted outside of the store: where the store itself is lost, a backup that is restored still brings nobody
back.

A file to which lines are added, one an erasure: the customer's key, which is a keyed hash, when, and up to when their
events are kept out; with the store's seal, so that nobody makes a restore erase somebody. It holds nothing of anybody.
"""

import json
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from convdata.database import Row, Store
from convdata.errors import FileUnreadable
from convdata.seals import is_sealed, sealed

log = logging.getLogger(__name__)

LONGEST = 1_000  # bytes of a line
_writing = threading.Lock()
_noted: WeakKeyDictionary[Store, Any] = WeakKeyDictionary()


class Erased(NamedTuple):
    """One erasure, as the store's table of the erased has it."""

    customer_key: str
    erased_at: datetime
    erased_until: datetime


class Read(NamedTuple):
    """What a list says of one store: the latest erasure of each key, and how many lines say nothing of it."""

    erased: Mapping[str, Erased]
    passed_over: int


def list_of(store: Store) -> Path | None:
    """Where it is; None on a server for which the settings name none."""
    named = store.settings.value("ERASED_LIST")
    if named:
        return Path(named)
    return store.file.with_name(store.file.name + ".erased") if store.file else None


def note(store: Store, erased: Iterable[Erased]) -> None:
    """Add what was erased just now. It is erased whether or not this can be written: then the log says so, and
    ``bring_up_to_date`` does it when it can.
    """
    file = list_of(store)
    if file is None:
        return
    try:
        _add(file, store.secret, erased)
    except OSError as wrong:
        log.error("The list of the erased cannot be written and is behind: %s", wrong.strerror or type(wrong).__name__)


def bring_up_to_date(store: Store, _: datetime | None = None) -> int:
    """Add whoever is missing: whose erasure was cut short, or came before there was a list. Gives how many; raises OSError."""
    file = list_of(store)
    if file is None:
        return 0
    row = store.ask_one("erasure/latest")
    stands = (row and tuple(row), file.stat().st_size if file.exists() else None)
    if _noted.get(store) == stands or (row and row.erased == 0):
        return 0
    there = read(file, store.secret).erased if file.exists() else {}
    rows = [_of(row) for row in store.ask("erasure/all_erased")]
    missing = [
        one for one in rows if one.customer_key not in there or there[one.customer_key].erased_at < one.erased_at
    ]
    _add(file, store.secret, missing)
    _noted[store] = (stands[0], file.stat().st_size)
    return len(missing)


def read(file: Path, secret: bytes) -> Read:
    """What a list says of the store with that secret. Raises FileUnreadable."""
    erased: dict[str, Erased] = {}
    passed_over = 0
    try:
        with open(file, "rb") as lines:
            while line := lines.readline(LONGEST):
                if not line.strip():
                    continue
                one = _read_line(line, secret)
                if one is None:
                    passed_over += 1
                elif one.customer_key not in erased or erased[one.customer_key].erased_at < one.erased_at:
                    erased[one.customer_key] = one
    except OSError as wrong:
        raise FileUnreadable(f"{file} cannot be read ({(wrong.strerror or 'unknown reason').lower()}).") from None
    return Read(erased, passed_over)


def _add(file: Path, secret: bytes, erased: Iterable[Erased]) -> None:
    """On the disk when this returns."""
    lines = [
        json.dumps(sealed(secret, {"key": one.customer_key, "at": str(one.erased_at), "until": str(one.erased_until)}))
        for one in erased
    ]
    if not lines:
        return
    with _writing, open(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b", buffering=0) as written:
        size = os.fstat(written.fileno()).st_size
        whole = size == 0 or os.pread(written.fileno(), 1, size - 1) == b"\n"  # else somebody was killed in the middle
        written.write(("" if whole else "\n").encode() + "\n".join(lines).encode() + b"\n")
        os.fsync(written.fileno())


def _read_line(line: bytes, secret: bytes) -> Erased | None:
    try:
        said = json.loads(line)
        if not is_sealed(secret, said):
            return None
        at, until = (datetime.fromisoformat(said[name]) for name in ("at", "until"))
        return Erased(str(UUID(said["key"])), at, until)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _of(row: Row) -> Erased:
    return Erased(row.customer_key, row.erased_at, row.erased_until)
