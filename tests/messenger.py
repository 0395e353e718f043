"""Stories on Messenger: a pretend Facebook at noon, a store that is set up for it, and somebody who wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from convdata.database import Store
from convdata.delivery import deliver_due
from convdata.outbox import Reply, replies_to
from convdata.replying import new_reply_id, reply
from examples.fake_graph import FakeGraph
from tests.story import HOUR, NOON, admin, key, message, opened, tell

MAYA = "6780000000000001"
MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def facebook(clock: Clock | None = None) -> Iterator[FakeGraph]:
    fake = FakeGraph(clock=clock or Clock())
    fake.hang_seconds = 0.5
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()


def on_messenger(url: str, fake: FakeGraph, **more: str) -> Store:
    """A store whose Messenger is the pretend one."""
    settings = {name.removeprefix("MISHEARD_"): value for name, value in fake.settings().items()}
    return opened(url, **settings | more)


def wrote(store: Store, fake: FakeGraph, at: datetime = NOON, who: str = MAYA) -> str:
    """Somebody has written to the Page; gives the customer's key."""
    fake.person(who).wrote_at = at
    tell(store, message(who, at, "Where is my train?", channel="messenger", source="messenger"))
    return key(store, who, "messenger")


def answer(store: Store, whose: str, text: str = "On its way.", now: datetime = NOON + HOUR, **more: Any) -> Reply:
    given: dict[str, Any] = {"by": admin("Ada"), "now": now, "reply_id": new_reply_id()}
    return reply(store, whose, text, **given | more)


def answered(store: Store, whose: str, now: datetime = NOON + HOUR, **more: Any) -> Reply:
    """An answer that was handed over; gives what became of it."""
    stored = answer(store, whose, now=now, **more)
    deliver_due(store, now)
    return replies_to(store, whose)[stored.event_key]


def milliseconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)
