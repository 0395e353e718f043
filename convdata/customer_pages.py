"""The list of customers, a page at a time, quick at the millionth row too.

A page is found from the nearest place that is known: the start, the end, or a page seen before. Skipping rows, which
costs more the further it goes, is left for links straight into the middle.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from convdata.database import Row, Store
from convdata.filters import Choices
from convdata.masking import seeking, shown
from convdata.rights import Actor, Right, require
from convdata.stats import DIMENSIONS, EARLIEST, LATEST

PAGE = 25
FAILED = {"failed_from", "failed_to", "failed_language"}


@dataclass(frozen=True)
class Place:
    """A place in the order of the list: newest last message first, then by key."""

    at: datetime
    key: str


def page(
    store: Store,
    choices: Choices,
    number: int,
    total: int,
    known: MutableMapping[int, Place],
    size: int = PAGE,
    *,
    by: Actor,
) -> list[Row]:
    """The rows of page ``number`` (from 1) of ``total`` conversations, newest last message first, or who waits longest.

    ``known`` holds, by page number, the place just before its first row; what is learnt is put in there. The caller
    forgets it when the filters change.
    """
    require(by, Right.READ_LIST)
    choices = seeking(store, choices, by)
    if choices.longest_waiting_first:  # they are few: skipping rows costs nothing
        keys = _keys(store, "customers/waiting_page", choices, many=size, skip=(number - 1) * size)
        return rows(store, [k.customer_key for k in keys], by=by)
    pages = max(1, -(-total // size))
    nearest = min((n for n in known if n <= number), key=lambda n: number - n, default=1)
    skip = (number - nearest) * size
    from_end = total - number * size  # rows after this page
    if skip > max(from_end, 0) and number > 1:
        behind = size if number < pages else total - (pages - 1) * size
        keys = _keys(store, "customers/page_last", choices, many=behind, skip=max(from_end, 0))[::-1]
    elif nearest in known:
        place = {"place_at": known[nearest].at, "place_key": known[nearest].key}
        keys = _keys(store, "customers/page_after", choices, many=size, skip=skip, **place)
    else:
        keys = _keys(store, "customers/page_first", choices, many=size, skip=skip)
    if keys:
        known[number + 1] = Place(keys[-1].last_message_at, keys[-1].customer_key)
    return rows(store, [k.customer_key for k in keys], by=by)


def rows(store: Store, keys: list[str], *, by: Actor) -> list[Row]:
    """The rows of these customers in this order, as ``by`` may see them; who was erased meanwhile is left out."""
    require(by, Right.READ_LIST)
    found = {row.customer_key: row for row in shown(store, store.ask("customers/rows", keys=keys), by)} if keys else {}
    return [found[key] for key in keys if key in found]


def oldest_waiting(store: Store, many: int, *, by: Actor) -> list[Row]:
    """Who needs help, the longest waiting first."""
    require(by, Right.READ_LIST)
    return shown(store, store.ask("customers/oldest_waiting", many=many), by)


def count(store: Store, choices: Choices) -> int:
    if set(choices.chosen) & FAILED and set(choices.chosen) <= {*FAILED, "channel"}:
        return _count_failed(store, choices)
    row = store.ask_one("customers/count", choices)
    return int(row.conversations) if row else 0


def _count_failed(store: Store, choices: Choices) -> int:
    """What a chart links with is counted as the chart counts it, without the customers' own rows: seven times quicker."""
    row = store.ask_one(
        "trends/conversations",
        None,
        **{f"by_{name}": False for name in DIMENSIONS},
        step="day",
        first_day=choices["failed_from"] or EARLIEST,
        last_day=choices["failed_to"] or LATEST,
        channels=list(choices["channel"] or ()) or None,
        languages=list(choices["failed_language"] or ()) or None,
        only_failed=True,
    )
    return int(row.conversations_not_understood) if row else 0


def _keys(store: Store, path: str, choices: Choices, **values: Any) -> list[Row]:
    return list(store.ask(path, choices, **values))
