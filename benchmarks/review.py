"""Review: how good the groups and the suggestions are on real utterances, and how long a hundred thousand take.

The utterances lie beside the repository (``../shared/data``); without them only the sizes are measured.
"""

import gzip
import importlib.util
import json
import random
import resource
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.world import MEASURER
from convdata.events import Message
from convdata.intake import take
from convdata.review import grouping, joining, opening, queue
from convdata.review.likeness import Counted
from convdata.review.normalising import base_language, normalised
from convdata.review.suggestions import Labelled, Pool
from convdata.schema import open_store
from convdata.settings import read_settings

DATA = Path(__file__).parents[2] / "shared" / "data"
SETS = ("banking77_dev", "clinc150_dev", "home_assistant_multilingual_dev")
KNOWS_HOW_MANY = "kmeans_true_k_char_svd"  # is told the number of groups, which nobody knows
FLOOR = "agglomerative_avg_cos_0.75"
MANY, MORE = 100_000, 1_000
MINUTE, MEGABYTES = 60, 1_000
# What arrives with each pass, as shares of the whole; nobody has opened a group meanwhile.
PORTIONS = {
    "all at once": (1.0,),
    "half at once, the rest in five portions": (0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "in ten portions": tuple(n / 10 for n in range(1, 11)),
    "in fifty portions": tuple(n / 50 for n in range(1, 51)),
}


def measure() -> bool:
    """Print what was found; whether every target was met."""
    met = True
    if DATA.exists():
        for how, portions in PORTIONS.items():
            print(f"\nreview: groups against the lexical baselines (AMI; the number of groups is not told), {how}")
            met &= groups(portions)
        print(
            "\nreview: suggestions on utterances that were not understood (share whose intent is first, and in the first three)"
        )
        for name, rows in (("home_assistant", _home_assistant()), ("fin", _fin())):
            suggestions(name, list(rows))
    else:
        print("\nreview: ../shared/data is not here, so that groups and suggestions are not judged")
    print(f"\nreview: {MANY:,} distinct failures, then {MORE:,} more")
    for name, texts in (("similar ones", similar), ("all different", different)):
        met &= size(name, texts)
    return met


def groups(portions: Sequence[float]) -> bool:
    """One line a set: ours, and the baselines that are not told how many groups there are."""
    scorer = _scorer()
    baselines = json.loads((DATA / "clusters" / "baselines.json").read_text())
    ours: dict[str, float] = {}
    for name in SETS:
        items = scorer.load(DATA / "clusters" / f"{name}.jsonl")
        ours |= {key: found["ami"] for key, found in scorer.score(items, _grouped(items, portions)).items()}
    rivals = [name for name in next(iter(baselines.values())) if name != KNOWS_HOW_MANY]
    met = True
    for key, ami in ours.items():
        low = ami < baselines[key][FLOOR]["ami"]
        met &= not low
        print(
            f"  {key:<22}{ami:.3f}   0.75: {baselines[key][FLOOR]['ami']:.3f}   told how many: {baselines[key][KNOWS_HOW_MANY]['ami']:.3f}  {'below the 0.75 baseline' if low else ''}"
        )
    middle = statistics.median(ours.values())
    best = {name: statistics.median(baselines[key][name]["ami"] for key in ours) for name in rivals}
    met &= middle > max(best.values())
    print(
        f"  median                {middle:.3f}   baselines: {', '.join(f'{name} {value:.3f}' for name, value in best.items())}"
    )
    return met


def suggestions(name: str, rows: list[dict[str, Any]]) -> None:
    """With what the bot understands alone, and when every other failure has been decided by a trainer."""
    failed = [row for row in rows if not row["understood"] and row["intent"]]
    understood = [row for row in rows if row["understood"] and row["predicted"]]
    decided, asked = failed[::2], failed[1::2]
    for how, labelled in (("nothing decided yet", []), ("half of them decided", decided)):
        pools: dict[str, list[Labelled]] = defaultdict(list)
        for row in understood:
            pools[row["language"]].append(
                Labelled(row["text"], normalised(row["text"]), row["predicted"], "understood")
            )
        for row in labelled:
            pools[row["language"]].append(Labelled(row["text"], normalised(row["text"]), row["intent"], "decided"))
        made = {language: Pool(ones) for language, ones in pools.items()}
        first = three = 0
        for row in asked:
            ranked = (
                [s.intent for s in made[row["language"]].rank([normalised(row["text"])])]
                if row["language"] in made
                else []
            )
            first += ranked[:1] == [row["intent"]]
            three += row["intent"] in ranked[:3]
        print(f"  {name:<16}{how:<22}{first / len(asked):>5.0%}{three / len(asked):>5.0%}   of {len(asked)}")


def size(name: str, texts: Callable[[int], list[str]]) -> bool:
    """A store with that many distinct failures: the first pass, the next one, and what opening the page asks."""
    said = texts(MANY + MORE)
    now = datetime(2026, 8, 9, 12)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(
            read_settings({"MISHEARD_STORE": f"duckdb:///{folder}/store.duckdb"}, Path("/nonexistent")), now
        )
        for start in range(0, MANY, 20_000):
            take(store, list(_messages(said[start : start + 20_000], start, now - timedelta(days=60))), now)
        grouped = _seconds(lambda: joining.join(store, now))
        take(store, list(_messages(said[MANY:], MANY, now - timedelta(days=1))), now)
        joined = _seconds(lambda: joining.join(store, now))
        first = queue.listed(store, queue.Wanted(singles=None), now.date(), by=MEASURER).ids[0]

        def opened() -> None:
            queue.listed(store, queue.Wanted(), now.date(), by=MEASURER)
            queue.count(store, queue.Wanted(singles=True), by=MEASURER)
            opening.utterances(store, first, by=MEASURER)

        page = min(_seconds(opened) for _ in range(5))
        store.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {name:<16}grouped in {grouped:.1f} s, {MORE:,} joined in {joined:.2f} s, page asks {page * 1000:.0f} ms, {memory:,} MB"
    )
    return grouped < MINUTE and joined < 2 and page < 0.1 and memory < MEGABYTES


