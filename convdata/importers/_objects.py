"""JSON objects out of a file, whether one a line, in an array, or a single one: what the importers of logs read."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.events import read_json
from convdata.importers import LONGEST_LINE, TOO_LONG, Line, Source, lines

LONGEST_WHOLE = 64 * 1024 * 1024  # bytes; one JSON value over several lines has to be held whole

Row = dict[str, Any]


def each(source: Source, events_of: Callable[[Row], Iterator[Row] | list[Row]]) -> Iterator[Line]:
    """A line for each event of each object. What is in an object that is not as its format says becomes a problem."""
    for number, row, problem in rows_of(source):
        if problem is not None or row is None:
            yield Line(number, None, problem)
            continue
        try:
            events = list(events_of(row))
        except EventRejected as wrong:
            yield Line(number, None, (wrong.field, wrong.reason))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            yield Line(number, None, ("line", "is not as this format says"))
        else:
            yield from (Line(number, event) for event in events)


def head_object(head: bytes) -> Row | None:
    """The first object of a file's beginning, as far as it is there."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for piece in (text.split(b"\n", 1)[0], text):
        try:
            value = read_json(piece.strip())
        except EventRejected:
            continue
        if isinstance(value, list):
            value = value[0] if value else None
        return value if isinstance(value, dict) else None
    return None


def text_of(row: Mapping[str, Any], *path: str | int) -> str | None:
    """A text deep inside, or None where it, or the way to it, is missing."""
    value = inside(row, *path)
    return value if isinstance(value, str) else None


def inside(row: Any, *path: str | int) -> Any:
    for step in path:
        if isinstance(row, dict) and isinstance(step, str):
            row = row.get(step)
        elif isinstance(row, list) and isinstance(step, int):
            row = row[step] if len(row) > step else None
        else:
            return None
    return row


def need(row: Mapping[str, Any], field: str) -> str:
    """A text that must be there."""
    value = row.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise EventRejected(field, "is missing")
    return value


def moment(text: str, field: str = "timestamp") -> str:
    """A source's time in our form. One without an offset is UTC, as these sources document theirs to be."""
    tidy = text.strip().removesuffix(" UTC").replace(" ", "T", 1)
    try:
        when = datetime.fromisoformat(tidy)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):  # the latter in the first and last hours that there are
        raise EventRejected(field, "is not a time") from None


def without_nothing(**event: Any) -> Row:
    """An event without the fields that the source did not have."""
    return {name: value for name, value in event.items() if value is not None}


def rows_of(source: Source) -> Iterator[tuple[int, Row | None, tuple[str, str] | None]]:
    """(number, object, problem) of each object in the file: one of the two is None."""
    begin = source.file.read1(LONGEST_LINE)
    first = begin.lstrip(b"\xef\xbb\xbf \t\r\n")
    spread = first.startswith(b"[") or (first.startswith(b"{") and not _whole_line(first))
    if spread:
        whole = bytearray(begin)
        while block := source.file.read1(LONGEST_LINE):
            whole += block
            if len(whole) > LONGEST_WHOLE:
                raise FileUnreadable(
                    f"{source.name} is one JSON value of more than 64 MiB; write one object a line instead."
                )
        try:
            value = read_json(bytes(whole).removeprefix(b"\xef\xbb\xbf"))
        except EventRejected as wrong:
            raise FileUnreadable(f"{source.name} cannot be read as JSON: {wrong.reason}.") from None
        values = value if isinstance(value, list) else [value]
        for number, one in enumerate(values, start=1):
            yield (number, one, None) if isinstance(one, dict) else (number, None, ("line", "not an object"))
        return
    for number, _, line in lines(source.file, begin):
        if len(line) > LONGEST_LINE:
            yield number, None, TOO_LONG
        elif line and not line.isspace():
            try:
                row = read_json(line)
            except EventRejected as wrong:
                yield number, None, (wrong.field, wrong.reason)
            else:
                yield (number, row, None) if isinstance(row, dict) else (number, None, ("line", "not an object"))


def _whole_line(begin: bytes) -> bool:
    try:
        read_json(begin.split(b"\n", 1)[0].strip())
    except EventRejected:
        return False
    return True
