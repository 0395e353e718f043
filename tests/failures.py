"""Stories of Review are told with these: what fails, the pass that groups it, and the groups as people see them."""

import re
from collections.abc import Iterator
from datetime import datetime

import yaml

from convdata.database import Store
from convdata.review import joining, queue
from convdata.review.queue import Group, Wanted
from tests.story import HOUR, NOON, READER, message, tell

ANYTHING = Wanted(states=(), singles=None)
REFUND = ("I want my money back", "i want my money back please", "can I get my money back?", "money back please")
DOG = ("can my dog travel with us", "is my dog allowed to travel with us", "my dog should travel with me")


def fail(
    store: Store, *texts: str | None, customer: str = "c", at: datetime = NOON, language: str = "en", **more: object
) -> None:
    """Each text is said by a customer of its own, an hour apart, and not understood."""
    tell(
        store,
        *(
            message(f"{customer}-{n}", at + n * HOUR, text, language=language, understood=False, **more)
            for n, text in enumerate(texts)
        ),
    )


def join(store: Store, now: datetime = NOON + 24 * HOUR) -> joining.Joined:
    return joining.join(store, now)


def groups(store: Store, wanted: Wanted = ANYTHING) -> list[Group]:
    return list(queue.listed(store, wanted, (NOON + 24 * HOUR).date(), by=READER).groups)


def group_with(store: Store, text: str) -> Group:
    """The group in which something like this was said."""
    return groups(store, Wanted(states=(), singles=None, text=text))[0]


# How Rasa 3 finds entities in an example, from its own training data reader.
RASA_ENTITY = re.compile(
    r"\[(?P<entity_text>[^\]]+?)\](\((?P<entity>[^:)]+?)(?:\:(?P<value>[^)]+))?\)|\{(?P<entity_dict>[^}]+?)\}|\[(?P<list_entity_dicts>.*?)\])"
)


def rasa_examples(content: bytes) -> Iterator[tuple[str, str]]:
    """Read a file the way Rasa does: YAML 1.2 without duplicate keys, version, then lines that begin with "- "."""
    document = yaml.safe_load(content.decode())
    assert list(document) == ["version", "nlu"]
    assert document["version"] == "3.1"
    for part in document["nlu"]:
        assert set(part) == {"intent", "examples"}
        assert isinstance(part["intent"], str)
        assert "/" not in part["intent"]
        assert isinstance(part["examples"], str)
        for line in part["examples"].splitlines():
            assert line.startswith("- "), line
            assert not RASA_ENTITY.search(line)
            yield part["intent"], line[2:]
