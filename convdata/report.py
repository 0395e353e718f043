"""A period in one document: all of Trends beside the period before, for the digest, the printed page and the workbook.

Every number is the answer of the question that the page itself asks, and each question is asked once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from convdata.alerts import alerts
from convdata.busiest import hours, opening
from convdata.channels import channel, language_title
from convdata.database import Store
from convdata.filters import Choices
from convdata.firing import standings
from convdata.intervals import FEW
from convdata.markers import markers
from convdata.marks import Mark, drawn_part, mark_of, step_for
from convdata.numbers import numbers
from convdata.periods import local_day
from convdata.returning import as_rows, cohorts
from convdata.rights import Actor, Right, require
from convdata.stats import MEASURES, MESSAGES, OF_MESSAGES, Asks, Measure, before, covered, table
from convdata.topics import topics
from convdata.vocabulary import UNDETERMINED

TABLES = {"channel": ("channel",), "language": ("language",), "channel_language": ("channel", "language")}
SPLITS = ("channel", "language")
COUNTED = tuple(name for measure in MEASURES.values() for name in (measure.part, measure.whole))
Row = dict[str, Any]


class Once:
    """A store's answers while one document is made: what is needed twice is asked once, and says the same."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self._told: dict[str, pd.DataFrame] = {}

    def ask_frame(self, path: str, choices: Choices | None = None, **values: Any) -> pd.DataFrame:
        """As the store answers it; nobody changes what it is given."""
        asked = repr((path, choices, sorted(values.items())))
        if asked not in self._told:
            self._told[asked] = self._asks.ask_frame(path, choices, **values)
        return self._told[asked]


def report(store: Store, choices: Choices, now: datetime, *, by: Actor, measure: Measure = MESSAGES) -> Row:
    """All of it, as JSON can say it. ``choices`` name both days of the period; only days, channel and language count.
    ``measure`` is the one of the two rates that is drawn.
    """
    require(by, Right.READ_TRENDS)
    choices = choices.but(**{name: None for name in choices.chosen if name not in OF_MESSAGES})
    asks, today, earlier = Once(store), local_day(now, choices.timezone), before(choices)
    first, last, step = drawn(asks, choices, today)
    found = topics(store, choices, by=by)
    whole_share = found.messages if found.messages >= FEW else None
    # Alerts look at whole days: those up to the end of the period, or to yesterday.
    ends = min(choices["to"], today - timedelta(days=1))
    return {
        "from": choices["from"].isoformat(),
        "to": choices["to"].isoformat(),
        "measure": measure.key,
        "before": {
            "from": earlier["from"].isoformat(),
            "to": earlier["to"].isoformat(),
            "whole": covered(asks, choices),  # else nothing is compared with it
        },
        "timezone": choices.timezone.key,
        "filters": {name: list(choices[name]) for name in SPLITS if choices[name]},
        "made_at": now.isoformat(timespec="seconds") + "Z",
        "today": today.isoformat(),
        "numbers": numbers(asks, choices, now),
        "tables": {name: _beside(asks, choices, earlier, by) for name, by in TABLES.items()},
        "alerts": [s.as_json() for s in standings(asks, alerts(store), ends, choices.timezone, now)],
        "step": step,
        "drawn": {"from": first.isoformat(), "to": last.isoformat()},
        "over_time": table(asks, choices, ["day"], step),
        "hours": _hours(asks, choices),
        "topics": {
            "messages": found.messages,
            "first": [
                {
                    "text": t.text,
                    "language": t.spoken or None,
                    "messages": t.messages,
                    "customers": t.customers,
                    "share": t.messages / whole_share if whole_share else None,
                    "state": t.state if t.group_id else None,
                }
                for t in found.first
            ],
        },
        "coming_back": as_rows(cohorts(asks, choices, today)),
        "markers": [
            {"day": row.day.isoformat(), "text": row.text} for row in markers(store, choices["from"], choices["to"])
        ],
    }


def splits(store: Store, choices: Choices, step: str) -> dict[str, list[Row]]:
    """The rates over time of each channel and of each language: too long for a page, not for a workbook."""
    return {of: _named(table(store, choices, ["day", of], step)) for of in SPLITS}


def drawn(asks: Asks, choices: Choices, today: date) -> tuple[date, date, str]:
    """The part of the period that is drawn, and in which step."""
    known = asks.ask_frame("trends/known")
    if known.empty:
        return choices["from"], choices["to"], step_for(choices["from"], choices["to"])
    return drawn_part(choices, known["first_day"].min(), max(today, known["last_day"].max()))


def running(found: Mapping[str, Any]) -> str:
    """What is said of a period that is not over: the day that runs is compared with a whole one."""
    return " (today so far)" if found["to"] >= found["today"] else ""


def titled(topic: Mapping[str, Any], every: Sequence[Mapping[str, Any]]) -> str:
    """The words of a topic, with its language where another one has the same words."""
    same = sum(other["text"] == topic["text"] for other in every) > 1
    return f"{topic['text']} ({topic['language']})" if same and topic["language"] else topic["text"]


def as_mark(row: Mapping[str, Any], found: Mapping[str, Any]) -> Mark:
    """A row of a table as what a chart draws."""
    first, last = date.fromisoformat(found["from"]), date.fromisoformat(found["to"])
    return mark_of(row, MEASURES[found["measure"]], first, last, found["step"])


def _beside(asks: Asks, choices: Choices, earlier: Choices, by: Sequence[str]) -> list[Row]:
    """The rows of a table, each with its counts of the period before; what there was only then has no row. No counts where
    that period is not a whole one.
    """
    whole = covered(asks, choices)
    was = {tuple(row[name] for name in by): row for row in (table(asks, earlier, by) if whole else ())}
    rows = _named(table(asks, choices, by))
    for row in rows:
        then = was.get(tuple(row[name] for name in by), {})
        row |= {f"{name}_before": then.get(name, 0) if whole else None for name in COUNTED}
    return rows


def _hours(asks: Asks, choices: Choices) -> list[Row]:
    opens = opening(asks, choices)
    return [row | {"conversations": opens.get((row["weekday"], row["hour"]), 0)} for row in hours(asks, choices)]


def _named(rows: list[Row]) -> list[Row]:
    for row in rows:
        words = []
        if "channel" in row:
            words.append(channel(row["channel"] or "").title)
        if "language" in row:
            words.append(language_title(row["language"] or UNDETERMINED))
        row["title"] = " · ".join(words)
    return rows
