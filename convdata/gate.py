"""How threads wait for each other: a gate that many may pass and one may close for a moment, and turns one by one."""

import threading
import time
from collections import deque
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


class Turns:
    """One at a time, in the order of asking. A plain lock lets whoever just left in again before those who wait: an
    import would keep live events out until it is done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()
        self._waited_at = -1e9

    def wanted(self, within: float = 2.0) -> bool:
        """Whether somebody has had to wait in these last seconds: then turns had better be short."""
        return time.monotonic() - self._waited_at < within

    def __enter__(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
            self._waited_at = time.monotonic()
        try:
            mine.wait()
        except BaseException:  # Ctrl-C: whoever comes after must not wait for one who has gone
            with self._lock:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    raise
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
