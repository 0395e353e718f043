"""A pretend Facebook: people who write to a Page, and the part of Meta's Graph API that Misheard uses, faults included.

It behaves as the table of errors says that Meta does, and signs its webhooks. The tests use it; `/messenger-demo` serves
it with the demo world; and by itself it stands beside a Misheard that is set up for it:

    python -m examples.fake_graph        # then open the address that it prints, and write to the Page
"""

import argparse
import hashlib
import hmac
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from examples.fake_server import NETWORK, Answer, FakeServer

APP_SECRET = "pretend-app-secret"
VERIFY_TOKEN = "pretend-verify-token"
PAGE_TOKEN = "pretend-page-token"
PAGE_ID = "370000000000001"
APP_ID = 100000000000001
PAGE = Path(__file__).with_suffix(".html")


def refusal(
    code: int, subcode: int | None = None, message: str = "Refused", *, transient: bool = False, status: int = 400
) -> Answer:
    error: dict[str, Any] = {
        "message": f"(#{code}) {message}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "PRETEND",
    }
    if subcode:
        error["error_subcode"] = subcode
    if transient:
        error["is_transient"] = True
    return status, {"error": error}


# What the next reply to somebody can meet.
FAULTS: dict[str, Answer | None] = {
    "outside_window": refusal(10, 2018278, "This message is sent outside of allowed window."),
    "unavailable": refusal(551, 1545041, "This person isn't available right now."),
    "unavailable_200": refusal(200, 1545041, "This person isn't available right now."),
    "restricted": refusal(10, 1893063, "The Page is temporarily restricted."),
    "rate_limit": refusal(613, None, "Calls to this api have exceeded the rate limit."),
    "app_limit": refusal(4, None, "Application request limit reached", transient=True),
    "token_expired": refusal(190, 463, "Error validating access token: Session has expired."),
    "logged_out": refusal(190, 460, "The session has been invalidated."),
    "not_live": refusal(200, 2018028, "The app is not live."),
    "no_permission": refusal(230, None, "Requires pages_messaging permission."),
    "no_such_user": refusal(100, 2018001, "No matching user found"),
    "bad_parameter": refusal(100, 1893061, "Invalid parameter"),
    "temporary": refusal(1200, None, "Temporary send message failure. Please try again later.", transient=True),
    "service": refusal(2, None, "Service temporarily unavailable", status=500),
    "new_error": refusal(4711, None, "Something nobody has written down"),
    "garbage": (502, "<html>Bad gateway</html>"),
    "no_mid": (200, {"recipient_id": "x"}),
    **NETWORK,
}


