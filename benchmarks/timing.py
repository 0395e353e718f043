"""Ways raced against each other: in turns (A B A B …), so that whatever else the machine does slows all of them alike."""

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

WARM_UP = 3
ROUNDS = 15
SLOW_ROUNDS = 5  # of what takes seconds
LONGER = 1.0  # seconds: what is quick is asked more often, up to so long, as its median is the noisier one
MOST = 101

Way = Callable[[], object]


class Times(NamedTuple):
    """Milliseconds. On a busy machine ``quickest`` is nearer to what a quiet one would give."""

    median: float
    quickest: float


def quickest(ways: Sequence[Way]) -> Way:
    """The way that is the quickest in a first look: only that one is raced."""
    if len(ways) == 1:
        return ways[0]
    return min(ways, key=lambda way: min(_once(way) for _ in range(WARM_UP + 2)))


def race(ways: Sequence[Way]) -> list[Times]:
    """How long each way takes."""
    slow = max(_once(way) for way in ways) > 1000
    for way in ways:
        for _ in range(0 if slow else WARM_UP):
            way()
    rounds = SLOW_ROUNDS if slow else ROUNDS
    times: list[list[float]] = [[] for _ in ways]
    began = time.perf_counter()
    gc.collect()
    gc.disable()
    try:
        while len(times[0]) < rounds or (time.perf_counter() - began < LONGER and len(times[0]) < MOST):
            for way, of_way in zip(ways, times, strict=True):
                of_way.append(_once(way))
    finally:
        gc.enable()
    return [Times(median(of_way), min(of_way)) for of_way in times]


def _once(way: Way) -> float:
    start = time.perf_counter()
    way()
    return (time.perf_counter() - start) * 1000
