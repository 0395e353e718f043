"""What the bot makes of a sentence: the verdicts that go with a customer's message."""

from collections.abc import Sequence
from random import Random
from typing import Any

from convdata.demo.company import QUESTIONS

INTENTS = (*QUESTIONS, "greeting", "thanks", "human")


def understood(rng: Random, intent: str) -> dict[str, Any]:
    confidence = round(0.62 + 0.37 * rng.random() ** 0.5, 2)
    others = [other for other in rng.sample(INTENTS, 3) if other != intent]
    return {
        "understood": True,
        "intent": intent,
        "confidence": confidence,
        "alternatives": _ranked(rng, others[:2], 1 - confidence),
    }


def clicked(intent: str) -> dict[str, Any]:
    """A button leaves nothing to guess."""
    return {"understood": True, "intent": intent, "confidence": 1.0}


def not_understood(rng: Random, guesses: Sequence[str]) -> dict[str, Any]:
    confidence = round(rng.uniform(0.16, 0.44), 2)
    return {
        "understood": False,
        "intent": "fallback",
        "confidence": confidence,
        "alternatives": _ranked(rng, guesses[: rng.randint(2, 3)], confidence),
    }


def _ranked(rng: Random, intents: Sequence[str], most: float) -> list[dict[str, Any]]:
    ranked = []
    for intent in intents:
        most *= rng.uniform(0.55, 0.97)
        ranked.append({"intent": intent, "confidence": round(most, 2)})
    return ranked
