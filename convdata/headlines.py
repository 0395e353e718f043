"""What the bot's failures cost people: who was there, who needed a person and how long for, how mutes ended.

One row of numbers for the page, the command line and the digest. Days and times are of what happened, not of last messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from convdata.captions import percent
from convdata.clocks import in_quarters
from convdata.filters import Choices
from convdata.intervals import FEW, wilson
from convdata.spans import in_words
from convdata.stats import EARLIEST, LATEST, Asks, instants, places

ACTIVE = "trends/active"
OF_ACTIVE = ("active_conversations", "active_customers", "escalated", "need_help", "answered")
MEDIAN_FEW = 5  # below this many a median says little


@dataclass(frozen=True)
class Headline:
    """One number: ``part``, or ``part`` of ``whole``, columns of its question's one row. ``good`` is -1 where less is
    better, 1 where more is, 0 where neither. ``now``: of this moment, not of a period.
    """

    key: str
    title: str
    question: str
    part: str
    whole: str
    unit: str
    definition: str
    kind: str = "share"
    good: int = 0
    now: bool = False


HEADLINES: tuple[Headline, ...] = (
    Headline(
        "active_customers", "Customers active", ACTIVE, "active_customers", "active_conversations",
        "conversations with a message in the period",
        "Customers who wrote, on which the bot gave a verdict, or clicked a button in the period.",
        "count",
    ),
    Headline(
        "conversations", "Conversations", ACTIVE, "active_conversations", "", "",
        "Conversations with at least one message in the period, whoever wrote it.",
        "count",
    ),
    Headline(
        "need_help", "Need Help raised", ACTIVE, "need_help", "active_conversations", "conversations",
        "Conversations for which Need Help was set in the period / conversations with a message in the period.",
        "count", -1,
    ),
    Headline(
        "escalation", "Escalation rate", ACTIVE, "escalated", "active_conversations", "conversations",
        "Conversations with Need Help or a human reply in the period / conversations with a message in it.",
        good=-1,
    ),
    Headline(
        "containment", "Containment", ACTIVE, "contained", "active_conversations", "conversations",
        "1 − escalation rate: conversations with neither Need Help nor a human reply in the period.",
        good=1,
    ),
    Headline(
        "first_reply", "Need Help to first reply", "trends/waits", "waits_answered", "waits", "waits answered",
        "The median time from Need Help to the first human reply, over the waits that began in the period and were "
        "answered.",
        "median", -1,
    ),
    Headline(
        "muted_now", "Bot muted now", "trends/muted_now", "muted_now", "", "",
        "Customers for whom the bot is silent at this moment, whatever the period.",
        "count", now=True,
    ),
    Headline(
        "run_out", "Mutes ended by the timer", "trends/mutes_ended", "mutes_run_out", "mutes_ended", "mutes that ended",
        "Mutes that ran out by themselves / mutes that ended in the period. The others were ended by a person or a "
        "program.",
        good=-1,
    ),
)  # fmt: skip

BY_KEY = {one.key: one for one in HEADLINES}


def headline(asks: Asks, choices: Choices, of: Headline, now: datetime) -> dict[str, Any]:
    """The one row of its question: whole numbers, and ``median_seconds`` (None where nobody was answered)."""
    row = asks.ask_frame(of.question, **_values(choices, now, of)).to_dict("records")
    counts: dict[str, Any] = _whole(row[0]) if row else dict.fromkeys(OF_ACTIVE, 0)
    if of.question == ACTIVE:
        counts["contained"] = counts["active_conversations"] - counts["escalated"]
    if row and "median_seconds" in row[0]:
        counts["median_seconds"] = float(row[0]["median_seconds"]) if counts["waits_answered"] else None
    return counts


def in_brief(one: Headline, row: dict[str, Any]) -> tuple[str, str]:
    """The number in words, and what it rests on: the same on the page and in the digest."""
    part, whole = row[one.part], row[one.whole] if one.whole else 0
    if one.now:
        return f"{part:,}", "at this moment, whatever the period"
    if one.kind == "median":
        seconds = row["median_seconds"]
        enough = in_words(timedelta(seconds=seconds)) if part >= MEDIAN_FEW else "too few" if part else "–"
        return enough, f"{part:,} of {whole:,} {one_of(one.unit) if whole == 1 else one.unit}"
    if one.kind == "count":
        unit = one_of(one.unit) if whole == 1 else one.unit
        return f"{part:,}", f"of {whole:,} {unit}" if one.whole else "with a message in the period"
    return share_in_brief(part, whole, one.unit)


def share_in_brief(part: int, whole: int, unit: str) -> tuple[str, str]:
    """A share in words with its denominator and interval; of too few none is said."""
    interval = wilson(part, whole)
    between = f" · 95 %: {percent(interval[0])} to {percent(interval[1])}" if interval and whole >= FEW else ""
    share = percent(part / whole) if whole >= FEW else "too few" if whole else "–"
    return share, f"{part:,} of {whole:,} {one_of(unit) if whole == 1 else unit}{between}"


def one_of(unit: str) -> str:
    """ "message", "wait answered": the unit of one."""
    first, _, rest = unit.partition(" ")
    return f"{first.removesuffix('s')} {rest}".rstrip()


def by_step(asks: Asks, choices: Choices, step: str) -> dict[str, dict[str, int]]:
    """The numbers of conversations in which anything was said, per day, week or month that has any; by ISO day."""
    rows = asks.ask_frame(ACTIVE, **_active(choices, by_day=True, step=step)).to_dict("records")
    return {row["day"].isoformat()[:10]: _whole(row) for row in rows}


def _whole(row: Mapping[Any, Any]) -> dict[str, int]:
    return {str(name): int(n) for name, n in row.items() if name not in ("day", "median_seconds")}


def _values(choices: Choices, now: datetime, of: Headline) -> dict[str, Any]:
    """What that question takes. The moment is a whole minute, so that an answer can be remembered for one."""
    moment = now.replace(second=0, microsecond=0)
    span = dict(zip(("since", "until"), instants(choices), strict=True))
    return {
        ACTIVE: _active(choices, by_day=False, step="day"),
        "trends/waits": places(choices) | span,
        "trends/mutes_ended": places(choices) | span | {"now": moment},
        "trends/muted_now": places(choices) | {"now": moment},
    }[of.question]


def _active(choices: Choices, *, by_day: bool, step: str) -> dict[str, Any]:
    since, until = instants(choices)
    days = {"first_day": choices["from"] or EARLIEST, "last_day": choices["to"] or LATEST}
    quarters = in_quarters(since, until, choices.timezone)
    return places(choices) | days | quarters | {"since": since, "until": until, "by_day": by_day, "step": step}
