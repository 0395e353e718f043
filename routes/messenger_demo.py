"""``/messenger-demo``: a pretend Messenger to try it on, where the demo world is in the store and no Page is set up.

It is the fake of the tests: it answers as Meta would, on a port of its own that only this machine reaches, and its
webhooks come in like Meta's. Its secrets are new with each start. Who is at another machine finds nothing here.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.database import Store
from convdata.messenger_page import Page
from convdata.settings import Settings
from examples.fake_graph import PAGE, PAGE_ID, FakeGraph
from routes.answers import Refused, answer, answering
from routes.bodies import Unreadable, body_of, json_of
from routes.webchat_demo import headers_of

HERE = ("127.0.0.1", "::1")


class PretendMessenger:
    """The Page that stands in while none is set up. It is awake from the first look at its page on."""

    def __init__(self, store: Callable[[], Store], settings: Callable[[], Settings]) -> None:
        self._store = store
        self._settings = settings
        self._lock = threading.Lock()
        self._fake: FakeGraph | None = None
        self._page: Page | None = None

    def settings(self) -> Settings:
        """The settings, with the Page that stands in."""
        return _with(self._settings(), self._page)

    def wake(self, port: int) -> FakeGraph | None:
        """The fake, which from now on brings its webhooks to that port; None where it has nothing to do."""
        if self._settings().messenger is not None:
            return None
        store = self._store()
        if not store.ask("webchat/demo_world"):
            return None
        with self._lock:
            if self._fake is None:
                self._fake, self._page = _started()
            self._fake.webhook = f"http://127.0.0.1:{port}/webhooks/messenger"
            store.settings = _with(store.settings, self._page)
            return self._fake


def routes(pretend: PretendMessenger) -> list[Route]:
    page = PAGE.read_text(encoding="utf-8")
    headers = headers_of(page)

    async def fake(request: Request) -> FakeGraph:
        server, client = request.scope.get("server"), request.client
        here = server is not None and client is not None and client.host in HERE
        found = await run_in_threadpool(pretend.wake, server[1]) if server is not None and here else None
        if found is None:
            message = (
                "There is nothing at this address: no demo world is in the store, or Messenger is set up for a Page."
            )
            raise Refused(404, "not_found", message)
        return found

    async def show(request: Request) -> Response:
        await fake(request)
        return Response(page, headers=headers, media_type="text/html; charset=utf-8")

    async def thread(request: Request) -> Response:
        return answer((await fake(request)).thread(request.query_params.get("psid", "")))

    async def say(request: Request) -> Response:
        # Another website's page cannot send this type without asking first, and is not answered.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "unsupported_type", "Send application/json.", field="Content-Type")
        found = await fake(request)
        async with body_of(request, largest=64 * 1024) as body:
            try:
                said: Any = json_of(body)
            except Unreadable as why:
                raise Refused(400, "unreadable", f"The body cannot be used: {why}.") from None
        if not isinstance(said, dict):
            raise Refused(422, "rejected", "The body must be an object.", field="body")
        return answer(await run_in_threadpool(found.from_the_page, said))

    at = "/messenger-demo"
    return [
        answering(at, get=show),
        answering(f"{at}/thread", quiet=True, get=thread),
        answering(f"{at}/say", quiet=True, post=say),
    ]


def _started() -> tuple[FakeGraph, Page]:
    app_secret, token, verify = (secrets.token_urlsafe(32) for _ in range(3))
    fake = FakeGraph(app_secret=app_secret, page_token=token, knows_everybody=True)
    fake.photos = False
    fake.start()
    return fake, Page(PAGE_ID, app_secret, verify, token, graph_url=fake.url)


def _with(settings: Settings, page: Page | None) -> Settings:
    return settings if page is None or settings.messenger is not None else replace(settings, messenger=page)
