"""CSV with one message a row, columns named as the message's fields.

Everything in a CSV is text: what has to be a number, true or false, or JSON is read strictly or the row is rejected. An
empty cell says nothing. Commas, semicolons and tabs are told apart by the header, never row by row.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import BYTE_ORDER_MARK, LONGEST_LINE, TOO_LONG, Line, Source, lines

NAME = "events_csv"
TITLE = "Messages (CSV)"
SENTENCE = "One message a row; the columns id, channel, customer_id, at, sender and text are needed."

NEEDED = ("id", "channel", "customer_id", "at", "sender", "text")
DELIMITERS = ",;\t"
LONGEST_FIELD = 64 * 1024  # characters; longer is a quote that nobody closed
MOST_LINES = 2000  # of one row


def recognises(head: bytes, filename: str) -> int:
    first = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
    if set(NEEDED) <= set(_header(first)[0]):
        return 80
    return 15 if re.search(r"\.(csv|tsv)(\.gz)?$", filename.lower()) else 0


def read(source: Source) -> Iterator[Line]:
    records = _Records(lines(source.file))
    first = next(records.lines, None)
    if first is None:
        raise FileUnreadable(f"{source.name} is empty.")
    if len(first[2]) > LONGEST_LINE:
        raise FileUnreadable(f"{source.name} does not begin with a line of column names.")
    names, delimiter = _header(first[2].decode("utf-8", "replace"))
    check_columns(names, source.name)
    for number, raw, cells in records.read(delimiter):
        if isinstance(cells, EventRejected):
            yield Line(number, None, (cells.field, cells.reason), raw)
            continue
        if len(cells) != len(names):
            yield Line(number, None, ("line", f"has {len(cells)} cells where the header has {len(names)}"), raw)
            continue
        try:
            yield Line(number, message(dict(zip(names, cells, strict=True)), delimiter == ";"), None, raw)
        except EventRejected as wrong:
            yield Line(number, None, (wrong.field, wrong.reason), raw)


def check_columns(names: list[str], file: str) -> None:
    """Raises FileUnreadable where a needed column is missing, or one is there twice."""
    missing = [name for name in NEEDED if name not in names]
    if len(missing) == len(NEEDED):
        raise FileUnreadable(f"{file} does not name its columns; {', '.join(NEEDED)} are needed.")
    if missing:
        raise FileUnreadable(
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; {', '.join(NEEDED)} are needed."
        )
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise FileUnreadable(f"{file} has two columns named {twice[0]}.")


def message(cells: dict[str, str], decimal_comma: bool = False) -> dict[str, Any]:
    """A row's cells as a message event. Raises EventRejected."""
    event: dict[str, Any] = {"type": "message"}
    for name, text in cells.items():
        if text == "":
            continue
        try:
            event[name] = _TYPED[name](text.replace(",", ".") if decimal_comma and name == "confidence" else text)
        except KeyError:
            event[name] = text
        except ValueError:
            raise EventRejected(name, f"must be {_SAID[name]}") from None
    return event


def _truth(text: str) -> bool:
    return {"true": True, "false": False}[text.strip().lower()] if text.strip().lower() in ("true", "false") else _no()


def _no() -> bool:
    raise ValueError


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\s*[+-]?\d{1,19}\s*", text, re.ASCII) else _no()


def _number(text: str) -> float:
    return (
        float(text) if re.fullmatch(r"\s*[+-]?(\d{1,20}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", text, re.ASCII) else _no()
    )


def _list(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError from None


_TYPED: dict[str, Callable[[str], Any]] = {
    "understood": _truth,
    "seq": _whole,
    "confidence": _number,
    "alternatives": _list,
    "attachments": _list,
}
_SAID = {
    "understood": "true, false or empty",
    "seq": "a whole number",
    "confidence": "a number such as 0.87",
    "alternatives": "a JSON list",
    "attachments": "a JSON list",
}


def _header(line: str) -> tuple[list[str], str]:
    """The column names, trimmed and in lower case, and what stands between them."""
    best: tuple[list[str], str] = ([], ",")
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line.rstrip("\r")], delimiter=delimiter), [])
        except csv.Error:
            continue
        names = [cell.strip().lower() for cell in cells]
        if len(set(names) & set(NEEDED)) > len(set(best[0]) & set(NEEDED)) or not best[0]:
            best = (names, delimiter)
    return best


class _Records:
    """Lines put together to records. A record whose quote is never closed costs its first line, not the file."""

    def __init__(self, numbered: Iterator[tuple[int, int, bytes]]) -> None:
        self.lines = numbered
        self._again: list[tuple[int, int, bytes]] = []

    def read(self, delimiter: str) -> Iterator[tuple[int, bytes, list[str] | EventRejected]]:
        while (line := self._next()) is not None:
            number, offset, raw = line
            if not raw or raw.isspace():
                continue
            if len(raw) > LONGEST_LINE:
                yield number, raw, EventRejected(*TOO_LONG)
                continue
            try:
                text = raw.decode("utf-8").removesuffix("\r")
            except UnicodeDecodeError as wrong:
                yield number, raw, EventRejected("line", f"not UTF-8 at byte {offset + wrong.start + 1} of the file")
                continue
            cells = _cells(text, delimiter)
            if cells is None:
                raw, cells = self._longer(raw, text, delimiter)
            yield number, raw, cells

    def _next(self) -> tuple[int, int, bytes] | None:
        return self._again.pop() if self._again else next(self.lines, None)

    def _longer(self, raw: bytes, text: str, delimiter: str) -> tuple[bytes, list[str] | EventRejected]:
        """A record of several lines, where an open quote is closed within reach and properly; else its first line fails."""
        taken: list[tuple[int, int, bytes]] = []
        whole = [text]
        length = len(text)
        while length <= LONGEST_FIELD and len(taken) < MOST_LINES and (line := self._next()) is not None:
            taken.append(line)
            try:
                more = line[2].decode("utf-8").removesuffix("\r")
            except UnicodeDecodeError:
                break
            whole.append(more)
            length += len(more) + 1
            if '"' in more:
                cells = _cells("\n".join(whole), delimiter)
                if isinstance(cells, list):
                    return b"\n".join((raw, *(line[2] for line in taken))), cells
                if cells is not None:
                    break
        self._again.extend(reversed(taken))
        return raw, EventRejected("line", "opens a quote that is not closed")


def _cells(text: str, delimiter: str) -> list[str] | EventRejected | None:
    """The cells of a record; None where a quote is still open."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as wrong:
        if "unexpected end of data" in str(wrong):
            return None
        if "field larger" in str(wrong):
            return EventRejected("line", "has a cell that is longer than 64 KiB")
        return EventRejected(
            "line", "has a quote in the wrong place" if "expected after" in str(wrong) else "is no CSV"
        )
