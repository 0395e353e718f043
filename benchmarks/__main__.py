"""The command behind `make bench`: builds or opens the worlds, races the ways, prints one table."""

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator

from benchmarks import acting, bulk, checking, intake_http, listing, rasa, rating, reading, review, storing, trends_page
from benchmarks.cases import Case, Hand, agree
from benchmarks.server import postgres_server
from benchmarks.timing import quickest, race
from benchmarks.world import duckdb_store, postgres_store
from convdata.database import Store

# Milliseconds: about what it costs to ask two or three questions through SQLAlchemy and our own gate, whatever they ask.
# Where the hand needs a tenth of one, the ratio says only that: such lines are told apart, and counted apart.
SMALL = 1.5

SUBJECTS: dict[str, Callable[[Store, Hand], Iterator[Case]]] = {
    "listing": listing.cases,
    "reading": reading.cases,
    "rating": rating.cases,
    "acting": acting.cases,
    "storing": storing.cases,
}

# What is measured as a whole, and has no lines of its own beside a hand's.
WHOLE = ("page", "bulk", "live")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="1M customers, 20M messages instead of 100k and 2M")
    parser.add_argument("--store", choices=("duckdb", "postgresql", "both"), default="both")
    parser.add_argument(
        "--only",
        metavar="TEXT",
        default="",
        help="only lines with this in their name, or a subject: listing, reading, rating, acting, storing, page, bulk, live, review, rasa",
    )
    asked = parser.parse_args()
    if asked.only in ("", "review") and not review.measure():
        print("a target of Review is missed", flush=True)
    if asked.only in ("", "rasa") and not rasa.measure():
        print("a target of Rasa's tracker store is missed", flush=True)
    if asked.only in ("review", "rasa"):
        return
    customers = 1_000_000 if asked.full else 100_000
    if asked.store != "postgresql":
        measure(duckdb_store(customers), asked.only, None)
    if asked.store != "duckdb":
        with postgres_server() as server:
            measure(postgres_store(customers, server), asked.only, server)


def measure(store: Store, only: str, server: str | None) -> None:
    hand = Hand(store)
    checking.check(store, hand)
    messages = hand.one("select count(*) from messages")
    customers = hand.one("select count(*) from customers")
    busy = f", while {os.getloadavg()[0]:.1f} others want this machine's {os.cpu_count()} processors"
    print(f"\n{store.kind}: {customers:,} customers, {messages:,} messages{busy}")
    print(f"{'':<52}{'product':>10}{'at best':>10}{'by hand':>10}{'ratio':>7}")
    missed: Counter[str] = Counter()
    for subject, cases in SUBJECTS.items() if only not in WHOLE else ():
        if subject != only if only in SUBJECTS else only and subject == "storing":
            continue
        for case in cases(store, hand):
            if only in case.name or only == subject:
                missed.update(run(case))
    hand.close()
    store.close()
    if only in ("", "page"):
        missed.update(trends_page.measure(store.kind, store.url.render_as_string(hide_password=False)))
    if only in ("", "bulk") and not bulk.measure(store.kind, server, 400_000 if customers > 500_000 else 100_000):
        missed.update(["less than half"])
    if only in ("", "live"):
        intake_http.measure(store.kind, 10)
    print(f"missed: {', '.join(f'{mark}: {lines}' for mark, lines in missed.items()) or 'nothing'}", flush=True)


def run(case: Case) -> list[str]:
    """Prints the line; which targets it misses."""
    agree(case)
    product, hand = race([case.product, quickest(case.by_hand)])
    ours, best = product.median, hand.median
    marks = []
    if case.within is not None and ours > case.within:
        marks.append(f"over {case.within:g} ms")
    if case.times is not None and ours > case.times * best:
        marks.append(f"over {case.times}x" + f" by less than {SMALL} ms" * (ours - case.times * best < SMALL))
    print(
        f"{case.name:<52}{ours:>7.1f} ms{product.quickest:>7.1f} ms{best:>7.1f} ms{ours / best:>6.1f}x  {', '.join(marks)}",
        flush=True,
    )
    return marks


main()
