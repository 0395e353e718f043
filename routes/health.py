"""Whether the store answers; for monitors and containers."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from convdata.database import Store
from convdata.errors import MisheardError


def routes(store: Callable[[], Store]) -> list[Route]:
    def answers() -> str:
        open_store = store()
        open_store.ask("customers/any")
        return open_store.kind

    async def health(_: Request) -> JSONResponse:
        try:
            kind = await run_in_threadpool(answers)
        except MisheardError:
            # The sentence may name hosts and files: it is for the log and the dashboard, not for whoever asks here.
            error = {"code": "store_away", "message": "The store does not answer."}
            return JSONResponse({"error": error}, status_code=503, headers={"Retry-After": "5"})
        return JSONResponse({"status": "ok", "store": kind})

    return [Route("/healthz", health)]
