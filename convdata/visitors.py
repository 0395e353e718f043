"""Visitors of the webchat: a session is opened for a browser, and whoever shows its secret is that visitor.

A session's token is "<customer id>.<secret>", both drawn here from 128 random bits and more. The customer id is shown to
agents; of the secret the store has a hash only. Nothing that a page says of its visitor finds another's session.
"""

import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from convdata.database import Store, Transaction
from convdata.errors import EventRejected
from convdata.events import Event, read_event
from convdata.intake import take_within
from convdata.keys import customer_key
from convdata.presence import Presence, of_row
from convdata.standing import in_hand
from convdata.user_data import UserData

CHANNEL = "webchat"
SOURCE = "webchat"
KEPT = timedelta(days=30)  # who has not been here for so long is a new visitor
_TOKEN = re.compile(r"(w-[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{32})")


@dataclass(frozen=True)
class Visitor:
    """Who holds a session, as of now."""

    customer_key: str
    customer_id: str
    site: str
    verified: bool
    first_event_at: datetime
    message_count: int
    presence: Presence


def open_session(store: Store, site: str, said: UserData, now: datetime) -> str:
    """A new visitor; gives the token of their session, which is nowhere else. ``site`` is the website's origin."""
    customer_id = f"w-{secrets.token_urlsafe(16)}"
    secret = secrets.token_urlsafe(24)
    key = customer_key(store.secret, CHANNEL, customer_id)
    event = _statement(customer_id, said, now)

    def work(transaction: Transaction) -> None:
        take_within(store, transaction, [event], now)
        transaction.tell(
            "add_visitor", customer_key=key, secret_hash=_hash(secret), site=site, verified=said.verified, now=now
        )

    store.change(work)
    return f"{customer_id}.{secret}"


def visitor_of(store: Store, token: str) -> Visitor | None:
    """The visitor who holds this token; None for a guess, an old one, or somebody who was erased."""
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    row = store.ask_one("webchat/visitor", customer_key=customer_key(store.secret, CHANNEL, parts[1]))
    # Without a row there is something to compare too, so that time says nothing of whether there is one.
    if not hmac.compare_digest("" if row is None else row.secret_hash, _hash(parts[2])) or row is None:
        return None
    return Visitor(
        row.customer_key,
        row.customer_id,
        row.site,
        row.verified,
        row.first_event_at,
        row.message_count,
        of_row(store, row),
    )


def state_anew(store: Store, key: str, customer_id: str, said: UserData, now: datetime) -> None:
    """What the website now says of a visitor takes the place of what it has said. Raises NotFound."""
    event = _statement(customer_id, said, now)

    def work(transaction: Transaction) -> None:
        in_hand(transaction, key)
        take_within(store, transaction, [event], now)
        transaction.tell("keep_visitor_word", customer_key=key, verified=said.verified)

    store.change(work)


def forget_old(store: Store, now: datetime) -> None:
    """Sessions that were not used for a month end; what was said in them stays."""
    if store.ask_one("webchat/any_forgotten", before=now - KEPT) is not None:
        store.change(lambda transaction: transaction.tell("forget_visitors", before=now - KEPT))


def details_from(store: Store, key: str) -> str | None:
    """Whose word a visitor's details are; None for a customer who did not come through the widget."""
    row = store.ask_one("webchat/visitor", customer_key=key)
    if row is None:
        return None
    return "signed by the website" if row.verified else "stated by the website"


def _statement(customer_id: str, said: UserData, now: datetime) -> Event:
    common = {
        "type": "customer",
        "id": f"{customer_id}/stated/{uuid.uuid4()}",
        "channel": CHANNEL,
        "customer_id": customer_id,
        "source": SOURCE,
        "at": now.replace(tzinfo=UTC).isoformat(),
    }
    try:
        return read_event(common | said.fields, channels=frozenset({CHANNEL}), now=now)[0]
    except EventRejected:  # whatever it is that a page has said, its visitor may write
        return read_event(common, channels=frozenset({CHANNEL}), now=now)[0]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
