"""One filter: how its value is read from text, what it asks of the store, and what it binds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from convdata.folding import search_words
from convdata.periods import day_end, day_start

# For readers who do not see names: of what they search, how the keys begin that are meant (masking.py).
Seek = Callable[[str], tuple[str, ...]]

_BY_KEY = "customers.customer_key between cast(:{value}_first as uuid) and cast(:{value}_last as uuid)"


@dataclass(frozen=True)
class Filter:
    """One filter. ``kind`` is *any_of* (several values, combined with "or"), *first_day*, *last_day* or *words*.

    ``condition`` is on ``customers``, or, where ``of`` names a group of ``ONE_DAY`` (filters.py), on a row of ``customer_days``: all
    conditions of that name must hold for one and the same row. Where it is *message*, see failings.py. ``{value}`` stands
    for one word, ``{values}`` for all values: each is bound by itself, as both stores plan "in (one)" better than an array.
    ``on_duckdb`` is the condition there, where that is another.
    """

    name: str
    label: str
    kind: str
    condition: str
    on_duckdb: str = ""
    of: str = "conversation"
    options: tuple[str, ...] = ()
    sentence: str = ""

    def read(self, texts: Sequence[str]) -> tuple[Any, str]:
        """The value in these texts, None where there is none; and a sentence for what cannot be used."""
        if self.kind == "words":
            return (texts[-1] if search_words(texts[-1]) else None), ""
        if self.kind == "any_of":
            known = [t for t in dict.fromkeys(texts) if not self.options or t in self.options]
            all_known = len(known) == len(set(texts))
            wrong = "" if all_known else f"{self.label}: there is no such value; one of {', '.join(self.options)}."
            return tuple(known) or None, wrong
        try:
            day = date.fromisoformat(texts[-1])
        except ValueError:
            return None, f"{self.label}: not a day; write it like 2026-08-09."
        if 1970 <= day.year <= 9000:
            return day, ""
        return None, f"{self.label}: {day} is out of range; days are those of the years 1970 to 9000."

    def conditions(self, value: Any, store: str, seek: Seek | None) -> list[str]:
        """What must hold, as SQL of that kind of store."""
        condition = self.on_duckdb if self.on_duckdb and store == "duckdb" else self.condition
        if self.kind == "words" and seek:
            keys = [_BY_KEY.format(value=name) for name in _numbered(self.name, seek(value))]
            return [f"({' or '.join(keys)})"] if keys else ["1 = 0"]
        if self.kind == "words":
            return [condition.format(value=name) for name in _numbered(self.name, search_words(value))]
        if self.kind == "any_of":
            return [condition.format(values=", ".join(f":{name}" for name in _numbered(self.name, value)))]
        return [condition]

    def bound(self, value: Any, store: str, timezone: ZoneInfo, seek: Seek | None) -> dict[str, Any]:
        """The values for ``conditions``, by name."""
        if self.kind == "words" and seek:
            begun = seek(value)
            return _numbered(self.name, [_filled(key, "0") for key in begun], "_first") | _numbered(
                self.name, [_filled(key, "f") for key in begun], "_last"
            )
        if self.kind == "words":
            words = search_words(value)
            return _numbered(self.name, words if store == "duckdb" else [f"%{_escaped(word)}%" for word in words])
        if self.kind == "any_of":
            return _numbered(self.name, value)
        if self.of != "conversation":
            return {self.name: value}
        return {self.name: (day_start if self.kind == "first_day" else day_end)(value, timezone)}


def _numbered(name: str, values: Iterable[Any], end: str = "") -> dict[str, Any]:
    """One bound name for each value."""
    return {f"{name}_{i}{end}": value for i, value in enumerate(values)}


def _filled(begun: str, digit: str) -> str:
    """The first or the last key that begins so: stores look for what lies between, and make no text of every key."""
    return str(UUID(begun.replace("-", "").ljust(32, digit)))


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
