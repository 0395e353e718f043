"""``/webhooks/messenger``: Meta verifies the address, and brings what customers write.

Whatever Meta has signed is answered with 200 within five seconds, however odd it is: another answer would be repeated
for an hour, and then the Page would be cut off. What it says is kept before that, and worked on right after.
"""

import asyncio
import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from convdata import inbox
from convdata.database import Store
from convdata.messenger_page import Page
from convdata.messenger_webhook import Item, challenge_answer, items_of, signature_is_right
from convdata.periods import now_utc
from convdata.settings import Settings
from routes.answers import HEADERS, Refused, answering
from routes.bodies import Unreadable, body_of, json_of

log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds for working on what is kept, before Meta is told that we have it


def routes(store: Callable[[], Store], settings: Callable[[], Settings]) -> list[Route]:
    working: set[asyncio.Task[None]] = set()

    def page() -> Page:
        found = settings().messenger
        if found is None:
            message = "Messenger is not set up: set MISHEARD_MESSENGER_APP_SECRET and what belongs to it."
            raise Refused(503, "not_configured", message, retry_after=60)
        return found

    async def verify(request: Request) -> Response:
        asked = request.query_params
        given = (asked.get("hub.mode", ""), asked.get("hub.verify_token", ""), asked.get("hub.challenge", ""))
        challenge = challenge_answer(page(), *given)
        if challenge is None:
            raise Refused(403, "forbidden", "The verify token is not ours, or the challenge is not a number.")
        return PlainTextResponse(challenge, headers=HEADERS)

    async def take(request: Request) -> Response:
        ours = page()
        async with body_of(request) as body:
            shown = request.headers.getlist("x-hub-signature-256")
            if len(shown) != 1 or not signature_is_right(ours.app_secret, body, shown[0].encode("latin-1")):
                raise Refused(401, "unauthorized", "The signature X-Hub-Signature-256 does not fit the body.")
            kept = await run_in_threadpool(_keep, body)
        task = asyncio.create_task(_work_on(kept))
        working.add(task)
        task.add_done_callback(working.discard)
        await asyncio.wait({task}, timeout=PATIENCE)
        request.state.said = f"items={len(kept)}"
        return PlainTextResponse("EVENT_RECEIVED", headers=HEADERS)

    def _keep(body: bytes) -> list[inbox.Kept]:
        try:
            items = list(items_of(json_of(body)))
        except Unreadable:
            items = [Item(None, body.decode("utf-8", "replace"))]
        return list(inbox.keep(store(), items, now_utc()))

    async def _work_on(kept: list[inbox.Kept]) -> None:
        try:
            await run_in_threadpool(lambda: inbox.work_on(store(), kept, now_utc()))
        except Exception as why:  # it is kept: the background comes back to it
            log.warning("What Messenger brought is worked on later: %s", type(why).__name__)

    return [answering("/webhooks/messenger", get=verify, post=take)]
