"""The trainers' queue: which groups there are, the most costly first, and what each of them is."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from convdata.database import Row, Store
from convdata.masking import shown
from convdata.review import searching
from convdata.review.normalising import normalised, words
from convdata.rights import Actor, Right, require
from convdata.vocabulary import ReviewKind, ReviewState

PAGE = 25
WEEKS = 12
KEY_WORDS = 4
COME_BACK = "came_back"  # as good as a state for those who look for it
OPEN = (str(ReviewState.NEW),)
SORTS = {"cost": "Most costly", "messages": "Most often", "newest": "Newest"}


@dataclass(frozen=True)
class Wanted:
    """Which groups are wanted. Periods are half-open instants; ``text`` is found in any utterance, ``among`` in which it is
    for somebody who reads them masked (``sought``).
    """

    kind: str = ReviewKind.FAILED
    states: tuple[str, ...] = OPEN
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    singles: bool | None = False
    sorting: str = "cost"
    among: tuple[str, ...] | None = field(default=None, repr=False)

    def bound(self) -> dict[str, Any]:
        """What decides which messages count."""
        return {
            "channels": list(self.channels) or None,
            "languages": list(self.languages) or None,
            "since": self.since,
            "until": self.until,
        }


@dataclass(frozen=True)
class Group:
    """A group as the list shows it. ``name`` and ``key_words`` are customers' words."""

    row: Row
    name: str
    key_words: tuple[str, ...]
    weeks: tuple[int, ...]
    share: float | None

    @property
    def group_id(self) -> str:
        return str(self.row.group_id)

    @property
    def came_back(self) -> bool:
        return self.row.came_back_at is not None and self.row.state == ReviewState.NEW


@dataclass(frozen=True)
class Listed:
    """One page of the queue."""

    groups: Sequence[Group]
    total: int
    ids: tuple[str, ...] = field(default=())


def sought(store: Store, wanted: Wanted, *, by: Actor) -> Wanted:
    """The same with the search done, where that takes long and several questions are asked of what it finds."""
    require(by, Right.READ_REVIEW)
    return replace(wanted, among=searching.found(store, wanted.text, wanted.kind, wanted.bound(), by=by))


def listed(store: Store, wanted: Wanted, today: date, page: int = 1, *, by: Actor) -> Listed:
    """The groups that are wanted, a page of them."""
    require(by, Right.READ_REVIEW)
    found = _ids(store, wanted, PAGE, (max(1, page) - 1) * PAGE, by)
    ids = tuple(row.group_id for row in found)
    return Listed(groups(store, ids, wanted, today, by=by), found[0].groups if found else 0, ids)


def count(store: Store, wanted: Wanted, *, by: Actor) -> int:
    """How many groups are wanted."""
    require(by, Right.READ_REVIEW)
    found = _ids(store, wanted, 1, 0, by)
    return found[0].groups if found else 0


def _ids(store: Store, wanted: Wanted, many: int, skip: int, by: Actor) -> Sequence[Row]:
    among = wanted.among if wanted.among is not None else sought(store, wanted, by=by).among
    text_like = searching.like(wanted.text) if among is None else None
    return store.ask(
        "review/groups",
        kind=wanted.kind,
        states=list(wanted.states) or None,
        singles=wanted.singles,
        narrowed=any((wanted.channels, wanted.languages, wanted.since, wanted.until, text_like)),
        text_like=text_like,
        among=None if among is None else list(among),
        sorting=wanted.sorting if wanted.sorting in SORTS else "cost",
        many=many,
        skip=skip,
        **wanted.bound(),
    )


def groups(store: Store, ids: Sequence[str], wanted: Wanted, today: date, *, by: Actor) -> list[Group]:
    """Some groups as the list shows them, in that order; those that are gone are left out."""
    require(by, Right.READ_REVIEW)
    if not ids:
        return []
    keys = list(ids)
    rows = {row.group_id: row for row in store.ask("review/group_rows", keys=keys, **wanted.bound())}
    typical: dict[str, list[str]] = defaultdict(list)
    for row in shown(store, store.ask("review/group_names", keys=keys), by):
        typical[row.group_id].append(row.text)
    totals = store.ask_one("review/all_failures", kind=wanted.kind, **wanted.bound())
    whole = totals.messages if totals else 0
    weeks = _weeks(store, keys, latest_week(today, totals.last_at if totals else None))
    said = _key_words(typical)
    return [
        Group(
            rows[key],
            typical[key][0],
            said[key],
            weeks.get(key, (0,) * WEEKS),
            rows[key].messages / whole if whole else None,
        )
        for key in keys
        if key in rows and key in typical
    ]


def latest_week(today: date, last_at: datetime | None) -> date:
    """The Monday of this week; of the last week in which something failed, where all of it is old."""
    last = min(today, last_at.date()) if last_at else today
    return last - timedelta(days=last.weekday())


def _weeks(store: Store, keys: list[str], latest: date) -> Mapping[str, tuple[int, ...]]:
    first = latest - timedelta(weeks=WEEKS - 1)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    since = datetime(first.year, first.month, first.day)
    for row in store.ask("review/group_weeks", keys=keys, since=since):
        place = (row.week - first).days // 7
        if 0 <= place < WEEKS:
            counts[row.group_id][place] = row.messages
    return {key: tuple(weeks) for key, weeks in counts.items()}


def _key_words(typical: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    """The words that many utterances of a group have and few of the other groups on the page."""
    having = {key: Counter(w for text in texts for w in set(words(normalised(text)))) for key, texts in typical.items()}
    elsewhere = Counter(word for counts in having.values() for word in counts)
    found: dict[str, tuple[str, ...]] = {}
    for key, counts in having.items():
        rare = {
            w: n / len(typical[key]) * math.log((1 + len(having)) / elsewhere[w])
            for w, n in counts.items()
            if len(w) > 3 or (w.isalpha() and not w.isascii())
        }
        best = sorted((w for w in rare if counts[w] > 1), key=lambda w: (-rare[w], w))
        found[key] = tuple(best[:KEY_WORDS])
    return found
