"""Which conversations are picked. A filter is one entry, read by the screen, the address, the command line and the SQL."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from convdata import failings
from convdata.folding import search_words
from convdata.periods import day_end, day_start
from convdata.vocabulary import Status


@dataclass(frozen=True)
class Filter:
    """One filter. ``kind`` is *any_of* (several values, combined with "or"), *first_day*, *last_day* or *words*.

    ``condition`` is on ``customers``, or, where ``of`` names one of ``ONE_DAY``, on a row of ``customer_days``: all
    conditions of that name must hold for one and the same row. Where it is *message*, see failings.py. ``{value}`` stands for one word, ``{values}`` for all
    values: each is bound by itself, as both stores plan "in (one)" better than an array. ``on_duckdb`` is the condition
    there, where that is another.
    """

    name: str
    label: str
    kind: str
    condition: str
    on_duckdb: str = ""
    of: str = "conversation"
    options: tuple[str, ...] = ()
    sentence: str = ""


FILTERS: tuple[Filter, ...] = (
    Filter(
        "search",
        "Search customers",
        "words",
        "customers.search_key like :{value} escape '!'",
        # A like with an escape takes DuckDB four times as long.
        "contains(customers.search_key, :{value})",
        sentence="Names, e-mail, phone and customer id, ignoring case and accents, by any part of the word.",
    ),
    Filter(
        "status",
        "Status",
        "any_of",
        "customers.status in ({values})",
        options=tuple(s.value for s in Status),
    ),
    Filter("language", "Language", "any_of", "customers.language in ({values})"),
    Filter("channel", "Channel", "any_of", "customers.channel in ({values})"),
    Filter(
        "from",
        "From",
        "first_day",
        "customers.last_message_at >= cast(:from as timestamp)",
        sentence="The day of the conversation's last message, not of the messages before it.",
    ),
    Filter("to", "To", "last_day", "customers.last_message_at < cast(:to as timestamp)"),
    Filter("failed_from", "Failed from", "first_day", "customer_days.day >= cast(:failed_from as date)", of="failed"),
    Filter("failed_to", "Failed to", "last_day", "customer_days.day <= cast(:failed_to as date)", of="failed"),
    Filter(
        "failed_language",
        "Failed in",
        "any_of",
        "customer_days.language in ({values})",
        of="failed",
        sentence="The language of the message that was not understood.",
    ),
    Filter(
        "failed_hour",
        "Failed at",
        "any_of",
        "",
        of="message",
        options=tuple(failings.HOURS),
        sentence="The hour of the week of the message that was not understood: 0-9 is Monday from 9:00 to 10:00.",
    ),
    Filter(
        "failed_topic",
        "Failed about",
        "any_of",
        "",
        of="message",
        sentence="The group of Review that the message is in that was not understood.",
    ),
    Filter("first_from", "First seen from", "first_day", "customers.first_event_at >= cast(:first_from as timestamp)"),
    Filter("first_to", "First seen to", "last_day", "customers.first_event_at < cast(:first_to as timestamp)"),
    Filter("wrote_from", "Wrote from", "first_day", "customer_days.day >= cast(:wrote_from as date)", of="wrote"),
    Filter("wrote_to", "Wrote to", "last_day", "customer_days.day <= cast(:wrote_to as date)", of="wrote"),
    Filter("active_from", "Active from", "first_day", "customer_days.day >= cast(:active_from as date)", of="active"),
    Filter("active_to", "Active to", "last_day", "customer_days.day <= cast(:active_to as date)", of="active"),
)

# What else holds of the row of customer_days that a group of filters looks for.
ONE_DAY = {
    "failed": "customer_days.not_understood > 0",
    "active": "customer_days.messages > 0",
    "wrote": "customer_days.eligible + customer_days.buttons > 0",
}
BY_NAME = {f.name: f for f in FILTERS}
_BY_KEY = "customers.customer_key between cast(:{value}_first as uuid) and cast(:{value}_last as uuid)"
# The other order of the list, in the address: who needs help, the longest waiting first.
WAITING = "waiting"
LONGEST = 200
MOST = 200  # values in one filter; all hours of a week are 168
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Choices:
    """What was chosen in each filter: tuples of text, days, or text. Filters combine with "and".

    ``sort`` is the order that was asked for; it holds while only those who wait are picked. ``seek`` is for readers who
    do not see names: it makes of a search the beginnings of the keys that it finds, instead (masking.py).
    """

    chosen: Mapping[str, Any] = field(default_factory=dict)
    timezone: ZoneInfo = UTC_ZONE
    sort: str = ""
    seek: Callable[[str], tuple[str, ...]] | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.chosen.get(name)

    def __bool__(self) -> bool:
        return bool(self.chosen)

    @property
    def longest_waiting_first(self) -> bool:
        return self.sort == WAITING and self["status"] == (Status.NEED_HELP.value,)

    def but(self, **changes: Any) -> "Choices":
        """The same with other values; ``from_`` stands for *from*; None or () takes a filter out."""
        chosen = {**self.chosen, **{name.rstrip("_"): value for name, value in changes.items()}}
        return replace(self, chosen={n: v for n, v in chosen.items() if v not in (None, (), "")})

    def where(self, store: str = "duckdb") -> str:
        """The picking as SQL of that kind of store; holds nothing but our own text, values are bound."""
        conditions = [
            c for f in FILTERS if f.of == "conversation" and f.name in self.chosen for c in self._conditions(f, store)
        ]
        by_message = failings.conditions(self.chosen)
        conditions += by_message
        for group, always in ONE_DAY.items():
            if group == "failed" and by_message:
                continue  # days and language are asked of that message itself
            of_group = [
                c for f in FILTERS if f.of == group and f.name in self.chosen for c in self._conditions(f, store)
            ]
            if of_group:
                days = " and ".join([always, *of_group])
                conditions.append(f"customers.customer_key in (select customer_key from customer_days where {days})")
        return " where " + " and ".join(conditions) if conditions else ""

    def bound(self, store: str = "duckdb") -> dict[str, Any]:
        """The values for ``where``."""
        values: dict[str, Any] = failings.bound(self.chosen, self.timezone)
        for name, value in self.chosen.items():
            f = BY_NAME[name]
            if name == "failed_hour":
                continue
            if f.kind == "words" and self.seek:
                begun = self.seek(value)
                values |= _numbered(name, [_filled(key, "0") for key in begun], "_first")
                values |= _numbered(name, [_filled(key, "f") for key in begun], "_last")
            elif f.kind == "words":
                words = search_words(value)
                values |= _numbered(name, words if store == "duckdb" else [f"%{_escaped(word)}%" for word in words])
            elif f.kind == "any_of":
                values |= _numbered(name, value)
            elif f.of in ONE_DAY:
                values[name] = value
            else:
                values[name] = (day_start if f.kind == "first_day" else day_end)(value, self.timezone)
        return values

    def address(self) -> dict[str, str | list[str]]:
        """The chosen values as address parameters."""
        values = {
            n: [str(v) for v in value] if isinstance(value, tuple) else str(value) for n, value in self.chosen.items()
        }
        return values | ({"sort": WAITING} if self.longest_waiting_first else {})

    def _conditions(self, f: Filter, store: str) -> list[str]:
        condition = f.on_duckdb if f.on_duckdb and store == "duckdb" else f.condition
        if f.kind == "words" and self.seek:
            keys = [_BY_KEY.format(value=name) for name in _numbered(f.name, self.seek(self.chosen[f.name]))]
            return [f"({' or '.join(keys)})"] if keys else ["1 = 0"]
        if f.kind == "words":
            return [condition.format(value=name) for name in _numbered(f.name, search_words(self.chosen[f.name]))]
        if f.kind == "any_of":
            return [condition.format(values=", ".join(f":{name}" for name in _numbered(f.name, self.chosen[f.name])))]
        return [condition]


def choose(given: Mapping[str, Iterable[str] | str | None], timezone: ZoneInfo) -> tuple[Choices, list[str]]:
    """Choices from text (address, command line), and a sentence for each value that cannot be used.

    What cannot be used is left out, never guessed: a mangled link shows more, not something else.
    """
    chosen: dict[str, Any] = {}
    wrong: list[str] = []
    for f in FILTERS:
        raw = given.get(f.name)
        texts = [raw] if isinstance(raw, str) else list(raw or ())
        texts = [t.strip() for t in texts if t and t.strip()]
        if not texts:
            continue
        if any(len(t) > LONGEST for t in texts):
            wrong.append(f"{f.label}: longer than {LONGEST} characters, left out.")
            continue
        if len(texts) > MOST:
            wrong.append(f"{f.label}: more than {MOST} values, left out.")
            continue
        if f.kind == "words":
            if search_words(texts[-1]):
                chosen[f.name] = texts[-1]
        elif f.kind == "any_of":
            known = [t for t in dict.fromkeys(texts) if not f.options or t in f.options]
            if len(known) < len(set(texts)):
                wrong.append(f"{f.label}: there is no such value; one of {', '.join(f.options)}.")
            if known:
                chosen[f.name] = tuple(known)
        else:
            try:
                day = date.fromisoformat(texts[-1])
                if not 1970 <= day.year <= 9000:
                    raise ValueError
                chosen[f.name] = day
            except ValueError:
                wrong.append(f"{f.label}: not a day; write it like 2026-08-09.")
    sort = given.get("sort") or ()
    sorts = [sort] if isinstance(sort, str) else list(sort)
    return Choices(chosen, timezone, WAITING if WAITING in sorts[-1:] else ""), wrong


def last_days(days: int, today: date) -> tuple[date, date]:
    """A preset: the period of that many days which ends today."""
    return today - timedelta(days=days - 1), today


def _numbered(name: str, values: Iterable[Any], end: str = "") -> dict[str, Any]:
    """One bound name for each value."""
    return {f"{name}_{i}{end}": value for i, value in enumerate(values)}


def _filled(begun: str, digit: str) -> str:
    """The first or the last key that begins so: stores look for what lies between, and make no text of every key."""
    return str(UUID(begun.replace("-", "").ljust(32, digit)))


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def who_waits(timezone: ZoneInfo) -> Choices:
    """Who needs help, the longest waiting first."""
    return Choices({"status": (Status.NEED_HELP.value,)}, timezone, WAITING)


def continued(choices: Choices) -> Choices | None:
    """Who was active in the chosen period and continued after it, so that the date filter does not find them (rule 5)."""
    last = choices["to"]
    if last is None:
        return None
    return choices.but(from_=last + timedelta(days=1), to=None, active_from=choices["from"], active_to=last)
