"""Who is in front of the webchat's widget now (product rule 10).

A browser says every 25 seconds that it is there; who was heard of within a minute and has not left is there. When
somebody comes, turns away or leaves is written at once. That somebody is still there is remembered in this process, and
on Postgres, where another process may want to know, written for all together now and then.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from convdata.database import Row, Store
from convdata.database.statements import Rows
from convdata.spans import in_words

PRESENT = timedelta(seconds=60)
WRITTEN = timedelta(seconds=15)  # how often, at most, it is written that all are still there


@dataclass(frozen=True)
class Presence:
    """``hidden_since`` is since when another window is before the page; ``left_at`` when it was closed."""

    heard_at: datetime
    hidden_since: datetime | None
    left_at: datetime | None

    def is_there(self, now: datetime) -> bool:
        return self.left_at is None and now - self.heard_at < PRESENT

    def sentence(self, now: datetime) -> str:
        if not self.is_there(now):
            if self.left_at is not None:
                return f"The visitor left {in_words(now - self.left_at)} ago: it would be too late."
            return f"Nothing was heard of the visitor for {in_words(now - self.heard_at)}: it would be too late."
        if self.hidden_since is not None:
            length = in_words(now - self.hidden_since)
            return f"The visitor has had the page in the background for {length}: they see it when they look again."
        return "The visitor is here now: they see an answer at once."


@dataclass
class _Heard:
    at: datetime
    hidden: bool
    written_at: datetime


class _Memory:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.heard: dict[str, _Heard] = {}
        self.written_at = datetime.min


_memories: WeakKeyDictionary[Store, _Memory] = WeakKeyDictionary()
_lock = threading.Lock()


def heard(store: Store, key: str, now: datetime, *, hidden: bool = False) -> None:
    """A sign of life of a visitor."""
    memory = _memory(store)
    with memory.lock:
        before = memory.heard.get(key)
        if before is not None and before.hidden == hidden and now - before.at < PRESENT:
            before.at = max(before.at, now)
            still = store.kind == "postgresql" and now - memory.written_at >= WRITTEN
        else:
            still = False
            before = None
            memory.heard[key] = _Heard(now, hidden, now)
    if before is None:
        store.change(lambda transaction: transaction.tell("hear_visitor", customer_key=key, now=now, hidden=hidden))
    elif still:
        _write_still_there(store, memory, now)


def left(store: Store, key: str, now: datetime) -> None:
    """A visitor has closed the page."""
    memory = _memory(store)
    with memory.lock:
        memory.heard.pop(key, None)
    store.change(lambda transaction: transaction.tell("leave_visitor", customer_key=key, now=now))


def presence(store: Store, key: str) -> Presence | None:
    """How a visitor was last heard of; None for a customer who did not come through the widget."""
    row = store.ask_one("webchat/visitor", customer_key=key)
    return None if row is None else of_row(store, row)


def of_row(store: Store, row: Row) -> Presence:
    memory = _memory(store)
    with memory.lock:
        remembered = memory.heard.get(row.customer_key)
        heard_at = row.heard_at if remembered is None else max(row.heard_at, remembered.at)
    return Presence(heard_at, row.hidden_since, row.left_at)


def _write_still_there(store: Store, memory: _Memory, now: datetime) -> None:
    """Only rows that are there are changed, so that nothing comes back of somebody who was erased."""
    with memory.lock:
        memory.written_at = now
        memory.heard = {key: one for key, one in memory.heard.items() if now - one.at < PRESENT}
        new = {key: one for key, one in memory.heard.items() if one.at > one.written_at}
        for one in new.values():
            one.written_at = one.at
        rows: Rows = {"customer_key": list(new), "heard_at": [one.at for one in new.values()]}
    store.change(lambda transaction: transaction.tell("hear_visitors", rows))


def _memory(store: Store) -> _Memory:
    with _lock:
        return _memories.setdefault(store, _Memory())
