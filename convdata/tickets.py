"""What somebody has asked to download, until their browser fetches it: a ticket nobody can guess, good once and briefly.
And the passes of pages that are open, which are told when something changes; and which sign-ins were ended.

Kept in this process alone. The file is made when the ticket is shown, with what its bearer may do at that moment.
"""

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from convdata.errors import MisheardError, NotForYou
from convdata.rights import Actor

GOOD_FOR = timedelta(minutes=2)
MOST = 5_000  # tickets that wait; beyond that the oldest are forgotten


@dataclass(frozen=True)
class Parcel:
    """A file that waits to be made. ``now_by`` says who asked for it, as their roles are by now, or raises. ``proof`` is
    of the sign-in of the browser that asked (``sign_in.proof_of``); no other gets it.
    """

    make: Callable[[], bytes]
    file_name: str
    mime: str
    by: Actor
    now_by: Callable[[], Actor]
    proof: str = ""

    def opened(self) -> bytes:
        """The file. Raises NotForYou for somebody who may less by now, and what making it raises."""
        if not self.by.rights <= self.now_by().rights:
            raise NotForYou("Your role has changed since you asked for this; load the page anew.")
        return self.make()


class Tickets:
    """Thread-safe. What is kept of a ticket is its hash: who reads this memory cannot use it."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, tuple[datetime, Parcel]] = {}
        self._lock = threading.Lock()

    def leave(self, parcel: Parcel, now: datetime) -> str:
        """The ticket for a file that somebody has just asked for."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            for old in [one for one, (until, _) in self._waiting.items() if until <= now]:
                del self._waiting[old]
            while len(self._waiting) >= MOST:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[_hash(ticket)] = (now + GOOD_FOR, parcel)
        return ticket

    def take(self, ticket: str, now: datetime) -> Parcel | None:
        """What the ticket is for; None for one that is unknown, used or too old."""
        with self._lock:
            until, parcel = self._waiting.pop(_hash(ticket), (now, None))
        return parcel if until > now else None


class Passes:
    """What an open page shows to be told that something changed: good for as long as its reader is let in. Thread-safe."""

    def __init__(self) -> None:
        self._given: dict[bytes, tuple[datetime, Callable[[], Actor]]] = {}
        self._lock = threading.Lock()

    def give(self, now_by: Callable[[], Actor], until: datetime, now: datetime) -> str:
        word = secrets.token_urlsafe(32)
        with self._lock:
            self._given = {one: given for one, given in self._given.items() if given[0] > now}
            while len(self._given) >= MOST:
                del self._given[next(iter(self._given))]
            self._given[_hash(word)] = (until, now_by)
        return word

    def are_good(self, word: str, now: datetime) -> bool:
        """Whether its bearer is somebody who is let in now."""
        with self._lock:
            until, now_by = self._given.get(_hash(word), (now, None))
        if now_by is None or until <= now:
            return False
        try:
            now_by()
        except MisheardError:
            return False
        return True


class SignedOut:
    """Sign-ins that were ended before their time: the other tabs of that browser are out too. Thread-safe.

    Kept in this process alone. A browser that was signed out has lost its cookie; only somebody who has copied it would
    be let in again after a restart, and until the sign-in is over by itself.
    """

    def __init__(self) -> None:
        self._until: dict[bytes, datetime] = {}
        self._lock = threading.Lock()

    def note(self, sign_in: str, until: datetime, now: datetime) -> None:
        with self._lock:
            self._until = {one: at for one, at in self._until.items() if at > now}
            self._until[_hash(sign_in)] = until

    def __contains__(self, sign_in: str) -> bool:
        return _hash(sign_in) in self._until


TICKETS = Tickets()
PASSES = Passes()
SIGNED_OUT = SignedOut()


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()
