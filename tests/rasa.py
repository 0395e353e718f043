"""Stories with a Rasa bot: a pretend Rasa, a store that is set up for it, and somebody who wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from convdata.database import Store
from convdata.delivery import deliver_due
from convdata.outbox import Reply, replies_to
from convdata.replying import new_reply_id, reply
from examples.fake_rasa import FakeRasa
from tests.story import HOUR, NOON, admin, key, message, opened, tell

MAYA = "browser/1 & co"  # whatever a connector makes of a person is an id


@contextmanager
def rasa() -> Iterator[FakeRasa]:
    fake = FakeRasa(hang_seconds=0.05).start()
    try:
        yield fake
    finally:
        fake.stop()


def beside_rasa(url: str, fake: FakeRasa, **more: str) -> Store:
    settings = {name.removeprefix("MISHEARD_"): value for name, value in fake.settings().items()}
    return opened(url, **settings | more)


def wrote(
    store: Store,
    fake: FakeRasa,
    connector: str = "callback",
    at: datetime = NOON,
    who: str = MAYA,
    channel: str = "webchat",
) -> str:
    """Somebody has written to the bot, and the tracker store was read; gives the customer's key."""
    fake.wrote(who, connector)
    tell(store, message(who, at, "Where is my train?", channel=channel, source="rasa"))
    return key(store, who, channel)


def answered(store: Store, whose: str, now: datetime = NOON + HOUR, text: str = "On its way.", **more: Any) -> Reply:
    """An answer that was handed over; gives what became of it."""
    how: dict[str, Any] = {"by": admin("Ada"), "now": now, "reply_id": new_reply_id()}
    stored = reply(store, whose, text, **how | more)
    deliver_due(store, now)
    return replies_to(store, whose)[stored.event_key]
