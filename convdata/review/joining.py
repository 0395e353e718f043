"""New failures find their groups: a pass over what has arrived, or was judged late, since the last one.

Groups that a trainer has opened, decided or put right keep what is in them; the others may still change. What is written
is checked against the messages once more in the transaction that writes it: an erased customer never comes back.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from convdata.activity import MISHEARD, act, record
from convdata.database import Row, Store, Transaction
from convdata.review import arrivals, membership, placing
from convdata.review.arrivals import Arrival, Part
from convdata.review.decisions import CAME_BACK, note
from convdata.review.placing import Move
from convdata.vocabulary import Act

log = logging.getLogger(__name__)

AT_A_TIME = 20_000  # rows in one transaction
ARRIVED = "review_arrived"


class Joined(NamedTuple):
    """What a pass has done."""

    joined: int
    left: int
    came_back: int


_one_at_a_time = threading.Lock()


def waiting(store: Store) -> int:
    """How many failures have arrived since the last pass."""
    row = store.ask_one("review/waiting", arrived=_arrived(store))
    return int(row.waiting) if row else 0


def join(store: Store, now: datetime) -> Joined:
    """Bring Review up to date. One pass at a time; a second caller waits and finds nothing left to do."""
    with _one_at_a_time:
        arrived = _arrived(store)
        latest = store.ask_one("review/latest_arrival", arrived=arrived)
        gone = store.ask("review/overturned")
        left = store.change(lambda t: _leave(t, gone)) if gone else 0
        found = arrivals.failed(store)
        if latest and latest.arrived is not None:
            found += arrivals.doubtful(store, arrived)
        came_back = _place(store, found, now) if found else 0
        if latest and latest.arrived is not None:
            named = [row.intent for row in store.ask("review/intents_named", arrived=arrived)]
            store.change(lambda t: _remember(t, latest.arrived, named, now))
        return Joined(len(found), left, came_back)


def begin(store: Store, now: datetime) -> None:
    """Start a pass beside the reader, unless one is running; open pages redraw when it has stored something."""
    if not _one_at_a_time.locked():
        threading.Thread(target=_join_or_log, args=(store, now), name="misheard-review", daemon=True).start()


def _join_or_log(store: Store, now: datetime) -> None:
    try:
        join(store, now)
    except Exception as wrong:  # whatever it is, the background's next pass comes
        log.error("Grouping failed and is tried again in a minute: %s", type(wrong).__name__)


def _place(store: Store, found: Sequence[Arrival], now: datetime) -> int:
    parts: dict[Part, list[Arrival]] = defaultdict(list)
    for one in found:
        if one.utterance:
            parts[one.part].append(one)
    moves = [move for part, members in parts.items() for move in placing.place(store, part, members)]
    came_back = 0
    for start in range(0, len(found), AT_A_TIME):
        some, last = found[start : start + AT_A_TIME], start + AT_A_TIME >= len(found)
        came_back += store.change(lambda t, some=some, last=last: _write(t, some, moves if last else [], now))  # type: ignore[misc]
    return came_back


def _write(transaction: Transaction, found: Sequence[Arrival], moves: Sequence[Move], now: datetime) -> int:
    transaction.ask("review/standing", rows={"customer_key": sorted({one.row.customer_key for one in found})})
    rows: dict[str, list[Any]] = {
        name: [getattr(one.row, name) for one in found]
        for name in ("customer_key", "event_key", "text", "channel", "language", "sent_at")
    }
    rows |= {
        name: [getattr(one, name) for one in found]
        for name in ("kind", "group_id", "utterance", "normal", "typicality", "reason", "guess", "guess_confidence")
    }
    groups = {one.group_id: one.part for one in found if one.group_id} | {move.group_id: move.part for move in moves}
    group_rows: dict[str, Sequence[Any]] = {
        "group_id": list(groups),
        "kind": [kind for kind, _ in groups.values()],
        "language": [language for _, language in groups.values()],
        "by_hand": [False] * len(groups),
    }
    transaction.tell("add_review_groups", group_rows, now=now)
    times = rows["sent_at"]
    transaction.tell("add_review_members", rows, first_at=min(times), last_at=max(times))
    names = ("utterance", "old_group", "group_id", "typicality")
    transaction.tell("regroup_review_members", {name: [getattr(move, name) for move in moves] for name in names})
    touched = groups.keys() | {move.old_group for move in moves}
    membership.settle(transaction, touched)
    back = membership.reopen(transaction, touched, now)
    if back:
        states = transaction.ask("review/group_states", keys=back)
        note(transaction, states, CAME_BACK, MISHEARD, now)
        record(transaction, act(Act.REVIEW, actor=MISHEARD, now=now, details={"what": CAME_BACK, "groups": len(back)}))
    return len(back)


def _leave(transaction: Transaction, gone: Sequence[Row]) -> int:
    groups = membership.leave(transaction, [(row.customer_key, row.event_key) for row in gone])
    membership.settle(transaction, groups)
    return len(gone)


def _remember(transaction: Transaction, arrived: int, named: Sequence[str], now: datetime) -> None:
    transaction.tell("say_store_fact", name=ARRIVED, value=str(arrived))
    transaction.tell("add_review_intents", {"intent": list(named)}, now=now)


def _arrived(store: Store) -> int:
    row = store.ask_one("store/fact", name=ARRIVED)
    return int(row.value) if row else 0