def similar(many: int) -> list[str]:
    """Some hundred wishes in a hundred thousand spellings."""
    rng = random.Random(1)
    wishes = [
        f"{ask} {thing} {why}"
        for ask in (
            "where is",
            "I want to change",
            "please cancel",
            "how much is",
            "can you explain",
            "something is wrong with",
        )
        for thing in (
            "my parcel",
            "the invoice",
            "my subscription",
            "the last payment",
            "my home address",
            "the delivery date",
            "my new card",
            "the discount code",
        )
        for why in ("", "because I am moving", "that I ordered yesterday", "of my sister", "before the holidays")
    ]
    found: dict[str, None] = {}
    while len(found) < many:
        letters = list(rng.choice(wishes))
        for _ in range(rng.randint(1, 3)):
            letters[rng.randrange(len(letters))] = rng.choice("abcdefghijklmnopqrstuvwxyz ")
        found.setdefault(f"{''.join(letters).strip()} {rng.choice(('', 'please', 'now', 'asap', 'thanks'))}".strip())
    return list(found)


def different(many: int) -> list[str]:
    """Words that nobody knows, put together by chance."""
    rng = random.Random(2)
    known = [
        "".join(rng.choice("bcdfghklmnprst") + rng.choice("aeiou") for _ in range(rng.randint(1, 4)))
        for _ in range(40_000)
    ]
    found: dict[str, None] = {}
    while len(found) < many:
        found.setdefault(" ".join(rng.choice(known) for _ in range(rng.randint(2, 9))))
    return list(found)


def _grouped(items: list[dict[str, Any]], portions: Sequence[float]) -> dict[str, str]:
    """What the product would say of these failures, language by language, as the scorer takes it: none for singles."""
    found: dict[str, str] = {}
    for language in sorted({item["language"] for item in items}):
        some = [item for item in items if item["language"] == language]
        if len(portions) > 1:
            random.Random(0).shuffle(some)
        counted = Counted()
        places: dict[str, int] = {}
        labels = np.zeros(0, np.int64)
        for share in portions:
            for item in some[: round(share * len(some))]:
                places.setdefault(normalised(item["text"]), len(places))
            counted.add(list(places)[counted.size :])
            labels = np.concatenate([labels, np.full(len(places) - len(labels), -1)])
            labels = grouping.grouped(counted.vectors(), labels, np.zeros(len(labels), bool))
        of_items = [int(labels[places[normalised(item["text"])]]) for item in some]
        sizes = np.bincount(of_items)
        found |= {
            item["id"]: f"{language}-{label}" if sizes[label] > 1 else "-1"
            for item, label in zip(some, of_items, strict=True)
        }
    return found


def _home_assistant() -> Iterator[dict[str, Any]]:
    for row in _lines(DATA / "events" / "home_assistant_true_intents.jsonl.gz"):
        yield row | {"intent": row["true_intent"], "language": base_language(row["language"])}


def _fin() -> Iterator[dict[str, Any]]:
    for row in _lines(DATA / "rasa" / "fin_source_labels.jsonl.gz"):
        yield row | {"intent": row["source_label"], "language": "en"}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _messages(texts: list[str], start: int, since: datetime) -> Iterator[Message]:
    for number, text in enumerate(texts, start):
        yield Message(
            id=f"b-{number}", channel=("webchat", "messenger")[number % 2], customer_id=f"c-{number % 40_000}",
            at=(since + timedelta(seconds=number * 50 % 5_000_000)).replace(tzinfo=UTC), sender="user", text=text,
            language="en", understood=False,
        )  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("score_clusters", DATA / "clusters" / "score_clusters.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    raise SystemExit(0 if measure() else 1)
