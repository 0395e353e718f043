"""Who comes back: customers by the week in which they were first seen, and how many of them were active in each later one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.marks import step_start
from convdata.periods import day_end, day_start
from convdata.stats import Asks, places

MOST = 12  # weeks
WEEK = timedelta(days=7)
DEFINITION = (
    "Of the customers first seen in a week, how many were active in it and in each later week: they wrote, on which the bot "
    "gave a verdict, or clicked a button. Weeks are whole weeks from Monday, also where the period cuts them off."
)


@dataclass(frozen=True)
class Cohort:
    """The customers first seen in the week from ``week`` on; ``active`` are those of each week from then, as far as there are weeks."""

    week: date
    customers: int
    active: tuple[int, ...]

    @property
    def few(self) -> bool:
        return self.customers < FEW

    def opened_by(self, later: int, choices: Choices) -> Choices:
        """The Customers list of exactly those who were active so many weeks later."""
        active = self.week + later * WEEK
        return Choices({}, choices.timezone).but(
            channel=choices["channel"],
            language=choices["language"],
            first_from=self.week,
            first_to=self.week + WEEK - timedelta(days=1),
            wrote_from=active,
            wrote_to=active + WEEK - timedelta(days=1),
        )


def cohorts(asks: Asks, choices: Choices, today: date) -> list[Cohort]:
    """The weeks that the period touches, twelve at most, that have somebody first seen in them; none of them in the future."""
    last = step_start(min(choices["to"], today), "week")
    first = max(step_start(choices["from"], "week"), last - (MOST - 1) * WEEK)
    weeks = [first + n * WEEK for n in range((last - first) // WEEK + 1)]
    if not weeks:
        return []
    zone = choices.timezone
    rows = asks.ask_frame(
        "trends/returning",
        week_days=weeks,
        week_since=[day_start(week, zone) for week in weeks],
        week_until=[day_end(week + WEEK - timedelta(days=1), zone) for week in weeks],
        first_day=first,
        last_day=last + WEEK - timedelta(days=1),
        **places(choices),
    ).to_dict("records")
    sizes: dict[date, int] = {}
    active: dict[tuple[date, date], int] = {}
    for row in rows:
        week = _day(row["week"])
        sizes[week] = int(row["customers"])
        if row["active"]:
            active[week, _day(row["active_week"])] = int(row["active"])
    return [
        Cohort(week, sizes[week], tuple(active.get((week, later), 0) for later in weeks if later >= week))
        for week in weeks
        if week in sizes
    ]


def as_rows(found: Sequence[Cohort]) -> list[dict[str, Any]]:
    """A row for each cell, for a table or a file."""
    return [
        {
            "first_seen": cohort.week.isoformat(),
            "weeks_later": later,
            "customers": cohort.customers,
            "active": active,
            "share": None if cohort.few else active / cohort.customers,
        }
        for cohort in found
        for later, active in enumerate(cohort.active)
    ]


def _day(value: Any) -> date:
    return date.fromisoformat(value.isoformat()[:10])
