"""Lengths of time as people say them."""

from datetime import timedelta


def in_words(length: timedelta) -> str:
    """ "40 s", "3 min", "2 h 5 min", "4 days"."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 2 * 1440:
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes // 1440} days"
