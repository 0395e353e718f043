"""A file imported: read, stored batch by batch, every line in exactly one count.

Each batch is one transaction, and a repeated event is known as one: an import that was interrupted, or that stopped in
the middle, is continued by running it again.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from convdata.activity import act, record
from convdata.batches import EVENTS, Batches
from convdata.database import Store
from convdata.errors import ImportStopped, MisheardError
from convdata.intake import Counts, Keyed, take_keyed
from convdata.rights import Actor, Right, require
from convdata.sources import open_source
from convdata.tidying import less_tidying_up
from convdata.vocabulary import Act

FIRST, FEWEST = 5_000, 500  # events in the first transaction, and in one at least
SECOND, QUARTER = 1.0, 0.25

Progress = Callable[[int, int, Counts], None]  # bytes read, bytes in all (0: not known), counts so far


@dataclass
class Result:
    """What became of a file's lines."""

    name: str
    format: str
    counts: Counts
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {"file": self.name, "format": self.format, **asdict(self.counts), "seconds": round(self.seconds, 3)}


def import_file(
    store: Store,
    what: str | Path | BinaryIO,
    *,
    now: datetime,
    by: Actor,
    format: str | None = None,
    rejects: TextIO | None = None,
    progress: Progress | None = None,
    options: Mapping[str, str] | None = None,
) -> Result:
    """Import a file, a stream or an address (``sqlite:///…``), and record that it was done.

    ``rejects`` gets one JSON object for each rejected line: file, line, field, reason, and the line itself (its
    beginning) as ``raw``. Raises FileUnreadable for what cannot be read at all. Where it stops in the middle, everything
    before stays stored, and ImportStopped says how much that was.
    """
    require(by, Right.IMPORT)
    began = time.monotonic()
    with ExitStack() as open_files:
        source, read_by, counted = open_source(open_files, what, format, options or {})
        if source.address and "after" not in source.options:
            reached = store.ask_one("store/fact", name=_place(source.address))
            source.options = {**source.options, "after": reached.value if reached else "0"}
        result = Result(source.name, read_by.NAME, Counts(), 0.0)
        reading = Batches(store, read_by.read(source), source, counted, now, by)
        try:
            _store_all(store, reading, result, now, rejects, progress)
        except (MisheardError, KeyboardInterrupt) as why:
            if isinstance(why, MisheardError) and not result.counts.read:
                raise
            result.seconds = time.monotonic() - began
            _record(store, result, by, now, finished=False)
            raise ImportStopped(_stopped_sentence(why, result.counts), result) from None
        result.seconds = time.monotonic() - began
        if result.counts.read or not source.address:  # looking at an address and finding nothing new is no act
            _record(store, result, by, now, finished=True)
        if source.address and source.position is not None:
            place, value = _place(source.address), str(source.position)
            store.change(lambda transaction: transaction.tell("say_store_fact", name=place, value=value))
    return result


def _store_all(
    store: Store, reading: Batches, result: Result, now: datetime, rejects: TextIO | None, progress: Progress | None
) -> None:
    """While one batch is stored, a second thread reads the next: the database does not need Python meanwhile."""
    with ThreadPoolExecutor(1, "misheard-import") as reader, store.writing_much(), less_tidying_up():
        portions = _Portions(store)
        coming = reader.submit(reading.next)
        while batch := coming.result():
            coming = reader.submit(reading.next)
            counts = portions.take(batch.events, now)
            counts.read, counts.rejected = batch.read, len(batch.rejects)
            counts.unknown_fields = batch.unknown_fields
            result.counts += counts
            if rejects is not None:
                rejects.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in batch.rejects)
                rejects.flush()
            if progress is not None:
                progress(*batch.position, result.counts)
            if batch.trouble is not None:
                raise batch.trouble


class _Portions:
    """How much goes into one transaction: what takes a second, less while others wait to write. On DuckDB live events
    cannot be stored meanwhile, and a machine that is busy must not keep them out for longer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._many = FIRST

    def take(self, events: list[Keyed], now: datetime) -> Counts:
        counts, done = Counts(), 0
        while done < len(events):
            part = events[done : done + self._many] if done or self._many < len(events) else events
            began = time.monotonic()
            counts += take_keyed(self._store, [part], now)[0]
            done += len(part)
            if self._store.kind == "duckdb":
                seconds = QUARTER if self._store.others_wait else SECOND
                rate = len(part) / max(time.monotonic() - began, 0.001)
                self._many = int(min(max(rate * seconds, FEWEST), 4 * self._many, EVENTS))
            else:
                self._many = EVENTS
        return counts


def _place(address: str) -> str:
    """Under which name the store knows how far an address has been read."""
    return f"position {hashlib.sha256(address.encode()).hexdigest()[:16]}"


def _record(store: Store, result: Result, by: Actor, now: datetime, *, finished: bool) -> None:
    """The act, with the file's name and the counts. A store that has gone away cannot keep it; the counts are said anyway."""
    details = result.as_json() | {"finished": finished}
    try:
        store.change(lambda transaction: record(transaction, act(Act.IMPORT, actor=by, now=now, details=details)))
    except MisheardError:
        if finished:
            raise


def _stopped_sentence(why: BaseException, counts: Counts) -> str:
    reason = str(why) if isinstance(why, MisheardError) else "The import was interrupted."
    if not counts.read:
        return f"{reason} Nothing had been stored yet."
    return (
        f"{reason} What stood in the first {counts.read:,} lines is stored; run the same import again to go on: "
        "it will count that as duplicate."
    )
