"""Whether the receipt of an erasure is one: sealed by this store, and standing in its records as it says."""

import json
from collections.abc import Mapping
from typing import Any

from convdata import chain
from convdata.chain import End
from convdata.database import Store
from convdata.erasure import receipt_of
from convdata.errors import NotAllowed, NotFound
from convdata.seals import is_sealed


def read_receipt(text: str) -> dict[str, Any]:
    """What a file says, if it is a receipt at all. Raises NotAllowed."""
    try:
        said = json.loads(text)
        end_noted(said["record"])
        said["reference"], said["seal"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAllowed("That is no receipt of Misheard: it is what “misheard erase --json” prints.") from None
    return dict(said)


def check_receipt(store: Store, said: Mapping[str, Any]) -> str:
    """One sentence that it is good. Raises NotAllowed with the reason where it is not.

    After a restore, the records of erasures stand further on in the chain than when they were written.
    """
    if not is_sealed(store.secret, said):
        raise NotAllowed("This receipt was not given by this store, or somebody changed it.")
    try:
        mine = receipt_of(store, str(said["reference"]))
    except NotFound:
        raise NotAllowed("The seal is this store's, but the record of that erasure is missing.") from None
    noted, now = end_noted(said["record"]), end_noted(mine.record)
    same = {**mine.as_json(), "record": None, "seal": None} == {**said, "record": None, "seal": None}
    if not same or (noted != now and not _was_restored_past(store, noted)):
        raise NotAllowed("The seal is this store's, but its record of that erasure says something else.")
    return (
        f"The receipt is good: sealed by this store, record {now.number:,} of its chain, erased "
        f"{mine.erased_at:%Y-%m-%d %H:%M:%S} UTC by {mine.erased_by}."
    )


def end_noted(text: str) -> End:
    """``NUMBER:HASH`` as it is printed. Raises ValueError."""
    number, _, hash = str(text).partition(":")
    if not hash:
        raise ValueError(text)
    return End(int(number), hash)


def _was_restored_past(store: Store, noted: End) -> bool:
    ends = (json.loads(row.details or "{}").get("replaced") for row in store.ask("activity/restores"))
    return any(end_noted(end).number >= noted.number for end in ends if end)


def broken_sentence(verdict: chain.Verdict) -> str:
    """What is said of a chain that does not verify."""
    more = f" And {verdict.more_breaks:,} more." if verdict.more_breaks else ""
    return f"The records of what was done were changed behind Misheard's back. {' '.join(verdict.breaks)}{more}"
