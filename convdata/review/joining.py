"""New failures find their groups: a pass over what has arrived, or was judged late, since the last one.

Groups keep their identity and their members; only singles, which nobody has touched, may join something later. What is
written is checked against the messages once more in the transaction that writes it: an erased customer never comes back.
"""

import hashlib
import hmac
import logging
import threading
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from convdata.activity import MISHEARD, act, record
from convdata.database import Row, Store, Transaction
from convdata.review import grouping, membership
from convdata.review.decisions import CAME_BACK, note
from convdata.review.guessing import doubts, ranking
from convdata.review.likeness import Counted
from convdata.review.normalising import base_language, normalised
from convdata.vocabulary import Act, ReviewKind

log = logging.getLogger(__name__)

MANY = 200_000  # messages in one pass; what is left comes with the next
AT_A_TIME = 20_000  # rows in one transaction
ARRIVED = "review_arrived"

Part = tuple[str, str]  # kind and base language: what is compared with each other


class Joined(NamedTuple):
    """What a pass has done."""

    joined: int
    left: int
    came_back: int


@dataclass
class _Known:
    """The utterances of one part in memory, so that a pass need not read and count them again."""

    counted: Counted = field(default_factory=Counted)
    place: dict[str, int] = field(default_factory=dict)


_memory: WeakKeyDictionary[Store, dict[Part, _Known]] = WeakKeyDictionary()
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
        failures = store.ask("review/failures", many=MANY)
        found = [_failure(row) for row in failures]
        if latest and latest.arrived is not None:
            found += _doubts(store, arrived)
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


def utterance_key(secret: bytes, language: str, normal: str) -> str:
    """The keyed hash by which equal utterances of one language are one."""
    return str(uuid.UUID(bytes=hmac.digest(secret, f"utterance\x00{language}\x00{normal}".encode(), "sha256")[:16]))


def group_key(secret: bytes, part: Part, utterance: str) -> str:
    """A group's id: that of the utterance which founded it."""
    return str(uuid.UUID(bytes=hmac.digest(secret, f"group\x00{part}\x00{utterance}".encode(), hashlib.sha256)[:16]))


@dataclass
class _Found:
    """A message that is to find its group."""

    row: Row
    kind: str
    reason: str | None
    guess: str | None
    guess_confidence: float | None
    normal: str
    language: str
    utterance: str | None = None
    group_id: str | None = None
    typicality: float = 0.0


def _failure(row: Row, kind: str = ReviewKind.FAILED, reason: str | None = None) -> _Found:
    ranked = ranking(row.intent, row.confidence, row.alternatives)
    guess, sure = ranked[0] if ranked else (None, None)
    return _Found(row, str(kind), reason, guess, sure, normalised(row.text or ""), base_language(row.language))


def _doubts(store: Store, arrived: int) -> list[_Found]:
    called: dict[str, list[datetime]] = defaultdict(list)
    for row in store.ask("review/help_needed", arrived=arrived):
        called[row.customer_key].append(row.done_at)
    turns = store.ask("review/turns", arrived=arrived)
    return [_failure(turn, ReviewKind.DOUBT, str(reason)) for turn, reason in doubts(turns, called)]


def _place(store: Store, found: Sequence[_Found], now: datetime) -> int:
    parts: dict[Part, list[_Found]] = defaultdict(list)
    for one in found:
        if one.normal:
            one.utterance = utterance_key(store.secret, one.language, one.normal)
            parts[one.kind, one.language].append(one)
    moved: dict[str, str] = {}
    for part, members in parts.items():
        moved |= _place_part(store, part, members)
    came_back = 0
    for start in range(0, len(found), AT_A_TIME):
        some, last = found[start : start + AT_A_TIME], start + AT_A_TIME >= len(found)
        came_back += store.change(lambda t, some=some, last=last: _write(t, some, moved if last else {}, now))  # type: ignore[misc]
    return came_back


def _place_part(store: Store, part: Part, members: Sequence[_Found]) -> dict[str, str]:
    """Give every member its group; gives the singles that go into another group."""
    kind, language = part
    stored = store.ask("review/utterances", kind=kind, language=language)
    fresh: dict[str, str] = {}
    home = {row.utterance: row.group_id for row in stored}
    for one in members:
        if one.utterance not in home:
            fresh.setdefault(str(one.utterance), one.normal)
    known = _known(store, part, stored, fresh, len(home))
    count = len(known.place)
    groups = list(dict.fromkeys(home.values()))
    number = {group: n for n, group in enumerate(groups)}
    labels = np.full(count, -1)
    movable = np.ones(count, bool)
    for row in stored:
        labels[known.place[row.utterance]] = number[row.group_id]
        movable[known.place[row.utterance]] = bool(row.movable)
    vectors = known.counted.vectors()
    after = grouping.grouped(vectors, labels, movable)
    places = np.array([known.place[str(one.utterance)] for one in members])
    typical = grouping.typicality(vectors, after, places)
    new: dict[int, str] = {}
    utterances = list(known.place)  # in the order of their places
    for founder in np.flatnonzero(after >= len(groups)):
        new.setdefault(int(after[founder]), group_key(store.secret, part, utterances[int(founder)]))
    ids = dict(enumerate(groups)) | new
    for one, place, how_typical in zip(members, places, typical, strict=True):
        one.group_id, one.typicality = ids[int(after[place])], float(how_typical)
    return {
        groups[labels[place]]: ids[int(after[place])] for place in np.flatnonzero((labels >= 0) & (labels != after))
    }


def _known(store: Store, part: Part, stored: Sequence[Row], fresh: Mapping[str, str], distinct: int) -> _Known:
    """What is in memory of this part, brought up to date; from nothing where something has been erased."""
    memory = _memory.setdefault(store, {})
    known = memory.get(part, _Known())
    missing = {row.utterance: row.normal for row in stored if row.utterance not in known.place}
    missing |= {utterance: normal for utterance, normal in fresh.items() if utterance not in known.place}
    if len(known.place) + len(missing) > distinct + len(fresh):
        known = _Known()
        missing = {row.utterance: row.normal for row in stored} | dict(fresh)
    for utterance in missing:
        known.place[utterance] = len(known.place)
    if missing:
        known.counted.add(list(missing.values()))
    memory[part] = known
    return known


def _write(transaction: Transaction, found: Sequence[_Found], moved: Mapping[str, str], now: datetime) -> int:
    transaction.ask("review/standing", rows={"customer_key": sorted({one.row.customer_key for one in found})})
    rows: dict[str, list[Any]] = {
        name: [getattr(one.row, name) for one in found]
        for name in ("customer_key", "event_key", "text", "channel", "language", "sent_at")
    }
    rows |= {
        name: [getattr(one, name) for one in found]
        for name in ("kind", "group_id", "utterance", "normal", "typicality", "reason", "guess", "guess_confidence")
    }
    groups = {one.group_id: (one.kind, one.language) for one in found if one.group_id}
    group_rows: dict[str, Sequence[Any]] = {
        "group_id": list(groups),
        "kind": [kind for kind, _ in groups.values()],
        "language": [language for _, language in groups.values()],
        "by_hand": [False] * len(groups),
    }
    transaction.tell("add_review_groups", group_rows, now=now)
    times = rows["sent_at"]
    transaction.tell("add_review_members", rows, first_at=min(times), last_at=max(times))
    transaction.tell("move_review_singles", {"old_group": list(moved), "group_id": list(moved.values())})
    touched = groups.keys() | moved.keys() | set(moved.values())
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
