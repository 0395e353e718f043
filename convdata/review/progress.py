"""How far the trainers are: this week's failures decided, by whom, how far they agree, and whether fixes held."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from convdata.database import Row, Store
from convdata.periods import day_start
from convdata.review.queue import WEEKS, Wanted, latest_week
from convdata.vocabulary import ReviewKind


class Progress(NamedTuple):
    """The week so far."""

    messages: int
    decided: int
    deciders: Sequence[Row]
    both_decided: int
    agreed: int


def of_the_week(store: Store, today: date) -> Progress:
    """Since Monday: how many failures there were, how many of them are in groups that are decided."""
    zone = store.settings.timezone
    monday = day_start(today - timedelta(days=today.weekday()), zone)
    row = store.ask_one("review/progress", kind=ReviewKind.FAILED, since=monday)
    both = store.ask_one("review/agreement")
    deciders = store.ask("review/deciders", since=monday)
    assert row is not None
    assert both is not None
    return Progress(row.messages, row.decided, deciders, both.groups, both.agreed)


def board(store: Store, today: date) -> Sequence[Row]:
    """Failures per week by how their group stands now: fixed, came back, decided, new, ignored; the last twelve weeks."""
    everything = store.ask_one("review/all_failures", kind=ReviewKind.FAILED, **Wanted().bound())
    first = latest_week(today, everything.last_at if everything else None) - timedelta(weeks=WEEKS - 1)
    return store.ask("review/board", kind=ReviewKind.FAILED, since=datetime(first.year, first.month, first.day))
