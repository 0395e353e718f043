"""When it is busiest: the hours of the week on the dashboard's clock, also across the days of 23 and 25 hours."""

from typing import Any

from convdata.clocks import in_quarters
from convdata.filters import Choices
from convdata.stats import Asks, instants, places

DEFINITION = "Eligible messages by the weekday and the hour in which they were sent, all weeks of the period together."


def hours(asks: Asks, choices: Choices) -> list[dict[str, Any]]:
    """A row for each hour of the week that has an eligible message: weekday (Monday is 0), hour, eligible, not_understood."""
    quarters = in_quarters(*instants(choices), choices.timezone)
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
    since, until = instants(choices)
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
        **places(choices),
        **values,
    )
    return [{str(name): int(value) for name, value in row.items()} for row in found.to_dict("records")]
