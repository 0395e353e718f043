"""The top topics of failure: groups of the Review page where there are any, else utterances that say the same.

What is told here are customers' own words: it is asked anew each time and remembered nowhere.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from convdata.channels import language_title
from convdata.database import Store
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.masking import shown, text_shown
from convdata.review.normalising import normalised
from convdata.rights import Actor, Right, require
from convdata.stats import instants, places
from convdata.vocabulary import ReviewState

TOP = 10
TEXTS = 5_000  # different texts that are looked at where there are no groups


@dataclass(frozen=True)
class Topic:
    """One topic: its most typical utterance, and how often it failed. Without a group there is no count of customers."""

    text: str
    messages: int
    customers: int | None = None
    group_id: str | None = None
    state: str = ReviewState.NEW
    language: str | None = None

    @property
    def spoken(self) -> str:
        """The language of its group, for people: the same words can be a topic in several."""
        return language_title(self.language) if self.language else ""

    def opened_by(self, choices: Choices) -> Choices:
        """The Customers list of exactly those who said it in the period; only for one that has a group."""
        return Choices({}, choices.timezone).but(
            channel=choices["channel"],
            failed_language=choices["language"],
            failed_from=choices["from"],
            failed_to=choices["to"],
            failed_topic=(self.group_id,) if self.group_id else None,
        )


@dataclass(frozen=True)
class Topics:
    """The first topics, the number of failed messages that all topics have together, and the question that was asked."""

    first: tuple[Topic, ...]
    messages: int
    question: str


def topics(store: Store, choices: Choices, many: int = TOP, *, by: Actor) -> Topics:
    """The most frequent topics of a period."""
    require(by, Right.READ_TRENDS)
    since, until = instants(choices)
    values = places(choices) | {"since": since, "until": until}
    rows = store.ask("trends/topics", many=many, **values)
    if not rows:
        return _utterances(store, many, values, by)
    names: dict[str, str] = {}
    for row in shown(store, store.ask("review/group_names", keys=[row.group_id for row in rows]), by):
        names.setdefault(row.group_id, row.text or "")
    found = (
        Topic(names.get(row.group_id, ""), row.messages, row.customers, row.group_id, row.state, row.language)
        for row in rows
    )
    return Topics(tuple(found), rows[0].all_messages, "trends/topics")


def _utterances(store: Store, many: int, values: dict[str, Any], by: Actor) -> Topics:
    counts: dict[str, int] = defaultdict(int)
    said: dict[str, tuple[str, str | None]] = {}
    rows = store.ask("trends/utterances", many=TEXTS, **values)
    for row in rows:
        normal = normalised(row.text)
        counts[normal] += row.messages
        said.setdefault(normal, (row.text, row.customer_key))
    ranked = sorted(counts, key=lambda normal: (-counts[normal], normal))[:many]
    texts = text_shown(store, [said[normal] for normal in ranked], by)
    found = tuple(Topic(text, counts[normal]) for text, normal in zip(texts, ranked, strict=True))
    return Topics(found, rows[0].all_messages if rows else 0, "trends/utterances")


def as_rows(found: Topics) -> list[dict[str, Any]]:
    """The topics as they are listed, for a file."""
    return [
        {
            "topic": topic.text,
            "language": topic.spoken or None,
            "customers": topic.customers,
            "messages": topic.messages,
            "of_messages": found.messages,
            "share": topic.messages / found.messages if found.messages >= FEW else None,
            "state": topic.state if topic.group_id else None,
        }
        for topic in found.first
    ]
