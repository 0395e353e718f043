"""JSON Lines in Misheard's own event format, or one JSON array of such events."""

import re
from collections.abc import Iterator

import msgspec

from convdata.errors import EventRejected, FileUnreadable
from convdata.events import read_json
from convdata.importers import BYTE_ORDER_MARK, LONGEST_LINE, TOO_LONG, Line, Source, lines

NAME = "events_jsonl"
TITLE = "Misheard events (JSON Lines)"
SENTENCE = "One event a line, as on the events interface: messages, customers, statuses and mutes."

LONGEST_ARRAY = 64 * 1024 * 1024  # bytes; an array has to be held whole


def recognises(head: bytes, filename: str) -> int:
    start = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if start[:1] in (b"{", b"["):
        if b'"customer_id"' not in head:
            return 0  # JSON of somebody else's: guessed as events, each of its lines would be rejected
        return 80 if re.search(rb'"type"\s*:\s*"(message|customer|status|mute)"', head) else 10
    return 15 if re.search(r"\.(jsonl|ndjson)(\.gz)?$", filename.lower()) else 0


def read(source: Source) -> Iterator[Line]:
    begin = source.file.read1(LONGEST_LINE)
    start = begin.removeprefix(BYTE_ORDER_MARK).lstrip()
    if start.startswith(b"["):
        yield from _elements(begin.removeprefix(BYTE_ORDER_MARK), source)
        return
    # An object that goes on over several lines; a line that is merely cut off ends in something else.
    if start.startswith(b"{") and re.search(rb"[{\[,]\s*$", start.split(b"\n", 1)[0]) and b"\n" in start.rstrip():
        raise FileUnreadable(
            f"{source.name} is JSON spread over several lines; write one event a line, or all of them as one array."
        )
    for number, _, line in lines(source.file, begin):
        if len(line) > LONGEST_LINE:
            yield Line(number, None, TOO_LONG, line)
        elif line and not line.isspace():
            yield Line(number, line)


def _elements(begin: bytes, source: Source) -> Iterator[Line]:
    """The elements of an array; their numbers count elements, not lines."""
    whole = bytearray(begin)
    while block := source.file.read1(LONGEST_LINE):
        whole += block
        if len(whole) > LONGEST_ARRAY:
            raise FileUnreadable(
                f"The file is one JSON array of more than {LONGEST_ARRAY // 1024**2} MiB; write one event a line instead."
            )
    try:
        elements = msgspec.json.decode(whole, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        yield from _elements_slowly(bytes(whole))
        return
    for number, element in enumerate(elements, start=1):
        event = bytes(element)
        yield Line(number, event) if len(event) <= LONGEST_LINE else Line(number, None, TOO_LONG, event)


def _elements_slowly(whole: bytes) -> Iterator[Line]:
    try:
        elements = read_json(whole)
    except EventRejected as wrong:
        raise FileUnreadable(f"The file is one JSON array that cannot be read: {wrong.reason}.") from None
    for number, element in enumerate(elements, start=1):
        if isinstance(element, dict):
            yield Line(number, element)
        else:
            yield Line(number, None, ("line", "not an object"))
