"""All numbers of Trends as tables, for the workbook: what each is about, its columns and its rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from convdata.columns import (
    ALERTS,
    BACK,
    BEFORE,
    CHANNEL,
    DAY,
    HOURS,
    LANGUAGE,
    MARKED,
    NUMBERS,
    RATES,
    TEXT,
    TOPICS,
    Column,
    Row,
)
from convdata.report import as_mark
from convdata.stats import CONVERSATIONS, MESSAGES
from convdata.timeline import is_whole

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """One table. ``about`` says in a sentence what its rows are."""

    title: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    def values(self) -> Iterator[list[Any]]:
        """The rows, each as its columns have it."""
        for row in self.rows:
            yield [column.of(row) for column in self.columns]


def tables(found: Found) -> Iterable[Table]:
    """Every table of the page. ``found`` is what report.py gives, with its ``splits``."""
    step, today = found["step"], date.fromisoformat(found["today"])
    named = (CHANNEL, LANGUAGE)
    day = (Column(step.capitalize(), DAY, lambda r: date.fromisoformat(r["day"])),)
    whole = (Column("Whole", TEXT, lambda r: "yes" if is_whole(as_mark(r, found), step, today) else "no"),)
    yield Table("Numbers", "The cards, beside the equal period before.", NUMBERS, found["numbers"])
    for title, columns, rows in (
        ("By channel", named[:1], found["tables"]["channel"]),
        ("By language", named[1:], found["tables"]["language"]),
        ("By channel and language", named, found["tables"]["channel_language"]),
    ):
        yield Table(title, f"{MESSAGES.title} and {CONVERSATIONS.title}.", (*columns, *RATES, *BEFORE), rows)
    over = f"Each {step} that has a message with a verdict; not whole: not over yet, or cut off by the period."
    yield Table(f"By {step}", over, (*day, *RATES, *whole), found["over_time"])
    for of, column in zip(("channel", "language"), named, strict=True):
        if of in found.get("splits", {}):
            yield Table(f"By {step} and {of}", over, (*day, column, *RATES, *whole), found["splits"][of])
    yield Table("Busiest hours", "Eligible messages by weekday and hour, all weeks together.", HOURS, found["hours"])
    yield Table(
        "Top topics",
        "What was not understood most often, put together by what it says.",
        TOPICS,
        found["topics"]["first"],
    )
    yield Table(
        "Coming back",
        "Customers first seen in a week, and those of them active in later weeks.",
        BACK,
        found["coming_back"],
    )
    yield Table("Marked days", "Days marked on the charts.", MARKED, found["markers"])
    yield Table("Alerts", "Every alert, and how it stands.", ALERTS, found["alerts"])
