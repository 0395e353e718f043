"""The numbers of Trends: how often the bot did not understand, by channel, language and day.

One question for the page, the command line and the downloads. ``from`` and ``to`` are here the days of the messages
themselves, ``channel`` and ``language`` those of the messages; any other filter picks conversations first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import pandas as pd

from convdata.errors import MisheardError
from convdata.filters import Choices
from convdata.periods import day_end, day_start
from convdata.vocabulary import UNDETERMINED

DIMENSIONS = ("channel", "language", "day")
OF_MESSAGES = ("from", "to", "channel", "language")
EARLIEST, LATEST = date(1970, 1, 1), date(9999, 12, 31)
FURTHEST = date(2100, 12, 31)  # how far the clocks of a zone are followed, which takes a step a day


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


def table(
    asks: Asks, choices: Choices, by: Sequence[str] = (), step: str = "day", *, only_failed: bool = False
) -> list[dict[str, Any]]:
    """A row for each channel, language and day (or week, month: ``step``) that ``by`` asks for; without ``by`` one row.

    Days are ISO days of the dashboard's zone, weeks and months are named by their first day; a language that nobody
    stated is None; a rate of nothing is None. What has no eligible message has no row. With ``only_failed`` conversations
    may be left out that were understood throughout: several times quicker over years, and no conversation rate.
    """
    keys = _dimensions(by)
    found: dict[tuple[Any, ...], Counter[str]] = {} if keys else {(): Counter()}
    for answer in _answers(asks, choices, keys, step, only_failed):
        for row in answer.to_dict("records"):
            group = found.setdefault(tuple(_plain(row[key]) for key in keys), Counter())
            group.update({str(name): int(n) for name, n in row.items() if name not in DIMENSIONS})
    return [dict(zip(keys, group, strict=True)) | _rates(found[group]) for group in sorted(found, key=_last_if_none)]


def before(choices: Choices) -> Choices:
    """The same for the equally long period that ends where this one begins."""
    first = choices["from"].toordinal()
    days = choices["to"].toordinal() - first + 1
    return choices.but(from_=date.fromordinal(max(1, first - days)), to=date.fromordinal(max(1, first - 1)))


def covered(asks: Asks, choices: Choices) -> bool:
    """Whether anything is known from the first day of the period before, or from earlier, wherever it came from. If not, that
    period is not a whole one: against it everything has grown.
    """
    known = asks.ask_frame("trends/known")
    return not known.empty and bool(known["first_day"].min() <= before(choices)["from"])


def places(choices: Choices) -> dict[str, Any]:
    """Channels and languages as questions take them; None for all."""
    return {f"{name}s": list(choices[name]) if choices[name] else None for name in ("channel", "language")}


def instants(choices: Choices) -> tuple[datetime, datetime]:
    """The half-open span (UTC) of the period's days on the dashboard's clock."""
    last = min(choices["to"] or LATEST, FURTHEST)
    return day_start(choices["from"] or EARLIEST, choices.timezone), day_end(last, choices.timezone)


def _dimensions(by: Iterable[str]) -> tuple[str, ...]:
    keys = tuple(dict.fromkeys(by))
    for key in keys:
        if key not in DIMENSIONS:
            raise MisheardError(f"There is no “{key}” to count by; use {', '.join(DIMENSIONS)}.")
    return keys


def _answers(asks: Asks, choices: Choices, keys: tuple[str, ...], step: str, only_failed: bool) -> list[pd.DataFrame]:
    """What is asked may be finer than ``keys`` where its rows can be added up, so that one answer serves many charts:
    messages by channel and language, and conversations by channel, as each has only one.
    """
    days = {"first_day": choices["from"] or EARLIEST, "last_day": choices["to"] or LATEST}
    values: dict[str, Any] = places(choices) | days | {"step": step}
    picking = choices.but(**dict.fromkeys(OF_MESSAGES))
    if picking:
        return [asks.ask_frame("trends/picked", picking, **values, **_by(keys))]
    of_days = "day" in keys
    messages = keys if of_days else ("channel", "language")
    conversations = keys if of_days else ("channel", *(key for key in keys if key == "language"))
    # The cards ask for all conversations by channel and by day anyhow.
    only_failed = only_failed and keys not in (("channel",), ("day",))
    return [
        asks.ask_frame(MESSAGES.question, **values, **_by(messages)),
        asks.ask_frame(CONVERSATIONS.question, **values, **_by(conversations), only_failed=only_failed),
    ]


def _by(keys: tuple[str, ...]) -> dict[str, Any]:
    return {f"by_{name}": name in keys for name in DIMENSIONS}


def _plain(value: Any) -> str | None:
    return value.isoformat()[:10] if hasattr(value, "isoformat") else None if value == UNDETERMINED else value


def _last_if_none(group: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in group)


def _rates(counts: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for measure, rate in ((MESSAGES, "rate"), (CONVERSATIONS, "conversation_rate")):
        part, whole = counts.get(measure.part, 0), counts.get(measure.whole, 0)
        row |= {measure.whole: whole, measure.part: part, rate: part / whole if whole else None}
    return row
