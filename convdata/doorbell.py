"""DuckDB lets one program in. While the dashboard is that one, others ring: it does in there what the command line wants.

It listens on this machine only, at a port that it writes, with a secret of this run, into a file beside the store that
only the store's owner can read: whoever can read that could read the store. One line of JSON goes in, one comes back.
"""

import hmac
import json
import logging
import os
import secrets
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from convdata import errors
from convdata.database import Store
from convdata.errors import MisheardError, StoreInUse

log = logging.getLogger(__name__)

LONGEST = 64 * 1024
PATIENCE = 10.0  # seconds until whoever has opened the door has said what for
MOST_SILENT = 32  # who have not said it yet: beyond that whoever came first goes
MOST_SERVED = 8
LOOK_EVERY = 2.0

# What to do for whoever rings: (store, act, arguments, by) gives what is sent back as JSON. Raises MisheardError.
Errand = Callable[[Store, str, Mapping[str, Any], str], Any]


def ring(store_file: Path, act: str, arguments: Mapping[str, Any], by: str, seconds: float = 24 * 3600) -> Any:
    """Have it done by the program that has the store open. Raises what it raises, and StoreInUse where none answers."""
    try:
        port, secret = _beside(store_file).read_text(encoding="ascii").split()
        with socket.create_connection(("127.0.0.1", int(port)), timeout=PATIENCE) as line:
            line.settimeout(seconds)
            said = {"secret": secret, "act": act, "arguments": dict(arguments), "by": by}
            line.sendall(json.dumps(said).encode() + b"\n")
            with line.makefile("rb") as heard:
                answer = json.loads(heard.readline())
    except (OSError, ValueError):
        raise StoreInUse(
            f"The store {store_file} is open in another program that does not answer here. DuckDB lets in one program "
            "at a time: stop that one first, do it in the dashboard, or keep the data in Postgres."
        ) from None
    if "error" in answer:
        kind = getattr(errors, str(answer.get("kind")), MisheardError)
        known = isinstance(kind, type) and issubclass(kind, MisheardError) and kind.__init__ is Exception.__init__
        raise (kind if known else MisheardError)(answer["error"])
    return answer["done"]


class Doorbell:
    """The listening side. ``store`` gives the open store; until it can be opened there is nothing to ring for."""

    def __init__(self, store: Callable[[], Store], errand: Errand) -> None:
        self._store = store
        self._errand = errand
        self._secret = secrets.token_hex(32)
        self._stopped = threading.Event()
        self._server: socketserver.ThreadingTCPServer | None = None
        self._file: Path | None = None
        self._silent: dict[socket.socket, None] = {}
        self._lock = threading.Lock()
        self._serving = threading.BoundedSemaphore(MOST_SERVED)
        self._thread = threading.Thread(target=self._run, name="misheard-doorbell", daemon=True)

    def start(self) -> "Doorbell":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped.set()
        if self._server is not None:
            self._server.shutdown()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        file = self._when_open()
        if file is None:
            return  # several programs may use a server
        door = self

        class Visit(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    self.wfile.write(json.dumps(door._answer(door._heard(self.connection))).encode() + b"\n")

        try:
            with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Visit) as server:
                server.daemon_threads = True
                self._server = server
                self._file = _beside(file)
                self._file.unlink(missing_ok=True)
                handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with open(handle, "w", encoding="ascii") as written:
                    written.write(f"{server.server_address[1]} {self._secret}\n")
                if not self._stopped.is_set():
                    server.serve_forever(poll_interval=0.2)
        except OSError as wrong:
            log.warning("The command line cannot be served while the dashboard runs: %s", type(wrong).__name__)
        finally:
            _beside(file).unlink(missing_ok=True)

    def _when_open(self) -> Path | None:
        while not self._stopped.is_set():
            try:
                return self._store().file
            except MisheardError:  # the background says so in the log, each minute
                self._stopped.wait(LOOK_EVERY)
        return None

    def _heard(self, visitor: socket.socket) -> bytes:
        """The line that somebody says, however slowly, within the time and length for it."""
        with self._lock:
            if len(self._silent) >= MOST_SILENT:
                with suppress(OSError):
                    next(iter(self._silent)).shutdown(socket.SHUT_RDWR)
            self._silent[visitor] = None
        line, deadline = b"", time.monotonic() + PATIENCE
        try:
            while b"\n" not in line and len(line) < LONGEST and (left := deadline - time.monotonic()) > 0:
                visitor.settimeout(left)
                said = visitor.recv(LONGEST)
                if not said:
                    break
                line += said
        finally:
            visitor.settimeout(PATIENCE)
            with self._lock:
                self._silent.pop(visitor, None)
        return line

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            said = json.loads(line)
            shown, act, arguments, by = (said[name] for name in ("secret", "act", "arguments", "by"))
            if not hmac.compare_digest(str(shown).encode(), self._secret.encode()):
                raise ValueError("not the secret")
            if not (isinstance(act, str) and isinstance(arguments, dict) and isinstance(by, str) and by.strip()):
                raise TypeError("not as the command line asks")
        except (ValueError, KeyError, TypeError, RecursionError):
            return {"error": "That was not understood."}
        if not self._serving.acquire(blocking=False):
            return {"error": f"The dashboard does {MOST_SERVED} things for the command line already; try again later."}
        try:
            return {"done": self._errand(self._store(), act, arguments, by)}
        except MisheardError as sentence:
            return {"error": str(sentence), "kind": type(sentence).__name__}
        except Exception as wrong:
            log.error("The command line asked for %s, which failed: %s", act, type(wrong).__name__)
            return {"error": "Something went wrong in the dashboard; its log says when."}
        finally:
            self._serving.release()


def _beside(store_file: Path) -> Path:
    return store_file.with_name(store_file.name + ".bell")
