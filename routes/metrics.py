"""``GET /metrics`` for Prometheus, with an intake token: how much comes in says something about a business."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.database import Store
from convdata.errors import MisheardError
from convdata.metrics import TALLY, Metric, text_of
from convdata.monitoring import metrics_now
from convdata.periods import now_utc
from convdata.settings import Settings
from routes.access import require_token
from routes.answers import HEADERS, answering

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def routes(store: Callable[[], Store], settings: Callable[[], Settings]) -> list[Route]:
    def now() -> list[Metric]:
        try:
            return metrics_now(store(), now_utc(), TALLY)
        except MisheardError:
            # A monitor must go on counting while the store is away: that is when it is looked at.
            return [*TALLY.metrics(), Metric("misheard_up", "gauge", "Whether the store answers.", {(): 0})]

    async def metrics(request: Request) -> Response:
        require_token(request, settings)
        text = text_of(await run_in_threadpool(now))
        return Response(text, headers=HEADERS | {"Content-Type": TYPE})

    return [answering("/metrics", quiet=True, get=metrics)]
