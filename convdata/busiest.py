"""When it is busiest: the hours of the week on the dashboard's clock, also across the days of 23 and 25 hours."""

from typing import Any

from convdata.clocks import in_quarters
from convdata.filters import Choices
from convdata.periods import day_end, day_start
from convdata.stats import EARLIEST, LATEST, Asks

DEFINITION = "Eligible messages by the weekday and the hour in which they were sent, all weeks of the period together."


def hours(asks: Asks, choices: Choices) -> list[dict[str, Any]]:
    """A row for each hour of the week that has an eligible message: weekday (Monday is 0), hour, eligible, not_understood."""
    return _asked(asks, "trends/hours", choices)


def opening(asks: Asks, choices: Choices) -> dict[tuple[int, int], int]:
    """How many conversations have something in that hour of the week that was not understood: what a cell opens."""
    return {(row["weekday"], row["hour"]): row["conversations"] for row in _asked(asks, "trends/hours_failed", choices)}


def opened_by(weekday: int, hour: int, choices: Choices) -> Choices:
    """The Customers list of exactly those conversations."""
    return Choices({}, choices.timezone).but(
        channel=choices["channel"],
        failed_language=choices["language"],
        failed_from=choices["from"],
        failed_to=choices["to"],
        failed_hour=(f"{weekday}-{hour}",),
    )


def _asked(asks: Asks, path: str, choices: Choices) -> list[dict[str, Any]]:
    zone = choices.timezone
    since = day_start(choices["from"] or EARLIEST, zone)
    until = day_end(min(choices["to"] or LATEST, LATEST.replace(year=2100)), zone)
    found = asks.ask_frame(
        path,
        since=since,
        until=until,
        channels=list(choices["channel"]) if choices["channel"] else None,
        languages=list(choices["language"]) if choices["language"] else None,
        **in_quarters(since, until, zone),
    )
    return [{str(name): int(value) for name, value in row.items()} for row in found.to_dict("records")]
