"""CSV with one message a row, columns named as the message's fields.

Everything in a CSV is text: what has to be a number, true or false, or JSON is read strictly or the row is rejected. An
empty cell says nothing. Commas, semicolons and tabs are told apart by the header, never row by row.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import BYTE_ORDER_MARK, Line, Source
from convdata.importers._records import column_names, records

NAME = "events_csv"
TITLE = "Messages (CSV)"
SENTENCE = "One message a row; the columns id, channel, customer_id, at, sender and text are needed."

OWN_COLUMNS = " Columns of other names are read with a mapping (docs/import.md)."
NEEDED = ("id", "channel", "customer_id", "at", "sender", "text")


def recognises(head: bytes, filename: str) -> int:
    first = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
    if set(NEEDED) <= set(_header(first)[0]):
        return 80
    return 15 if re.search(r"\.(csv|tsv)(\.gz)?$", filename.lower()) else 0


def read(source: Source) -> Iterator[Line]:
    names, delimiter, rows = records(source, _header)
    check_columns(names, source.name)
    for number, raw, cells in rows:
        if isinstance(cells, EventRejected):
            yield Line(number, None, (cells.field, cells.reason), raw)
            continue
        try:
            yield Line(number, message(dict(zip(names, cells, strict=True)), delimiter == ";"), None, raw)
        except EventRejected as wrong:
            yield Line(number, None, (wrong.field, wrong.reason), raw)


def _header(line: str) -> tuple[list[str], str]:
    """The column names, trimmed and in lower case, and what stands between them."""
    names, delimiter = column_names(line, NEEDED)
    return [name.lower() for name in names], delimiter


def check_columns(names: list[str], file: str) -> None:
    """Raises FileUnreadable where a needed column is missing, or one is there twice."""
    missing = [name for name in NEEDED if name not in names]
    if len(missing) == len(NEEDED):
        raise FileUnreadable(f"{file} does not name its columns; {', '.join(NEEDED)} are needed.{OWN_COLUMNS}")
    if missing:
        raise FileUnreadable(
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.{OWN_COLUMNS}"
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
