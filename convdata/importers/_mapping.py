"""How somebody else's columns or JSON become our events, as a mapping in TOML says it (docs/import.md).

A mapping is read strictly: a word that is not known is a mistake to be said, never something to be passed over.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from convdata.errors import FileUnreadable
from convdata.events import TYPES
from convdata.importers import TIMES

FILES = ("csv", "json")
OF_THE_FILE = ("file", "source", "delimiter", "decimal", "times", "timezone", "events")
OF_A_VALUE = ("from", "join", "is", "words", "otherwise", "after")
PLACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Value:
    """Where a field's value comes from: a column, several joined, or one that is always the same."""

    column: str | None = None
    join: str | None = None
    constant: Any = None
    words: Mapping[str, Any] | None = None
    otherwise: Any = None
    after: str | None = None

    @property
    def columns(self) -> list[str]:
        return PLACES.findall(self.join) if self.join else [self.column] if self.column else []


@dataclass(frozen=True)
class Shape:
    """One event of a row. A field's value is the first that is there; ``only_if`` says of which rows it is made."""

    type: str
    fields: Mapping[str, tuple[Value, ...]]
    only_if: Value | None = None
    only_if_is: frozenset[str] | None = None


@dataclass(frozen=True)
class Rules:
    """A mapping, read."""

    shapes: tuple[Shape, ...]
    file: str | None = None
    source: str = "mapped"
    delimiter: str | None = None
    decimal: str = "."
    times: str = "iso"
    zone: tzinfo | None = field(default=None)

    @property
    def columns(self) -> set[str]:
        """Every column that is spoken of."""
        values = [v for shape in self.shapes for options in shape.fields.values() for v in options]
        values += [shape.only_if for shape in self.shapes if shape.only_if]
        return {column for value in values for column in value.columns}


def rules_of(text: str, **more: str) -> Rules:
    """The mapping in a text. ``more`` wins over what the text says of the file. Raises FileUnreadable."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise FileUnreadable(f"The mapping is not TOML: {wrong}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists without end
        raise FileUnreadable(
            "The mapping is not TOML that anybody writes: something in it is too long or too deep."
        ) from None
    said |= {name: value for name, value in more.items() if value}
    _only(said, OF_THE_FILE, "The mapping")
    for name in set(OF_THE_FILE) - {"events"}:
        if not isinstance(said.get(name, ""), str):
            raise FileUnreadable(f"In the mapping, {name} must be a text.")
    events = said.get("events")
    if not isinstance(events, list) or not events or not all(isinstance(one, dict) for one in events):
        raise FileUnreadable("The mapping says of no event how it is made; begin one with [[events]].")
    decimal = said.get("decimal", ".")
    if decimal not in (".", ","):
        raise FileUnreadable("The decimal mark must be “.” or “,”.")
    if said.get("file") not in (None, *FILES):
        raise FileUnreadable(f"In the mapping, file must be {' or '.join(FILES)}.")
    if len(said.get("delimiter", ",")) != 1:
        raise FileUnreadable("The delimiter must be one character, such as “;”.")
    times = said.get("times", "iso")
    if times not in TIMES and "%" not in times:
        raise FileUnreadable(
            f"How times are written must be one of {', '.join(TIMES)}, or a pattern such as %d.%m.%Y %H:%M."
        )
    if times not in TIMES and not _is_pattern(times):
        raise FileUnreadable("The pattern of times cannot be read; write each of its parts once, as in %d.%m.%Y %H:%M.")
    return Rules(
        tuple(_shape(one) for one in events),
        said.get("file"),
        said.get("source") or "mapped",
        said.get("delimiter"),
        decimal,
        times,
        _zone(said.get("timezone")),
    )


def _shape(said: dict[str, Any]) -> Shape:
    said = dict(said)
    kind, only_if = said.pop("type", "message"), said.pop("only_if", None)
    if not isinstance(kind, str) or kind not in TYPES:
        raise FileUnreadable(f"In the mapping, an event's type must be one of {', '.join(TYPES)}.")
    known = [f.name for f in msgspec.structs.fields(TYPES[kind]) if f.name != "source"]
    _only(said, known, f"A {kind} in the mapping")
    if missing := [name for name in ("id", "channel", "customer_id", "at") if name not in said]:
        raise FileUnreadable(f"A {kind} in the mapping lacks {', '.join(missing)}.")
    fields = {name: _values(name, how) for name, how in said.items()}
    wanted = None
    if isinstance(only_if, dict) and "is" in only_if and "from" in only_if:
        only_if = dict(only_if)
        listed = only_if.pop("is")
        wanted = frozenset(_word(one) for one in (listed if isinstance(listed, list) else [listed]))
    return Shape(kind, fields, _value("only_if", only_if) if only_if is not None else None, wanted)


def _values(name: str, how: Any) -> tuple[Value, ...]:
    """A list of one may be missing altogether, as any other list."""
    if isinstance(how, list):
        return (*(_value(name, one) for one in how), Value())
    return (_value(name, how),)


def _value(name: str, said: Any) -> Value:
    if isinstance(said, str) and said:
        return Value(column=said)
    if not isinstance(said, dict):
        raise FileUnreadable(f"In the mapping, {name} must name a column, or be a table such as {{ is = … }}.")
    _only(said, OF_A_VALUE, f"{name} in the mapping")
    if len([one for one in ("from", "join", "is") if one in said]) != 1:
        raise FileUnreadable(f"In the mapping, {name} needs one of from, join and is.")
    for one in ("from", "join", "after"):
        if one in said and not (isinstance(said[one], str) and said[one]):
            raise FileUnreadable(f"In the mapping, {one} of {name} must be a text.")
    words = said.get("words")
    if words is not None and not isinstance(words, dict):
        raise FileUnreadable(f"In the mapping, words of {name} must be a table, such as {{ yes = true, no = false }}.")
    return Value(
        said.get("from"),
        said.get("join"),
        said.get("is"),
        None if words is None else {_word(word): meaning for word, meaning in words.items()},
        said.get("otherwise"),
        said.get("after"),
    )


def _word(text: Any) -> str:
    return str(text).strip().lower()


def _only(said: Mapping[str, Any], known: Any, what: str) -> None:
    if unknown := [name for name in said if name not in known]:
        raise FileUnreadable(f"{what} has “{unknown[0]}”, which is none of {', '.join(known)}.")


def _is_pattern(times: str) -> bool:
    """Whether ``strptime`` takes it: of one with a part twice it says so only when it is used, and with another error."""
    moment = datetime(2000, 1, 1)
    try:
        datetime.strptime(moment.strftime(times), times)
    except (ValueError, re.error):
        return False
    return True


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FileUnreadable(f"“{name}” is no time zone; use a name such as Europe/Paris.") from None
