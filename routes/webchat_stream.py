"""``/api/v1/webchat/stream``: a websocket over which a visitor's browser hears what is new, and says that it is there.

The browser's first words are its session and its place; it gets everything after that, now and as it comes. Its next
words are signs of life and what it has shown. Content never stands in the address, and nothing is kept here: a browser
that was cut off says its place again, here or at another process.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from convdata import webchat
from convdata.database import Store
from convdata.errors import MisheardError
from convdata.periods import now_utc
from convdata.settings import Settings
from routes.answers import Refused
from routes.embedding import site_of
from routes.webchat import Paces, known_visitor, place, signs_of_life
from routes.webchat_listeners import Listeners, Stream

log = logging.getLogger(__name__)

FIRST_WORDS = 10.0  # seconds until a browser must have said who it is
SILENCE = 75.0  # seconds after which it is gone: three signs of life missed
LONGEST_FRAME = 32 * 1024

NO_SUCH_SESSION, NOT_ALLOWED, TOO_MUCH, AGAIN = 4401, 4403, 1008, 1013


def routes(
    store: Callable[[], Store], settings: Callable[[], Settings], listeners: Listeners, paces: Paces
) -> list[WebSocketRoute]:

    async def stream(socket: WebSocket) -> None:
        try:
            site_of(socket, settings)
        except Refused:
            await socket.close(NOT_ALLOWED)  # before it is accepted: the browser gets a 403
            return
        await socket.accept()
        code = AGAIN
        try:
            code = await _converse(socket)
        except (WebSocketDisconnect, RuntimeError):
            return
        except Refused as refused:
            code = NO_SUCH_SESSION if refused.status == 401 else AGAIN
        except MisheardError:
            code = AGAIN
        except Exception as why:
            log.error("A visitor's stream broke: %s", type(why).__name__)
        if socket.application_state is WebSocketState.CONNECTED:
            try:
                await socket.close(code)
            except RuntimeError:
                return

    async def _converse(socket: WebSocket) -> int:
        try:
            hello = await asyncio.wait_for(_frame(socket), FIRST_WORDS)
        except TimeoutError:
            return TOO_MUCH
        token = hello.get("session") if hello else None
        if hello is None or not isinstance(token, str):
            return TOO_MUCH
        visitor = await known_visitor(store, paces, socket, token)
        if not listeners.has_room_for(visitor.customer_key):
            return AGAIN
        # The count is from before the first look: what comes meanwhile is looked for again.
        mine = Stream(visitor, visitor.message_count, str(hello.get("tab"))[:64], hello.get("hidden") is True)
        listeners.add(mine)
        hearing = asyncio.create_task(_hear(socket, mine, hello))
        try:
            return await _tell(socket, mine, place(hello.get("after")), hearing)
        finally:
            listeners.remove(mine)
            hearing.cancel()

    async def _tell(socket: WebSocket, mine: Stream, after: int, hearing: asyncio.Task[int]) -> int:
        first = True
        while True:
            before = after
            shown, after = await run_in_threadpool(webchat.arrivals, store(), mine.visitor, after, now_utc())
            if shown or first or after != before:
                await socket.send_text(
                    json.dumps({"messages": [one.as_json() for one in shown], "after": str(after)}, ensure_ascii=False)
                )
            first = False
            news = asyncio.create_task(mine.news.wait())
            await asyncio.wait({news, hearing}, return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
            if hearing.done():
                return hearing.result()
            if mine.gone:
                return NO_SUCH_SESSION
            mine.news.clear()

    async def _hear(socket: WebSocket, mine: Stream, said: dict[str, Any] | None) -> int:
        key = mine.visitor.customer_key
        while said is not None:
            mine.hidden = said.get("hidden") is True
            await signs_of_life(store, key, {**said, "hidden": listeners.is_hidden(key)})
            if paces.telling.wait(key):
                return TOO_MUCH
            try:
                said = await asyncio.wait_for(_frame(socket), SILENCE)
            except TimeoutError:
                return AGAIN
        return TOO_MUCH

    return [WebSocketRoute("/api/v1/webchat/stream", stream)]


async def _frame(socket: WebSocket) -> dict[str, Any] | None:
    """What the browser says next; None for what is no word of ours."""
    text = await socket.receive_text()
    if len(text) > LONGEST_FRAME:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
