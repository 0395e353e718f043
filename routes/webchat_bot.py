"""``/api/v1/webchat/bot/messages``: the bot behind the widget hears what visitors write, and answers them."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.database import Store
from convdata.errors import EventRejected, NotFound
from convdata.periods import now_utc
from convdata.settings import Settings
from convdata.webchat_bot import for_bot, speak
from routes.access import require_token
from routes.answers import Refused, answer, answering
from routes.bodies import Unreadable, body_of, json_of
from routes.webchat import place

LONGEST_WAIT = 5.0  # seconds: a server that stops waits for whoever still waits here
LOOK = 0.5


def routes(
    store: Callable[[], Store],
    settings: Callable[[], Settings],
    polled: Callable[[], None] = lambda: None,
) -> list[Route]:
    """``polled`` is told whenever a bot asks."""

    async def hear(request: Request) -> Response:
        require_token(request, settings)
        polled()
        given = request.query_params
        after = place(given["after"]) if "after" in given else None
        deadline = asyncio.get_running_loop().time() + _seconds(given.get("wait", "0"))
        version = -1
        messages: list[dict[str, Any]] = []
        while True:
            here = store()
            if here.version != version or here.kind == "postgresql":  # else nothing was stored since the last look
                version = here.version
                messages, after = await run_in_threadpool(for_bot, here, after, now_utc())
            left = deadline - asyncio.get_running_loop().time()
            if messages or left <= 0:
                return answer({"messages": messages, "after": str(after)})
            await asyncio.sleep(min(LOOK if here.kind == "postgresql" else LOOK / 5, left))

    async def say(request: Request) -> Response:
        require_token(request, settings)
        said = await _object(request)
        customer_id, text, message_id = said.get("customer_id"), said.get("text"), said.get("id", str(uuid.uuid4()))
        for name, value in (("customer_id", customer_id), ("text", text), ("id", message_id)):
            if not isinstance(value, str) or not value.strip():
                raise Refused(422, "rejected", f"{name} must be a text that is not empty.", field=name)
        try:
            spoken = await run_in_threadpool(
                lambda: speak(
                    store(),
                    str(customer_id),
                    str(text),
                    message_id=message_id,
                    in_reply_to=said.get("in_reply_to"),
                    language=said.get("language"),
                    now=now_utc(),
                )
            )
        except EventRejected as why:
            raise Refused(422, "rejected", f"{why.field} {why.reason}.", field=why.field) from None
        except NotFound as nobody:
            raise Refused(404, "no_such_visitor", str(nobody), field="customer_id") from None
        if spoken.muted_until is not None:
            end = f"{spoken.muted_until.isoformat()}Z"
            message = "The bot is muted for this customer; nothing was said."
            raise Refused(409, "muted", message, more={"may_answer": False, "muted_until": end})
        return answer({"id": spoken.id})

    return [answering("/api/v1/webchat/bot/messages", quiet=True, get=hear, post=say)]


async def _object(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "unsupported_type", "Send application/json.", field="Content-Type")
    async with body_of(request) as body:
        try:
            said = json_of(body)
        except Unreadable as why:
            raise Refused(400, "unreadable", f"The body cannot be used: {why}.") from None
    if not isinstance(said, dict):
        raise Refused(422, "rejected", "The body must be an object.", field="body")
    return said


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return min(LONGEST_WAIT, seconds) if seconds > 0 else 0.0
