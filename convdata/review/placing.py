"""Each arrival gets its group, and groups that have not settled may change for it: in memory, nothing is written here.

The utterances of a part stay counted between passes; all of it is dropped when one of them was erased.
"""

import hmac
import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from convdata.database import Row, Store
from convdata.review import grouping, middles
from convdata.review.arrivals import Arrival, Part
from convdata.review.likeness import Counted


class Move(NamedTuple):
    """An utterance that belongs to another group now."""

    part: Part
    utterance: str
    old_group: str
    group_id: str
    typicality: float


@dataclass
class Known:
    """The utterances of one part in memory, so that a pass need not read and count them again."""

    counted: Counted = field(default_factory=Counted)
    place: dict[str, int] = field(default_factory=dict)


_memory: WeakKeyDictionary[Store, dict[Part, Known]] = WeakKeyDictionary()


def in_memory(store: Store) -> Sequence[Known]:
    """What is kept of this store between passes."""
    return list(_memory.get(store, {}).values())


def place(store: Store, part: Part, arrivals: Sequence[Arrival]) -> list[Move]:
    """Give each of the part's arrivals its group; gives the utterances of before that are to move."""
    kind, language = part
    stored = store.ask("review/utterances", kind=kind, language=language)
    home = {row.utterance: row.group_id for row in stored}
    fresh = {str(one.utterance): one.normal for one in reversed(arrivals) if one.utterance not in home}
    known = _known(store, part, stored, dict(reversed(fresh.items())), len(home))
    groups = list(dict.fromkeys(home.values()))
    number = {group: n for n, group in enumerate(groups)}
    labels = np.full(len(known.place), -1)
    settled = np.zeros(len(known.place), bool)
    places = np.array([known.place[row.utterance] for row in stored], np.int64)
    labels[places] = [number[row.group_id] for row in stored]
    settled[places] = [bool(row.settled) for row in stored]
    vectors = known.counted.vectors()
    after = grouping.grouped(vectors, labels, settled)
    ids = dict(enumerate(groups)) | _new_ids(store, part, list(known.place), after, groups)
    arrived = np.array([known.place[str(one.utterance)] for one in arrivals], np.int64)
    moved = np.flatnonzero((labels >= 0) & (labels != after))
    typical = middles.typicality(vectors, after, np.concatenate([arrived, moved])).tolist()
    for one, where, how_typical in zip(arrivals, arrived.tolist(), typical, strict=False):
        one.group_id, one.typicality = ids[int(after[where])], how_typical
    names = list(known.place)  # in the order of their places
    return [
        Move(part, names[where], groups[labels[where]], ids[int(after[where])], how_typical)
        for where, how_typical in zip(moved.tolist(), typical[len(arrived) :], strict=True)
    ]


def _new_ids(
    store: Store, part: Part, utterances: Sequence[str], after: middles.Labels, groups: Sequence[str]
) -> dict[int, str]:
    """Ids for the labels that are new, each of an utterance in it that has not founded another group."""
    members: dict[int, list[str]] = {}
    for founder in np.flatnonzero(after >= len(groups)).tolist():
        members.setdefault(int(after[founder]), []).append(utterances[founder])
    taken = set(groups)
    ids = {}
    for label, founders in members.items():
        ids[label] = _free(store.secret, part, founders, taken)
        taken.add(ids[label])
    return ids


def _free(secret: bytes, part: Part, founders: Iterable[str], taken: Container[str]) -> str:
    for founder in founders:
        key = hmac.digest(secret, f"group\x00{part}\x00{founder}".encode(), "sha256")[:16]
        if str(uuid.UUID(bytes=key)) not in taken:
            return str(uuid.UUID(bytes=key))
    return str(uuid.uuid4())


def _known(store: Store, part: Part, stored: Sequence[Row], fresh: Mapping[str, str], distinct: int) -> Known:
    """What is in memory of this part, brought up to date; from nothing where something has been erased."""
    memory = _memory.setdefault(store, {})
    known = memory.get(part, Known())
    missing = {row.utterance: row.normal for row in stored if row.utterance not in known.place}
    missing |= {utterance: normal for utterance, normal in fresh.items() if utterance not in known.place}
    if len(known.place) + len(missing) > distinct + len(fresh):
        known = Known()
        missing = {row.utterance: row.normal for row in stored} | dict(fresh)
    for utterance in missing:
        known.place[utterance] = len(known.place)
    if missing:
        known.counted.add(list(missing.values()))
    memory[part] = known
    return known
