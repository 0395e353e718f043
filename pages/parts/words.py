"""How the words of the product look: names, statuses, channels, times. Only our own text passes through here."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from convdata.vocabulary import Status

# A picture of our own: an icon by name would make the browser ask a foreign host for it.
ICON = str(Path(__file__).parent / "icon.png")
LOGO = str(Path(__file__).parent / "logo.svg")

# (light, dark), checked for 4.5:1 as text against the ground; always shown together with the word.
STATUS_COLORS = {
    Status.OK: ("#47695A", "#9CBFAD"),
    Status.NOT_UNDERSTOOD: ("#8A5200", "#F0B35C"),
    Status.NEED_HELP: ("#A92A22", "#F58F86"),
}
STATUS_MARKDOWN = {Status.OK: "green", Status.NOT_UNDERSTOOD: "orange", Status.NEED_HELP: "red"}


class Person(Protocol):
    """Whatever carries a customer's names."""

    first_name: str | None
    last_name: str | None
    customer_id: str


def name(person: Person) -> str:
    """A customer's name, or "Anonymous" with a short id (product rule 6). Customers' text: show it literally."""
    full = " ".join(part.strip() for part in (person.first_name, person.last_name) if part and part.strip())
    return full or f"Anonymous · {short_id(person.customer_id)}"


def short_id(customer_id: str) -> str:
    return customer_id if len(customer_id) <= 10 else f"…{customer_id[-6:]}"


def initials(person: Person) -> str:
    letters = [part.strip()[0] for part in (person.first_name, person.last_name) if part and part.strip()]
    return "".join(letters).upper() or "–"


def ago(when: datetime, now: datetime) -> str:
    """How long ago, in the one unit that matters."""
    seconds = (now - when).total_seconds()
    if seconds < 60:
        return "now"
    for unit, size in (("min", 60), ("h", 3600), ("d", 86400)):
        if seconds < size * {"min": 60, "h": 24, "d": 14}[unit]:
            return f"{int(seconds // size)} {unit} ago"
    return f"{when.day} {when:%b %Y}"


def waiting(since: datetime, now: datetime) -> str:
    """How long somebody has waited: "waits 3 h", "since 4 Aug 2026"."""
    length = ago(since, now).removesuffix(" ago")
    if length == "now":
        return length
    return f"since {length}" if length[-1].isdigit() else f"waits {length}"


def left(until: datetime, now: datetime) -> str:
    """What is left of a mute: "3 h 12 min left"."""
    minutes = max(0, int((until - now) / timedelta(minutes=1)))
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min left" if minutes else f"{hours} h left"
    return f"{minutes} min left" if minutes else "less than a minute left"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 customer", "1,204 customers"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
