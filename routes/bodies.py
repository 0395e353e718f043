"""Bodies from strangers: read with limits, unpacked with limits, and JSON that can mean only one thing.

Knows sizes, deadlines and JSON. Does not know what the bodies are about.
"""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NoReturn

from starlette.requests import Request

from routes.answers import Refused

LARGEST = 8 * 1024 * 1024  # bytes, as they come over the wire and unpacked
SECONDS = 10.0  # for the whole body: who is slower holds a connection and sends nothing
ALL_TOGETHER = 64 * 1024 * 1024  # bytes of bodies in this process at one time
DEEPEST = 64


class Room:
    """How much of bodies this process holds. Used on the event loop only, so it needs no lock."""

    def __init__(self, largest: int = ALL_TOGETHER) -> None:
        self.largest = largest
        self.held = 0


ROOM = Room()


@asynccontextmanager
async def body_of(
    request: Request, *, largest: int = LARGEST, seconds: float | None = None, room: Room = ROOM
) -> AsyncIterator[bytes]:
    """The body, unpacked if it came as gzip; inside, it counts towards what this process holds.

    Refused with 413, 415, 400, or 503 when too much is held already. Nothing that the sender states of its length is
    believed, though a stated length over the limit is refused at once.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise Refused(415, "unsupported_encoding", "Send the body as it is, or as gzip.", field="Content-Encoding")
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and (len(stated) > 15 or int(stated) > largest):
        raise _too_large(largest)
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    seconds = SECONDS if seconds is None else seconds
    held = 0
    parts: list[bytes] = []
    try:
        try:
            async with asyncio.timeout(seconds):
                came = 0
                async for part in request.stream():
                    came += len(part)
                    if came > largest:
                        raise _too_large(largest)
                    if unpack is not None:
                        part = _unpacked(unpack, part, largest - held)
                    held += len(part)
                    room.held += len(part)
                    if held > largest:
                        raise _too_large(largest)
                    if room.held > room.largest:
                        raise Refused(503, "busy", "Too much is arriving at once; send it again.", retry_after=1)
                    parts.append(part)
        except TimeoutError:
            message = f"The body did not arrive within {seconds:g} seconds."
            raise Refused(400, "too_slow", message, headers={"Connection": "close"}) from None
        if unpack is not None and not unpack.eof:
            raise _broken_gzip()
        body = b"".join(parts)
        parts.clear()
        yield body
    finally:
        room.held -= held


def _unpacked(unpack: Any, part: bytes, left: int) -> bytes:
    if not part:
        return part
    if unpack.eof:
        raise _broken_gzip()
    try:
        out: bytes = unpack.decompress(part, left + 1)
    except zlib.error:
        raise _broken_gzip() from None
    if unpack.unused_data:
        raise _broken_gzip()
    return out


def _too_large(largest: int) -> Refused:
    most = f"{largest // 1024 // 1024} MiB" if largest >= 1024 * 1024 else f"{largest:,} bytes"
    message = f"The body is larger than {most}; send it in parts."
    # The rest of the body is not read, so the connection cannot serve another request.
    return Refused(413, "too_large", message, headers={"Connection": "close"})


def _broken_gzip() -> Refused:
    return Refused(400, "unreadable", "The body says it is gzip and is not, or is damaged.")


def json_of(body: bytes) -> Any:
    """The one JSON value in a body. Raises Unreadable for what is none, or could be read in two ways.

    Every name stands once in its object, numbers are numbers of JSON and fit in a float, nothing is nested deeper
    than 64 levels. Lone surrogates are let through: mending text is the rules' work.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise Unreadable(f"not UTF-8 at byte {wrong.start + 1}") from None
    try:
        value = _decoder.decode(text)
    except RecursionError:
        raise Unreadable(f"nested deeper than {DEEPEST} levels") from None
    except json.JSONDecodeError as wrong:
        said = f"{wrong.msg[0].lower()}{wrong.msg[1:]}" if wrong.pos < len(text) else "it ends too early"
        raise Unreadable(f"not JSON: {said} at character {wrong.pos + 1}") from None
    except ValueError:
        raise Unreadable("holds a number too long to be one") from None
    if _deeper_than(value, DEEPEST):
        raise Unreadable(f"nested deeper than {DEEPEST} levels")
    return value


class Unreadable(Exception):
    """Not JSON, or JSON that two readers could read in two ways. Its text says why, and nothing of what was in it."""


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("names the same field twice in one object")
    return value


def _no_number(word: str) -> NoReturn:
    raise Unreadable(f"{word} is not a number in JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise Unreadable("holds a number too large to be one")
    return number


_decoder = json.JSONDecoder(object_pairs_hook=_each_name_once, parse_constant=_no_number, parse_float=_finite)


def _deeper_than(value: Any, levels: int) -> bool:
    """Level by level instead of by recursion: only lists and objects are looked at, and most bodies have three levels."""
    level = [value] if type(value) in (dict, list) else []
    for _ in range(levels):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
    return bool(level)
