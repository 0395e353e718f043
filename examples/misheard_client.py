"""Misheard for bots in Python: copy this one file, it needs nothing but Python.

    misheard = Misheard("http://127.0.0.1:8501", token="…", channel="webchat")

    if misheard.may_answer("v-42"):                 # an agent may have silenced the bot for this customer
        misheard.answered("v-42", "Hello!")

Reports go out from a thread of their own, many together, and are sent again until Misheard has stored them: your bot
neither waits for Misheard nor falls with it. What has not gone out when the process dies is lost; ``flush`` waits for it.
"""

import json
import logging
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("misheard")

Event = dict[str, Any]

TOGETHER = 500  # events in one request, if they have
TOGETHER_BYTES = 4 * 1024 * 1024  # no more than this; Misheard takes 8 MiB
LARGEST = 1024 * 1024  # bytes of one event: no text that Misheard takes makes one as large
MOST_WAITING = 100_000  # events; beyond, the oldest are dropped, and the log says so


class Misheard:
    """One bot on one channel. ``source`` is the bot's name, within which its ids are unique. Thread-safe."""

    def __init__(self, url: str, token: str, channel: str, *, source: str = "events", timeout: float = 10.0) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        self._channel = channel
        self._source = source
        self._timeout = timeout
        self._muted_until: dict[str, datetime] = {}
        self._turn = threading.Condition()
        self._waiting: deque[bytes] = deque()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="misheard", daemon=True)
        self._thread.start()

    # Before the bot speaks

    def may_answer(self, customer_id: str, *, timeout: float = 2.0) -> bool:
        """Whether the bot may speak to this customer now. Ask each time, right before you send.

        While Misheard cannot be reached it is what was last known, and a customer of whom nothing is known is answered.
        """
        path = f"/api/v1/bot/{urllib.parse.quote(self._channel, safe='')}/{urllib.parse.quote(customer_id, safe='')}"
        try:
            said = self._ask("GET", path, None, timeout)
        except (OSError, ValueError, _Refused) as why:
            log.warning("Misheard gave no answer (%s); going by what was last known", type(why).__name__)
            until = self._muted_until.get(customer_id)
            return until is None or until <= datetime.now(UTC)
        if said["muted_until"] is None:
            self._muted_until.pop(customer_id, None)
        else:
            self._muted_until[customer_id] = datetime.fromisoformat(said["muted_until"])
        return bool(said["may_answer"])

    # What happens

    def heard(self, customer_id: str, text: str | None, **more: Any) -> Event:
        """The customer wrote. ``more``: language, understood, intent, confidence, alternatives, kind, session, …

        Keep what it gives, if the verdict comes later.
        """
        return self.report("message", customer_id, sender="user", text=text, **more)

    def verdict(self, heard: Event, *, understood: bool, **more: Any) -> Event:
        """Whether a message was understood, when that is known after it. ``more``: intent, confidence, alternatives."""
        return self.send(heard | {"understood": understood} | more)

    def answered(self, customer_id: str, text: str, **more: Any) -> Event:
        """The bot said something. ``more``: in_reply_to (the id of what it answers), language, session, …"""
        return self.report("message", customer_id, sender="bot", text=text, **more)

    def need_help(self, customer_id: str, reason: str | None = None) -> Event:
        """A person should look at this customer now. It stays so until someone, or ``ok``, says otherwise."""
        return self.report("status", customer_id, status="need_help", reason=reason)

    def ok(self, customer_id: str, reason: str | None = None) -> Event:
        return self.report("status", customer_id, status="ok", reason=reason)

    def customer(self, customer_id: str, **details: Any) -> Event:
        """What is known of the customer: first_name, last_name, email, phone_number, comments, data={…}.

        What is not named stays as it is; None clears it.
        """
        return self.report("customer", customer_id, **details)

    def report(self, type_: str, customer_id: str, **fields: Any) -> Event:
        """Any event. It gets an id and the time of now unless you give ``id`` and ``at``."""
        common = {
            "type": type_,
            "id": uuid.uuid4().hex,
            "source": self._source,
            "channel": self._channel,
            "customer_id": customer_id,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        }
        return self.send(common | fields)

    def send(self, event: Event) -> Event:
        line = json.dumps(event).encode()
        if len(line) > LARGEST:
            raise ValueError(f"an event of {len(line)} bytes is too large")
        with self._turn:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
                log.error("Misheard has been away for too long: the oldest report is dropped")
            self._waiting.append(line)
            self._turn.notify_all()
        return event

    # Going out

    def flush(self, seconds: float = 30.0) -> bool:
        """Wait until everything is stored; False when it is not after so long."""
        with self._turn:
            return self._turn.wait_for(lambda: not self._waiting, seconds)

    def close(self, seconds: float = 30.0) -> bool:
        done = self.flush(seconds)
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        return done

    def __enter__(self) -> "Misheard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        pause = 0.0
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting or self._closed:
                    return
                batch = self._batch()
            try:
                said = self._ask("POST", "/api/v1/events", b"\n".join(batch), self._timeout)
            except _Refused as refused:
                if refused.status != 422:
                    # How we ask is wrong (the token, the address), not what is reported: that waits until it is mended.
                    log.error("Misheard refuses to be told anything: %s", refused)
                    time.sleep(5)
                    continue
                self._rejected(refused.said)  # none of it can be taken, and never will be
            except (OSError, ValueError) as why:
                # Sending the same again is harmless: what is stored already is counted as a duplicate.
                pause = min(max(pause * 2, 0.5), 30.0)
                log.warning("Misheard was not reached (%s); again in %g s", type(why).__name__, pause)
                time.sleep(pause)
                continue
            else:
                self._rejected(said)
            pause = 0.0
            with self._turn:
                for line in batch:
                    if self._waiting and self._waiting[0] is line:  # unless it was dropped meanwhile
                        self._waiting.popleft()
                self._turn.notify_all()

    def _batch(self) -> list[bytes]:
        batch: list[bytes] = []
        size = 0
        for line in self._waiting:
            size += len(line)
            if len(batch) == TOGETHER or size > TOGETHER_BYTES:
                break
            batch.append(line)
        return batch

    def _rejected(self, said: Any) -> None:
        for one in said.get("rejected", []):
            log.error("Misheard rejected an event: %s %s", one["field"], one["reason"])

    def _ask(self, method: str, path: str, body: bytes | None, timeout: float) -> Any:
        request = urllib.request.Request(self._url + path, body, self._headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code == 429:
                raise  # an OSError: it may go well the next time
            raise _Refused(error) from None


class _Refused(Exception):
    def __init__(self, error: urllib.error.HTTPError) -> None:
        self.status = error.code
        try:
            self.said = json.loads(error.read())
            sentence = self.said["error"]["message"]
        except (ValueError, KeyError):
            self.said, sentence = {}, "no reason given"
        super().__init__(f"{error.code}: {sentence}")
