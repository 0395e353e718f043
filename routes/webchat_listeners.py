"""The visitors whose browsers listen in this process, and the one task that finds out whose conversations have grown."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from convdata.database import Store
from convdata.visitors import Visitor

log = logging.getLogger(__name__)

MOST = 5_000  # open at one time, in this process
MOST_EACH = 8  # of one visitor: tabs
COALESCED = 0.05  # seconds in which many events are one look into the store
LOOK = 3.0  # how often there is a look without an event here: another process may have stored something


@dataclass(eq=False)
class Stream:
    """One open tab of a visitor."""

    visitor: Visitor
    count: int
    tab: str = ""
    hidden: bool = False
    gone: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Listeners:
    """All open streams of this process, and the one task that finds out whose conversations have grown."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._open: dict[str, set[Stream]] = {}
        self._many = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._heard: Store | None = None

    def has_room_for(self, key: str) -> bool:
        return self._many < MOST and len(self._open.get(key, ())) < MOST_EACH

    def add(self, stream: Stream) -> None:
        self._open.setdefault(stream.visitor.customer_key, set()).add(stream)
        self._many += 1
        if self._task is None or self._task.done():
            self._changed = asyncio.Event()
            self._changed.set()  # the first look is at once: only then are we told of what is stored
            self._task = asyncio.create_task(self._look())

    def remove(self, stream: Stream) -> None:
        key = stream.visitor.customer_key
        streams = self._open.get(key, set())
        if stream in streams:
            streams.discard(stream)
            self._many -= 1
        if not streams:
            self._open.pop(key, None)

    def of(self, key: str) -> set[Stream]:
        return self._open.get(key, set())

    def is_hidden(self, key: str) -> bool:
        """A visitor sees the page when they see one of its tabs."""
        return all(stream.hidden for stream in self.of(key))

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        changed = self._changed
        wake = _waker(loop, changed)
        try:
            while self._open:
                try:
                    await asyncio.wait_for(changed.wait(), LOOK)
                    await asyncio.sleep(COALESCED)
                except TimeoutError:
                    pass
                changed.clear()
                keys = list(self._open)
                try:
                    counts = await run_in_threadpool(self._counts, keys, wake)
                except Exception as why:  # the store is away: the browsers wait, and so do we
                    log.warning("Visitors cannot be told what is new: %s", type(why).__name__)
                    await asyncio.sleep(LOOK)
                    continue
                for key in keys:
                    for stream in tuple(self.of(key)):
                        count = counts.get(key)
                        stream.gone = count is None
                        if count != stream.count:
                            stream.count = count or 0
                            stream.news.set()
        finally:
            if self._heard is not None and wake in self._heard.listeners:
                self._heard.listeners.remove(wake)
            self._heard = None

    def _counts(self, keys: list[str], wake: Callable[[], None]) -> dict[str, int]:
        store = self._store()
        if self._heard is not store:  # at first, and when it was opened anew
            store.listeners.append(wake)
            self._heard = store
        rows = store.ask("webchat/message_counts", keys=keys)
        return {row.customer_key: row.message_count for row in rows}


def _waker(loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> Callable[[], None]:
    def wake() -> None:
        try:
            loop.call_soon_threadsafe(changed.set)
        except RuntimeError:
            return  # the loop has ended

    return wake
