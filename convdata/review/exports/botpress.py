"""Botpress v12: NLU intents as in data/intents, one object for each, sentences by language."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence

from convdata.review.exports import Example, Format, one_line

FORMAT = Format(
    "botpress",
    "Botpress (JSON)",
    "json",
    "application/json",
    "For NLU › Import: intents with their sentences by language. Brackets, which would make slots, are taken out.",
)
_BRACKETS = str.maketrans({"[": "(", "]": ")"})


def write(examples: Sequence[Example]) -> bytes:
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for example in examples:
        text = one_line(example.text.translate(_BRACKETS))
        if text:
            said[_name(example.intent)][example.language][text] = None
    intents = [
        {
            "name": intent,
            "contexts": ["global"],
            "filename": f"{intent}.json",
            "utterances": {language: list(texts) for language, texts in by_language.items()},
            "slots": [],
        }
        for intent, by_language in said.items()
    ]
    return json.dumps({"intents": intents, "entities": []}, ensure_ascii=False, indent=2).encode()


def _name(intent: str) -> str:
    return re.sub(r"[^\w-]+", "-", intent.casefold())[:100].strip("-") or "intent"
