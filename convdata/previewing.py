"""An import tried out: what its first events would be and what would be rejected, and nothing stored."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from convdata.batches import refuse_acts, rejected
from convdata.channels import channel_keys
from convdata.errors import EventRejected
from convdata.events import TYPES, Event, EventReader
from convdata.rights import Actor, Right, require
from convdata.settings import Settings
from convdata.sources import open_source

SHOWN = 20


@dataclass
class Preview:
    """``events`` and ``rejects`` are the first few of each; ``whole`` says whether all lines were looked at."""

    name: str
    format: str
    title: str
    read: int = 0
    rejected: int = 0
    whole: bool = True
    events: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "format": self.format,
            "read": self.read,
            "would_be_taken": self.read - self.rejected,
            "would_be_rejected": self.rejected,
            "events": self.events,
            "rejects": self.rejects,
        }


def preview(
    settings: Settings,
    what: str | Path | BinaryIO,
    *,
    now: datetime,
    by: Actor,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    most: int | None = None,
) -> Preview:
    """Read a source as an import would, up to ``most`` lines. Whether an event is there already is not looked at.

    Raises FileUnreadable.
    """
    require(by, Right.IMPORT)
    reader = EventReader(frozenset(channel_keys(settings.channels)), now)
    with ExitStack() as open_files:
        source, read_by, _ = open_source(open_files, what, format, options or {})
        found = Preview(source.name, read_by.NAME, read_by.TITLE)
        for number, event, problem, raw in read_by.read(source):
            if most is not None and found.read >= most:
                found.whole = False
                break
            found.read += 1
            try:
                if problem is not None:
                    raise EventRejected(*problem)
                read, _ = reader.from_json(event) if isinstance(event, bytes) else reader.from_object(event)
                refuse_acts(read, settings.mute_hours, now, by)
            except EventRejected as wrong:
                found.rejected += 1
                if len(found.rejects) < SHOWN:
                    found.rejects.append(rejected(source.name, number, wrong, event if raw is None else raw))
            else:
                if len(found.events) < SHOWN:
                    found.events.append(_shown(read))
    found.events.sort(key=lambda event: (event["at"], event.get("seq", 0)))  # a verdict may be waited for
    return found


def _shown(event: Event) -> dict[str, Any]:
    """An event as it would be stored, without what it does not say."""
    said: dict[str, Any] = msgspec.to_builtins(event)
    said["type"] = next(name for name, type_ in TYPES.items() if isinstance(event, type_))
    said["at"] = f"{event.when.isoformat(timespec='milliseconds')}Z"
    return {"type": said["type"]} | {name: value for name, value in said.items() if value is not None}
