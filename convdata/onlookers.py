"""Who has a conversation open now, and who of them is writing: so that no two people answer the same customer.

Remembered in this process alone, and nowhere written: several servers over one Postgres each know of their own readers.
A page that is open says so again and again, and is forgotten half a minute after its last word.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from convdata.database import Store

STAYS = timedelta(seconds=30)


@dataclass(frozen=True)
class Onlooker:
    """Somebody's window on a conversation; ``window`` tells two windows of one person apart."""

    window: str
    customer_key: str
    name: str
    writing: bool
    seen_at: datetime


_windows: WeakKeyDictionary[Store, dict[str, Onlooker]] = WeakKeyDictionary()
_lock = threading.Lock()


def look(store: Store, here: Onlooker) -> list[Onlooker]:
    """Says what this window shows, and gives the others that show the same conversation, those who write first.

    When somebody comes, or begins or stops to write, every open page is told to look again.
    """
    with _lock:
        windows = _windows.setdefault(store, {})
        for one in [one for one in windows.values() if here.seen_at - one.seen_at >= STAYS]:
            del windows[one.window]
        before = windows.get(here.window)
        windows[here.window] = here
        others = [o for o in windows.values() if o.customer_key == here.customer_key and o.window != here.window]
    if before is None or (before.customer_key, before.writing) != (here.customer_key, here.writing):
        for listener in list(store.listeners):
            listener()
    return sorted(others, key=lambda one: (not one.writing, one.name, one.window))
