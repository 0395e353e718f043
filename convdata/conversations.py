"""One conversation read: who the customer is, what was said and done, and who stands beside them in the list."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from convdata.conversation import NEVER
from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.filters import Choices
from convdata.masking import shown
from convdata.rights import Actor, Right, require
from convdata.standing import NOBODY
from convdata.vocabulary import Act

# What a transcript shows of the records; downloads are nobody's business while reading what was said.
SHOWN_ACTS = (Act.MUTE, Act.UNMUTE, Act.STATUS_NEED_HELP, Act.STATUS_OK)


@dataclass(frozen=True)
class Said:
    """The latest part of a conversation, oldest first. ``earlier`` is how many messages come before it; ``silences`` are
    when the webchat kept from the visitor what the bot said.
    """

    messages: Sequence[Row]
    records: Sequence[Row]
    earlier: int
    silences: Sequence[Row] = ()


@dataclass(frozen=True)
class Neighbours:
    """Where a conversation stands in the list; ``place`` is None where the filters do not pick it (any more)."""

    picked: int
    place: int | None
    previous: str | None
    next: str | None


def details(store: Store | Transaction, key: str | None, *, by: Actor) -> Row:
    """The customer of that key, as ``by`` may see them. Raises NotFound for one that is unknown, erased or mangled."""
    require(by, Right.READ_CONVERSATION)
    if not key:
        raise NotFound("This address names no customer; choose one on the Customers page.")
    try:
        known = str(uuid.UUID(key))
    except ValueError:
        raise NotFound(NOBODY) from None
    found = store.ask("conversations/details", customer_key=known)
    if not found:
        raise NotFound(NOBODY)
    return shown(store, found, by)[0]


def said(store: Store | Transaction, customer: Row, *, latest: int, now: datetime, by: Actor) -> Said:
    """The latest messages of ``details``' customer, and what was done meanwhile, up to ``now``, as ``by`` may read it."""
    require(by, Right.READ_CONVERSATION)
    messages = _messages(store, customer, latest)
    earlier = max(0, customer.message_count - len(messages)) if len(messages) == latest else 0
    records = store.ask(
        "conversations/records",
        customer_key=customer.customer_key,
        since=messages[0].sent_at if earlier else NEVER,
        now=now,
        acts=[act.value for act in SHOWN_ACTS],
        timer=Act.UNMUTE_AUTOMATIC.value,
    )
    silences = store.ask("webchat/silences", customer_key=customer.customer_key)
    whose = customer.customer_key
    return Said(shown(store, messages, by, whose), shown(store, records, by, whose), earlier, silences)


def messages_since(store: Store, customer: Row, event_key: int) -> int:
    """How many of the latest messages must be read to see that one; 0 if it is not of this conversation."""
    row = store.ask_one("conversations/messages_since", event_key=event_key, **_bounds(customer))
    return int(row.messages) if row else 0


def neighbours(store: Store, customer: Row, choices: Choices) -> Neighbours:
    """Who comes before and after in the list that the filters pick, whether or not they still pick this one.

    In the list of who waits, whoever waits longest comes after somebody who has been helped.
    """
    if choices.longest_waiting_first:
        at = customer.need_help_since or NEVER
        standing, earlier, later = "conversations/waiting_place", "customers/waiting_before", "customers/waiting_after"
    else:
        at = customer.last_message_at
        standing, earlier, later = "conversations/place", "customers/page_before", "customers/page_after"
    place = {"place_at": at, "place_key": customer.customer_key}
    here = store.ask_one(standing, choices, **place)
    assert here is not None
    before = store.ask(earlier, choices, many=1, skip=0, **place)
    after = store.ask(later, choices, many=1, skip=0, **place)
    return Neighbours(
        here.picked,
        here.before + 1 if here.among else None,
        before[0].customer_key if before else None,
        after[0].customer_key if after else None,
    )


def _messages(store: Store | Transaction, customer: Row, many: int) -> Sequence[Row]:
    if customer.message_count == 0:
        return ()
    return store.ask("conversations/latest_messages", many=many, **_bounds(customer))[::-1]


def _bounds(customer: Row) -> dict[str, Any]:
    return {
        "customer_key": customer.customer_key,
        "first_at": customer.first_event_at,
        "last_at": customer.last_message_at,
    }
