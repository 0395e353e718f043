"""``POST /api/v1/events``: what bots and channels report, answered when it is durably stored."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.channels import channel_keys
from convdata.errors import EventRejected
from convdata.events import Event, read_event
from convdata.intake import Counts
from convdata.letterbox import UNSTORABLE, Letterbox
from convdata.metrics import TALLY
from convdata.periods import now_utc
from convdata.settings import Settings
from routes.access import require_token
from routes.answers import Refused, answer, answering
from routes.bodies import Unreadable, body_of, json_of
from routes.storing import stored

ROUTE = "events"
MOST = 10_000  # events in one body
SMALL = 32 * 1024  # bytes that are read at once; more is read beside the others' requests

JSON = "application/json"
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


def routes(settings: Callable[[], Settings], letterbox: Letterbox) -> list[Route]:
    async def take(request: Request) -> Response:
        require_token(request, settings)
        lines = _is_lines(request)
        async with body_of(request) as body:
            channels = frozenset(channel_keys(settings().channels))
            if len(body) <= SMALL:
                read = _read(body, lines, channels)
            else:
                read = await run_in_threadpool(_read, body, lines, channels)
            if read.rejected:
                TALLY.received(ROUTE, len(read.rejected))
                TALLY.became(ROUTE, Counts(rejected=len(read.rejected)))
            counts = await _stored(read, letterbox) if read.events else Counts()
        request.state.said = _in_short(counts, len(read.rejected))
        return _answer(counts, read)

    return [answering("/api/v1/events", post=take)]


@dataclass
class _Read:
    """The events of a body, the place of each in it, and those that cannot be taken."""

    events: list[Event] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    def reject(self, place: int, name: str, reason: str) -> None:
        # A file has lines, a body has events.
        self.rejected.append({"index": place, "field": "event" if name == "line" else name, "reason": reason})


def _is_lines(request: Request) -> bool:
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if kind.strip() not in (JSON, *LINES) or charset not in ("", "utf-8", "utf8"):
        message = f"Send {JSON} or {LINES[0]}, in UTF-8."
        raise Refused(
            415, "unsupported_type", message, field="Content-Type", headers={"Accept-Post": f"{JSON}, {LINES[0]}"}
        )
    return kind.strip() != JSON


def _read(body: bytes, lines: bool, channels: frozenset[str]) -> _Read:
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise Refused(400, "unreadable", "The body is empty.")
    raw = _lines(body) if lines else _array(body)
    read, now = _Read(), now_utc()
    for place, item in enumerate(raw):
        if isinstance(item, Unreadable):
            read.reject(place, "event", str(item))
            continue
        try:
            event, _ = read_event(item, channels=channels, now=now)
        except EventRejected as why:
            read.reject(place, why.field, why.reason)
        else:
            read.events.append(event)
            read.places.append(place)
    return read


def _array(body: bytes) -> list[Any]:
    try:
        value = json_of(body)
    except Unreadable as why:
        raise Refused(400, "unreadable", f"The body is {_said(why)}.") from None
    raw = value if isinstance(value, list) else [value]
    if len(raw) > MOST:
        raise _too_many()
    return raw


def _lines(body: bytes) -> Iterable[Any]:
    if body.count(b"\n") > MOST:
        lines = [line for line in body.split(b"\n") if line.strip()]
        if len(lines) > MOST:
            raise _too_many()
    else:
        lines = [line for line in body.split(b"\n") if line.strip()]
    for line in lines:
        try:
            yield json_of(line)
        except Unreadable as why:
            yield why


def _too_many() -> Refused:
    return Refused(413, "too_many", f"More than {MOST:,} events in one body; send them in parts.")


def _said(why: Unreadable) -> str:
    text = str(why)
    return text if text.startswith("not ") or text.startswith("nested") else f"not usable: it {text}"


async def _stored(read: _Read, letterbox: Letterbox) -> Counts:
    outcome = await stored(read.events, ROUTE, letterbox)
    for place in outcome.unstorable:
        read.reject(read.places[place], "event", UNSTORABLE)
    return outcome.counts


def _answer(counts: Counts, read: _Read) -> Response:
    read.rejected.sort(key=lambda one: one["index"])
    became = {
        "stored": counts.stored,
        "updated": counts.updated,
        "duplicate": counts.duplicate,
        "suppressed": counts.suppressed,
        "rejected": read.rejected,
    }
    if read.rejected and not any((counts.stored, counts.updated, counts.duplicate, counts.suppressed)):
        first = read.rejected[0]
        message = f"{first['field']} {first['reason']}"
        if len(read.rejected) > 1:
            message = f"None of {len(read.rejected)} events can be taken; the first: {message}"
        raise Refused(422, "rejected", message, field=first["field"], more=became)
    return answer(became)


def _in_short(counts: Counts, rejected: int) -> str:
    said = {"stored": counts.stored, "updated": counts.updated, "duplicate": counts.duplicate}
    said |= {"suppressed": counts.suppressed, "rejected": rejected}
    return " ".join(f"{name}={many}" for name, many in said.items() if many)
