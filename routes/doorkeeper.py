"""Before anything else: under which name the dashboard is asked for, from where, and whether the proxy says who asks.

Bots and channels have their own addresses, tokens and signatures (routes/access.py and others); those are let by.
"""

import ipaddress
import logging
from collections.abc import Callable

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from convdata.errors import SettingWrong
from convdata.sign_in import SignIn, Way
from convdata.webchat_sites import is_ours
from routes.answers import HEADERS
from routes.pace import Pace

log = logging.getLogger(__name__)

PROVED_BY = "x-misheard-proxy"
FOR_PROGRAMS = ("/api/", "/webhooks/", "/webchat.js", "/healthz", "/metrics", "/_stcore/health")
FOR_PAGES = ("/api/v1/live", "/api/v1/downloads")
CLOSED = ("/_stcore/metrics",)  # what Streamlit tells everybody of itself
DEMOS = ("/webchat-demo", "/messenger-demo")  # anybody could write there: only where nobody else comes in
WRONG_AT_ONCE, WRONG_A_SECOND = 10, 0.1


class Doorkeeper:
    """ASGI middleware in front of the dashboard; ``sign_in`` gives the settings as they are now."""

    def __init__(self, app: ASGIApp, sign_in: Callable[[], SignIn], pace: Pace | None = None) -> None:
        self.app = app
        self._sign_in = sign_in
        self._pace = pace or Pace(WRONG_AT_ONCE, WRONG_A_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or _for_programs(scope["path"]):
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """None where it may go on; then the scope holds no word of who asks that is not the proxy's."""
        if scope["path"] in CLOSED:
            return _no(404, "There is nothing at this address.")
        asks = HTTPConnection(scope)
        try:
            sign_in = self._sign_in()
        except SettingWrong as wrong:
            log.error("The sign-in cannot be read, so nobody is let in: %s", wrong)
            return _no(503, "Misheard is not ready; its operator finds the reason in its log.")
        hosts = asks.headers.getlist("host")
        if len(hosts) != 1 or not sign_in.answers_as(hosts[0]):
            return _no(421, "Misheard is not asked for under this name here; MISHEARD_ALLOWED_HOSTS can list it.")
        if scope["type"] == "websocket" and not all(is_ours(one, hosts[0]) for one in asks.headers.getlist("origin")):
            # Streamlit lets in every page of localhost, whoever serves it and at whatever port: one open in the browser of
            # somebody who works here would read and do all that they may. What is no browser names no origin.
            return _no(403, "A line to Misheard is opened by its own pages only.")
        if sign_in.way is Way.NONE and not sign_in.anybody and not _arrived_locally(scope):
            return _no(403, "Only the computer that Misheard runs on reaches it, as nobody signs in here.")
        if sign_in.way is not Way.NONE and scope["path"].startswith(DEMOS):
            return _no(404, "There is no demo where people sign in.")
        if sign_in.way is Way.PROXY:
            return self._by_proxy(scope, asks, sign_in)
        return None

    def _by_proxy(self, scope: Scope, asks: HTTPConnection, sign_in: SignIn) -> Response | None:
        shown = asks.headers.getlist(PROVED_BY)
        who = asks.headers.getlist(sign_in.header)
        groups = asks.headers.getlist(sign_in.groups_header) if sign_in.groups_header else []
        # Taken out in any case: nothing behind here needs it, and nothing behind here can repeat it.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != PROVED_BY.encode()]
        if len(shown) == 1 and sign_in.is_the_proxy(shown[0]) and len(who) == 1 and who[0].strip() and len(groups) < 2:
            return None
        if shown and not sign_in.is_the_proxy(shown[0]):
            wait = self._pace.wait(asks.client.host if asks.client else "")
            log.warning("Somebody showed a wrong %s.", PROVED_BY)
            if wait:
                return _no(
                    429, "That is too much at once; try again in a moment.", {"Retry-After": str(round(wait) + 1)}
                )
        return _no(401, "Open Misheard through the address that your administrator gave you; it signs you in.")


def _for_programs(path: str) -> bool:
    """What ends in a slash is all that is below it; anything else is that address and no longer one."""
    theirs = any(path == one or (one.endswith("/") and path.startswith(one)) for one in FOR_PROGRAMS)
    return theirs and not path.startswith(FOR_PAGES)


def _arrived_locally(scope: Scope) -> bool:
    """Whether the connection was made to an address that only this computer reaches, however the server was started."""
    server = scope.get("server")
    if not server or not server[0] or server[1] is None:
        return True  # a socket of the file system
    try:
        return ipaddress.ip_address(server[0].partition("%")[0]).is_loopback
    except ValueError:
        return server[0] == "localhost"


def _no(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(sentence + "\n", status_code=status, headers=HEADERS | (headers or {}))
