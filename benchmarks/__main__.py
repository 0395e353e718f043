"""The command behind `make bench`: builds or opens the worlds, races the ways, prints one table."""

import argparse
from collections.abc import Callable, Iterator

from benchmarks import listing, rating, reading
from benchmarks.cases import Case, Hand
from benchmarks.server import postgres_server
from benchmarks.timing import quickest, race
from benchmarks.world import duckdb_store, postgres_store
from convdata.database import Store

SUBJECTS: dict[str, Callable[[Store, Hand], Iterator[Case]]] = {
    "listing": listing.cases,
    "reading": reading.cases,
    "rating": rating.cases,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="1M customers, 20M messages instead of 100k and 2M")
    parser.add_argument("--store", choices=("duckdb", "postgresql", "both"), default="both")
    parser.add_argument("--only", metavar="TEXT", default="", help="only lines, or a subject, with this in their name")
    asked = parser.parse_args()
    customers = 1_000_000 if asked.full else 100_000
    if asked.store != "postgresql":
        measure(duckdb_store(customers), asked.only)
    if asked.store != "duckdb":
        with postgres_server() as server:
            measure(postgres_store(customers, server), asked.only)


def measure(store: Store, only: str) -> None:
    hand = Hand(store)
    messages = hand.one("select count(*) from messages")
    customers = hand.one("select count(*) from customers")
    print(f"\n{store.kind}: {customers:,} customers, {messages:,} messages")
    print(f"{'':<58}{'product':>10}{'by hand':>10}{'ratio':>7}")
    missed = 0
    for subject, cases in SUBJECTS.items():
        for case in cases(store, hand):
            if only in case.name or only == subject:
                missed += not run(case)
    print(f"{missed} targets missed" if missed else "every target met", flush=True)
    hand.close()
    store.close()


def run(case: Case) -> bool:
    answer = case.product()
    for way in case.by_hand:
        other = way()
        if other != answer:
            raise SystemExit(f"{case.name}: the product answers {str(answer)[:300]}, by hand it is {str(other)[:300]}")
    ours, best = race([case.product, quickest(case.by_hand)])
    ratio = ours / best
    slow = case.within is not None and ours > case.within
    behind = case.times is not None and ratio > case.times
    mark = " ".join([f"over {case.within:g} ms" * slow, f"over {case.times}x" * behind]).strip()
    print(f"{case.name:<58}{ours:>7.1f} ms{best:>7.1f} ms{ratio:>6.1f}x  {mark}", flush=True)
    return not (slow or behind)


main()
