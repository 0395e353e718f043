"""What can be imported: one file per source in this folder, and the folder is the list.

An importer is a module with

- ``NAME``: the word for ``--format``, the module's own name;
- ``TITLE`` and ``SENTENCE``: how the page and the command line's help speak of it;
- ``OPTIONS``, if there are any: what it may be told that is not in the source, each with a sentence; ``COLUMNS`` are those
  among them that are somebody's own names for columns;
- ``recognises(head, filename) -> int``: how sure it is, 0 to 100, that a source which begins with these bytes and has
  this name is its own. The surest one reads it; 0 means no. ``head`` is unpacked, and empty where ``filename`` is an
  address such as ``sqlite:///tracker.db``;
- ``read(source) -> Iterator[Line]``: the source's events, in its own order, one ``Line`` for each.

An importer only reads. It never sees the store, holds little at a time, and never guesses: what it cannot read becomes
a ``Line`` with a problem, and the rest goes on. A source that cannot be read at all raises FileUnreadable. It may name a
``source`` of its own in its events; ids must then be the same each time the same thing is read, as they are what makes
a second import harmless.
"""

import io
import pkgutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, BinaryIO, NamedTuple, Protocol

from convdata.errors import FileUnreadable
from convdata.importers._known_elsewhere import known_elsewhere

HEAD = 64 * 1024  # bytes that an importer may look at before it says whether a source is its own
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# How a file may say that its times are written; the other way is a pattern.
TIMES = ("iso", "day-first", "month-first", "unix", "unix-ms")
LONGEST_LINE = 1024 * 1024  # bytes; the longest text with every character escaped is less than half of it


class Line(NamedTuple):
    """One line (row, record, element) of a source: an event, or a problem as (field, reason).

    ``event`` is the event's fields, or its JSON where that has not been decoded yet. ``raw`` is what stood there, so that
    a person can find and mend it; without it, the event is shown.
    """

    number: int
    event: dict[str, Any] | bytes | None
    problem: tuple[str, str] | None = None
    raw: bytes | str | None = None


@dataclass
class Source:
    """What is imported. ``name`` is the file's name; of an address, what may be shown of it, without a password.

    A source with an ``address`` is read on from ``options["after"]``; its importer sets ``position`` to the place that was
    reached, and the next import of the same address begins there.
    """

    name: str
    opened: "io.BufferedReader[Any] | None" = None
    options: Mapping[str, str] = field(default_factory=dict)
    tell_progress: Callable[[int, int], None] = lambda done, total: None
    address: str | None = None
    position: int | None = None

    @property
    def file(self) -> "io.BufferedReader[Any]":
        """The bytes, already unpacked, from the beginning; to be read once, forwards, and best with ``read1``: where the
        file is damaged, all that comes before is then still given.
        """
        if self.opened is None:
            raise FileUnreadable(f"{self.name} is an address; this format is read from a file.")
        return self.opened

    def seekable(self) -> BinaryIO:
        """The same bytes where one can also go back; what cannot (packed, piped) is laid down on disk for the while."""
        if self.file.seekable():
            return self.file
        whole: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - gone when it is no longer held
        while block := self.file.read1(LONGEST_LINE):
            whole.write(block)
        whole.seek(0)
        return whole


class Importer(Protocol):
    """What a module in this folder offers."""

    NAME: str
    TITLE: str
    SENTENCE: str

    def recognises(self, head: bytes, filename: str) -> int: ...

    def read(self, source: Source) -> Iterator[Line]: ...


def options_of(one: Importer) -> Mapping[str, str]:
    """What an importer may be told, each with its sentence."""
    found: Mapping[str, str] = getattr(one, "OPTIONS", {})
    return found


def columns_of(one: Importer) -> tuple[str, ...]:
    """The options that are somebody's own names for columns."""
    found: tuple[str, ...] = getattr(one, "COLUMNS", ())
    return found


@cache
def importers() -> Mapping[str, Importer]:
    """All of them by name, in order of name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules: list[Any] = [import_module(f"{__name__}.{name}") for name in names if not name.startswith("_")]
    return {module.NAME: module for module in modules}


def importer(name: str) -> Importer:
    """The importer of that name. Raises FileUnreadable, naming those there are."""
    try:
        return importers()[name]
    except KeyError:
        raise FileUnreadable(f"There is no format “{name}”; use one of {', '.join(importers())}.") from None


def recognise(head: bytes, filename: str) -> Importer:
    """The importer that is surest. Raises FileUnreadable where none is sure at all."""
    sure = {name: one.recognises(head, filename) for name, one in importers().items()}
    best = max(sure, key=lambda name: sure[name])
    if not sure[best]:
        if known := known_elsewhere(head, filename):
            raise FileUnreadable(known)
        json = head.removeprefix(BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"[")
        raise FileUnreadable(
            f"{filename} is {'JSON, but ' if json else ''}in no format that Misheard knows. If it is, say which: "
            f"{', '.join(importers())}; if it is your own, say with a mapping what is in it (docs/import.md)."
        )
    return importers()[best]


def lines(file: "io.BufferedReader[Any]", block: bytes = b"") -> Iterator[tuple[int, int, bytes]]:
    """The file's lines as (number, offset of its first byte, bytes), split at LF only; never more than a few MiB held.

    Of a line that is too long only the beginning is given, and it is longer than LONGEST_LINE. ``block`` is what was
    read from the file before. A byte order mark at the beginning is taken off.
    """
    block = block or file.read1(LONGEST_LINE)
    if block.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable("The file is UTF-16; save it as UTF-8.")
    offset = 3 if block.startswith(BYTE_ORDER_MARK) else 0
    number, rest, skipping = 0, b"", False
    block = block[offset:]
    while block:
        whole = (rest + block).split(b"\n")
        rest = whole.pop()
        for line in whole:
            if not skipping:
                number += 1
                yield number, offset, line
            skipping = False
            offset += len(line) + 1
        if skipping or len(rest) > LONGEST_LINE:
            if not skipping:
                number += 1
                yield number, offset, rest
            offset, rest, skipping = offset + len(rest), b"", True
        block = file.read1(LONGEST_LINE)
    if rest:
        yield number + 1, offset, rest


TOO_LONG = ("line", f"is longer than {LONGEST_LINE // 1024} KiB")
