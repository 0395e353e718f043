"""What a channel says of replies after it has taken them: that they arrived, that they were read.

It may come in any order, and before our own request has been answered: then it is kept until we know the message it is
about (a receipt that comes while no reply is on its way is about somebody else's message, and nothing of it is kept). A
reply only ever climbs: sent, delivered, read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convdata.database import Store, Transaction
from convdata.errors import NotFound
from convdata.standing import in_hand
from convdata.vocabulary import Delivery

RANK = {Delivery.SENT: 1, Delivery.DELIVERED: 2, Delivery.READ: 3}
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Receipt:
    """*sent*, *delivered* or *read*: of one reply, by our ``reply_id`` or by the channel's ``message_id``; or, with
    neither, of everything that the channel had taken by ``at``.
    """

    state: Delivery
    at: datetime
    reply_id: str | None = None
    message_id: str | None = None


def receive(store: Store, key: str, receipts: Sequence[Receipt], now: datetime) -> bool:
    """Receipts about one customer. False: nobody knows that customer (any more)."""

    def work(transaction: Transaction) -> bool:
        try:
            in_hand(transaction, key)
        except NotFound:
            return False
        apply(transaction, key, receipts, now)
        return True

    return store.change(work)


def apply(transaction: Transaction, key: str, receipts: Sequence[Receipt], now: datetime) -> None:
    """``receive``, with the conversation in hand already. Without receipts: apply those that were kept."""
    kept = [
        Receipt(Delivery(row.state), row.up_to, message_id=row.message_id or None)
        for row in transaction.ask("receipts/of_customer", customer_key=key)
    ]
    every = [*kept, *receipts]
    raised: dict[str, tuple[Delivery, datetime | None, str | None]] = {}
    on_its_way = False
    for row in transaction.ask("receipts/replies", customer_key=key):
        state, said_at, message_id = Delivery(row.state), row.said_at, row.message_id
        # First which message it is, then what is said of that message.
        for receipt in sorted(every, key=lambda r: r.reply_id is None):
            if receipt.reply_id == row.reply_id:
                said_at, message_id = receipt.at, receipt.message_id or message_id
            elif receipt.reply_id or not _is_about(receipt, state, said_at, message_id):
                continue
            if RANK[receipt.state] > RANK.get(state, 0):
                state = receipt.state
        on_its_way = on_its_way or (message_id is None and state in (Delivery.SENDING, Delivery.UNKNOWN))
        if (state, said_at, message_id) != (Delivery(row.state), row.said_at, row.message_id):
            raised[row.reply_id] = state, said_at, message_id
    transaction.tell(
        "raise_outbox",
        {
            "customer_key": [key] * len(raised),
            "reply_id": list(raised),
            "state": [state.value for state, _, _ in raised.values()],
            "said_at": [said_at for _, said_at, _ in raised.values()],
            "message_id": [message_id for _, _, message_id in raised.values()],
        },
        now=now,
    )
    if on_its_way:
        _keep(transaction, key, kept, receipts)


def forget_old(store: Store, now: datetime) -> None:
    """Receipts that were kept and have turned out to be about nothing of ours."""
    if store.ask_one("receipts/any_old", before=now - KEPT) is not None:
        store.change(lambda transaction: transaction.tell("forget_old_receipts", before=now - KEPT))


def _is_about(receipt: Receipt, state: Delivery, said_at: datetime | None, message_id: str | None) -> bool:
    if receipt.message_id is not None:
        return receipt.message_id == message_id
    # "Everything up to then" says nothing of a reply that the channel may not have.
    return state in RANK and said_at is not None and said_at <= receipt.at


def _keep(transaction: Transaction, key: str, kept: Sequence[Receipt], receipts: Sequence[Receipt]) -> None:
    """Each message's receipt once, and the latest "everything up to"."""
    known = {(r.state, r.message_id): r.at for r in kept}
    new: dict[tuple[Delivery, str | None], datetime] = {}
    for receipt in receipts:
        named = receipt.state, receipt.message_id
        if receipt.reply_id is None and receipt.at > known.get(named, datetime.min):
            known[named] = new[named] = receipt.at
    transaction.tell(
        "keep_receipts",
        {
            "customer_key": [key] * len(new),
            "state": [state.value for state, _ in new],
            "message_id": [message_id or "" for _, message_id in new],
            "up_to": list(new.values()),
        },
    )
