"""A tick to every open dashboard when something changed: the page asks again, the tick itself says nothing.

A websocket and not a stream of events: uvicorn closes these when it stops, so that a restart does not hang on readers.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from convdata.database import Store
from convdata.errors import MisheardError
from convdata.periods import now_utc
from convdata.settings import read_sign_in
from convdata.sign_in import SignIn, Way
from convdata.tickets import PASSES, Passes

QUIET = 0.3  # seconds between ticks, so that a burst of events is one redraw
FOR_EACH = 0.2  # and so much more rest for each dashboard that is open: all redraw on the same processor …
SECONDS = 5.0  # for a page to show its pass
LONGEST = 1.5  # … but an event is to be seen within two seconds
APART = 0.1  # seconds between two dashboards, so that who stores an event does not wait for all of them at once


def quiet(dashboards: int, waited: float = 0.0) -> float:
    """The rest after a tick while that many dashboards are open; what was ``waited`` for one's turn counts as rest, so
    that both together stay below what an event may take.
    """
    return max(0.0, min(max(QUIET, FOR_EACH * dashboards), LONGEST) - waited)


class Queue:
    """One dashboard after the other is told, as far apart as all of them allow."""

    def __init__(self) -> None:
        self._next = 0.0

    def wait(self, now: float, dashboards: int) -> float:
        """How long the next one has to wait; ``now`` in seconds of any clock that only goes forward."""
        turn = max(now, self._next)
        self._next = turn + min(APART, LONGEST / 2 / dashboards)
        return turn - now


def routes(
    store: Callable[[], Store], sign_in: Callable[[], SignIn] = read_sign_in, passes: Passes = PASSES
) -> list[WebSocketRoute]:
    open_sockets: set[WebSocket] = set()
    queue = Queue()

    async def live(socket: WebSocket) -> None:
        if urlsplit(socket.headers.get("origin", "")).netloc != socket.headers.get("host"):
            await socket.close(1008)  # another website's page must not learn when customers write
            return
        await socket.accept()
        let_in = await _let_in(socket, sign_in, passes)
        if not let_in():
            await socket.close(1008)
            return
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        try:
            listeners = (await run_in_threadpool(store)).listeners
        except MisheardError:
            await socket.close(1013)  # the page comes back by itself
            return
        listeners.append(wake)
        open_sockets.add(socket)
        closed = asyncio.create_task(_until_closed(socket))
        try:
            while not closed.done():
                waiting = asyncio.create_task(changed.wait())
                await asyncio.wait({waiting, closed}, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                if closed.done():
                    break
                waited = queue.wait(loop.time(), len(open_sockets))
                await asyncio.sleep(waited)
                changed.clear()
                if not let_in():  # whose role was taken away, or who has been signed in for too long
                    await socket.close(1008)
                    break
                await socket.send_text("tick")
                await asyncio.sleep(quiet(len(open_sockets), waited))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            listeners.remove(wake)
            open_sockets.discard(socket)
            closed.cancel()

    return [WebSocketRoute("/api/v1/live", live)]


async def _let_in(socket: WebSocket, sign_in: Callable[[], SignIn], passes: Passes) -> Callable[[], bool]:
    """Whether whoever is there may be told, to be asked again and again. Where people sign in, a page shows its pass first."""
    shown = ""
    if _way(sign_in) is not Way.NONE:
        with suppress(TimeoutError, WebSocketDisconnect, KeyError):
            shown = await asyncio.wait_for(socket.receive_text(), SECONDS)
    return lambda: _way(sign_in) is Way.NONE or passes.are_good(shown, now_utc())


def _way(sign_in: Callable[[], SignIn]) -> Way | None:
    try:
        return sign_in().way
    except MisheardError:
        return None


async def _until_closed(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError):
        return
