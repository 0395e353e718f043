"""A person answers a customer: the bot is muted, the answer stored and put into the outbox, in one act.

What is said here before anybody types (``prospect``) is enforced below the button (``reply``). The same ``reply_id`` is
the same reply, however often and from wherever it is sent.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from convdata import outbox
from convdata.activity import act, record
from convdata.channel_adapters import Answerable, adapter_for
from convdata.channels import channel
from convdata.conversation import Conversation
from convdata.database import Row, Store, Transaction
from convdata.errors import NotAllowed, NotFound
from convdata.events import LONGEST_TEXT, Message, mended
from convdata.intake import take_within
from convdata.keys import event_key
from convdata.muting import begin_mute, unmute
from convdata.outbox import Reply
from convdata.rights import Actor, Right, require
from convdata.standing import NOBODY, in_hand, known_key
from convdata.vocabulary import Act

SOURCE = "misheard"
MUTED_BECAUSE = "Answered by a person"


@dataclass(frozen=True)
class Prospect:
    """Whether an answer can reach a customer now, and for whom the bot is silent: what to say before anybody types."""

    answerable: Answerable
    first_name: str | None
    muted_until: datetime | None
    muted_by: str | None


def prospect(store: Store, key: str, now: datetime) -> Prospect:
    """Raises NotFound."""
    customer = _customer(store, key)
    muted = customer.muted_until is not None and customer.muted_until > now
    return Prospect(
        _answerable(store, customer, now),
        customer.first_name,
        customer.muted_until if muted else None,
        customer.muted_by if muted else None,
    )


def can_reply(store: Store, key: str, now: datetime) -> Answerable:
    """Raises NotFound."""
    return _answerable(store, _customer(store, key), now)


def new_reply_id() -> str:
    """A name for one reply; a composer makes it before the button is pressed and keeps it until the reply is stored."""
    return uuid.uuid4().hex


def reply(store: Store, key: str, text: str, *, by: Actor, now: datetime, reply_id: str) -> Reply:
    """Mute the bot unless it is muted, store the answer and put it into the outbox. Gives the reply as it stands: one
    of the same id is never stored or sent again, and what it says then is not looked at.

    A mute that runs already stands as it is, whoever began it. Raises NotFound, and NotAllowed where no answer can
    arrive or this one cannot be sent, with the sentence that says why.
    """
    require(by, Right.REPLY)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", reply_id):
        raise NotAllowed("A reply needs an id of letters and digits; new_reply_id() makes one.")
    customer = _customer(store, key)
    before = outbox.reply_of(store, customer.customer_key, reply_id)
    if before is not None:
        return before
    text = mended(text)
    answerable = _answerable(store, customer, now)
    _check(text, answerable)
    said = Message(
        id=reply_id,
        channel=customer.channel,
        customer_id=customer.customer_id,
        at=now.replace(tzinfo=UTC),
        source=SOURCE,
        sender="agent",
        text=text,
        agent=by[:256],
    )

    def work(transaction: Transaction) -> Reply:
        conversation = in_hand(transaction, customer.customer_key)
        whose = conversation.customer_key
        before = outbox.reply_of(transaction, whose, reply_id)
        if before is not None:
            return before
        _mute_first(store, transaction, conversation, by, now)
        if take_within(store, transaction, [said], now).stored != 1:
            raise NotAllowed("This reply id belongs to another conversation; nothing was sent.")
        transaction.tell(
            "add_outbox",
            customer_key=whose,
            reply_id=reply_id,
            event_key=event_key(SOURCE, reply_id),
            channel=conversation.channel,
            agent=by,
            text=text,
            now=now,
        )
        _record_reply(transaction, conversation, by, now, {"reply_id": reply_id})
        stored = outbox.reply_of(transaction, whose, reply_id)
        assert stored is not None
        return stored

    stored = store.change(work)
    outbox.waiting(store).set()
    return stored


def retry(store: Store, key: str, reply_id: str, *, attempts: int, by: Actor, now: datetime) -> bool:
    """A person sends again what failed or is not known to have arrived. ``attempts`` is the reply's, as they saw it.

    False: something has happened to it since, or somebody else was quicker. Raises NotFound, and NotAllowed where no
    answer can arrive any more.
    """
    require(by, Right.REPLY)
    customer = _customer(store, key)
    answerable = _answerable(store, customer, now)
    if not answerable.yes:
        raise NotAllowed(answerable.sentence)

    def work(transaction: Transaction) -> bool:
        conversation = in_hand(transaction, customer.customer_key)
        whose = conversation.customer_key
        if not transaction.tell("retry_outbox", customer_key=whose, reply_id=reply_id, attempts=attempts, now=now):
            return False
        _mute_first(store, transaction, conversation, by, now)
        _record_reply(transaction, conversation, by, now, {"reply_id": reply_id, "attempt": attempts + 1})
        return True

    done = store.change(work)
    outbox.waiting(store).set()
    return done


def hand_back(store: Store, key: str, *, by: Actor, now: datetime, reason: str | None = None) -> bool:
    """Let the bot answer again. False: it was not muted. Raises NotFound."""
    done = unmute(store, key, by=by, now=now, reason=reason)
    outbox.waiting(store).set()
    return done


def _mute_first(store: Store, transaction: Transaction, conversation: Conversation, by: Actor, now: datetime) -> None:
    if conversation.muted_until is not None and conversation.muted_until > now:
        return
    until = now + timedelta(hours=store.settings.mute_hours)
    begin_mute(store, transaction, conversation, until, by=by, now=now, reason=MUTED_BECAUSE)


def _record_reply(
    transaction: Transaction, conversation: Conversation, by: Actor, now: datetime, details: dict[str, Any]
) -> None:
    key, where = conversation.customer_key, conversation.channel
    record(transaction, act(Act.REPLY, actor=by, now=now, customer_key=key, channel=where, details=details))


def _customer(store: Store, key: str) -> Row:
    row = store.ask_one("outbox/recipient", customer_key=known_key(key))
    if row is None:
        raise NotFound(NOBODY)
    return row


def _answerable(store: Store, customer: Row, now: datetime) -> Answerable:
    recipient = outbox.recipient_of(customer)
    adapter = adapter_for(store, recipient)
    if adapter is None:
        return Answerable(False, channel(customer.channel).escalation)
    return adapter.can_reply(store, recipient, now)


def _check(text: str, answerable: Answerable) -> None:
    if not answerable.yes:
        raise NotAllowed(answerable.sentence)
    if not text.strip():
        raise NotAllowed("There is nothing to send; write an answer first.")
    if len(text) > answerable.longest or len(text.encode()) > LONGEST_TEXT:
        raise NotAllowed(
            f"The answer has {len(text):,} characters, and the channel takes {answerable.longest:,}; send it in parts."
        )
