"""Which intent an opened group probably is: by the nearest utterances that are labelled already, and by the bot's own guess.

Labelled is what training files say, what trainers have decided, and what the bot understands with certainty. All of it is
kept in memory for two minutes, and dropped at once when a customer is erased.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from convdata.database import Row, Store
from convdata.masking import text_shown
from convdata.review.guessing import is_none_of_these
from convdata.review.likeness import Counted
from convdata.review.normalising import base_language, normalised
from convdata.rights import Actor, Right, program, require

NOBODY = program("Suggestions")
NEAREST = 12
MANY = 6_000  # labelled utterances of each kind that are compared with
LATELY = timedelta(days=120)
KEPT = 120.0  # seconds
LIKELY = 0.12  # below this, an utterance is not like any
BOTS_SHARE = 0.35  # how much the bot's own guess weighs beside the nearest utterances
EQUALLY = 0.85  # a second intent this close to the first fits equally
SURE = 0.25  # below this the best is a guess, and that another is as good says nothing
MOST = 9  # as many as there are keys
FEW = 3  # so many are shown even where one fits far better
FAR = 0.3  # what fits less than this share of the best is shown only to make these few


class Labelled(NamedTuple):
    """An utterance whose intent is known. ``how`` says from where: taught, decided or understood."""

    text: str
    normal: str
    intent: str
    how: str
    group_id: str | None = None
    customer_key: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """An intent that may fit, between 0 and 1, and why: the nearest utterance, or how often the bot guessed it."""

    intent: str
    score: float
    nearest: str | None
    how: str | None
    guessed: float
    said_by: str | None = None


@dataclass(frozen=True)
class Advice:
    """Suggestions, the best first, and what to be careful about."""

    suggestions: tuple[Suggestion, ...]
    known_as: tuple[str, ...]
    equally: tuple[str, str] | None


class Pool:
    """Labelled utterances of one language, to be compared with."""

    def __init__(self, labelled: Sequence[Labelled]) -> None:
        self.labelled = labelled
        self._counted = Counted()
        self._counted.add([one.normal for one in labelled])
        self._lock = threading.Lock()
        self.by_normal: dict[str, set[tuple[str, str, str | None]]] = defaultdict(set)
        for one in labelled:
            self.by_normal[one.normal].add((one.intent, one.how, one.group_id))

    def rank(
        self, normals: Sequence[str], guesses: Mapping[str, float] | None = None, but_group: str | None = None
    ) -> list[Suggestion]:
        """Intents for utterances that are to get one and the same; ``guesses`` is the bot's share for each intent."""
        scores: dict[str, float] = defaultdict(float)
        nearest: dict[str, tuple[float, Labelled]] = {}
        if self.labelled and normals:
            alike = self._alike(normals)
            if but_group is not None:
                alike[:, [n for n, one in enumerate(self.labelled) if one.group_id == but_group]] = 0
            for row in alike:
                best = np.argsort(-row, kind="stable")[:NEAREST]
                seen: dict[str, list[float]] = defaultdict(list)
                for place in best:
                    one, how_alike = self.labelled[place], float(row[place])
                    if how_alike < LIKELY:
                        break
                    seen[one.intent].append(how_alike)
                    if how_alike > nearest.get(one.intent, (0.0, one))[0]:
                        nearest[one.intent] = (how_alike, one)
                for intent, values in seen.items():
                    # The nearest says most; those behind it confirm.
                    scores[intent] += (max(values) + 0.15 * (sum(values) - max(values)) / 3) / len(normals)
        guessed = guesses or {}
        for intent, share in guessed.items():
            scores[intent] += BOTS_SHARE * share
        ranked = sorted(scores, key=lambda intent: (-scores[intent], intent))
        ranked = [intent for n, intent in enumerate(ranked) if n < FEW or scores[intent] >= FAR * scores[ranked[0]]]
        return [
            Suggestion(
                intent,
                min(1.0, scores[intent]),
                nearest[intent][1].text if intent in nearest else None,
                nearest[intent][1].how if intent in nearest else None,
                guessed.get(intent, 0.0),
                nearest[intent][1].customer_key if intent in nearest else None,
            )
            for intent in ranked[:MOST]
        ]

    def _alike(self, normals: Sequence[str]) -> Any:
        # The new ones are counted with the others and not kept: the pool is what is labelled.
        with self._lock:
            counted = self._counted.with_more(normals)
        vectors = counted.vectors()
        size = len(self.labelled)
        return (vectors[size:] @ vectors[:size].T).toarray()


