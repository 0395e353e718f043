"""Whether the store answers; for monitors and containers."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.database import Store
from convdata.errors import MisheardError
from routes.answers import answer, answering, store_away


def routes(store: Callable[[], Store]) -> list[Route]:
    def answers() -> str:
        open_store = store()
        open_store.ask("customers/any")
        return open_store.kind

    async def health(_: Request) -> Response:
        try:
            kind = await run_in_threadpool(answers)
        except MisheardError:
            raise store_away() from None
        return answer({"status": "ok", "store": kind})

    return [answering("/healthz", quiet=True, get=health)]
