"""A batch's events as rows, beside those that the store has already: no event is kept twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from convdata.conversation import NEVER
from convdata.database import Transaction
from convdata.events import Message

Name = tuple[str, str]  # an event's own: of which source, and what it is called there


@dataclass(slots=True)
class Known:
    """An event that is stored, or came earlier in this batch."""

    customer_key: str
    is_message: bool
    sent_at: datetime = NEVER
    language: str | None = None
    countable: bool = False
    understood: bool | None = None
    intent: str | None = None
    confidence: float | None = None
    alternatives: str | None = None


class Arrivals:
    """What is to be written of the events, and what is known of those that came before."""

    def __init__(self) -> None:
        self._known: dict[Name, Known] = {}
        # Rows are tuples and not lists: of a hundred thousand lists Python's garbage collector makes a day's work.
        self._messages: dict[Name, tuple[Any, ...]] = {}
        self._verdicts: dict[Name, tuple[int, Known]] = {}
        self._others: list[tuple[Any, ...]] = []

    def load(self, transaction: Transaction, event_keys: Collection[int]) -> None:
        """Ask the store which of them it has."""
        for row in transaction.ask("intake/known_events", rows={"event_key": list(event_keys)}):
            self._known[(row.source, row.event_id)] = Known(
                row.customer_key,
                row.type == "message",
                row.sent_at,
                row.language,
                bool(row.countable),
                row.understood,
                row.intent,
                row.confidence,
                row.alternatives,
            )

    def known(self, name: Name) -> Known | None:
        """What there is of an event that came before."""
        row = self._messages.get(name)
        if row is None:
            return self._known.get(name)
        return Known(row[0], True, row[9], row[5], row[20], *row[13:17])

    def add_message(
        self, m: Message, name: Name, key: str, ekey: int, when: datetime, arrived: int, counts: bool
    ) -> None:
        attachments = _json(m.attachments) if m.attachments else None
        alternatives = _json(m.alternatives) if m.alternatives else None
        self._messages[name] = (
            key, ekey, m.source, m.id, m.channel, m.language, m.sender, m.kind, m.text, when, m.seq, arrived,
            m.session, m.understood, m.intent, m.confidence, alternatives, m.agent, m.in_reply_to, attachments, counts,
        )  # fmt: skip

    def add_other(self, name: Name, key: str, ekey: int, type_name: str, when: datetime) -> None:
        """An event that is no message."""
        self._known[name] = Known(key, False)
        self._others.append((key, ekey, *name, type_name, when))

    def add_verdict(self, m: Message, name: Name, ekey: int, known: Known) -> bool:
        """Fill in what a repeat of a message says of its verdict. False: nothing that was not known."""
        alternatives = _json(m.alternatives) if m.alternatives else None
        before = (known.understood, known.intent, known.confidence, known.alternatives)
        after = (
            known.understood if m.understood is None else m.understood,
            known.intent if m.intent is None else m.intent,
            known.confidence if m.confidence is None else m.confidence,
            known.alternatives if alternatives is None else alternatives,
        )
        if after == before:
            return False
        known.understood, known.intent, known.confidence, known.alternatives = after
        row = self._messages.get(name)
        if row is not None:
            self._messages[name] = (*row[:13], *after, *row[17:])
        else:
            self._verdicts[name] = (ekey, known)
        return True

    def tell(self, transaction: Transaction) -> None:
        transaction.tell("add_messages", columns(MESSAGE_COLUMNS, list(self._messages.values())))
        if self._verdicts:
            late = list(self._verdicts.items())
            times = [known.sent_at for _, (_, known) in late]
            transaction.tell(
                "add_verdicts",
                {
                    "customer_key": [known.customer_key for _, (_, known) in late],
                    "event_key": [ekey for _, (ekey, _) in late],
                    "event_id": [name[1] for name, _ in late],
                    "understood": [known.understood for _, (_, known) in late],
                    "intent": [known.intent for _, (_, known) in late],
                    "confidence": [known.confidence for _, (_, known) in late],
                    "alternatives": [known.alternatives for _, (_, known) in late],
                },
                first_at=min(times),
                last_at=max(times),
            )
        transaction.tell("add_other_events", columns(OTHER_COLUMNS, self._others))


MESSAGE_COLUMNS = (
    "customer_key", "event_key", "source", "event_id", "channel", "language", "sender", "kind", "text", "sent_at", "seq",
    "arrived", "session", "understood", "intent", "confidence", "alternatives", "agent", "in_reply_to", "attachments",
    "countable",
)  # fmt: skip
OTHER_COLUMNS = ("customer_key", "event_key", "source", "event_id", "type", "sent_at")


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """Rows as the columns that a change takes."""
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
