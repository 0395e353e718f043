"""Training files read: which sentences the bot has been taught, under which intent. Rasa NLU YAML, JSON Lines or CSV."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import yaml

from convdata.database import Store
from convdata.errors import FileUnreadable
from convdata.review import suggestions
from convdata.review.normalising import base_language, normalised
from convdata.rights import Actor, Right, require

# Rasa's [text](entity), [text]{"entity": "…"}: the text is what a customer says.
_ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


class Taught(NamedTuple):
    """A sentence of a training file."""

    intent: str
    text: str
    language: str


def import_training(
    store: Store, name: str, content: bytes, *, language: str, by: Actor, now: datetime
) -> tuple[int, int]:
    """Remember what a training file teaches, in place of an earlier one of that name; gives sentences and intents.

    Raises FileUnreadable for what is none.
    """
    require(by, Right.TEACH)
    try:
        taught = [t for t in read(name, content.decode("utf-8-sig"), language) if t.intent.strip() and t.text.strip()]
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError):
        taught = []
    if not taught:
        raise FileUnreadable(
            "This is no training file that Review knows: Rasa NLU YAML, or JSON Lines or CSV with intent and text."
        )
    source = name[:200]

    def work(transaction: Any) -> None:
        transaction.tell("forget_review_examples", source=source)
        rows = {
            "source": [source] * len(taught),
            "language": [base_language(t.language) for t in taught],
            "intent": [t.intent for t in taught],
            "text": [t.text for t in taught],
            "normal": [normalised(t.text) for t in taught],
        }
        transaction.tell("add_review_examples", rows)
        transaction.tell("add_review_intents", {"intent": sorted({t.intent for t in taught})}, now=now)

    store.change(work)
    suggestions.forget(store)
    return len(taught), len({t.intent for t in taught})


def read(name: str, text: str, language: str) -> Iterator[Taught]:
    """The sentences of a file, by its name's ending."""
    ending = name.casefold().removesuffix(".gz").rpartition(".")[2]
    if ending in ("yml", "yaml"):
        yield from _rasa(yaml.safe_load(text), language)
    elif ending in ("jsonl", "ndjson"):
        for line in filter(str.strip, text.splitlines()):
            row = json.loads(line)
            yield Taught(str(row["intent"]), str(row["text"]), str(row.get("language") or language))
    elif ending == "csv":
        for found in csv.DictReader(io.StringIO(text)):
            yield Taught(found["intent"], found["text"], found.get("language") or language)
    else:
        raise ValueError(ending)


def _rasa(document: Any, language: str) -> Iterator[Taught]:
    for part in document["nlu"]:
        examples = part.get("examples")
        if "intent" not in part or not examples:
            continue
        lines = examples if isinstance(examples, list) else examples.splitlines()
        for line in lines:
            said = line["text"] if isinstance(line, dict) else re.sub(r"^\s*-\s?", "", line)
            said = _ENTITY.sub(r"\1", str(said)).strip()
            if said:
                yield Taught(str(part["intent"]), said, language)
