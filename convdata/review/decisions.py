"""What a trainer decides about groups: what they mean, that they do not matter, that they are fixed. All of it can be undone.

Every decision is one act, about one group or many, and recorded; ``earlier`` keeps how each group stood before.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from convdata.activity import act, record
from convdata.database import Row, Store, Transaction
from convdata.errors import NotAllowed, NotFound
from convdata.review import membership
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act, Outcome, ReviewState

DECIDE, IGNORE, RESOLVE, REOPEN = "decide", "ignore", "resolve", "reopen"
SPLIT, MERGE, MOVE = "split", "merge", "move"
CAME_BACK, UNDO = "came_back", "undo"
OUT_OF_SCOPE = "out_of_scope"  # the intent under which trainers' files keep what the bot should not answer
LONGEST = 100

_KEPT = (
    "state", "outcome", "intent", "decided_by", "decided_at", "fixed_at", "came_back_at", "by_hand",
)  # fmt: skip
_TIMES = ("decided_at", "fixed_at", "came_back_at")
State = dict[str, Any]


class Undone(NamedTuple):
    """What was taken back, and which groups it was about."""

    what: str
    groups: tuple[str, ...]


def decide(store: Store, groups: Sequence[str], intent: str | None, *, by: Actor, now: datetime) -> str:
    """These groups mean that intent; None: they are out of scope. Raises NotAllowed for a name that is none."""
    require(by, Right.REVIEW)
    name = _intent_name(intent)
    known = {row.intent for row in store.ask("review/intents")}
    outcome = Outcome.OUT_OF_SCOPE if intent is None else Outcome.INTENT if name in known else Outcome.NEW_INTENT

    def decided(state: State) -> State:
        return state | {
            "state": ReviewState.PENDING, "outcome": outcome, "intent": name, "decided_by": by, "decided_at": now,
            "fixed_at": None, "came_back_at": None,
        }  # fmt: skip

    def work(transaction: Transaction) -> str:
        if intent is not None:
            transaction.tell("add_review_intents", {"intent": [name]}, now=now)
        return change(transaction, groups, DECIDE, decided, by, now)

    return store.change(work)


def ignore(store: Store, groups: Sequence[str], *, by: Actor, now: datetime) -> str:
    """These groups do not matter; what is like them joins them without a word."""
    require(by, Right.REVIEW)

    def ignored(state: State) -> State:
        return state | {
            "state": ReviewState.IGNORED,
            "outcome": None,
            "intent": None,
            "decided_by": by,
            "decided_at": now,
        }

    return store.change(lambda t: change(t, groups, IGNORE, ignored, by, now))


def resolve(store: Store, groups: Sequence[str], *, by: Actor, now: datetime, fixed_at: datetime | None = None) -> str:
    """The bot has been taught these. They keep watching: what fails after ``fixed_at`` brings them back."""
    require(by, Right.REVIEW)

    def resolved(state: State) -> State:
        if not state["intent"]:
            raise NotAllowed("Only what has been decided can be marked as fixed; assign an intent first.")
        return state | {"state": ReviewState.RESOLVED, "fixed_at": fixed_at or now, "came_back_at": None}

    return store.change(lambda t: change(t, groups, RESOLVE, resolved, by, now))


def reopen(store: Store, groups: Sequence[str], *, by: Actor, now: datetime) -> str:
    """These groups are undecided again."""
    require(by, Right.REVIEW)

    def opened(state: State) -> State:
        fresh: State = dict.fromkeys(("outcome", "intent", "decided_by", "decided_at", "fixed_at", "came_back_at"))
        return state | fresh | {"state": ReviewState.NEW}

    return store.change(lambda t: change(t, groups, REOPEN, opened, by, now))


def undo(store: Store, *, by: Actor, now: datetime) -> Undone | None:
    """Take back the trainer's latest decision that stands; gives what it was, None where there is none."""
    require(by, Right.REVIEW)

    def work(transaction: Transaction) -> Undone | None:
        rows = transaction.ask("review/latest_decision", actor=by)
        if not rows:
            return None
        decision_id, what = rows[0].decision_id, rows[0].what
        if not transaction.tell("undo_review_decision", decision_id=decision_id, now=now):
            return None
        moved = [row.group_id for row in transaction.ask("review/groups_moved", decision_id=decision_id)]
        earlier = {row.group_id: json.loads(row.earlier) for row in rows}
        _found_again(transaction, earlier, now)
        transaction.tell("undo_review_moves", decision_id=decision_id)
        _keep(transaction, {group: _read_state(state) for group, state in earlier.items()})
        membership.settle(transaction, {*moved, *earlier})
        details = {"what": UNDO, "of": what, "groups": len(rows)}
        record(transaction, act(Act.REVIEW, actor=by, now=now, details=details))
        return Undone(what, tuple(earlier))

    return store.change(work)


