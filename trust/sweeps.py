"""Many sweeps at one moment write exactly one record for each mute: in threads on DuckDB, in processes on Postgres."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from convdata.muting import sweep
from tests.story import HOUR, NOON, opened
from tests.test_sweep import all_mutes, automatic_records, mute_many
from trust.place import Place

SWEEPS = 32
DUE = 1_000
APART = 100 * HOUR


def show(place: Place, rounds: int) -> str:
    """``rounds`` times: so many are due, and all sweeps begin at once."""
    store = opened(place.url)
    began = time.monotonic()
    with _sweepers(place, rounds) as (together, closed):
        for turn in range(rounds):
            mute_many(store, DUE, at=NOON + turn * APART)
            together()  # and they begin
            together()  # and all have ended
        assert closed() == rounds * DUE, f"{closed():,} mutes were closed, of {rounds * DUE:,}"
    took = time.monotonic() - began
    records = automatic_records(store)
    assert records == all_mutes(store)
    assert records.total() == rounds * DUE
    store.close()
    how = "threads" if place.kind == "duckdb" else "processes"
    return f"{rounds} rounds of {SWEEPS} {how}, {DUE:,} due each: {records.total():,} records, 0 twice, 0 missing ({took:.0f} s)"


class _sweepers:
    """32 that sweep, each round once; gives what lets all go on together, and how many mutes they closed."""

    def __init__(self, place: Place, rounds: int) -> None:
        self._place, self._rounds = place, rounds

    def __enter__(self) -> tuple[Callable[[], Any], Callable[[], int]]:
        if self._place.kind == "duckdb":  # which lets in one process only
            barrier = Barrier(SWEEPS + 1)
            store = opened(self._place.url)
            self._pool = ThreadPoolExecutor(SWEEPS)
            swept = [self._pool.submit(_sweeping, store, barrier, self._rounds) for _ in range(SWEEPS)]
            return barrier.wait, lambda: sum(one.result() for one in swept)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["trust.sweeps"])
        between, answers = context.Barrier(SWEEPS + 1), context.Queue()
        self._processes = [
            context.Process(target=_in_a_process, args=(self._place.url, between, answers, self._rounds))
            for _ in range(SWEEPS)
        ]
        for process in self._processes:
            process.start()
        found: list[int] = []

        def closed() -> int:
            while len(found) < SWEEPS:
                found.append(answers.get(timeout=60))
            return sum(found)

        return (lambda: between.wait(120)), closed

    def __exit__(self, *_: object) -> None:
        if self._place.kind == "duckdb":
            self._pool.shutdown()
            return
        for process in self._processes:
            process.join(60)


def _sweeping(store: Any, barrier: Any, rounds: int) -> int:
    closed = 0
    for turn in range(rounds):
        barrier.wait()
        closed += sweep(store, NOON + turn * APART + 72 * HOUR)
        barrier.wait()
    return closed


def _in_a_process(url: str, barrier: Any, answers: Any, rounds: int) -> None:
    store = opened(url)
    answers.put(_sweeping(store, barrier, rounds))
    store.close()
