"""Amazon Lex V2: the JSON of sample utterances, intent by intent, as in a bot's import."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence

from convdata.review.exports import Example, Format, one_line

FORMAT = Format(
    "lex",
    "Amazon Lex V2 (JSON)",
    "json",
    "application/json",
    "Sample utterances by locale and intent, as Lex names them; braces, which would make slots, are taken out.",
)
LONGEST = 500  # Lex's own limit for an utterance
# A slot stands in braces; control marks and brackets are refused.
_NOT_TAKEN = re.compile(r"[{}\[\]<>\\^|=]+")


def write(examples: Sequence[Example]) -> bytes:
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for example in examples:
        text = " ".join(_NOT_TAKEN.sub(" ", one_line(example.text)).split())[:LONGEST]
        if text:
            said[example.language][_name(example.intent)][text] = None
    locales = [
        {
            "localeId": language.replace("-", "_"),
            "intents": [
                {"name": intent, "sampleUtterances": [{"utterance": text} for text in texts]}
                for intent, texts in intents.items()
            ],
        }
        for language, intents in said.items()
    ]
    return json.dumps({"botLocales": locales}, ensure_ascii=False, indent=2).encode()


def _name(intent: str) -> str:
    """Letters, digits, "_" and "-", up to 100: what Lex takes for a name."""
    return re.sub(r"[^0-9A-Za-z_-]+", "_", intent)[:100].strip("_") or "intent"
