"""A group opened: its utterances, and what was said around each of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convdata.database import Row, Store
from convdata.masking import shown
from convdata.rights import Actor, Right, require

PAGE = 20
TURNS = 2  # before and after
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Utterance:
    """What was said in one group in the same words; context is around the last time it was said."""

    row: Row
    before: tuple[Row, ...]
    after: tuple[Row, ...]


def utterances(store: Store, group_id: str, page: int = 1, *, by: Actor) -> tuple[list[Utterance], int]:
    """A page of a group's utterances, the most frequent first, and how many there are in all."""
    require(by, Right.READ_REVIEW)
    rows = store.ask("review/opened", group_id=group_id, many=PAGE, skip=(max(1, page) - 1) * PAGE)
    around = _around(store, rows, by)
    found = []
    for row in shown(store, rows, by):
        turns = around.get(row.customer_key, [])
        place = next((n for n, turn in enumerate(turns) if turn.event_key == row.event_key), None)
        before = () if place is None else tuple(turns[max(0, place - TURNS) : place])
        after = () if place is None else tuple(turns[place + 1 : place + 1 + TURNS])
        found.append(Utterance(row, before, after))
    return found, int(rows[0].utterances) if rows else 0


def see(store: Store, group_id: str, *, by: Actor, now: datetime) -> None:
    """A trainer has opened this group: what is in it stays in it, whatever arrives."""
    require(by, Right.READ_REVIEW)
    if by.may(Right.REVIEW):
        store.change(lambda t: t.tell("see_review_groups", {"group_id": [group_id]}, now=now))


def _around(store: Store, rows: Sequence[Row], by: Actor) -> dict[str, list[Row]]:
    if not rows:
        return {}
    times = [row.sent_at for row in rows]
    turns: dict[str, list[Row]] = defaultdict(list)
    keys = sorted({row.customer_key for row in rows})
    found = store.ask("review/around", keys=keys, since=min(times) - DAY, until=max(times) + DAY)
    for turn in shown(store, found, by):
        turns[turn.customer_key].append(turn)
    return turns
