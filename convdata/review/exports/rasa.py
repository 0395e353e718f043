"""Rasa NLU YAML 3.1. Its examples have a grammar of their own inside the YAML: one line each, entities in brackets."""

import re
from collections import defaultdict
from collections.abc import Sequence

import yaml

from convdata.review.exports import Example, Format, one_line

FORMAT = Format(
    "rasa",
    "Rasa NLU (YAML 3.1)",
    "yml",
    "application/yaml",
    "Put it beside the other files in data/. Brackets that would make an entity are taken out; languages stand apart.",
)
# “[text](entity)” and “[text]{…}” make entities; what stands in other brackets says the same and makes none.
_BRACKETS = str.maketrans({"[": "(", "]": ")"})
_OUTSIDE_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Block(str):
    """Text that is written as a block, ``|``."""


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    pass


_Dumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)


def write(examples: Sequence[Example]) -> bytes:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        line = sentence(example.text)
        if line:
            by_intent[intent_name(example.intent)].append(line)
    nlu = [
        {"intent": intent, "examples": _Block("".join(f"- {line}\n" for line in dict.fromkeys(lines)))}
        for intent, lines in by_intent.items()
    ]
    text: str = yaml.dump(
        {"version": "3.1", "nlu": nlu},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=2**31,
        default_style=None,
    )
    return text.replace("version: '3.1'", 'version: "3.1"', 1).encode()


def sentence(text: str) -> str:
    """A text as one line of examples, from which Rasa reads the same text and no entity."""
    return _OUTSIDE_YAML.sub(" ", one_line(text.translate(_BRACKETS))).strip()


def intent_name(intent: str) -> str:
    """Rasa splits a name at its delimiter for retrieval intents; spaces and slashes would be that or worse."""
    return re.sub(r"[\s/]+", "_", one_line(intent)) or "unnamed"
