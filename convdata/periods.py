"""Days of the dashboard's one time zone as instants. Periods are half-open; a day has 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now_utc() -> datetime:
    """This moment, UTC, without zone: as all times inside. For the edges only (page, route, command line)."""
    return datetime.now(UTC).replace(tzinfo=None)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC, without zone) at which that day begins there."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """The first instant that is no longer that day."""
    return day_start(day + timedelta(days=1), zone)


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """A stored instant on the dashboard's clock."""
    return instant.replace(tzinfo=UTC).astimezone(zone)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()
