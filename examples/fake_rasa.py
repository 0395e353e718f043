"""A pretend Rasa: the part of its HTTP API that Misheard uses, as Rasa 3.6 was seen to behave, faults included.

    python -m examples.fake_rasa        # then start Misheard with what it prints

The tests use the same. It keeps conversations as lists of events, as a tracker does; what a connector delivered stands in
``delivered``.
"""

import argparse
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from examples.fake_server import NETWORK, Answer, FakeServer

TOKEN = "pretend-rasa-token"
DELIVER = ("facebook", "socketio", "callback", "telegram")

# What the next request about somebody can meet.
FAULTS: dict[str, Answer | None] = {
    "conflict": (409, {"version": "3.6.21", "status": "failure", "reason": "Conflict", "code": 409}),
    "broken": (500, {"version": "3.6.21", "status": "failure", "reason": "ConversationError", "code": 500}),
    "bad_gateway": (502, "<html>Bad gateway</html>"),
    "another_server": (200, "<html>Welcome</html>"),
    **NETWORK,
}


@dataclass
class FakeRasa(FakeServer):
    """One Rasa and its conversations. ``api`` False: it was started without --enable-api."""

    token: str | None = TOKEN
    api: bool = True
    hang_seconds: float = 30.0
    conversations: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    delivered: list[tuple[str, str, str]] = field(default_factory=list)  # connector, to whom, text
    browsers: set[str] = field(default_factory=set)  # who is connected over socketio
    faults: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def start(self, port: int = 0) -> "FakeRasa":
        self.listen(port)
        return self

    def settings(self) -> dict[str, str]:
        return {"MISHEARD_RASA_URL": self.url} | ({"MISHEARD_RASA_TOKEN": self.token} if self.token else {})

    def wrote(self, sender: str, connector: str, text: str = "Where is my train?") -> None:
        """Somebody writes over a connector."""
        said = {"event": "user", "text": text, "input_channel": connector, "timestamp": time.time()}
        self.conversations[sender].append(said)
        if connector == "socketio":
            self.browsers.add(sender)

    def paused(self, sender: str) -> bool:
        said = [e["event"] for e in self.conversations[sender] if e["event"] in ("pause", "resume", "restart")]
        return bool(said) and said[-1] == "pause"

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer | str:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.requests.append((method, path, headers, body))
        if not self.api:
            return 404, "Requested URL not found"
        if self.token and query.get("token") != self.token and headers.get("authorization") != f"Bearer {self.token}":
            return 401, _failure(401, "NotAuthenticated")
        steps = parts.path.strip("/").split("/")
        if len(steps) < 3 or steps[0] != "conversations" or steps[2] != "tracker":
            return 404, "Requested URL not found"
        sender = unquote(steps[1])
        fault = self.faults[sender].popleft() if self.faults[sender] else None
        if fault in ("hang", "drop", "redirect"):
            return fault
        if fault and fault != "drop_after":
            return FAULTS[fault] or ""
        if method == "POST" and steps[3:] == ["events"]:
            events = body if isinstance(body, list) else [body]
            if not all(isinstance(e, dict) and e.get("event") in ("pause", "resume", "bot") for e in events):
                return 400, _failure(400, "BadRequest")
            for event in events:
                self.conversations[sender].append({"timestamp": time.time(), **event})
                if query.get("execute_side_effects") == "true" and event["event"] == "bot":
                    self._deliver(query.get("output_channel"), sender, event["text"])
        elif method != "GET":
            return 405, "Method not allowed"
        return "drop" if fault == "drop_after" else (200, self._tracker(sender))

    def _tracker(self, sender: str) -> dict[str, Any]:
        return {
            "sender_id": sender,
            "paused": self.paused(sender),
            "latest_input_channel": self._connector(sender),
            "events": None,
        }

    def _connector(self, sender: str) -> str | None:
        said = [e["input_channel"] for e in self.conversations[sender] if e["event"] == "user"]
        return said[-1] if said else None

    def _deliver(self, asked: str | None, sender: str, text: str) -> None:
        """Where nothing can be delivered, nothing is said of it."""
        connector = self._connector(sender) if asked == "latest" else asked
        if connector in DELIVER and (connector != "socketio" or sender in self.browsers):
            self.delivered.append((str(connector), sender, text))


def _failure(code: int, reason: str) -> dict[str, Any]:
    return {"version": "3.6.21", "status": "failure", "message": "", "reason": reason, "details": {}, "code": code}


def main() -> None:
    parser = argparse.ArgumentParser(description="A pretend Rasa to try Misheard's Rasa side with.")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--connector", default="socketio", help="over which connector everybody writes")
    given = parser.parse_args()
    fake = FakeRasa()
    fake.conversations = _Talkative(given.connector)
    fake.start(given.port)
    fake.introduce()
    print("What is written to a conversation is shown here. (Ctrl+C ends it.)", flush=True)
    try:
        shown = 0
        while True:
            time.sleep(0.5)
            for method, path, _, body in fake.requests[shown:]:
                shown += 1
                if method == "POST":
                    print(urlsplit(path).path, json.dumps(body, ensure_ascii=False), flush=True)
    except KeyboardInterrupt:
        fake.stop()


class _Talkative(defaultdict[str, list[dict[str, Any]]]):
    """Everybody has written already."""

    def __init__(self, connector: str) -> None:
        super().__init__(lambda: [{"event": "user", "text": "Hello", "input_channel": connector}])


if __name__ == "__main__":
    main()
