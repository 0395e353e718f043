"""The HTTP side over a store: asked directly, or served on a port where a test has to send what no client would."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from convdata.database import Store
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.settings import Settings
from routes import all_routes

TOKEN = "a-token"
NEXT_TOKEN = "its-successor"
TOKENS = f"{TOKEN}, {NEXT_TOKEN}"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
EVENTS = "/api/v1/events"
_numbers = count(1)


def an_event(type_: str = "message", **more: Any) -> dict[str, Any]:
    """A good event of now; a message of a user unless said otherwise."""
    common = {"type": type_, "id": f"h-{next(_numbers)}", "channel": "webchat", "customer_id": "v-1", "at": stamp()}
    kinds: dict[str, dict[str, Any]] = {"message": {"sender": "user", "text": "Hello"}}
    return common | kinds.get(type_, {}) | more


def stamp(at: datetime | None = None, ago: timedelta = timedelta(0)) -> str:
    return f"{((at or now_utc()) - ago).isoformat(timespec='milliseconds')}Z"


class Box:
    """The store that the routes are given; ``is_away`` makes it as if it did not answer."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.away: Exception | None = None

    def __call__(self) -> Store:
        if self.away:
            raise self.away
        return self.store


def app_over(store: Any, letterbox: Letterbox, settings: Settings) -> Starlette:
    return Starlette(routes=all_routes(store, letterbox, lambda: settings))


@contextmanager
def asked(store: Any, settings: Settings, letterbox: Letterbox | None = None) -> Iterator[TestClient]:
    """A client with the right token. It never raises: what leaves the server is what the test sees."""
    box = letterbox or Letterbox(store)
    with TestClient(app_over(store, box, settings), headers=BEARER, raise_server_exceptions=False) as client:
        yield client
    box.close()


@contextmanager
def served(app: Starlette) -> Iterator[int]:
    """The port where the app is served by the server that Streamlit uses."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(10)


def until(true: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def head(length: int | None = None, **headers: str) -> bytes:
    """The head of a POST of events, to be sent by hand."""
    lines = [f"POST {EVENTS} HTTP/1.1", "Host: x", f"Authorization: Bearer {TOKEN}"]
    lines += ["Content-Type: application/json"] if "Content_Type" not in headers else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer_to(port: int, *parts: bytes, wait: float = 20) -> tuple[int, Any]:
    """The status and JSON of what is answered to these bytes, sent as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except (BrokenPipeError, ConnectionResetError):
                break  # answered before the end
        return read_answer(connection)


def read_answer(connection: socket.socket) -> tuple[int, Any]:
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        assert more, "closed without an answer"
        got += more
    top, _, body = got.partition(b"\r\n\r\n")
    length = int(
        next(line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")).split(b":")[1]
    )
    while len(body) < length:
        body += connection.recv(65536)
    return int(top.split()[1]), json.loads(body) if body else None
