"""What is printed: aligned tables for people, one JSON document for programs. What customers wrote cannot command a terminal."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from convdata.periods import local

SHOWN = 50
WIDEST = 40
WHOLE = ("customer_id",)  # to be copied into the next command


def document(value: Any) -> None:
    """One JSON document. A list is written item by item, so that a long one is never held as text."""
    if not isinstance(value, list):
        print(_json(value))
        return
    write = sys.stdout.write
    write("[")
    for number, item in enumerate(value):
        write(("," if number else "") + "\n  " + _json(item))
    write("\n]\n" if value else "]\n")


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], zone: ZoneInfo, total: int | None = None) -> None:
    """The first rows, aligned, and how many more there are."""
    total = len(rows) if total is None else total
    cells = [[name.replace("_", " ") for name in columns]]
    cells += [[shown(row[name], zone, 256 if name in WHOLE else WIDEST) for name in columns] for row in rows[:SHOWN]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(columns))]
    numeric = [bool(rows) and all(isinstance(row[name], (int, float, type(None))) for row in rows) for name in columns]
    for row in cells:
        parts = [
            " " * (width - _width(cell)) + cell if right else cell + " " * (width - _width(cell))
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        print("  ".join(parts).rstrip())
    if total > SHOWN:
        print(f"… and {total - min(SHOWN, len(rows)):,} more; --json gives all.")


def shown(value: Any, zone: ZoneInfo, widest: int = WIDEST) -> str:
    """A value in one line of a table."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{local(value, zone):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1%}"
    if isinstance(value, int):
        return f"{value:,}"
    text = harmless(str(value))
    return text if len(text) <= widest else text[: widest - 1] + "…"


def cut(text: str, widest: int) -> str:
    """No wider than that on the screen, where one letter may take two columns."""
    if _width(text) <= widest:
        return text
    while text and _width(text) >= widest:
        text = text[:-1]
    return f"{text}…"


def wrapped(text: str, widest: int, indent: str = "", first: str = "") -> Iterator[str]:
    """Lines no wider than that, broken between words, and inside one where it alone is too wide."""
    line, empty = first, True
    for word in harmless(text).split():
        while word:
            room = widest - _width(line) - (0 if empty else 1)
            if _width(word) <= room:
                line, empty, word = f"{line}{'' if empty else ' '}{word}", False, ""
            elif empty:
                fits = next(n for n in range(len(word), 0, -1) if _width(word[:n]) <= max(room, 2))
                yield line + word[:fits]
                line, word = indent, word[fits:]
            else:
                yield line
                line, empty = indent, True
    yield line


def harmless(text: str) -> str:
    """The text without anything that a terminal would obey: control, direction and invisible characters are shown as ·."""
    return "".join("·" if unicodedata.category(c)[0] == "C" else c for c in " ".join(text.split()))


def moment(when: datetime | None) -> str | None:
    """A stored time as everywhere in the interfaces: ISO 8601, UTC, milliseconds or finer."""
    if when is None:
        return None
    return when.isoformat(timespec="microseconds" if when.microsecond % 1000 else "milliseconds") + "Z"


def plain(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Rows of an answer as JSON can say them."""
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
