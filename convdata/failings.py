"""Conversations by one message that the bot did not understand: the hour of the week at which it came, the topic it is about.

All of ``failed_…`` must hold for that one message, its day and its language too.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from convdata.clocks import hour_of_week
from convdata.periods import day_end, day_start

HOURS = {f"{weekday}-{hour}": (weekday, hour) for weekday in range(7) for hour in range(24)}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # what events may have, and what anybody asks for

_AT = """customers.customer_key in (
    select messages.customer_key
    from messages
    join (
        select unnest(cast(:failed_hour_first as timestamp[])) as first_at, unnest(cast(:failed_hour_end as timestamp[])) as end_at
    ) as hours on messages.sent_at >= hours.first_at and messages.sent_at < hours.end_at
    where messages.sender = 'user' and messages.countable and messages.understood = false
      and messages.sent_at >= cast(:failed_since as timestamp) and messages.sent_at < cast(:failed_until as timestamp){in_language}
)"""
_ABOUT = """customers.customer_key in (
    select review_members.customer_key
    from review_members
    where review_members.kind = 'failed' and cast(review_members.group_id as varchar) in ({topics})
      and review_members.sent_at >= cast(:failed_since as timestamp)
      and review_members.sent_at < cast(:failed_until as timestamp){in_language}
)"""


def hour_in_words(hour: str) -> str:
    """ "0-9" is "Monday 9:00 to 10:00"."""
    weekday, number = HOURS[hour]
    return f"{WEEKDAYS[weekday]} {number}:00 to {number + 1}:00"


def conditions(chosen: Mapping[str, Any]) -> list[str]:
    """The picking as SQL on ``customers``; holds nothing but our own text."""
    found = []
    if chosen.get("failed_hour"):
        found.append(_AT.format(in_language=_in_language(chosen, "coalesce(messages.language, 'und')")))
    if chosen.get("failed_topic"):
        topics = ", ".join(f":failed_topic_{i}" for i in range(len(chosen["failed_topic"])))
        found.append(_ABOUT.format(topics=topics, in_language=_in_language(chosen, "review_members.language")))
    return found


def bound(chosen: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The values for them, beside those that each filter binds itself."""
    if not (chosen.get("failed_hour") or chosen.get("failed_topic")):
        return {}
    since = day_start(chosen.get("failed_from") or EARLIEST, zone)
    until = day_end(min(chosen.get("failed_to") or LATEST, LATEST), zone)
    values: dict[str, Any] = {"failed_since": since, "failed_until": until}
    if chosen.get("failed_hour"):
        spans = [span for hour in chosen["failed_hour"] for span in hour_of_week(*HOURS[hour], since, until, zone)]
        values |= {"failed_hour_first": [first for first, _ in spans], "failed_hour_end": [end for _, end in spans]}
    return values


def _in_language(chosen: Mapping[str, Any], column: str) -> str:
    names = ", ".join(f":failed_language_{i}" for i in range(len(chosen.get("failed_language") or ())))
    return f"\n      and {column} in ({names})" if names else ""
