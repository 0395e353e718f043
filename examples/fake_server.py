"""What the pretend servers share: one on this machine that answers what it is asked, or does what a network does."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]

# What else than an answer a request can meet: none for long, none at all, none after it was obeyed, another address.
NETWORK: dict[str, Answer | None] = {"hang": None, "drop": None, "drop_after": None, "redirect": None}


class FakeServer:
    """``hang_seconds`` is how long it keeps a request without an answer."""

    hang_seconds: float = 30.0
    _server: ThreadingHTTPServer | None = None

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer | str:
        """The answer, or the name of something that a network does."""
        raise NotImplementedError

    def settings(self) -> dict[str, str]:
        """What to set in Misheard's environment."""
        raise NotImplementedError

    def listen(self, port: int = 0) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name=type(self).__name__, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def introduce(self) -> None:
        """Print how Misheard is told of it."""
        print("Start Misheard with these:\n")
        print("".join(f"  export {name}={value}\n" for name, value in self.settings().items()))


def _handler(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET", None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                value = json.loads(body)
            except ValueError:
                value = None
            self._answer("POST", value)

        def _answer(self, method: str, body: Any) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = fake.answer(method, self.path, headers, body)
            if answer == "hang":
                time.sleep(fake.hang_seconds)
            if answer == "redirect":
                self._give(307, b"", "text/html", {"Location": "http://127.0.0.1:9/elsewhere"})
            elif isinstance(answer, str):
                self.close_connection = True
                self.connection.close()
            elif isinstance(answer[1], str):
                self._give(answer[0], answer[1].encode(), "text/html; charset=utf-8")
            else:
                self._give(answer[0], json.dumps(answer[1]).encode(), "application/json")

        def _give(self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
