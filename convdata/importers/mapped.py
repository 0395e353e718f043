"""Any CSV or JSON, by a mapping that says what of it becomes which field of ours."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import BYTE_ORDER_MARK, HEAD, Line, Source
from convdata.importers._mapped_values import Look, event_of
from convdata.importers._mapping import Rules, rules_of
from convdata.importers._objects import rows_of
from convdata.importers._records import column_names, records

NAME = "mapped"
TITLE = "Any CSV or JSON, with a mapping"
SENTENCE = "Columns or JSON paths become our fields as a mapping in TOML says it (`--map`)."
OPTIONS = {"map": "The mapping, in TOML."}

STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def recognises(head: bytes, filename: str) -> int:
    return 0  # a mapping has to be given


def read(source: Source) -> Iterator[Line]:
    text = source.options.get("map")
    if not text:
        raise FileUnreadable("A mapping is missing: name its file with --map, or paste it.")
    rules = rules_of(text)
    head = source.file.peek(HEAD).removeprefix(BYTE_ORDER_MARK).lstrip()
    json = head[:1] in (b"{", b"[") if rules.file is None else rules.file == "json"
    return read_json_by(rules, source) if json else read_csv_by(rules, source)


def read_csv_by(rules: Rules, source: Source, renamed: Callable[[str], str] = lambda name: name) -> Iterator[Line]:
    """Each row's events. ``renamed`` gives the name by which the mapping calls a column."""
    spoken_of = {name.lower() for name in rules.columns}

    def header(line: str) -> tuple[list[str], str]:
        names, delimiter = column_names(line, spoken_of, rules.delimiter)
        return [renamed(name) for name in names], delimiter

    names, _, rows = records(source, header)
    _check(rules, names, source.name)
    places = {name.lower(): place for place, name in reversed(list(enumerate(names)))}
    for number, raw, cells in rows:
        if isinstance(cells, EventRejected):
            yield Line(number, None, (cells.field, cells.reason), raw)
        else:
            yield from _events(rules, number, partial(_cell, cells, places), raw)


def read_json_by(rules: Rules, source: Source) -> Iterator[Line]:
    for number, row, problem in rows_of(source):
        if problem is not None or row is None:
            yield Line(number, None, problem)
        else:
            yield from _events(rules, number, partial(_inside, row), None, row)


def _events(rules: Rules, number: int, look: Look, raw: bytes | None, row: Any = None) -> Iterator[Line]:
    """One line for each event of a row; a row of which nothing is made counts as nothing."""
    for shape in rules.shapes:
        try:
            event = event_of(rules, shape, look)
        except EventRejected as wrong:
            yield Line(number, row, (wrong.field, wrong.reason), raw)
        else:
            if event is not None:
                yield Line(number, event, None, raw)


def _cell(cells: list[str], places: dict[str, int], name: str) -> str | None:
    place = places.get(name.lower())
    return (cells[place] or None) if place is not None else None


def _inside(row: Any, path: str) -> Any:
    """What stands at a path such as ``messages[0].content``; a name with a point in it is tried as it is first."""
    if isinstance(row, dict) and path in row:
        return row[path] if row[path] != "" else None
    for name, index in STEP.findall(path):
        if name and isinstance(row, dict):
            row = row.get(name)
        elif index and isinstance(row, list):
            row = row[int(index)] if int(index) < len(row) else None
        else:
            return None
    return row if row != "" else None


def _check(rules: Rules, names: list[str], file: str) -> None:
    """A column that must be there is, and of those of which one must be, one is. Raises FileUnreadable."""
    there = {name.lower() for name in names}
    lower = [name.lower() for name in names]
    if twice := [c for c in sorted(rules.columns) if lower.count(c.lower()) > 1]:
        raise FileUnreadable(f"{file} has two columns named {twice[0]}.")
    for shape in rules.shapes:
        for field, options in shape.fields.items():
            asked = [c for option in options for c in option.columns]
            fixed = any(option.constant is not None for option in options)
            fits = fixed or any(o.columns and all(c.lower() in there for c in o.columns) for o in options)
            if asked and not fits and (len(options) == 1 or field in ("id", "customer_id", "at")):
                absent = next(c for c in asked if c.lower() not in there)
                raise FileUnreadable(
                    f"{file} has no column “{absent}”, from which the mapping takes {field}; it has {', '.join(names)[:500]}."
                )
