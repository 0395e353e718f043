"""Which conversations are picked. A filter is one entry, read by the screen, the address, the command line and the SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from convdata import failings
from convdata.picking import Filter, Seek
from convdata.vocabulary import Status

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
    seek: Seek | None = field(default=None, compare=False, repr=False)

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
        by_message = failings.conditions(self.chosen)
        conditions = self._conditions("conversation", store) + by_message
        for group, always in ONE_DAY.items():
            if group == "failed" and by_message:
                continue  # days and language are asked of that message itself
            of_group = self._conditions(group, store)
            if of_group:
                days = " and ".join([always, *of_group])
                conditions.append(f"customers.customer_key in (select customer_key from customer_days where {days})")
        return " where " + " and ".join(conditions) if conditions else ""

    def bound(self, store: str = "duckdb") -> dict[str, Any]:
        """The values for ``where``."""
        values: dict[str, Any] = failings.bound(self.chosen, self.timezone)
        for name, value in self.chosen.items():
            if name != "failed_hour":
                values |= BY_NAME[name].bound(value, store, self.timezone, self.seek)
        return values

    def address(self) -> dict[str, str | list[str]]:
        """The chosen values as address parameters."""
        values = {
            n: [str(v) for v in value] if isinstance(value, tuple) else str(value) for n, value in self.chosen.items()
        }
        return values | ({"sort": WAITING} if self.longest_waiting_first else {})

    def _conditions(self, of: str, store: str) -> list[str]:
        asked = [f for f in FILTERS if f.of == of and f.name in self.chosen]
        return [c for f in asked for c in f.conditions(self.chosen[f.name], store, self.seek)]


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
        value, problem = f.read(texts)
        if problem:
            wrong.append(problem)
        if value is not None:
            chosen[f.name] = value
    sort = given.get("sort") or ()
    sorts = [sort] if isinstance(sort, str) else list(sort)
    return Choices(chosen, timezone, WAITING if WAITING in sorts[-1:] else ""), wrong


def last_days(days: int, today: date) -> tuple[date, date]:
    """A preset: the period of that many days which ends today."""
    return today - timedelta(days=days - 1), today


def who_waits(timezone: ZoneInfo) -> Choices:
    """Who needs help, the longest waiting first."""
    return Choices({"status": (Status.NEED_HELP.value,)}, timezone, WAITING)


def continued(choices: Choices) -> Choices | None:
    """Who was active in the chosen period and continued after it, so that the date filter does not find them (rule 5)."""
    last = choices["to"]
    if last is None:
        return None
    return choices.but(from_=last + timedelta(days=1), to=None, active_from=choices["from"], active_to=last)
