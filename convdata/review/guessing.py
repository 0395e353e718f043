"""What the bot took a message for: its ranking of intents, and whether that makes an understood message doubtful."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from convdata.database import Row
from convdata.review.normalising import normalised
from convdata.vocabulary import Doubt, Kind

Guess = tuple[str, float | None]

# What frameworks call the intent that stands for "none of these".
_NONE_OF_THESE = ("fallback", "out_of_scope", "outofscope", "none", "unknown")
# An intent that asks for a person: calling one after it is what it is for.
_ASKS_FOR_A_PERSON = ("human", "agent", "person", "operator", "handoff", "handover", "representative")
AT_ONCE = timedelta(seconds=60)
SOON = timedelta(minutes=5)
MARGIN = 0.1


def is_none_of_these(intent: str) -> bool:
    return any(word in intent.casefold() for word in _NONE_OF_THESE)


def ranking(intent: str | None, confidence: float | None, alternatives: str | None) -> list[Guess]:
    """The intents that the bot thought of, the likeliest first; its word for "none of these" is none."""
    said: list[Guess] = [(intent, confidence)] if intent else []
    for other in json.loads(alternatives or "[]"):
        if other["intent"] not in (name for name, _ in said):
            said.append((other["intent"], other.get("confidence")))
    return [guess for guess in said if not is_none_of_these(guess[0])]


def doubts(turns: Sequence[Row], help_needed: Mapping[str, Sequence[datetime]]) -> Iterator[tuple[Row, Doubt]]:
    """Of user messages in their order, those that were understood but probably wrong, each with its first reason."""
    for key, of_customer in groupby(turns, key=lambda turn: turn.customer_key):
        called = help_needed.get(key, ())
        for turn, following in pairwise([*of_customer, None]):
            reason = turn and _reason(turn, following, called)
            if turn and reason:
                yield turn, reason


def _reason(turn: Row, following: Row | None, called: Sequence[datetime]) -> Doubt | None:
    if turn.understood is not True or not turn.text or turn.kind != Kind.TYPED:
        return None
    until = following.sent_at if following else datetime.max
    asked = any(word in (turn.intent or "").casefold() for word in _ASKS_FOR_A_PERSON)
    if not asked and any(turn.sent_at <= at <= min(turn.sent_at + SOON, until) for at in called):
        return Doubt.HUMAN_NEEDED
    if following is not None and following.text and following.kind == Kind.TYPED:
        at_once = following.sent_at - turn.sent_at <= AT_ONCE
        if at_once and following.intent != turn.intent and alike(turn.text, following.text):
            return Doubt.REPHRASED
    ranked = ranking(turn.intent, turn.confidence, turn.alternatives)
    if (
        len(ranked) > 1
        and ranked[0][1] is not None
        and ranked[1][1] is not None
        and ranked[0][1] - ranked[1][1] < MARGIN
    ):
        return Doubt.LOW_MARGIN
    return None


def alike(one: str, other: str) -> bool:
    """Whether the second says the first in other words: much the same letters, and not the same sentence."""
    first, second = normalised(one), normalised(other)
    if first == second or min(len(first), len(second)) < 4:
        return False
    pairs, others = _pairs(first), _pairs(second)
    return 2 * len(pairs & others) >= 0.5 * (len(pairs) + len(others))


def _pairs(text: str) -> set[Any]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
