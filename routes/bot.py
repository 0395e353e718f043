"""``GET /api/v1/bot/…``: may the bot speak to this customer? Answered from the store, at this moment."""

from collections.abc import Callable
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.channels import channel_keys
from convdata.database import Store
from convdata.muting import muted_until
from convdata.periods import now_utc
from convdata.settings import Settings
from routes.access import require_token
from routes.answers import Refused, answer, answering


def routes(store: Callable[[], Store], settings: Callable[[], Settings]) -> list[Route]:
    def until(channel: str, customer_id: str) -> datetime | None:
        return muted_until(store(), channel, customer_id, now_utc())

    async def may_answer(request: Request) -> Response:
        require_token(request, settings)
        channel = request.path_params["channel"]
        if channel not in channel_keys(settings().channels):
            raise Refused(
                404, "no_such_channel", "There is no such channel; declare it in MISHEARD_CHANNELS.", field="channel"
            )
        end = await run_in_threadpool(until, channel, request.path_params["customer_id"])
        return answer({"may_answer": end is None, "muted_until": None if end is None else f"{end.isoformat()}Z"})

    # A customer id may hold slashes.
    return [answering("/api/v1/bot/{channel}/{customer_id:path}", quiet=True, get=may_answer)]
