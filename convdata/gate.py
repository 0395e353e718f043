"""A gate that many may pass and that one may close for a moment, waiting until all who passed are out."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Passing does not wait for passing. Who closes the gate has it alone; passers wait until it opens again.

    A thread inside may pass again (a question asked while another is being answered), closed gate or not: it would
    wait for itself otherwise.
    """

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._inside = 0
        self._closed = False
        self._mine = threading.local()

    @contextmanager
    def passing(self) -> Iterator[None]:
        depth = getattr(self._mine, "depth", 0)
        if depth == 0:
            with self._turn:
                self._turn.wait_for(lambda: not self._closed)
                self._inside += 1
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            if depth == 0:
                with self._turn:
                    self._inside -= 1
                    self._turn.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        with self._turn:
            self._turn.wait_for(lambda: not self._closed)
            self._closed = True
            self._turn.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            with self._turn:
                self._closed = False
                self._turn.notify_all()
