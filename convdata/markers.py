"""Days marked on the charts over time: a release, a new intent. Everybody sees them; each act is recorded."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from convdata.activity import act, record
from convdata.database import Row, Store, Transaction
from convdata.errors import NotAllowed
from convdata.events import mended
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act

LONGEST = 80  # characters: what can stand beside a line
MOST = 200


def markers(store: Store, first: date | None = None, last: date | None = None) -> Sequence[Row]:
    """Those of a period, both days included, in the order of their days."""
    return store.ask("markers/list", first_day=first, last_day=last)


def mark_day(store: Store, day: date, text: str, *, by: Actor, now: datetime) -> bool:
    """Mark a day; the same text on the same day twice is one (False). Raises NotAllowed."""
    require(by, Right.MARK_DAYS)
    text = " ".join(mended(text).split())
    if not text:
        raise NotAllowed("Say in a few words what happened on that day.")
    if len(text) > LONGEST:
        raise NotAllowed(f"A marker has {LONGEST} characters at most; this one has {len(text):,}.")
    if not 1970 <= day.year <= 9000:
        raise NotAllowed("That day is outside what can be shown.")
    if len(markers(store)) >= MOST:
        raise NotAllowed(f"There are {MOST} markers already; take one away first.")
    marker_id = hashlib.blake2b(f"{day} {text}".encode(), digest_size=8).hexdigest()
    kept: dict[str, Any] = {"marker_id": marker_id, "day": day, "text": text, "kept_by": by, "now": now}

    def work(transaction: Transaction) -> bool:
        if not transaction.tell("keep_marker", **kept):
            return False
        details = {"day": day.isoformat(), "text": text}
        record(transaction, act(Act.MARK_DAY, actor=by, now=now, details=details))
        return True

    return store.change(work)


def unmark_day(store: Store, marker_id: str, *, by: Actor, now: datetime) -> None:
    """Take a marker away; one that is gone already is no mistake."""
    require(by, Right.MARK_DAYS)

    def work(transaction: Transaction) -> None:
        for gone in transaction.tell("drop_marker", marker_id=marker_id):
            details = {"day": gone.day.isoformat(), "text": gone.text}
            record(transaction, act(Act.UNMARK_DAY, actor=by, now=now, details=details))

    store.change(work)
