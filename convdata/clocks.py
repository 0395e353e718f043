"""What a zone's clocks show: its distance from UTC over time, and the instants of an hour of the week.

Days of 23 and 25 hours come out right by themselves: every span in which the distance stays the same is looked at alone.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)  # what every zone's distance from UTC is a multiple of
EPOCH = datetime(1970, 1, 1)
HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime, timedelta]


@lru_cache(maxsize=64)
def shifts(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[Span, ...]:
    """The half-open spans between those instants (UTC) in which a zone keeps one distance from UTC."""
    spans: list[Span] = []
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
    return tuple(spans)


def in_quarters(since: datetime, until: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The same spans as quarters of an hour since 1970, in columns, for questions that turn instants into local time."""
    spans = shifts(since, until, zone)
    return {
        "first_quarters": [(first - EPOCH) // QUARTER for first, _, _ in spans],
        "end_quarters": [(end - EPOCH) // QUARTER for _, end, _ in spans],
        "shifts": [shift // QUARTER for _, _, shift in spans],
    }


def hour_of_week(
    weekday: int, hour: int, since: datetime, until: datetime, zone: ZoneInfo
) -> list[tuple[datetime, datetime]]:
    """The half-open spans (UTC) in which clocks there show that hour of that weekday (Monday is 0)."""
    found = []
    for first, end, shift in shifts(since, until, zone):
        day = (first + shift).replace(hour=0, minute=0, second=0, microsecond=0)
        day += timedelta(days=(weekday - day.weekday()) % 7)
        # The weekday before may reach into the span with the hour that is looked for.
        at = day + hour * HOUR - shift
        while at < end:
            if at + HOUR > first:
                found.append((max(at, first), min(at + HOUR, end)))
            at += timedelta(days=7)
    return found


def _shift(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()
