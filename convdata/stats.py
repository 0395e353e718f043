"""The numbers of Trends: how often the bot did not understand, by channel, language and day.

One question for the page, the command line and the downloads. ``from`` and ``to`` are here the days of the messages
themselves, ``channel`` and ``language`` those of the messages; any other filter picks conversations first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

import pandas as pd

from convdata.errors import MisheardError
from convdata.filters import Choices
from convdata.intervals import FEW, wilson
from convdata.vocabulary import UNDETERMINED

DIMENSIONS = ("channel", "language", "day")
OF_MESSAGES = ("from", "to", "channel", "language")
EARLIEST, LATEST = date(1970, 1, 1), date(9999, 12, 31)


class Asks(Protocol):
    """A store, or whatever remembers a store's answers."""

    def ask_frame(self, path: str, choices: Choices | None = None, **values: Any) -> pd.DataFrame: ...


@dataclass(frozen=True)
class Measure:
    """One of the two Not Understood rates: ``part`` of ``whole``, columns of ``table``. They are never mixed."""

    key: str
    title: str
    part: str
    whole: str
    unit: str
    definition: str
    question: str


MESSAGES = Measure(
    "message",
    "Not Understood rate",
    "not_understood",
    "eligible",
    "messages",
    "Not-understood eligible messages / eligible messages, dated by the message's own time.",
    "trends/messages",
)
CONVERSATIONS = Measure(
    "conversation",
    "Conversation rate",
    "conversations_not_understood",
    "conversations",
    "conversations",
    "Conversations with at least one not-understood message in the period / conversations with at least one eligible "
    "message in the period.",
    "trends/conversations",
)
MEASURES = {measure.key: measure for measure in (MESSAGES, CONVERSATIONS)}


@dataclass(frozen=True)
class Mark:
    """A bar, a cell or a point: what it stands for, its share with the interval, and how many conversations it opens."""

    channel: str | None
    language: str | None
    first_day: date
    last_day: date
    part: int
    whole: int
    opens: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.part, self.whole) or (0.0, 1.0)

    @property
    def few(self) -> bool:
        """Too few to say a share."""
        return self.whole < FEW


def table(asks: Asks, choices: Choices, by: Sequence[str] = (), step: str = "day") -> list[dict[str, Any]]:
    """A row for each channel, language and day (or week, month: ``step``) that ``by`` asks for; without ``by`` one row.

    Days are ISO days of the dashboard's zone, weeks and months are named by their first day; a language that nobody
    stated is None; a rate of nothing is None. What has no eligible message has no row.
    """
    keys = _dimensions(by)
    found: dict[tuple[Any, ...], dict[str, int]] = {} if keys else {(): {}}
    for answer in _answers(asks, choices, keys, step):
        for row in answer.to_dict("records"):
            found.setdefault(tuple(_plain(row[key]) for key in keys), {}).update(
                {str(n): int(v) for n, v in row.items() if n not in DIMENSIONS}
            )
    return [dict(zip(keys, group, strict=True)) | _rates(found[group]) for group in sorted(found, key=_last_if_none)]


def marks(asks: Asks, choices: Choices, measure: Measure, by: Sequence[str] = (), step: str = "day") -> list[Mark]:
    """The rows of ``table`` as what a chart draws. ``choices`` name the period."""
    first, last = choices["from"], choices["to"]
    drawn = []
    for row in table(asks, choices, by, step):
        starts = date.fromisoformat(row["day"]) if "day" in row else first
        ends = step_end(starts, step) if "day" in row else last
        drawn.append(
            Mark(
                row.get("channel"),
                (row["language"] or UNDETERMINED) if "language" in row else None,
                max(starts, first),
                min(ends, last),
                row[measure.part],
                row[measure.whole],
                row["conversations_not_understood"],
            )
        )
    return drawn


def opened_by(mark: Mark, choices: Choices) -> Choices:
    """The Customers list of exactly the conversations that a mark counts as not understood."""
    picking = {name: value for name, value in choices.chosen.items() if name not in OF_MESSAGES}
    return Choices(picking, choices.timezone).but(
        channel=(mark.channel,) if mark.channel else choices["channel"],
        failed_language=(mark.language,) if mark.language else choices["language"],
        failed_from=mark.first_day,
        failed_to=mark.last_day,
    )


def before(choices: Choices) -> Choices:
    """The same for the equally long period that ends where this one begins."""
    days = (choices["to"] - choices["from"]).days + 1
    return choices.but(from_=choices["from"] - timedelta(days=days), to=choices["from"] - timedelta(days=1))


def step_for(first: date, last: date) -> str:
    """Days while they can be told apart on a screen, then weeks, then months."""
    days = (last - first).days + 1
    return "day" if days <= 100 else "week" if days <= 800 else "month"


def step_start(day: date, step: str) -> date:
    """The first day of the day, ISO week or month that a day is in."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def step_end(day: date, step: str) -> date:
    """The last day of the day, week or month that starts on ``day``."""
    if step == "week":
        return day + timedelta(days=6)
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1) if step == "month" else day


def steps(first: date, last: date, step: str) -> list[date]:
    """The first days of all days, weeks or months from ``first`` to ``last``, with or without anything in them."""
    starts, day = [], step_start(first, step)
    while day <= last:
        starts.append(day)
        day = step_end(day, step) + timedelta(days=1)
    return starts


def _dimensions(by: Iterable[str]) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(by))
    for key in keys:
        if key not in DIMENSIONS:
            raise MisheardError(f"There is no “{key}” to count by; use {', '.join(DIMENSIONS)}.")
    return keys


def _answers(asks: Asks, choices: Choices, keys: tuple[str, ...], step: str) -> list[pd.DataFrame]:
    values: dict[str, Any] = {f"by_{name}": name in keys for name in DIMENSIONS}
    values |= {"step": step, "first_day": choices["from"] or EARLIEST, "last_day": choices["to"] or LATEST}
    for name in ("channel", "language"):
        values[f"{name}s"] = list(choices[name]) if choices[name] else None
    picking = choices.but(**dict.fromkeys(OF_MESSAGES))
    if picking:
        return [asks.ask_frame("trends/picked", picking, **values)]
    return [asks.ask_frame(measure.question, **values) for measure in MEASURES.values()]


def _plain(value: Any) -> str | None:
    return value.isoformat()[:10] if hasattr(value, "isoformat") else None if value == UNDETERMINED else value


def _last_if_none(group: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in group)


def _rates(counts: dict[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for measure, rate in ((MESSAGES, "rate"), (CONVERSATIONS, "conversation_rate")):
        part, whole = counts.get(measure.part, 0), counts.get(measure.whole, 0)
        row |= {measure.whole: whole, measure.part: part, rate: part / whole if whole else None}
    return row
