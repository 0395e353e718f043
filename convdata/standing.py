"""One customer's conversation in a person's hands: found, held, changed by the rules that events follow, put back."""

import uuid
from datetime import datetime

from convdata.activity import Record, act, record
from convdata.conversation import Conversation
from convdata.counts import recount
from convdata.database import Store, Transaction
from convdata.errors import NotAllowed, NotFound
from convdata.intake.conversations import keep, load
from convdata.keys import customer_key
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act, Status

NOBODY = "There is no such customer: the link is damaged, or they were erased. Search for them on the Customers page."


def find(store: Store, channel: str | None, customer_id: str | None) -> str:
    """The key of the customer of that channel and id, exactly. Raises NotAllowed for what names nobody, NotFound."""
    if not channel or not channel.strip() or not customer_id or not customer_id.strip():
        raise NotAllowed("Name one customer: the channel and the customer id, neither of them empty.")
    key = customer_key(store.secret, channel, customer_id)
    if store.ask_one("customers/known", customer_key=key):
        return key
    if any(sign in channel + customer_id for sign in "*%?"):
        raise NotAllowed("Name one customer exactly: * and % stand for nothing here.")
    raise NotFound(f"There is no such customer on {channel}; check the id, upper and lower case count.")


def known_key(key: str | None) -> str:
    """The key as it is stored. Raises NotAllowed for none or a pattern, NotFound for what cannot be a key."""
    if not key or not key.strip() or any(sign in key for sign in "*%?"):
        raise NotAllowed("Name one customer; neither nothing nor a pattern does.")
    try:
        return str(uuid.UUID(key))
    except ValueError:
        raise NotFound(NOBODY) from None


def in_hand(transaction: Transaction, key: str | None) -> Conversation:
    """The conversation with its mutes, held (on Postgres: locked) until the transaction ends. Raises NotFound.

    Whatever is written about a customer is written with their conversation in hand: so no writer can leave something
    behind of somebody who is being erased.
    """
    key = known_key(key)
    conversation = load(transaction, [key]).get(key)
    if conversation is None:
        raise NotFound(NOBODY)
    return conversation


def put_back(store: Store, transaction: Transaction, conversation: Conversation) -> None:
    """Write the conversation as it is now, its status settled."""
    conversation.settle()
    keep(transaction, [conversation])
    if conversation.recount:
        recount(transaction, store.settings.timezone, [conversation.customer_key])


def need_help(store: Store, key: str, *, by: Actor, now: datetime, reason: str | None = None) -> None:
    """Set Need Help; it stays until somebody clears it. Raises NotFound."""
    require(by, Right.SET_STATUS)

    def work(transaction: Transaction) -> None:
        conversation = in_hand(transaction, key)
        conversation.set_status(Status.NEED_HELP, reason, now)
        put_back(store, transaction, conversation)
        record(transaction, _said(Act.STATUS_NEED_HELP, conversation, by, now, reason))

    store.change(work)


def clear_need_help(store: Store, key: str, *, by: Actor, now: datetime, reason: str | None = None) -> bool:
    """Clear Need Help; the status is again what the last user message makes it. False: it was not set, nothing was done."""
    require(by, Right.SET_STATUS)

    def work(transaction: Transaction) -> bool:
        conversation = in_hand(transaction, key)
        if conversation.need_help_since is None:
            return False
        conversation.set_status(Status.OK, reason, now)
        put_back(store, transaction, conversation)
        record(transaction, _said(Act.STATUS_OK, conversation, by, now, reason))
        return True

    return store.change(work)


def _said(what: Act, conversation: Conversation, by: Actor, now: datetime, reason: str | None) -> Record:
    return act(
        what, actor=by, now=now, customer_key=conversation.customer_key, channel=conversation.channel, reason=reason
    )
