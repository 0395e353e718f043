"""What the columns of the tables of Trends are called, what they hold, and how their values are found in a row.

A share of too few is left empty, as in the tables of the page: whoever sorts a column must not find noise on top.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from convdata.channels import channel, language_title
from convdata.failings import WEEKDAYS
from convdata.intervals import FEW, changed, wilson
from convdata.stats import CONVERSATIONS, MESSAGES, Measure
from convdata.vocabulary import ReviewState

Row = Mapping[str, Any]
TEXT, COUNT, SHARE, DAY, POINTS = "text", "count", "share", "day", "points"  # what a column holds


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, and how its value is found in a row."""

    name: str
    kind: str
    of: Callable[[Row], Any]


def _count(name: str, key: str, within: str = "") -> Column:
    return Column(name, COUNT, lambda row: (row[within] or {}).get(key) if within else row[key])


def _text(name: str, key: str) -> Column:
    return Column(name, TEXT, lambda row: row[key] or "")


def _share(part: Any, whole: Any) -> float | None:
    return part / whole if whole is not None and whole >= FEW else None


def _between(part: Any, whole: Any) -> tuple[float | None, float | None]:
    return (wilson(part, whole) or (None, None)) if whole is not None and whole >= FEW else (None, None)


def _rate(name: str, part: str, whole: str) -> tuple[Column, ...]:
    """A share and its interval."""
    return (
        Column(name, SHARE, lambda r: _share(r[part], r[whole])),
        Column(f"{name}, low", SHARE, lambda r: _between(r[part], r[whole])[0]),
        Column(f"{name}, high", SHARE, lambda r: _between(r[part], r[whole])[1]),
    )


def _pair(number: Row, counts: str) -> tuple[Any, Any]:
    """Part and whole of a number that has them; of a count alone there is no whole."""
    held = [value for name, value in (number[counts] or {}).items() if name != "median_seconds"]
    return (*held, None, None)[0], (*held, None, None)[1]


def _number_share(number: Row, counts: str) -> float | None:
    return _share(*_pair(number, counts)) if number["kind"] == "share" else None


def _moved(row: Row, measure: Measure) -> tuple[float | None, str]:
    """The change in points against the period before, and whether chance does not explain it."""
    now, was = ((row[f"{measure.part}{of}"], row[f"{measure.whole}{of}"]) for of in ("", "_before"))
    if was[1] is None or min(now[1], was[1]) < FEW:
        return None, ""
    return (now[0] / now[1] - was[0] / was[1]) * 100, "yes" if changed(was, now) else "no"


def _before(part: str, whole: str, rate: str, of: str, measure: Measure) -> tuple[Column, ...]:
    """What a rate was in the period before, and how it moved."""
    names = f"{measure.part}_before", f"{measure.whole}_before"
    return (
        _count(part, names[0]),
        _count(whole, names[1]),
        Column(rate, SHARE, lambda r: _share(r[names[0]], r[names[1]])),
        Column(f"Change, points{of}", POINTS, lambda r: _moved(r, measure)[0]),
        Column(f"Beyond chance{of}", TEXT, lambda r: _moved(r, measure)[1]),
    )


def _channel(row: Row) -> str:
    return channel(row["channel"] or "").title


def _language(row: Row) -> str:
    return language_title(row["language"])


def _interval(number: Row, end: int) -> float | None:
    return _between(*_pair(number, "counts"))[end] if number["kind"] == "share" else None


NUMBERS = (
    _text("Number", "title"),
    _text("Now", "value"),
    _text("Before", "before"),
    _text("Change", "change"),
    Column("Beyond chance", TEXT, lambda n: {True: "yes", False: "no", None: ""}[n["beyond_chance"]]),
    Column("Count", COUNT, lambda n: _pair(n, "counts")[0]),
    Column("Of", COUNT, lambda n: _pair(n, "counts")[1]),
    Column("Share", SHARE, lambda n: _number_share(n, "counts")),
    Column("Share, low", SHARE, lambda n: _interval(n, 0)),
    Column("Share, high", SHARE, lambda n: _interval(n, 1)),
    _count("Median, seconds", "median_seconds", "counts"),
    Column("Count before", COUNT, lambda n: _pair(n, "counts_before")[0]),
    Column("Of before", COUNT, lambda n: _pair(n, "counts_before")[1]),
    Column("Share before", SHARE, lambda n: _number_share(n, "counts_before")),
    _count("Median before, seconds", "median_seconds", "counts_before"),
    _text("Definition", "definition"),
)
RATES = (
    _count("Not understood", MESSAGES.part),
    _count("Messages", MESSAGES.whole),
    *_rate("Rate", MESSAGES.part, MESSAGES.whole),
    _count("Conversations not understood", CONVERSATIONS.part),
    _count("Conversations", CONVERSATIONS.whole),
    *_rate(CONVERSATIONS.title, CONVERSATIONS.part, CONVERSATIONS.whole),
)
BEFORE = (
    *_before("Not understood before", "Messages before", "Rate before", "", MESSAGES),
    *_before(
        "Conversations not understood before",
        "Conversations before",
        f"{CONVERSATIONS.title} before",
        f", {CONVERSATIONS.title.lower()}",
        CONVERSATIONS,
    ),
)
CHANNEL, LANGUAGE = Column("Channel", TEXT, _channel), Column("Language", TEXT, _language)
HOURS = (
    Column("Weekday", TEXT, lambda r: WEEKDAYS[r["weekday"]]),
    _count("Hour", "hour"),
    _count("Messages", "eligible"),
    _count("Not understood", "not_understood"),
    Column("Rate", SHARE, lambda r: _share(r["not_understood"], r["eligible"])),
    _count("Conversations not understood", "conversations"),
)
TOPICS = (
    _text("Topic", "text"),
    _text("Language", "language"),
    _count("Customers", "customers"),
    _count("Messages", "messages"),
    Column("Share", SHARE, lambda r: r["share"]),
    Column("State", TEXT, lambda r: ReviewState(r["state"]).label if r["state"] else ""),
)
BACK = (
    Column("First seen, week of", DAY, lambda r: date.fromisoformat(r["first_seen"])),
    _count("Weeks later", "weeks_later"),
    _count("Customers", "customers"),
    _count("Active", "active"),
    Column("Share", SHARE, lambda r: r["share"]),
)
MARKED = (Column("Day", DAY, lambda r: date.fromisoformat(r["day"])), _text("What", "text"))
ALERTS = (
    _text("Alert", "alert"),
    Column("Fires", TEXT, lambda r: "yes" if r["fires"] else "no"),
    _text("Numbers", "said"),
    Column("From", DAY, lambda r: date.fromisoformat(r["from"])),
    Column("To", DAY, lambda r: date.fromisoformat(r["to"])),
    _count("Count", "part", "counts"),
    _count("Of", "whole", "counts"),
    _count("Count before", "part_before", "counts"),
    _count("Of before", "whole_before", "counts"),
)
