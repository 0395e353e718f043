"""``/webchat.js`` and the visitor's side of ``/api/v1/webchat/…``: a session, what is written, who is there."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from convdata import presence, visitors, webchat
from convdata.database import Store
from convdata.errors import EventRejected, NotFound
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.settings import Settings
from convdata.user_data import UserData, stated
from convdata.visitors import Visitor
from routes.answers import Refused, answer, answering
from routes.bodies import Unreadable, body_of, json_of
from routes.embedding import for_pages
from routes.pace import Pace
from routes.storing import stored
from routes.webchat_listeners import Listeners

ROUTE = "webchat"
LARGEST = 256 * 1024  # bytes of a body
SCRIPT = Path(__file__).with_suffix(".js")
STYLE = Path(__file__).with_suffix(".css")


class Paces:
    """How often visitors may do what; each application has its own."""

    def __init__(self) -> None:
        self.opening = Pace(at_once=30, a_second=0.5)  # by address: a whole office may share one
        self.opening_all = Pace(at_once=1000, a_second=20)
        self.guessing = Pace(at_once=60, a_second=1)  # wrong tokens, by address
        self.writing = Pace(at_once=20, a_second=0.5)
        self.asking = Pace(at_once=120, a_second=4)
        self.telling = Pace(at_once=60, a_second=3)


def routes(
    store: Callable[[], Store],
    settings: Callable[[], Settings],
    letterbox: Letterbox,
    listeners: Listeners,
    paces: Paces,
    wake: Callable[[], Awaitable[object]],
) -> list[Route]:
    """``wake`` is called before something is stored that was written on one of our own pages."""
    widget = the_widget()
    tag = f'"{hashlib.sha256(widget).hexdigest()[:16]}"'

    async def script(request: Request) -> Response:
        headers = {
            "Cache-Control": "public, max-age=300",
            "ETag": tag,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",  # every website may load it; talking is another matter
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(widget, headers=headers, media_type="text/javascript; charset=utf-8")

    async def visitor(request: Request, token: str | None = None) -> Visitor:
        found = await known_visitor(store, paces, request, token or bearer(request))
        paces.asking.check(found.customer_key)
        return found

    async def open_session(request: Request) -> Response:
        said = await _body(request)
        paces.opening.check(_address(request))
        paces.opening_all.check("")
        user = _user_data(said, settings())
        token = await run_in_threadpool(lambda: visitors.open_session(store(), request.state.site, user, now_utc()))
        return answer({"session": token}, 201)

    async def state(request: Request) -> Response:
        said = await _body(request)
        found = await visitor(request)
        paces.writing.check(found.customer_key)
        user = _user_data(said, settings())
        await _known(lambda: visitors.state_anew(store(), found.customer_key, found.customer_id, user, now_utc()))
        return answer({})

    async def write(request: Request) -> Response:
        said = await _body(request)
        found = await visitor(request)
        message_id, text = said.get("message_id"), said.get("text")
        if not isinstance(message_id, str) or not webchat.MESSAGE_ID.fullmatch(message_id):
            raise _wrong("message_id", "must be 1 to 64 letters, digits, - and _")
        if not isinstance(text, str) or not text.strip():
            raise _wrong("text", "must be a text that is not empty")
        if len(text) > webchat.LONGEST:
            raise _wrong("text", f"is longer than {webchat.LONGEST:,} characters")
        paces.writing.check(found.customer_key)
        try:
            event = webchat.written(found, message_id, text, said.get("language"), now_utc())
        except EventRejected as why:
            raise _wrong(why.field, why.reason) from None
        if not found.site:
            await wake()
        outcome = await stored([event], ROUTE, letterbox)
        if outcome.unstorable:
            raise _wrong("text", "cannot be stored")
        await run_in_threadpool(lambda: presence.heard(store(), found.customer_key, now_utc()))
        return answer({"id": webchat.id_of(event)})

    async def read(request: Request) -> Response:
        found = await visitor(request)
        after = place(request.query_params.get("after"))
        shown, after = await run_in_threadpool(lambda: webchat.arrivals(store(), found, after, now_utc()))
        return answer({"messages": [one.as_json() for one in shown], "after": str(after)})

    async def be(request: Request) -> Response:
        # A page that is closed can send this and nothing else: a text without a header, so the token is inside.
        said = await _body(request, also="text/plain")
        token = said.get("session")
        found = await visitor(request, token if isinstance(token, str) else None)
        # Who closes one of two tabs has not left.
        others = any(stream.tab != said.get("tab") for stream in listeners.of(found.customer_key))
        if not (others and said.get("left") is True):
            await signs_of_life(store, found.customer_key, said)
        return answer({})

    at = "/api/v1/webchat"
    return [
        answering("/webchat.js", quiet=True, get=script),
        for_pages(f"{at}/sessions", settings, post=open_session),
        for_pages(f"{at}/user", settings, post=state),
        for_pages(f"{at}/messages", settings, quiet=True, get=read, post=write),
        for_pages(f"{at}/presence", settings, quiet=True, post=be),
    ]


def the_widget() -> bytes:
    """The script with its styles inside, without the comments and blanks that are for us."""
    style = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    style = re.sub(r"\s*([{};:,>])\s*", r"\1", " ".join(style.split())).replace(";}", "}")
    lines = (line.strip() for line in SCRIPT.read_text(encoding="utf-8").splitlines())
    script = "\n".join(line for line in lines if line and not line.startswith("//"))
    return script.replace('"STYLE"', json.dumps(style)).encode()


async def known_visitor(store: Callable[[], Store], paces: Paces, connection: HTTPConnection, token: str) -> Visitor:
    """Who holds the token. Refused with 401; and with 429 for who shows many wrong ones."""
    address = _address(connection)
    if paces.guessing.wait(address, 0):
        paces.guessing.check(address)
    found = await run_in_threadpool(lambda: visitors.visitor_of(store(), token))
    if found is None:
        paces.guessing.check(address)
        raise Refused(401, "no_such_session", "There is no such session; open one.")
    return found


async def signs_of_life(store: Callable[[], Store], key: str, said: dict[str, Any]) -> None:
    """What a browser tells of itself: that it is there, hidden, or leaves; and what it has and shows."""
    have = said.get("have")
    ids = [one for one in have[:500] if isinstance(one, str)] if isinstance(have, list) else []

    def note() -> None:
        now = now_utc()
        if said.get("left") is True:
            webchat.leave(store(), key, now)
            return
        presence.heard(store(), key, now, hidden=said.get("hidden") is True)
        if ids:
            webchat.acknowledge(store(), key, ids, read=said.get("read") is True, now=now)

    await run_in_threadpool(note)


def bearer(request: HTTPConnection) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def place(text: object) -> int:
    """A place in the order of arrival; what is none is the beginning."""
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18 else 0


async def _body(request: Request, also: str = "") -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and kind != also:
        raise Refused(415, "unsupported_type", "Send application/json.", field="Content-Type")
    try:
        async with body_of(request, largest=LARGEST) as body:
            said = json_of(body)
    except Unreadable as why:
        raise Refused(400, "unreadable", f"The body cannot be used: {why}.") from None
    except Refused as refused:
        if refused.status == 413:
            refused.message = f"The body is larger than {LARGEST // 1024} KiB."
        raise
    if not isinstance(said, dict):
        raise Refused(422, "rejected", "The body must be an object.", field="body")
    return said


async def _known(work: Callable[[], None]) -> None:
    try:
        await run_in_threadpool(work)
    except NotFound:
        raise Refused(401, "no_such_session", "There is no such session; open one.") from None


def _user_data(said: dict[str, Any], settings: Settings) -> UserData:
    return stated(said.get("user_data"), said.get("signature"), settings.value("WEBCHAT_SECRET"))


def _wrong(field: str, reason: str) -> Refused:
    return Refused(422, "rejected", f"{field} {reason}.", field=field)


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""
