"""When it is busiest: the hours of the week on the dashboard's clock, also across the days of 23 and 25 hours."""

from datetime import datetime
from typing import Any

from convdata.clocks import in_quarters
from convdata.filters import Choices
from convdata.periods import day_end, day_start
from convdata.stats import EARLIEST, LATEST, Asks

DEFINITION = "Eligible messages by the weekday and the hour in which they were sent, all weeks of the period together."


def hours(asks: Asks, choices: Choices) -> list[dict[str, Any]]:
    """A row for each hour of the week that has an eligible message: weekday (Monday is 0), hour, eligible, not_understood."""
    quarters = in_quarters(*_instants(choices), choices.timezone)
    return _asked(
        asks,
        "trends/hours",
        choices,
        first_quarter=quarters["first_quarters"][0],
        end_quarter=quarters["end_quarters"][-1],
        **quarters,
    )


def opening(asks: Asks, choices: Choices) -> dict[tuple[int, int], int]:
    """How many conversations have something in that hour of the week that was not understood: what a cell opens."""
    since, until = _instants(choices)
    rows = _asked(
        asks,
        "trends/hours_failed",
        choices,
        since=since,
        until=until,
        **in_quarters(since, until, choices.timezone),
    )
    return {(row["weekday"], row["hour"]): row["conversations"] for row in rows}


def opened_by(weekday: int, hour: int, choices: Choices) -> Choices:
    """The Customers list of exactly those conversations."""
    return Choices({}, choices.timezone).but(
        channel=choices["channel"],
        failed_language=choices["language"],
        failed_from=choices["from"],
        failed_to=choices["to"],
        failed_hour=(f"{weekday}-{hour}",),
    )


def _asked(asks: Asks, path: str, choices: Choices, **values: Any) -> list[dict[str, Any]]:
    found = asks.ask_frame(
        path,
        channels=list(choices["channel"]) if choices["channel"] else None,
        languages=list(choices["language"]) if choices["language"] else None,
        **values,
    )
    return [{str(name): int(value) for name, value in row.items()} for row in found.to_dict("records")]


def _instants(choices: Choices) -> tuple[datetime, datetime]:
    zone = choices.timezone
    last = min(choices["to"] or LATEST, LATEST.replace(year=2100))
    return day_start(choices["from"] or EARLIEST, zone), day_end(last, zone)
