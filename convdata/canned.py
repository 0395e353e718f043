"""Answers that people give again and again, kept for all of them; ``{first_name}`` stands for the customer's."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from convdata.database import Row, Store
from convdata.errors import NotAllowed
from convdata.events import mended
from convdata.rights import Actor, Right, require

LONGEST = 2000  # characters: what every channel takes
MOST = 200
FIRST_NAME = "{first_name}"


def canned_replies(store: Store) -> Sequence[Row]:
    """All of them, in the order of the alphabet."""
    return store.ask("canned/list")


def keep(store: Store, text: str, *, by: Actor, now: datetime) -> None:
    """One more; the same text twice is one. Raises NotAllowed."""
    require(by, Right.KEEP_REPLIES)
    text = mended(text).strip()
    if not text:
        raise NotAllowed("There is nothing to keep; write the answer first.")
    if len(text) > LONGEST:
        raise NotAllowed(f"An answer to be kept has {LONGEST:,} characters at most; this one has {len(text):,}.")
    if len(canned_replies(store)) >= MOST:
        raise NotAllowed(f"There are {MOST} kept answers already; take one away first.")
    canned_id = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    kept: dict[str, Any] = {"canned_id": canned_id, "text": text, "kept_by": by, "now": now}
    store.change(lambda transaction: transaction.tell("keep_canned_reply", **kept))


def drop(store: Store, canned_id: str, *, by: Actor) -> None:
    """Take one away, for everybody."""
    require(by, Right.KEEP_REPLIES)
    store.change(lambda transaction: transaction.tell("drop_canned_reply", canned_id=canned_id))


def filled(text: str, first_name: str | None) -> str:
    """The text as it would be sent. Of somebody without a name the place for it goes, with the space before it."""
    name = (first_name or "").strip()
    return text.replace(FIRST_NAME, name) if name else re.sub(rf"[ \t]*{re.escape(FIRST_NAME)}", "", text)


def opened_up(text: str, first_name: str | None) -> str:
    """An answer to one customer, made one to anybody: their first name becomes its place."""
    name = (first_name or "").strip()
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: FIRST_NAME, text) if name else text
