"""The bot's side of the webchat: what visitors have written, in the order in which it arrived, and what the bot says."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from convdata.database import Store, Transaction
from convdata.errors import NotFound
from convdata.events import read_event
from convdata.intake import take_within
from convdata.keys import customer_key
from convdata.presence import presence
from convdata.standing import in_hand
from convdata.visitors import CHANNEL, SOURCE
from convdata.webchat import id_of, place_at

MOST = 100
BOTS_SOURCE = "webchat-bot"
NOBODY = "No visitor of the webchat has this customer id; they may have been erased."


@dataclass(frozen=True)
class Spoken:
    """What became of what the bot wanted to say: ``id`` where it was said, ``muted_until`` where it was not."""

    id: str | None = None
    muted_until: datetime | None = None


def for_bot(store: Store, after: int | None, now: datetime) -> tuple[list[dict[str, Any]], int]:
    """What visitors wrote after a place, as events that can be sent back with a verdict, and the place after these.

    Without a place: from now on. ``site`` is the website's origin, None for a page of this server.
    """
    here = place_at(now)
    if after is None:
        return [], here
    after = min(after, here)  # a clock that was put back must not make the bot deaf
    rows = store.ask("webchat/for_bot", after_arrived=after, limit=MOST)
    events = [
        {
            "type": "message",
            "source": SOURCE,
            "id": row.event_id,
            "channel": CHANNEL,
            "customer_id": row.customer_id,
            "at": f"{row.sent_at.isoformat(timespec='microseconds')}Z",
            "sender": "user",
            "text": row.text,
            "language": row.language,
            "site": row.site or None,
        }
        for row in rows
    ]
    return events, rows[-1].arrived if rows else after


def speak(
    store: Store, customer_id: str, text: str, *, message_id: str, in_reply_to: str | None, language: Any, now: datetime
) -> Spoken:
    """The bot says something to a visitor, unless it is muted: asked and said in one act, so that nobody talks over
    anybody. A repeat of a message id to the same visitor is the same message. Raises NotFound for nobody, EventRejected
    for what cannot be said.
    """
    event = read_event(
        {
            "type": "message",
            "source": BOTS_SOURCE,
            "id": f"{customer_id}/{message_id}",
            "channel": CHANNEL,
            "customer_id": customer_id,
            "at": now.replace(tzinfo=UTC).isoformat(),
            "sender": "bot",
            "text": text,
            "in_reply_to": in_reply_to,
            "language": language,
        },
        channels=frozenset({CHANNEL}),
        now=now,
    )[0]
    key = customer_key(store.secret, CHANNEL, customer_id)
    if presence(store, key) is None:
        raise NotFound(NOBODY)

    def work(transaction: Transaction) -> Spoken:
        conversation = in_hand(transaction, key)
        if conversation.muted_until is not None and conversation.muted_until > now:
            return Spoken(muted_until=conversation.muted_until)
        counts = take_within(store, transaction, [event], now)
        if counts.suppressed:
            raise NotFound(NOBODY)
        return Spoken(id=id_of(event))

    return store.change(work)
