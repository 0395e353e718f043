"""How every route answers: JSON, an error as ``{"error": {code, message, field?}}``, and one line in the log.

Nothing of a request is ever repeated in an answer or in the log: not its body, not its address, not a stack.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from convdata.errors import MisheardError, StoreAway

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Refused(Exception):
    """A request that is answered with an error. ``message`` is for whoever sent it and says what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        self.headers |= headers or {}
        self.more = more or {}


def store_away(retry_after: int = 5) -> Refused:
    # The sentence of the error itself may name hosts and files: that is for the dashboard, not for whoever asks here.
    return Refused(503, "store_away", "The store does not answer; send it again.", retry_after=retry_after)


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(content, status_code=status, headers=HEADERS | (headers or {}))


def error(refused: Refused) -> JSONResponse:
    said = {"code": refused.code, "message": refused.message}
    if refused.field is not None:
        said["field"] = refused.field
    return answer({"error": said, **refused.more}, refused.status, refused.headers)


class _Answering:
    """The verbs of one address. It answers whatever method comes, so that no request falls through to the dashboard's
    own pages, which would answer 200.
    """

    def __init__(self, path: str, endpoints: dict[str, Endpoint], quiet: bool) -> None:
        self.path = path
        self.endpoints = endpoints
        self.quiet = quiet
        verbs = set(endpoints) | {"OPTIONS"} | ({"HEAD"} if "GET" in endpoints else set())
        self.allowed = ", ".join(sorted(verbs))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        began = time.perf_counter()
        code = ""
        try:
            response = await self._answer(request)
        except Refused as refused:
            code = refused.code
            response = error(refused)
        except StoreAway as away:
            code = type(away).__name__
            response = error(store_away())
        except MisheardError as sentence:
            code = type(sentence).__name__
            response = error(Refused(503, "not_ready", "Misheard is not ready; its operator finds the reason in it."))
        except ClientDisconnect:
            code = "gone"
            response = Response(status_code=400)
        except Exception as wrong:
            code = _where(wrong)
            response = error(Refused(500, "internal", "Something went wrong in Misheard; its log says where."))
        self._log(request.method, response, code, (time.perf_counter() - began) * 1000, scope.get("state", {}))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self.endpoints.get(method)
        if endpoint is not None:
            return await endpoint(request)
        if method == "OPTIONS":
            return Response(status_code=204, headers=HEADERS | {"Allow": self.allowed})
        message = f"This address answers {self.allowed}."
        raise Refused(405, "method_not_allowed", message, headers={"Allow": self.allowed})

    def _log(self, method: str, response: Response, code: str, took: float, state: Any) -> None:
        status = response.status_code
        level = logging.ERROR if status == 500 else logging.WARNING if status >= 400 else logging.INFO
        if level == logging.INFO and self.quiet:
            return
        # The path is the route's, not the request's: that one may hold a customer's id.
        verb = method if method in _VERBS else "?"
        parts = [verb, self.path, str(status), code, str(state.get("said", "")), f"{took:.0f} ms"]
        log.log(level, " ".join(part for part in parts if part))


_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def answering(path: str, *, quiet: bool = False, **endpoints: Endpoint) -> Route:
    """A route with its verbs: ``answering("/x", get=…, post=…)``; HEAD, OPTIONS, 405 and errors follow by themselves.

    ``quiet``: what went well is not logged (addresses that are asked every few seconds).
    """
    return Route(path, _Answering(path, {verb.upper(): endpoint for verb, endpoint in endpoints.items()}, quiet))


def nothing_else_under(prefix: str) -> list[Route]:
    """Whatever else is asked under this prefix is 404 in JSON, never the dashboard's page. Belongs after its routes."""

    async def nothing_here(_: Request) -> Response:
        raise Refused(404, "not_found", "There is nothing at this address.")

    paths = (prefix, f"{prefix}/{{rest:path}}")
    verbs: dict[str, Endpoint] = dict.fromkeys(_VERBS, nothing_here)
    return [Route(path, _Answering(path, verbs, quiet=False)) for path in paths]


def _where(wrong: Exception) -> str:
    """Which error, and where: its text may hold what a customer wrote, so it is left out."""
    trace = wrong.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(wrong).__name__} at {where}"
