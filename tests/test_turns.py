"""Writers of a DuckDB store have their turns in the order of asking."""

import threading
import time

from convdata.gate import Turns
from tests.http import until


def test_whoever_waits_comes_before_one_who_asks_again() -> None:
    turns = Turns()
    order: list[str] = []
    waiting = threading.Thread(target=lambda: _enter(turns, order, "waiting"))
    with turns:
        waiting.start()
        until(lambda: turns._waiting)
    with turns:
        order.append("again")
    waiting.join(10)
    assert order == ["waiting", "again"]


def _enter(turns: Turns, order: list[str], name: str) -> None:
    with turns:
        order.append(name)


def test_there_is_one_at_a_time_and_nobody_is_forgotten() -> None:
    turns, inside, most, done = Turns(), [0], [0], [0]

    def work() -> None:
        for _ in range(100):
            with turns:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.00001)
                inside[0] -= 1
                done[0] += 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (most, done, turns._taken) == ([1], [800], False)


def test_a_turn_ends_when_its_work_fails() -> None:
    turns = Turns()
    for _ in range(2):
        try:
            with turns:
                raise ValueError
        except ValueError:
            pass
    assert not turns._taken
