"""When it is busiest: the hours of the week on the dashboard's clock, also across the days of 23 and 25 hours."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from convdata.filters import Choices
from convdata.periods import day_end, day_start
from convdata.stats import EARLIEST, LATEST, Asks

QUARTER = timedelta(minutes=15)  # what every zone's distance from UTC is a multiple of
EPOCH = datetime(1970, 1, 1)
DEFINITION = "Eligible messages by the weekday and the hour in which they were sent, all weeks of the period together."


def hours(asks: Asks, choices: Choices) -> list[dict[str, Any]]:
    """A row for each hour of the week that has an eligible message: weekday (Monday is 0), hour, eligible, not_understood."""
    zone = choices.timezone
    since = day_start(choices["from"] or EARLIEST, zone)
    until = day_end(min(choices["to"] or LATEST, LATEST.replace(year=2100)), zone)
    spans = shifts(since, until, zone)
    found = asks.ask_frame(
        "trends/hours",
        since=since,
        until=until,
        channels=list(choices["channel"]) if choices["channel"] else None,
        languages=list(choices["language"]) if choices["language"] else None,
        first_quarters=[_quarter(first) for first, _, _ in spans],
        end_quarters=[_quarter(end) for _, end, _ in spans],
        shifts=[shift // QUARTER for _, _, shift in spans],
    )
    return [{str(name): int(value) for name, value in row.items()} for row in found.to_dict("records")]


def shifts(since: datetime, until: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime, timedelta]]:
    """The half-open spans between those instants (UTC) in which a zone keeps one distance from UTC."""
    spans: list[tuple[datetime, datetime, timedelta]] = []
    first = at = since
    while at < until:
        following = min(at + timedelta(days=1), until)
        if _shift(following - QUARTER, zone) != _shift(at, zone):
            following = at
            while _shift(following, zone) == _shift(at, zone):
                following += QUARTER
        if following >= until or _shift(following, zone) != _shift(first, zone):
            spans.append((first, following, _shift(first, zone)))
            first = following
        at = following
    return spans


def _shift(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()


def _quarter(instant: datetime) -> int:
    return (instant - EPOCH) // QUARTER
