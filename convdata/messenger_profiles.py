"""Who writes on Messenger: first name, last name and photograph, and nothing else (product rule 14).

Asked for beside everything else, never while a webhook waits. The photograph's address runs out, so it is asked for anew.
"""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.events import Customer
from convdata.graph import GraphSaid, graph
from convdata.graph_errors import Remedy, refusal
from convdata.intake import take_within
from convdata.outgoing import Silent
from convdata.standing import in_hand

log = logging.getLogger(__name__)

LATELY = timedelta(days=7)
PHOTO_LASTS = timedelta(days=3)  # where its address does not say
NOT_PERMITTED = timedelta(days=1)
NEVER_PERMITTED = timedelta(days=30)
SOON = timedelta(minutes=10)
AT_ONCE = 50


def ask_profiles(store: Store, now: datetime) -> int:
    """Ask for the profiles of those who wrote lately; gives how many were asked for."""
    page = store.settings.messenger
    if page is None:
        return 0
    asked = 0
    for row in store.ask("profiles/due", now=now, since=now - LATELY, limit=AT_ONCE):
        try:
            said = graph(page).profile(row.customer_id)
        except Silent:
            _keep(store, row, {}, now, now + SOON, "no answer")
            break  # whoever does not answer this one answers the next ones as little
        asked += 1
        known, due_at, outcome = _read(said, now)
        _keep(store, row, known, now, due_at, outcome)
        if said.data is None and refusal(said).remedy in (Remedy.STOP, Remedy.AGAIN):
            break
    return asked


def _read(said: GraphSaid, now: datetime) -> tuple[dict[str, str], datetime, str]:
    if said.data is None:
        never = said.subcode == 2018218  # an account made with a phone number has no profile
        return {}, now + (NEVER_PERMITTED if never else NOT_PERMITTED), f"refused {said.number}"
    known = {
        ours: value.strip()
        for ours, theirs in (("first_name", "first_name"), ("last_name", "last_name"), ("photo_url", "profile_pic"))
        if isinstance(value := said.data.get(theirs), str) and 0 < len(value.strip()) <= 4096
    }
    if not known:
        return {}, now + NOT_PERMITTED, "not permitted"
    return known, _until(known.get("photo_url"), now), "known"


def _until(photo_url: str | None, now: datetime) -> datetime:
    """When the photograph's address runs out: Meta writes it into the address, as hexadecimal seconds."""
    try:
        (expires,) = parse_qs(urlsplit(photo_url or "").query)["oe"]
        if re.fullmatch(r"[0-9A-Fa-f]{8}", expires):
            until = datetime.fromtimestamp(int(expires, 16), UTC).replace(tzinfo=None)
            return min(max(until, now + timedelta(hours=1)), now + timedelta(days=30))
    except (KeyError, ValueError):
        pass
    return now + PHOTO_LASTS


def _keep(store: Store, row: Row, known: dict[str, Any], now: datetime, due_at: datetime, outcome: str) -> None:
    def work(transaction: Transaction) -> None:
        try:
            in_hand(transaction, row.customer_key)
        except NotFound:
            return  # erased while we asked
        if known:
            said = Customer(
                id=f"profile:{row.customer_key}:{now.isoformat()}",
                channel="messenger",
                customer_id=row.customer_id,
                at=now.replace(tzinfo=UTC),
                source="messenger",
                **known,
            )
            take_within(store, transaction, [said], now)
        transaction.tell("keep_profile_asked", customer_key=row.customer_key, now=now, due_at=due_at, outcome=outcome)

    store.change(work)
