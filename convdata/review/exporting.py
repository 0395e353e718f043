"""Decisions leave as training data: what is not exported yet, or all of some groups, checked for personal data first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from convdata import personal
from convdata.activity import act, record
from convdata.database import Row, Store, Transaction
from convdata.errors import NotAllowed, NotFound
from convdata.masking import told_by
from convdata.review.exports import Example, formats, one_line
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act


@dataclass(frozen=True)
class Line:
    """One sentence that would be exported, and what personal data it holds. ``masked`` is the sentence without."""

    intent: str
    text: str
    language: str
    holds: tuple[str, ...]
    masked: str
    events: tuple[tuple[str, int], ...] = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """What an export would hold."""

    lines: Sequence[Line]
    groups: int

    @property
    def personal(self) -> int:
        return sum(bool(line.holds) for line in self.lines)


def prepare(
    store: Store, groups: Sequence[str] | None = None, *, again: bool = False, export_id: str | None = None, by: Actor
) -> Prepared:
    """The decided utterances, each once: those not exported yet, or ``again`` all of them."""
    require(by, Right.REVIEW_EXPORT)
    rows = store.ask(
        "review/to_export", keys=list(groups) if groups is not None else None, again=again, export_id=export_id
    )
    said: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row.text and row.text.strip():
            said.setdefault((row.intent, row.language, row.normal), []).append(row)
    return Prepared([_line(same, by) for same in said.values()], len({row.group_id for row in rows}))


def export(store: Store, prepared: Prepared, format_key: str, *, mask: bool, by: Actor, now: datetime) -> bytes:
    """The file. What is in it counts as exported from now on. Raises NotAllowed for nothing, NotFound if some was erased."""
    require(by, Right.REVIEW_EXPORT)
    mask = mask or not may_unmask(by)
    if not prepared.lines:
        raise NotAllowed("There is nothing to export yet: decide a group first, or choose to export again.")
    content = _written(prepared, format_key, mask)
    export_id = str(uuid.uuid4())
    events = [event for line in prepared.lines for event in line.events]
    masked = prepared.personal if mask else 0

    def work(transaction: Transaction) -> None:
        rows: dict[str, Sequence[Any]] = {
            "customer_key": [key for key, _ in events],
            "event_key": [e for _, e in events],
        }
        if len(transaction.tell("mark_review_exported", rows, export_id=export_id, now=now)) < len(events):
            raise NotFound("Some of it has been erased or changed meanwhile; open the export again.")
        counts: dict[str, Any] = {"groups": prepared.groups, "examples": len(prepared.lines), "masked": masked}
        transaction.tell("add_review_exports", export_id=export_id, now=now, actor=by, format=format_key, **counts)
        details = {"what": "export", "format": format_key, **counts}
        record(transaction, act(Act.REVIEW, actor=by, now=now, details=details))

    store.change(work)
    return content


def made_again(store: Store, export_id: str, format_key: str, *, mask: bool, by: Actor, now: datetime) -> bytes:
    """A past export as it would be now: without what was erased since, or exported anew."""
    require(by, Right.REVIEW_EXPORT)
    mask = mask or not may_unmask(by)
    prepared = prepare(store, again=True, export_id=export_id, by=by)
    details = {"what": "export again", "format": format_key, "examples": len(prepared.lines)}
    store.change(lambda t: record(t, act(Act.REVIEW, actor=by, now=now, details=details)))
    return _written(prepared, format_key, mask)


def may_unmask(by: Actor) -> bool:
    """Whether ``by`` may have the sentences as they were written."""
    return by.reads("")


def file_name(format_key: str, now: datetime) -> str:
    format_, _ = formats()[format_key]
    return f"misheard-{format_key.replace('_', '-')}-{now:%Y-%m-%d-%H%M}.{format_.ending}"


def _written(prepared: Prepared, format_key: str, mask: bool) -> bytes:
    _, write = formats()[format_key]
    return write([Example(line.intent, line.masked if mask else line.text, line.language) for line in prepared.lines])


def past(store: Store, many: int = 50) -> Sequence[Row]:
    """What was exported, newest first."""
    return store.ask("review/exports", many=many)


def _line(same: Sequence[Row], by: Actor) -> Line:
    first = same[0]
    text = one_line(first.text)
    # Several customers may have said it: any of their names in it is somebody's.
    told = [told_by(row) for row in same]
    names, known = ([value for by_what in told for value in by_what[n]] for n in (0, 1))
    spots = personal.found(text, names, known)
    events = tuple((row.customer_key, row.event_key) for row in same)
    masked = personal.masked(text, spots)
    return Line(first.intent, text if may_unmask(by) else masked, first.language, tuple(spots), masked, events)
