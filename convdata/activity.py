"""What was done, by whom, when and why (product rule 17). Records are only ever added, each chained to the one before."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from convdata import chain
from convdata.database import Row, Store, Transaction
from convdata.rights import Right, program
from convdata.vocabulary import Act

# Who acts when nobody does: the sweep's name in the records.
MISHEARD = program("Misheard", Right.IMPORT, Right.MUTE, Right.UNMUTE, Right.SET_STATUS)


class Record(NamedTuple):
    """One act. ``done_at`` is when it took effect, ``recorded_at`` when that was written down."""

    act_id: str
    done_at: datetime
    recorded_at: datetime
    actor: str
    act: str
    customer_key: str | None
    channel: str | None
    reason: str | None
    details: str | None


def act(
    what: str,
    *,
    actor: str,
    now: datetime,
    done_at: datetime | None = None,
    customer_key: str | None = None,
    channel: str | None = None,
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Record:
    """A record to be written; ``details`` are kept as JSON."""
    said = json.dumps(details, ensure_ascii=False) if details else None
    return Record(
        str(uuid.uuid4()), done_at or now, now, str(actor), str(what), customer_key, channel, reason or None, said
    )


def record(transaction: Transaction, *records: Record) -> None:
    """Write records in the transaction of the acts themselves: neither is ever stored without the other."""
    if not records:
        return
    rows: dict[str, Sequence[Any]] = dict(zip(Record._fields, zip(*records, strict=True), strict=True))
    salts = [chain.new_salt() for _ in records]
    transaction.tell("add_activity", rows | {"salt": salts})
    for one, salt in zip(records, salts, strict=True):
        chain.append(transaction, one._asdict(), salt)


def latest(
    store: Store,
    *,
    acts: Sequence[Act] | None = None,
    actors: Sequence[str] | None = None,
    customer: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    skip: int = 0,
) -> Sequence[Row]:
    """Records of [since, until), newest first; ``customer`` is a customer's key, or how it begins."""
    return store.ask(
        "activity/list",
        acts=[str(a) for a in acts] if acts else None,
        actors=list(actors) if actors else None,
        customer=customer,
        since=since,
        until=until,
        limit=limit,
        skip=skip,
    )
