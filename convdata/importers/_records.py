"""The rows of a CSV file, whatever their columns. Commas, semicolons and tabs are told apart by the header, never row by row."""

import csv
from collections.abc import Callable, Collection, Iterator

from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import LONGEST_LINE, TOO_LONG, Source, lines

DELIMITERS = ",;\t"
LONGEST_FIELD = 64 * 1024  # characters; longer is a quote that nobody closed
MOST_LINES = 2000  # of one row

Row = tuple[int, bytes, list[str] | EventRejected]


def records(source: Source, header: Callable[[str], tuple[list[str], str]]) -> tuple[list[str], str, Iterator[Row]]:
    """The columns' names, what stands between them, and the rows: (line number, what stood there, cells or why not).

    ``header`` reads the first line. Raises FileUnreadable.
    """
    reading = _Records(lines(source.file))
    first = next(reading.lines, None)
    if first is None:
        raise FileUnreadable(f"{source.name} is empty.")
    if len(first[2]) > LONGEST_LINE:
        raise FileUnreadable(f"{source.name} does not begin with a line of column names.")
    names, delimiter = header(first[2].decode("utf-8", "replace"))
    return names, delimiter, reading.read(delimiter, len(names))


def column_names(line: str, known: Collection[str] = (), delimiter: str | None = None) -> tuple[list[str], str]:
    """The names in a header, trimmed, and what stands between them: what gives most of the ``known``, or else most."""
    wanted = {name.lower() for name in known}
    best: tuple[list[str], str] = ([], delimiter or ",")
    for one in (delimiter,) if delimiter else DELIMITERS:
        try:
            names = [cell.strip() for cell in next(csv.reader([line.rstrip("\r")], delimiter=one), [])]
        except csv.Error:
            continue
        if not best[0] or _worth(names, wanted) > _worth(best[0], wanted):
            best = (names, one)
    return best


def _worth(names: list[str], wanted: set[str]) -> tuple[int, int]:
    return len(wanted & {name.lower() for name in names}), len(names)


class _Records:
    """Lines put together to records. A record whose quote is never closed costs its first line, not the file."""

    def __init__(self, numbered: Iterator[tuple[int, int, bytes]]) -> None:
        self.lines = numbered
        self._again: list[tuple[int, int, bytes]] = []

    def read(self, delimiter: str, many: int) -> Iterator[Row]:
        for number, raw, cells in self._records(delimiter):
            if isinstance(cells, list) and len(cells) != many:
                cells = EventRejected("line", f"has {len(cells)} cells where the header has {many}")
            yield number, raw, cells

    def _records(self, delimiter: str) -> Iterator[Row]:
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
