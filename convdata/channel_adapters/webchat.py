"""Answering in the webchat: only while the visitor is in front of the widget (product rule 10).

There is nothing to hand over: the reply is in the conversation already, and the visitor's browser, which listens, gets it
from there and says so. The bot asks before it speaks, so that it need not be told either.
"""

from datetime import datetime

from convdata.channel_adapters import Answerable, Outcome, Outgoing, Recipient
from convdata.database import Store
from convdata.presence import presence
from convdata.spans import in_words
from convdata.vocabulary import Delivery
from convdata.webchat import LONGEST


def can_reply(store: Store, recipient: Recipient, now: datetime) -> Answerable:
    found = presence(store, recipient.customer_key)
    if found is None:
        if recipient.last_user_at is None:
            return Answerable(False, "The visitor is not here: it would be too late.")
        length = in_words(now - recipient.last_user_at)
        return Answerable(False, f"The visitor is not here and last wrote {length} ago: it would be too late.")
    return Answerable(found.is_there(now), found.sentence(now), longest=LONGEST)


def send(store: Store, outgoing: Outgoing, now: datetime) -> Outcome:
    answerable = can_reply(store, outgoing.recipient, now)
    if not answerable.yes:
        return Outcome(Delivery.TOO_LATE, reason=answerable.sentence)
    return Outcome(Delivery.SENT)


def mute(store: Store, recipient: Recipient, until: datetime, now: datetime) -> None:
    """Bots of the webchat ask."""


def unmute(store: Store, recipient: Recipient, now: datetime) -> None:
    """Bots of the webchat ask."""
