"""What arrives in Review: failures, and what was understood but probably wrong, with the bot's own guess."""

import hmac
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from convdata.database import Row, Store
from convdata.review.guessing import doubts, ranking
from convdata.review.normalising import base_language, normalised
from convdata.vocabulary import ReviewKind

MANY = 200_000  # messages in one pass; what is left comes with the next

Part = tuple[str, str]  # kind and base language: what is compared with each other


@dataclass
class Arrival:
    """A message that is to find its group."""

    row: Row
    kind: str
    reason: str | None
    guess: str | None
    guess_confidence: float | None
    normal: str
    language: str
    utterance: str | None
    group_id: str | None = None
    typicality: float = 0.0

    @property
    def part(self) -> Part:
        return self.kind, self.language


def failed(store: Store) -> list[Arrival]:
    """What was not understood and Review does not look at yet."""
    return [_arrival(store, row) for row in store.ask("review/failures", many=MANY)]


def doubtful(store: Store, since: int) -> list[Arrival]:
    """What was understood but probably wrong, of those who wrote after the message of that number."""
    called: dict[str, list[datetime]] = defaultdict(list)
    for row in store.ask("review/help_needed", arrived=since):
        called[row.customer_key].append(row.done_at)
    turns = store.ask("review/turns", arrived=since)
    return [_arrival(store, turn, ReviewKind.DOUBT, str(reason)) for turn, reason in doubts(turns, called)]


def _arrival(store: Store, row: Row, kind: str = ReviewKind.FAILED, reason: str | None = None) -> Arrival:
    ranked = ranking(row.intent, row.confidence, row.alternatives)
    guess, sure = ranked[0] if ranked else (None, None)
    normal, language = normalised(row.text or ""), base_language(row.language)
    key = utterance_key(store.secret, language, normal) if normal else None
    return Arrival(row, str(kind), reason, guess, sure, normal, language, key)


def utterance_key(secret: bytes, language: str, normal: str) -> str:
    """The keyed hash by which equal utterances of one language are one."""
    return str(uuid.UUID(bytes=hmac.digest(secret, f"utterance\x00{language}\x00{normal}".encode(), "sha256")[:16]))