@dataclass
class Person:
    """Somebody who writes to the Page. ``wrote_at`` None: never did."""

    psid: str
    first_name: str
    last_name: str
    wrote_at: datetime | None = None
    phone_account: bool = False
    has_thread: list[dict[str, Any]] = field(default_factory=list)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class FakeGraph(FakeServer):
    """One Page and its people. Start it, set Misheard up with ``settings()``, and let people ``say`` something."""

    def __init__(
        self,
        webhook: str | None = None,
        clock: Callable[[], datetime] = _now,
        *,
        app_secret: str = APP_SECRET,
        page_token: str = PAGE_TOKEN,
        knows_everybody: bool = False,
    ) -> None:
        """``knows_everybody``: whoever is answered is taken for somebody who has just written."""
        self.webhook = webhook
        self.app_secret = app_secret
        self.page_token = page_token
        self.knows_everybody = knows_everybody
        self.photos = True
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.human_agent = False
        self.profiles_permitted = True
        self.owns_thread = False
        self.receipts = True  # echo, delivered and read follow a reply that arrived
        self.requests: list[tuple[str, str, dict[str, str], Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.faults: dict[str, deque[str]] = defaultdict(deque)
        self._numbers = count(1)

    def start(self, port: int = 0) -> "FakeGraph":
        self.listen(port)
        return self

    def settings(self) -> dict[str, str]:
        return {
            "MISHEARD_MESSENGER_APP_SECRET": self.app_secret,
            "MISHEARD_MESSENGER_VERIFY_TOKEN": VERIFY_TOKEN,
            "MISHEARD_MESSENGER_PAGE_ID": PAGE_ID,
            "MISHEARD_MESSENGER_PAGE_TOKEN": self.page_token,
            "MISHEARD_MESSENGER_GRAPH_URL": self.url,
            "MISHEARD_MESSENGER_HUMAN_AGENT": str(self.human_agent).lower(),
        }

    # -- people -------------------------------------------------------------------------------------------------------

    def person(self, psid: str, first_name: str = "Maya", last_name: str = "Okafor", **more: Any) -> Person:
        return self.people.setdefault(psid, Person(psid, first_name, last_name, **more))

    def say(self, psid: str, text: str) -> int:
        """Somebody writes; gives what the webhook answered."""
        return self._from_person(psid, {"message": {"mid": self._mid(), "text": text}})

    def press(self, psid: str, title: str) -> int:
        return self._from_person(psid, {"postback": {"mid": self._mid(), "title": title, "payload": title.upper()}})

    def read(self, psid: str) -> int:
        """Somebody reads what there is."""
        return self.bring(self._item(psid, "Page", {"read": {"watermark": self._milliseconds()}}))

    def bring(self, *items: dict[str, Any], standby: bool = False) -> int:
        """A webhook, signed, tried again as Meta does while it is not answered with 200; gives the last answer."""
        entry = {"id": PAGE_ID, "time": self._milliseconds(), "standby" if standby else "messaging": list(items)}
        return self.bring_raw(json.dumps({"object": "page", "entry": [entry]}).encode())

    def bring_raw(self, body: bytes) -> int:
        if self.webhook is None:
            return 0
        signature = hmac.new(self.app_secret.encode(), body, "sha256").hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        status = 0
        for attempt in range(4):
            time.sleep(0.3 * attempt)
            try:
                with urlopen(Request(self.webhook, body, headers), timeout=5) as answer:
                    return int(answer.status)
            except HTTPError as wrong:
                status = wrong.code
            except OSError:
                status = 0
        return status

    def from_the_page(self, said: dict[str, Any]) -> dict[str, int]:
        """What the person at the keyboard does as a customer, in the form of the page."""
        psid, text, fault = str(said.get("psid")), str(said.get("text")), said.get("fault")
        self.person(psid, str(said.get("first_name", "Maya")), str(said.get("last_name", "")))
        if fault in FAULTS:
            self.faults[psid].append(str(fault))
        return {"webhook": self.read(psid) if said.get("read") else self.say(psid, text)}

    def thread(self, psid: str) -> dict[str, Any]:
        """What somebody and the Page have written to each other, and what can go wrong."""
        person = self.people.get(psid)
        return {"thread": person.has_thread if person else [], "faults": sorted(FAULTS)}

    def _from_person(self, psid: str, what: dict[str, Any]) -> int:
        person = self.person(psid)
        person.wrote_at = self.clock()
        said = what.get("message", {}).get("text") or what.get("postback", {}).get("title")
        person.has_thread.append({"who": "person", "text": said})
        return self.bring(self._item(psid, "Page", what))

    def _item(self, psid: str, to: str, what: dict[str, Any]) -> dict[str, Any]:
        ends = ({"id": psid}, {"id": PAGE_ID})
        sender, recipient = ends if to == "Page" else ends[::-1]
        return {"sender": sender, "recipient": recipient, "timestamp": self._milliseconds(), **what}

    def _mid(self) -> str:
        return f"m_{next(self._numbers)}_{hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:16]}"

    def _milliseconds(self) -> int:
        return int((self.clock() - datetime(1970, 1, 1)).total_seconds() * 1000)

    # -- the API ------------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, headers: dict[str, str], body: Any) -> Answer | str:
        parts = urlsplit(path)
        if method == "GET" and path == "/":
            return 200, PAGE.read_text(encoding="utf-8")
        if method == "GET" and parts.path == "/thread":
            (psid,) = parse_qs(parts.query).get("psid", [""])
            return 200, self.thread(psid)
        same_origin = urlsplit(headers.get("origin", "")).netloc in ("", headers.get("host"))
        if method == "POST" and path == "/say" and isinstance(body, dict) and same_origin:
            return 200, self.from_the_page(body)
        self.requests.append((method, path, headers, body))
        if headers.get("authorization") != f"Bearer {self.page_token}" or "access_token" in parts.query:
            return refusal(190, 463, "Error validating access token", status=401)
        steps = parts.path.strip("/").split("/")
        if method == "GET" and len(steps) == 2:
            return self._profile(steps[1])
        if method != "POST" or len(steps) != 3 or steps[1] != PAGE_ID or not isinstance(body, dict):
            return refusal(100, 33, "Unsupported request")
        if steps[2] == "messages":
            return self._send(body)
        if steps[2].endswith("_thread_control"):
            return (200, {"success": True}) if self.owns_thread else refusal(10, 2018300, "Another app has the thread")
        return refusal(100, 33, "Unsupported request")

    def _profile(self, psid: str) -> Answer:
        person = self.people.get(psid)
        if not self.profiles_permitted:
            return 200, {}
        if person is None:
            return refusal(100, 2018001, "No matching user found")
        if person.phone_account:
            return refusal(100, 2018218, "No profile available for this user.")
        photo = f"https://platform-lookaside.fbsbx.com/{psid}.jpg?oe={int(time.time()) + 86400 * 5:08X}"
        names = {"first_name": person.first_name, "last_name": person.last_name}
        names |= {"profile_pic": photo} if self.photos else {}
        # More than was asked for: whoever keeps it breaks a promise.
        return 200, names | {"id": psid, "gender": "x", "locale": "en_GB", "timezone": 1}

    def _send(self, body: dict[str, Any]) -> Answer | str:
        psid = str(body.get("recipient", {}).get("id"))
        fault = self.faults[psid].popleft() if self.faults[psid] else None
        if fault in ("hang", "drop", "redirect"):
            return fault
        answer = FAULTS[fault] if fault and fault != "drop_after" else None
        if answer is not None:
            return answer
        person = self.people.get(psid)
        if person is None and self.knows_everybody:
            person = self.person(psid, "Somebody", "", wrote_at=self.clock())
        message = body.get("message", {})
        if person is None:
            return FAULTS["no_such_user"] or ""
        if len(str(message.get("text", ""))) > 2000 or not message.get("text"):
            return FAULTS["bad_parameter"] or ""
        age = self.clock() - (person.wrote_at or datetime.min)
        tag = body.get("tag")
        if body.get("messaging_type") == "MESSAGE_TAG":
            if tag != "HUMAN_AGENT" or not self.human_agent:
                return FAULTS["bad_parameter"] or ""
            if age >= timedelta(days=7):
                return FAULTS["outside_window"] or ""
        elif age >= timedelta(hours=24):
            return FAULTS["outside_window"] or ""
        mid = self._mid()
        self.sent.append(body | {"mid": mid})
        person.has_thread.append({"who": "page", "text": message["text"]})
        if self.receipts and self.webhook:
            threading.Thread(target=self._follow, args=(psid, mid, message), daemon=True).start()
        return "drop" if fault == "drop_after" else (200, {"recipient_id": psid, "message_id": mid})

    def _follow(self, psid: str, mid: str, message: dict[str, Any]) -> None:
        """What Meta tells of a reply that arrived: the echo of it, and that it was delivered."""
        echo = {
            "is_echo": True,
            "app_id": APP_ID,
            "mid": mid,
            "text": message["text"],
            "metadata": message.get("metadata"),
        }
        self.bring(self._item(psid, "person", {"message": echo}))
        self.bring(self._item(psid, "Page", {"delivery": {"mids": [mid], "watermark": self._milliseconds()}}))


def main() -> None:
    parser = argparse.ArgumentParser(description="A pretend Facebook to try Misheard's Messenger side with.")
    parser.add_argument("--port", type=int, default=8502)
    parser.add_argument("--misheard", default="http://127.0.0.1:8501", help="where Misheard is")
    parser.add_argument("--human-agent", action="store_true", help="grant the Human Agent permission")
    given = parser.parse_args()
    fake = FakeGraph(f"{given.misheard.rstrip('/')}/webhooks/messenger")
    fake.human_agent = given.human_agent
    fake.photos = False  # there are none, and a browser would ask Facebook for them
    fake.start(given.port)
    fake.introduce()
    print(f"and write to the Page at {fake.url}\n(Ctrl+C ends it.)", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        fake.stop()


if __name__ == "__main__":
    main()
