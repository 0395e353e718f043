"""Groups put right by hand: split, merged, an utterance moved. A later pass never changes what was done here."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from convdata.database import Store, Transaction
from convdata.errors import NotAllowed
from convdata.review import decisions, membership
from convdata.review.decisions import MERGE, MOVE, SPLIT, State
from convdata.rights import Actor, Right, require


def split(store: Store, group: str, utterances: Sequence[str], *, by: Actor, now: datetime) -> str:
    """These utterances of a group are a group of their own; gives its id. Raises NotAllowed, NotFound."""
    require(by, Right.REVIEW)
    new = str(uuid.uuid4())

    def work(transaction: Transaction) -> str:
        old = decisions.known_groups(transaction, [group])[0]
        here = {row.utterance for row in transaction.ask("review/group_utterances", keys=[group])}
        if not utterances or not here - set(utterances):
            raise NotAllowed("Choose some of the utterances, and not all: what is left stays where it is.")
        rows: dict[str, Sequence[Any]] = {
            "group_id": [new], "kind": [old.kind], "language": [old.language], "by_hand": [True]
        }  # fmt: skip
        transaction.tell("add_review_groups", rows, now=now)
        _move(transaction, [group], new, utterances, SPLIT, by, now)
        return new

    return store.change(work)


def merge(store: Store, groups: Sequence[str], *, by: Actor, now: datetime) -> str:
    """Several groups become one, the first of them. Raises NotAllowed, NotFound."""
    require(by, Right.REVIEW)
    into, *others = dict.fromkeys(groups)
    if not others:
        raise NotAllowed("Choose two groups or more to merge.")

    def work(transaction: Transaction) -> str:
        if len({row.kind for row in decisions.known_groups(transaction, groups)}) > 1:
            raise NotAllowed("What failed and what is only doubtful stay apart.")
        _move(transaction, others, into, None, MERGE, by, now)
        return into

    return store.change(work)


def move(store: Store, group: str, utterances: Sequence[str], into: str, *, by: Actor, now: datetime) -> str:
    """Utterances go into another group. Raises NotAllowed, NotFound."""
    require(by, Right.REVIEW)
    if not utterances or group == into:
        raise NotAllowed("Choose an utterance and another group.")

    def work(transaction: Transaction) -> str:
        _move(transaction, [group], into, utterances, MOVE, by, now)
        return into

    return store.change(work)


def _move(
    transaction: Transaction,
    sources: Sequence[str],
    into: str,
    utterances: Sequence[str] | None,
    what: str,
    by: Actor,
    now: datetime,
) -> None:
    def touched(state: State) -> State:
        return state | {"by_hand": True}

    decisions.known_groups(transaction, [into])
    decision_id = decisions.change(transaction, [into, *sources], what, touched, by, now)
    chosen = None if utterances is None else set(utterances)
    moved = [
        (row.utterance, row.group_id)
        for row in transaction.ask("review/group_utterances", keys=list(sources))
        if chosen is None or row.utterance in chosen
    ]
    rows: dict[str, Sequence[Any]] = {"utterance": [u for u, _ in moved], "old_group": [g for _, g in moved]}
    transaction.tell("keep_review_moves", rows, decision_id=decision_id)
    transaction.tell("move_review_members", {**rows, "group_id": [into] * len(moved)})
    membership.settle(transaction, [into, *sources])
