"""That somebody opened a conversation, where a setting asks for it to be recorded (``MISHEARD_RECORD_READS``).

Off unless asked for: it watches those who work here, which in many places has to be agreed upon first, and writes more
records than everything else together. Once an hour for each reader and conversation: a page redraws itself all day.
"""

import threading
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from convdata.activity import act, record
from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.rights import Actor
from convdata.standing import in_hand
from convdata.vocabulary import Act

AGAIN = timedelta(hours=1)
_MANY = 10_000

_seen: WeakKeyDictionary[Store, dict[tuple[str, str], datetime]] = WeakKeyDictionary()
_lock = threading.Lock()


def opened(store: Store, customer: Row, *, by: Actor, now: datetime) -> bool:
    """Note that this conversation was opened; says whether a record was written."""
    if not store.settings.record_reads or not _first(store, (str(by), customer.customer_key), now):
        return False

    def work(transaction: Transaction) -> bool:
        try:
            held = in_hand(transaction, customer.customer_key)
        except NotFound:  # erased meanwhile: the page is about to say so
            return False
        record(
            transaction,
            act(Act.READ, actor=by, now=now, customer_key=held.customer_key, channel=held.channel),
        )
        return True

    return store.change(work)


def _first(store: Store, who: tuple[str, str], now: datetime) -> bool:
    with _lock:
        seen = _seen.setdefault(store, {})
        if who in seen and seen[who] > now - AGAIN:
            return False
        if len(seen) >= _MANY:
            for old in [one for one, at in seen.items() if at <= now - AGAIN]:
                del seen[old]
        seen[who] = now
        return True
