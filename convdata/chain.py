"""The chain of records: each carries the hash of the one before, so that none is changed, taken out or moved unseen.

A record's link is kept apart from it and holds a digest of it only, salted. An erasure takes a customer's records with
their salts, and its own record says which these were: so what is missing rightly is told from what was taken out.
Whoever can write to the store could forge a chain anew from some record on; the number and hash of an end that was
noted elsewhere (they stand on every signed receipt, and ``misheard check`` prints them) find that out too.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from convdata.database import Store, Transaction
from convdata.vocabulary import Act

# What a digest is made of, in this order: everything that a record says.
FIELDS = ("act_id", "done_at", "recorded_at", "actor", "act", "customer_key", "channel", "reason", "details")
MOST_BREAKS = 20
TOGETHER = 20_000


class End(NamedTuple):
    """The last link of the chain, or of what the chain was at some time."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


BEGINNING = End(0, "")


@dataclass
class Verdict:
    """What was found: how many records are as they were written, how many an erasure took, and where the chain breaks."""

    records: int = 0
    erased: int = 0
    end: End = BEGINNING
    breaks: list[str] = field(default_factory=list)
    more_breaks: int = 0

    def broken(self, sentence: str) -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(sentence)
        else:
            self.more_breaks += 1


def new_salt() -> str:
    return secrets.token_hex(16)


def append(transaction: Transaction, record: Mapping[str, Any], salt: str) -> None:
    """Give a record its link. It is made at the end of the transaction: nobody waits for a transaction that has begun
    with its record, only for one that is ending.
    """
    transaction.last(_append, (record["act_id"], _digest(record, salt)))


def adopt(transaction: Transaction) -> int:
    """Take in the records that were written before there was a chain, in the order of their writing; gives how many."""
    rows = transaction.ask("activity/unchained")
    salts = [new_salt() for _ in rows]
    transaction.tell("salt_activity", {"act_id": [row.act_id for row in rows], "salt": salts})
    for row, salt in zip(rows, salts, strict=True):
        append(transaction, row._asdict(), salt)
    return len(rows)


def end_of(asker: Store | Transaction) -> End:
    row = asker.ask("activity/chain_end")[0]
    return End(row.number, row.hash)


def verify(store: Store, known: End | None = None) -> Verdict:
    """Go through the whole chain. ``known`` is an end that was noted before: the chain must have passed it.

    May run while others record and erase: it goes on until there is nothing more.
    """
    verdict, last = Verdict(), BEGINNING
    missing: dict[str, int] = {}
    erased: set[str] = set()
    while True:
        rows = store.ask("activity/chain", after_number=last.number, limit=TOGETHER)
        for row in rows:
            last = _verify_one(row, last, verdict, missing, erased)
            if known and row.number == known.number and row.hash != known.hash:
                verdict.broken(f"Record {row.number:,} is not the one that was noted: the chain was made anew since.")
        if not rows:
            verdict.end = end_of(store)
            # Somebody may have recorded between these two questions; or the end says that there are more than there are.
            if verdict.end.number <= last.number or not store.ask("activity/chain", after_number=last.number, limit=1):
                break
    if verdict.end != last:
        verdict.broken(f"The chain ends with record {last.number:,} and should end with record {verdict.end.number:,}.")
    if known and known.number > last.number:
        verdict.broken(f"The chain ends with record {last.number:,}, before the one that was noted, {known.number:,}.")
    for act_id, number in missing.items():
        if act_id in erased:
            verdict.erased += 1
        else:
            verdict.broken(f"Record {number:,} was taken out, and not by an erasure.")
    for row in store.ask("activity/unchained"):
        verdict.broken(f"A record of {row.done_at:%Y-%m-%d %H:%M} UTC ({row.act}) was put in past Misheard.")
    return verdict


def _verify_one(row: Any, last: End, verdict: Verdict, missing: dict[str, int], erased: set[str]) -> End:
    if row.number == last.number:
        verdict.broken(f"Record {row.number:,} is there more than once.")
        return last
    if row.number != last.number + 1:
        verdict.broken(f"Between records {last.number:,} and {row.number:,} there is nothing.")
    elif row.hash != _hash(last.hash, row.number, row.link_act_id, row.digest):
        verdict.broken(
            f"Record {row.number:,} does not follow from the one before: one of the two was changed or moved."
        )
    if row.act_id is None:
        missing[row.link_act_id] = row.number
    elif row.digest != _digest(row._mapping, row.salt or ""):
        verdict.broken(f"Record {row.number:,} is not what was written.")
    else:
        verdict.records += 1
        if row.act == Act.ERASE:
            erased.update(json.loads(row.details or "{}").get("records", ()))
    return End(row.number, row.hash)


def _append(transaction: Transaction, links: Sequence[tuple[str, str]]) -> None:
    """On Postgres this holds the one row of the end until the transaction is over, which is at once."""
    end = transaction.tell("take_chain_end", many=len(links))[0]
    number, hash = end.number - len(links), end.hash
    rows = []
    for act_id, digest in links:
        number += 1
        hash = _hash(hash, number, act_id, digest)
        rows.append((number, act_id, digest, hash))
    columns = dict(zip(("number", "act_id", "digest", "hash"), zip(*rows, strict=True), strict=True))
    transaction.tell("add_activity_links", columns)
    transaction.tell("keep_chain_end", hash=hash)


def _digest(record: Mapping[str, Any], salt: str) -> str:
    said = [_text(record[name]) for name in FIELDS]
    return hashlib.sha256((salt + json.dumps(said, separators=(",", ":"))).encode()).hexdigest()


def _hash(before: str, number: int, act_id: str, digest: str) -> str:
    return hashlib.sha256(f"{before} {number} {act_id} {digest}".encode()).hexdigest()


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return None if value is None else str(value)