def advice(store: Store, group_id: str, language: str, texts: Sequence[str], now: datetime, *, by: Actor) -> Advice:
    """What to make of a group, by its most frequent texts as ``by`` reads them."""
    require(by, Right.READ_REVIEW)
    pool = _pool(store, language, now)
    normals = [normalised(text) for text in text_shown(store, [(text, None) for text in texts if text], by)]
    rows = store.ask("review/guesses", group_id=group_id)
    whole = sum(row.messages for row in rows)
    guesses = {
        row.intent: row.messages / whole * (row.confidence if row.confidence is not None else 0.5) for row in rows
    }
    ranked = pool.rank(normals[:20], guesses, group_id)
    known = {
        intent
        for normal in normals
        for intent, how, group in pool.by_normal.get(normal, ())
        if how == "taught" or (how == "understood" and group != group_id)
    }
    equally = None
    if (
        len(ranked) > 1
        and ranked[0].score >= SURE
        and ranked[1].score >= EQUALLY * ranked[0].score
        and ranked[1].nearest
    ):
        equally = (ranked[0].intent, ranked[1].intent)
    return Advice(tuple(_shown(store, ranked, by)), tuple(sorted(known)), equally)


def _shown(store: Store, ranked: Sequence[Suggestion], by: Actor) -> list[Suggestion]:
    """With the nearest utterances as ``by`` may read them."""
    texts = text_shown(store, [(one.nearest or "", one.said_by) for one in ranked], by)
    return [replace(one, nearest=text or None) for one, text in zip(ranked, texts, strict=True)]


_pools: WeakKeyDictionary[Store, dict[str, tuple[float, int, Pool]]] = WeakKeyDictionary()


def _pool(store: Store, language: str, now: datetime) -> Pool:
    pools = _pools.setdefault(store, {})
    row = store.ask_one("review/erased_count")
    erased = int(row.erased) if row else 0
    kept = pools.get(language)
    if kept and time.monotonic() - kept[0] < KEPT and kept[1] == erased:
        return kept[2]
    pool = Pool(_labelled(store, language, now))
    if any(count != erased for _, count, _ in pools.values()):
        pools.clear()
    pools[language] = (time.monotonic(), erased, pool)
    return pool


def forget(store: Store) -> None:
    """Ask anew next time: something was decided, imported or erased."""
    _pools.pop(store, None)


def _labelled(store: Store, language: str, now: datetime) -> list[Labelled]:
    def of_language(row: Row) -> bool:
        return base_language(row.language) in (language, "und") or language == "und"

    taught = [
        Labelled(r.text, r.normal, r.intent, "taught")
        for r in store.ask("review/examples", many=10 * MANY)
        if of_language(r)
    ]
    totals = store.ask_one("review/all_failures", kind="failed", channels=None, languages=None, since=None, until=None)
    # Where everything is old, so is what counts as lately.
    since = min(now, totals.last_at if totals and totals.last_at else now) - LATELY
    decided = [
        Labelled(r.text, r.normal, r.intent, "decided", r.group_id, r.customer_key)
        for r in store.ask("review/decided_utterances", many=10 * MANY)
        if of_language(r)
    ]
    understood = [
        Labelled(r.text, normalised(r.text), r.intent, "understood", customer_key=r.customer_key)
        for r in store.ask("review/understood_utterances", many=10 * MANY, since=since)
        if of_language(r) and not is_none_of_these(r.intent)
    ]
    labelled = _without_personal(store, [*taught[:MANY], *decided[:MANY], *understood[:MANY]])
    unique = {(one.normal, one.intent): one for one in reversed(labelled)}
    return list(reversed(unique.values()))


def _without_personal(store: Store, labelled: Sequence[Labelled]) -> list[Labelled]:
    """Compared as they are masked, whoever asks: how alike a sentence of one's own is to what is masked would tell it."""
    masked = text_shown(store, [(one.text, one.customer_key) for one in labelled], NOBODY)
    return [
        one if text == one.text else one._replace(normal=normalised(text))
        for one, text in zip(labelled, masked, strict=True)
    ]
