"""What goes to and fro in the webchat: what the visitor writes, what their browser is to show, what it has.

A place in the conversation is a number in the order of arrival. A browser asks for what came after its place, so that
nothing is lost however often the connection breaks; what it gets twice it knows by the id.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from convdata.database import EPOCH, Row, Store, Transaction
from convdata.errors import NotFound
from convdata.events import Event, read_event
from convdata.keys import event_key
from convdata.presence import PRESENT, left, presence
from convdata.receipts import Receipt, receive
from convdata.silences import kept_from_the_visitor
from convdata.standing import in_hand
from convdata.visitors import CHANNEL, SOURCE, Visitor
from convdata.vocabulary import Delivery

LONGEST = 10_000  # characters of a message
AT_FIRST = 200  # messages that a browser gets which has none yet
AT_ONCE = 200
# Two writers on Postgres may commit in another order than they arrived in; what was so close is looked at again.
OVERLAP = timedelta(seconds=5)
MISSED = "The visitor left before it arrived."
MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Shown:
    """A message as the visitor's browser gets it. ``message_id`` is the browser's own, for what it has sent itself."""

    id: str
    sender: str
    text: str
    at: datetime
    message_id: str | None

    def as_json(self) -> dict[str, Any]:
        said = {"id": self.id, "sender": self.sender, "text": self.text, "at": f"{self.at.isoformat()}Z"}
        return said | ({"message_id": self.message_id} if self.message_id else {})


def written(visitor: Visitor, message_id: str, text: str, language: Any, now: datetime) -> Event:
    """What a visitor has written, as an event. Raises EventRejected for a text that is none."""
    raw = {
        "type": "message",
        "id": f"{visitor.customer_id}/{message_id}",
        "channel": CHANNEL,
        "customer_id": visitor.customer_id,
        "source": SOURCE,
        "at": now.replace(tzinfo=UTC).isoformat(),
        "sender": "user",
        "text": text,
    }
    if isinstance(language, str) and re.fullmatch(r"[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*", language[:36]):
        raw["language"] = language[:35].rstrip("-_")
    return read_event(raw, channels=frozenset({CHANNEL}), now=now)[0]


def id_of(event: Event) -> str:
    return str(event_key(event.source, event.id))


def arrivals(store: Store, visitor: Visitor, after: int, now: datetime) -> tuple[list[Shown], int]:
    """What a browser that is at ``after`` is to show, oldest first, and where it is then; 0 is the beginning.

    A few that it has already may be among them. What the bot said while it was muted is not: silent is silent.
    """
    rows: Sequence[Row]
    whose: dict[str, Any] = {"customer_key": visitor.customer_key, "first_at": visitor.first_event_at}
    if not 0 < after <= place_at(now + timedelta(seconds=1)):  # also from a clock that was put back
        rows = list(reversed(store.ask("webchat/latest_messages", **whose, limit=AT_FIRST)))
    else:
        since = after - (OVERLAP // timedelta(microseconds=1) if store.kind == "postgresql" else 0)
        rows, at = [], since
        while True:
            page = store.ask("webchat/messages_after", **whose, after_arrived=at, limit=AT_ONCE)
            rows += page
            if len(page) < AT_ONCE:
                break
            at = page[-1].arrived
    if not rows:
        return [], max(after, 0)
    silences = store.ask("webchat/silences", customer_key=visitor.customer_key)
    shown = [_shown(row, visitor.customer_id) for row in rows if _is_to_be_shown(row, silences)]
    return shown, max(after, rows[-1].arrived)


def acknowledge(store: Store, key: str, ids: Sequence[str], *, read: bool, now: datetime) -> int:
    """The visitor's browser has these messages, and shows them where ``read``; gives how many replies of agents are
    among them.
    """
    have = set(ids)
    replies = [
        row.reply_id for row in store.ask("webchat/unacknowledged", customer_key=key) if str(row.event_key) in have
    ]
    if replies:
        state = Delivery.READ if read else Delivery.DELIVERED
        receive(store, key, [Receipt(state, now, reply_id=reply_id) for reply_id in replies], now)
    return len(replies)


def leave(store: Store, key: str, now: datetime) -> None:
    """The visitor closes the page; replies on their way to it have come too late."""
    left(store, key, now)
    _miss(store, key, now)


def miss_the_gone(store: Store, now: datetime) -> None:
    """Replies that were sent to visitors of whom nothing is heard any more have come too late."""
    for row in store.ask("webchat/missed", before=now - PRESENT):
        found = presence(store, row.customer_key)
        if found is not None and not found.is_there(now):
            _miss(store, row.customer_key, now)


def _miss(store: Store, key: str, now: datetime) -> None:
    if not any(row.customer_key == key for row in store.ask("webchat/missed", before=now + PRESENT)):
        return

    def work(transaction: Transaction) -> None:
        try:
            in_hand(transaction, key)
        except NotFound:
            return
        transaction.tell("miss_visitor", customer_key=key, reason=MISSED, now=now)

    store.change(work)


def place_at(when: datetime) -> int:
    """The place in the order of arrival of what arrives at that moment."""
    return (when - EPOCH) // timedelta(microseconds=1)


def _is_to_be_shown(row: Row, silences: Sequence[Row]) -> bool:
    return (row.text is not None or bool(row.attachments)) and not kept_from_the_visitor(row, silences)


def _shown(row: Row, customer_id: str) -> Shown:
    parts = [row.text] if row.text else []
    parts += [f"[{one['type']}]" for one in json.loads(row.attachments or "[]")]
    own = row.source == SOURCE and row.event_id.startswith(f"{customer_id}/")
    message_id = row.event_id[len(customer_id) + 1 :] if own and row.sender == "user" else None
    return Shown(str(row.event_key), row.sender, "\n".join(parts), row.sent_at, message_id)
