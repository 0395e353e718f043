"""A customer's events as they are written down: ids, times, and the order in which they reach Misheard."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from convdata.demo.people import Person

# When it reaches Misheard, whose it is, which of theirs it is, and the event itself.
Line = tuple[datetime, int, int, dict[str, Any]]


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Transcript:
    """Grows while time passes. It knows nothing of what is being talked about."""

    def __init__(self, rng: Random, person: Person, seed: int, start: datetime) -> None:
        self.rng = rng
        self.person = person
        self.prefix = f"demo-{seed}-{person.number}"
        self.now = start
        self.session = ""
        self.muted_until: datetime | None = None
        self._count = 0
        self._arrived: list[Line] = []

    def begin(self, at: datetime) -> None:
        """A new session, as the channel would name it."""
        self.now = at
        name = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        self.session = f"amzn1.echo-api.session.{name}" if self.person.channel == "alexa" else name

    def wait(self, low: float, high: float) -> None:
        """So many seconds pass, at least and at most."""
        self.now += timedelta(milliseconds=self.rng.randint(int(low * 1000), int(high * 1000)))

    def user(self, text: str | None, kind: str = "typed", verdict: dict[str, Any] | None = None, **more: Any) -> str:
        """A message of the customer. The bot's verdict on it sometimes comes in only later, under the same id."""
        said = self._message("user", text, kind=kind, **more)
        judged = said | (verdict or {})
        if verdict and kind == "typed" and self.rng.random() < 0.02:
            self._write(said)
            self._write(judged, self.now + timedelta(milliseconds=self.rng.randint(15_000, 240_000)))
        else:
            self._write(judged)
        return str(said["id"])

    def bot(self, text: str, answers: str) -> None:
        self.wait(0.3, 1.4)
        self._write(self._message("bot", text, in_reply_to=answers))

    def agent(self, name: str, text: str) -> None:
        self._write(self._message("agent", text, agent=name))

    def details(self, profile: dict[str, Any]) -> None:
        self._write(self._event("customer") | profile)

    def status(self, status: str, reason: str) -> None:
        self.wait(0.1, 0.6)
        self._write(self._event("status") | {"status": status, "reason": reason})

    def mute(self, reason: str, hours: float | None) -> None:
        """Without hours, for as long as Misheard mutes by default."""
        event = self._event("mute") | {"muted": True, "reason": reason}
        self.muted_until = self.now + timedelta(hours=hours or 72)
        if hours:
            event["until"] = stamp(self.muted_until)
        self._write(event)

    def unmute(self, reason: str) -> None:
        self.muted_until = None
        self._write(self._event("mute") | {"muted": False, "reason": reason})

    def arrivals(self) -> Iterator[Line]:
        """What was written since the last time, in the order of its arrival."""
        yield from sorted(self._arrived, key=lambda line: line[:3])
        self._arrived.clear()

    def _message(self, sender: str, text: str | None, **more: Any) -> dict[str, Any]:
        said = {"session": self.session, "sender": sender, "text": text, "language": self.person.language.code}
        return self._event("message") | said | more

    def _event(self, type: str) -> dict[str, Any]:
        self._count += 1
        return {
            "type": type,
            "id": f"{self.prefix}-{self._count}",
            "source": "demo",
            "channel": self.person.channel,
            "customer_id": self.person.customer_id,
            "at": stamp(self.now),
        }

    def _write(self, event: dict[str, Any], arrives: datetime | None = None) -> None:
        self._arrived.append((arrives or self.now, self.person.number, len(self._arrived), event))
