"""A masked customer revealed to one person for a while: with a reason, and recorded."""

from datetime import datetime, timedelta

from convdata.activity import act, record
from convdata.database import Store, Transaction
from convdata.errors import NotAllowed
from convdata.rights import Actor, Right, require
from convdata.standing import in_hand
from convdata.vocabulary import Act

LASTS = timedelta(minutes=15)
LONGEST_REASON = 1_000


def reveal(store: Store, key: str, *, reason: str, by: Actor, now: datetime) -> datetime:
    """Record that ``by`` wants to see who this customer is, and give until when they may: the caller puts the key into
    their sight (sight.py) until then. Raises NotAllowed without a reason or in privacy mode, NotFound.
    """
    if by.sight.private:
        raise NotAllowed("Privacy mode hides who customers are; turn it off first.")
    require(by, Right.REVEAL)
    reason = reason.strip()
    if not reason:
        raise NotAllowed("Say why you need to see who this is; it is recorded.")
    if len(reason) > LONGEST_REASON:
        raise NotAllowed(f"The reason has {len(reason):,} characters; {LONGEST_REASON:,} are enough.")
    until = now + LASTS

    def work(transaction: Transaction) -> None:
        held = in_hand(transaction, key)
        record(
            transaction,
            act(
                Act.REVEAL,
                actor=by,
                now=now,
                customer_key=held.customer_key,
                channel=held.channel,
                reason=reason,
                details={"until": until.isoformat() + "Z"},
            ),
        )

    store.change(work)
    return until
