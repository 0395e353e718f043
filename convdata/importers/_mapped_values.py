"""A row's values as an event's fields. Nothing is guessed: how times and numbers are written is stated for the whole file."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from convdata.errors import EventRejected
from convdata.importers._mapping import PLACES, Rules, Shape, Value

Look = Callable[[str], Any]

WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d{1,20}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DAYS = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?)?", re.ASCII
)


def event_of(rules: Rules, shape: Shape, look: Look) -> dict[str, Any] | None:
    """The event of a row; None where the mapping makes none of it. Raises EventRejected."""
    if shape.only_if is not None:
        there = _first(rules, "only_if", (shape.only_if,), look)
        if there is None or (shape.only_if_is is not None and str(there).strip().lower() not in shape.only_if_is):
            return None
    event: dict[str, Any] = {"type": shape.type, "source": rules.source}
    for name, options in shape.fields.items():
        value = _first(rules, name, options, look)
        if value is not None:
            event[name] = value
    return event


def _first(rules: Rules, name: str, options: tuple[Value, ...], look: Look) -> Any:
    for option in options:
        value = _raw(name, option, look)
        if value is not None:
            return _AS.get(name, _text)(rules, name, value)
    return None


def _raw(name: str, value: Value, look: Look) -> Any:
    if value.join is not None:
        parts = {column: look(column) for column in value.columns}
        if any(part is None for part in parts.values()):
            return None
        found: Any = PLACES.sub(lambda place: str(parts[place[1]]), value.join)
    elif value.column is not None:
        found = look(value.column)
    else:
        found = value.constant
    if found is None:
        return None
    if value.after is not None:
        found = str(found).rsplit(value.after, 1)[-1]
    if value.words is not None:
        word = str(found).strip().lower()
        if word not in value.words and value.otherwise is None:
            raise EventRejected(name, f"is none of the words that the mapping knows: {', '.join(value.words)}")
        found = value.words.get(word, value.otherwise)
    return None if found == "" else found


def _text(rules: Rules, name: str, value: Any) -> Any:
    if isinstance(value, bool | dict | list):
        return value  # refused where events are checked, in their words
    return value if isinstance(value, str) else str(value)


def _truth(rules: Rules, name: str, value: Any) -> bool:
    found = {"true": True, "false": False}.get(str(value).strip().lower())
    if found is None:
        raise EventRejected(name, "must be true, false or empty; words in the mapping translate others")
    return found


def _whole(rules: Rules, name: str, value: Any) -> int:
    if not isinstance(value, bool) and WHOLE.fullmatch(str(value).strip()):
        return int(value)
    raise EventRejected(name, "must be a whole number")


def _number(rules: Rules, name: str, value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if rules.decimal == ",":
        text = text.replace(".", "?").replace(",", ".")  # a point is no decimal comma
    if not NUMBER.fullmatch(text):
        raise EventRejected(name, f"must be a number such as 0{rules.decimal}87")
    return float(text)


def _json(rules: Rules, name: str, value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        raise EventRejected(name, "must be JSON") from None


def _time(rules: Rules, name: str, value: Any) -> str:
    text = str(value).strip()
    when = _READ_TIME.get(rules.times, _by_pattern)(rules, name, text)
    if when.tzinfo is None:
        if rules.zone is None:
            raise EventRejected(name, "names no offset from UTC; state in which time zone it is (timezone = …)")
        when = when.replace(tzinfo=rules.zone)
    try:
        return when.astimezone(UTC).isoformat()
    except OverflowError:  # in the first or last hours that there are
        raise EventRejected(name, "is out of range") from None


def _iso(rules: Rules, name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.removesuffix(" UTC") + ("+00:00" if text.endswith(" UTC") else ""))
    except ValueError:
        raise EventRejected(
            name, "is not a time as 2026-08-09T10:17:19+02:00; state how times are written (times = …)"
        ) from None


def _days(day: int, month: int) -> Callable[[Rules, str, str], datetime]:
    def read(rules: Rules, name: str, text: str) -> datetime:
        found = DAYS.fullmatch(text)
        if not found:
            raise EventRejected(name, f"is not a time as {'31/12' if day == 1 else '12/31'}/2026 23:59:59")
        if found[4] is None:
            raise EventRejected(name, "is a day without a time of day")
        fraction = int((found[7] or "0").ljust(6, "0"))
        try:
            return datetime(
                int(found[3]),
                int(found[month]),
                int(found[day]),
                int(found[4]),
                int(found[5]),
                int(found[6] or 0),
                fraction,
            )
        except ValueError:
            raise EventRejected(name, f"is no day or time, read {rules.times}") from None

    return read


def _unix(per_second: int) -> Callable[[Rules, str, str], datetime]:
    def read(rules: Rules, name: str, text: str) -> datetime:
        if not NUMBER.fullmatch(text):
            raise EventRejected(name, "is no number of seconds" if per_second == 1 else "is no number of milliseconds")
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(text) / per_second)
        except OverflowError:
            raise EventRejected(name, "is out of range") from None

    return read


def _by_pattern(rules: Rules, name: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, rules.times)
    except ValueError:
        raise EventRejected(name, f"is not a time as stated ({rules.times})") from None


_READ_TIME: Mapping[str, Callable[[Rules, str, str], datetime]] = {
    "iso": _iso,
    "day-first": _days(1, 2),
    "month-first": _days(2, 1),
    "unix": _unix(1),
    "unix-ms": _unix(1000),
}
_AS: Mapping[str, Callable[[Rules, str, Any], Any]] = {
    "at": _time,
    "until": _time,
    "understood": _truth,
    "muted": _truth,
    "seq": _whole,
    "confidence": _number,
    "alternatives": _json,
    "attachments": _json,
    "data": _json,
}
