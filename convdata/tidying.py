"""Less tidying up while very many objects are made: an import's share of the work of Python's garbage collector."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (200_000, 50, 50)


class _Tidying:
    """It is the whole program's, and several imports may run: the last one to end puts it back."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._inside = 0
        self._usual = gc.get_threshold()

    def begin(self) -> None:
        with self._turn:
            if not self._inside:
                self._usual = gc.get_threshold()
                gc.set_threshold(*SELDOM)
            self._inside += 1

    def end(self) -> None:
        with self._turn:
            self._inside -= 1
            if not self._inside:
                gc.set_threshold(*self._usual)


_tidying = _Tidying()


@contextmanager
def less_tidying_up() -> Iterator[None]:
    """Python looks for cycles of garbage by going through all there is, again and again; an import makes none, and
    saves a fifth of its time.
    """
    _tidying.begin()
    try:
        yield
    finally:
        _tidying.end()
