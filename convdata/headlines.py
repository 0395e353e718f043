"""What the bot's failures cost people: who was there, who needed a person and how long for, how mutes ended.

One row of numbers for the page, the command line and the digest. Days and times are of what happened, not of last messages.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from convdata.captions import percent
from convdata.filters import Choices
from convdata.intervals import FEW, wilson
from convdata.periods import day_end, day_start
from convdata.spans import in_words
from convdata.stats import EARLIEST, LATEST, Asks

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
        "active_customers", "Customers active", "trends/active", "active_customers", "active_conversations",
        "conversations in which anything was said",
        "Customers who wrote, on which the bot gave a verdict, or clicked a button in the period.",
        "count",
    ),
    Headline(
        "conversations", "Conversations", "trends/active", "active_conversations", "", "",
        "Conversations with at least one message in the period, whoever wrote it.",
        "count",
    ),
    Headline(
        "need_help", "Need Help raised", "trends/escalated", "need_help", "conversations", "conversations",
        "Conversations for which Need Help was set in the period / conversations with a message in the period.",
        "count", -1,
    ),
    Headline(
        "escalation", "Escalation rate", "trends/escalated", "escalated", "conversations", "conversations",
        "Conversations with Need Help or a human reply in the period / conversations with a message in it.",
        good=-1,
    ),
    Headline(
        "containment", "Containment", "trends/escalated", "contained", "conversations", "conversations",
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
    found = {str(n): v for n, v in row[0].items() if n != "day"} if row else {"active_conversations": 0}
    counts: dict[str, Any] = {n: int(v) for n, v in found.items() if n != "median_seconds"}
    if "escalated" in counts:
        counts["contained"] = counts["conversations"] - counts["escalated"]
    if "median_seconds" in found:
        counts["median_seconds"] = float(found["median_seconds"]) if counts["waits_answered"] else None
    return counts | {"active_customers": counts.get("active_customers", 0)}


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


def by_day(asks: Asks, choices: Choices, step: str, column: str = "active_conversations") -> dict[str, int]:
    """Conversations with a message, or customers who were active, per day, week or month that has any; by ISO day."""
    rows = asks.ask_frame("trends/active", **_days(choices), by_day=True, step=step).to_dict("records")
    return {row["day"].isoformat()[:10]: int(row[column]) for row in rows}


def _values(choices: Choices, now: datetime, of: Headline) -> dict[str, Any]:
    """What that question takes. The moment is a whole minute, so that an answer can be remembered for one."""
    moment = now.replace(second=0, microsecond=0)
    places = {name: value for name, value in _days(choices).items() if not name.endswith("_day")}
    zone = choices.timezone
    instants = {
        "since": day_start(choices["from"] or EARLIEST, zone),
        "until": day_end(min(choices["to"] or LATEST, LATEST.replace(year=9000)), zone),
    }
    return {
        "trends/active": _days(choices) | {"by_day": False, "step": "day"},
        "trends/escalated": _days(choices) | instants,
        "trends/waits": places | instants,
        "trends/mutes_ended": places | instants | {"now": moment},
        "trends/muted_now": places | {"now": moment},
    }[of.question]


def _days(choices: Choices) -> dict[str, Any]:
    places = {f"{name}s": list(choices[name]) if choices[name] else None for name in ("channel", "language")}
    return places | {"first_day": choices["from"] or EARLIEST, "last_day": choices["to"] or LATEST}
