"""An importer's lines as batches of events, each line an event or rejected with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from convdata.channels import channel_keys
from convdata.database import Store
from convdata.errors import EventRejected, MisheardError
from convdata.events import Event, EventReader, MuteSaid, StatusSaid
from convdata.importers import Line, Source
from convdata.intake import Keyed, keyed
from convdata.rights import Actor, Right, who_may
from convdata.unpacking import Counted

# What is read at a time: a large batch is quicker to store, a small one holds less.
EVENTS = 50_000
BYTES = 16 * 1024 * 1024
ACTS = (MuteSaid, StatusSaid)  # what an import does and does not only tell
SHOWN = 4096  # characters of a rejected line that are written down for whoever mends it


@dataclass
class Batch:
    """Events that are stored together, and what became of the other lines among them."""

    events: list[Keyed] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    unknown_fields: int = 0
    position: tuple[int, int] = (0, 0)
    trouble: MisheardError | None = None


class Batches:
    """An importer's lines as batches of events."""

    def __init__(
        self, store: Store, lines: Iterator[Line], source: Source, counted: Counted | None, now: datetime, by: Actor
    ) -> None:
        self._store = store
        self._lines = lines
        self._source = source
        self._counted = counted
        self._told = (0, 0)
        self._now, self._by = now, by
        self._read = EventReader(frozenset(channel_keys(store.settings.channels)), now)
        source.tell_progress = self._tell_progress

    def next(self) -> Batch | None:
        """The next batch; None at the end. What stops the reading stands in the batch that is the last."""
        batch, size = Batch(), 0
        events: list[Event] = []
        from_json, from_object = self._read.from_json, self._read.from_object
        try:
            for number, event, problem, raw in self._lines:
                batch.read += 1
                try:
                    if type(event) is bytes:
                        size += len(event)
                        read, unknown = from_json(event)
                    elif problem is None:
                        size += len(raw) if raw else 512
                        read, unknown = from_object(event)
                    else:
                        raise EventRejected(*problem)
                    if isinstance(read, ACTS):
                        refuse_acts(read, self._store.settings.mute_hours, self._now, self._by)
                except EventRejected as wrong:
                    batch.rejects.append(rejected(self._source.name, number, wrong, event if raw is None else raw))
                    size += SHOWN
                else:
                    events.append(read)
                    batch.unknown_fields += unknown
                if size >= BYTES or len(events) >= EVENTS:
                    break
        except MisheardError as trouble:
            batch.trouble = trouble
        batch.events = keyed(self._store, events)
        batch.position = self._position()
        return batch if batch.read or batch.trouble else None

    def _position(self) -> tuple[int, int]:
        if self._told[1] or self._counted is None:
            return self._told
        return self._counted.done, self._counted.total

    def _tell_progress(self, done: int, total: int) -> None:
        self._told = (done, total)


def refuse_acts(event: Event, hours: float, now: datetime, by: Actor) -> None:
    """History says what was; what is as late as a mute can last would act now, and whoever imports it must have the right
    to do that themselves. Raises EventRejected.
    """
    if isinstance(event, MuteSaid):
        right = Right.MUTE if event.muted else Right.UNMUTE
    elif isinstance(event, StatusSaid):
        right = Right.SET_STATUS
    else:
        return
    if event.when > now - timedelta(hours=hours) and not by.may(right):
        raise EventRejected(
            "type", f"would {right.label} today, which your role may not; {who_may(right)} can import it"
        )


def rejected(file: str, number: int, wrong: EventRejected, raw: Any) -> dict[str, Any]:
    """A line that cannot be taken, as whoever mends it wants it: where it stands, why, and the beginning of it."""
    if isinstance(raw, bytes):
        raw = raw[: 4 * SHOWN].decode("utf-8", "backslashreplace")
    elif not isinstance(raw, str):
        raw = msgspec.json.encode(raw, enc_hook=str).decode()
    return {"file": file, "line": number, "field": wrong.field, "reason": wrong.reason, "raw": raw[:SHOWN]}