def change(
    transaction: Transaction,
    groups: Sequence[str],
    what: str,
    becomes: Callable[[State], State],
    by: Actor,
    now: datetime,
) -> str:
    """Decide something about groups inside a transaction; gives the decision's id. Raises NotFound for gone ones."""
    rows = known_groups(transaction, groups)
    states = {row.group_id: becomes(_state(row)) for row in rows}
    decision_id = note(transaction, rows, what, by, now, states)
    _keep(transaction, states)
    transaction.tell("see_review_groups", {"group_id": list(states)}, now=now)
    details: dict[str, Any] = {"what": what, "groups": len(rows), "messages": sum(row.messages for row in rows)}
    named = {state["intent"] for state in states.values() if state["intent"]}
    if what == DECIDE and len(named) == 1:
        details["intent"] = named.pop()
    record(transaction, act(Act.REVIEW, actor=by, now=now, details=details))
    return decision_id


def known_groups(transaction: Transaction, groups: Sequence[str]) -> Sequence[Row]:
    rows = transaction.ask("review/group_states", keys=list(dict.fromkeys(groups)))
    if not rows:
        raise NotFound("This group is gone: its utterances were moved, or their customers erased.")
    return rows


def note(
    transaction: Transaction,
    rows: Sequence[Row],
    what: str,
    by: Actor,
    now: datetime,
    states: Mapping[str, State] | None = None,
) -> str:
    """Write down a decision about groups that stood as ``rows`` say, for undoing and for counting."""
    decision_id = str(uuid.uuid4())
    after = [(states or {}).get(row.group_id) or _state(row) for row in rows]
    transaction.tell(
        "add_review_decisions",
        {
            "decision_id": [decision_id] * len(rows),
            "group_id": [row.group_id for row in rows],
            "decided_at": [now] * len(rows),
            "actor": [by] * len(rows),
            "what": [what] * len(rows),
            "outcome": [state["outcome"] for state in after],
            "intent": [state["intent"] for state in after],
            "earlier": [_written(row) for row in rows],
        },
    )
    return decision_id


def _state(row: Row) -> State:
    return {name: getattr(row, name) for name in _KEPT}


def _written(row: Row) -> str:
    state = _state(row) | {"kind": row.kind, "language": row.language}
    return json.dumps(state, default=lambda time: time.isoformat(), ensure_ascii=False)


def _read_state(earlier: Mapping[str, Any]) -> State:
    state = {name: earlier[name] for name in _KEPT}
    return state | {name: datetime.fromisoformat(state[name]) for name in _TIMES if state[name]}


def _keep(transaction: Transaction, states: Mapping[str, State]) -> None:
    rows: dict[str, list[Any]] = {name: [state[name] for state in states.values()] for name in _KEPT}
    transaction.tell("keep_review_groups", {"group_id": list(states), **rows})


def _found_again(transaction: Transaction, earlier: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Groups that a merge had emptied are there again before their utterances return."""
    rows: dict[str, list[Any]] = {name: [e[name] for e in earlier.values()] for name in ("kind", "language", "by_hand")}
    transaction.tell("add_review_groups", {"group_id": list(earlier), **rows}, now=now)


def _intent_name(intent: str | None) -> str:
    if intent is None:
        return OUT_OF_SCOPE
    name = " ".join(intent.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise NotAllowed(f"An intent's name has 1 to {LONGEST} printable characters.")
    return name
