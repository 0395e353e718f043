"""What people want to be told of: a rate above a bound, or so many points above the period before. Everybody sees them.

Kept in the store; each act is recorded. Whether one fires is not kept: it is asked of the numbers of Trends (firing.py).
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from convdata.activity import act, record
from convdata.channels import channel, language_title
from convdata.database import Store, Transaction
from convdata.errors import NotAllowed
from convdata.events import mended
from convdata.filters import LONGEST
from convdata.intervals import FEW
from convdata.rights import Actor, Right, require
from convdata.stats import MEASURES
from convdata.vocabulary import Act, AlertKind

MOST = 50
WINDOWS = {1: "yesterday", 7: "the last 7 whole days", 30: "the last 30 whole days"}
UNITS = {"message": "messages", "conversation": "conversations", "escalation": "conversations"}
TITLES = {key: measure.title for key, measure in MEASURES.items()} | {"escalation": "Escalation rate"}


@dataclass(frozen=True)
class Alert:
    """``bound`` is a share for *above* (0.3 is 30 %), a difference of shares for *rise* (0.05 is 5 points); ``least`` is
    below how many messages or conversations nothing is said. Whole days only: the running day is not over.
    """

    measure: str
    kind: str
    bound: float
    least: int = 50
    days: int = 7
    channel: str | None = None
    language: str | None = None

    @property
    def alert_id(self) -> str:
        """The same alert twice is one."""
        return hashlib.blake2b(json.dumps(asdict(self), sort_keys=True).encode(), digest_size=8).hexdigest()

    @property
    def sentence(self) -> str:
        """What is watched, in words. Names of channels and languages are data: show it literally."""
        of = [channel(self.channel).title] if self.channel else []
        of += [language_title(self.language)] if self.language else []
        where = f" of {', '.join(of)}" if of else ""
        when = {1: "day", 7: "7 days", 30: "30 days"}[self.days]
        bound = f"{self.bound * 100:.2f}".rstrip("0").rstrip(".")
        above = (
            f"above {bound} %" if self.kind == AlertKind.ABOVE else f"more than {bound} points above the {when} before"
        )
        return f"{TITLES[self.measure]}{where} {above}: {WINDOWS[self.days]}, at least {self.least:,} {UNITS[self.measure]}"


def alerts(store: Store) -> list[Alert]:
    """All that are kept, the oldest first."""
    names = tuple(Alert.__dataclass_fields__)
    return [Alert(**{name: getattr(row, name) for name in names}) for row in store.ask("alerts/list")]


def define(store: Store, alert: Alert, *, by: Actor, now: datetime) -> bool:
    """Keep an alert; one that is kept already is no mistake (False). Raises NotAllowed."""
    require(by, Right.ALERTS)
    alert = _usable(alert)
    if len(alerts(store)) >= MOST:
        raise NotAllowed(f"There are {MOST} alerts already; take one away first.")
    kept: dict[str, Any] = asdict(alert) | {"alert_id": alert.alert_id, "kept_by": by, "now": now}

    def work(transaction: Transaction) -> bool:
        if not transaction.tell("keep_alert", **kept):
            return False
        record(transaction, act(Act.DEFINE_ALERT, actor=by, now=now, details={"alert": alert.sentence}))
        return True

    return store.change(work)


def remove(store: Store, alert_id: str, *, by: Actor, now: datetime) -> None:
    """Take an alert away; one that is gone already is no mistake."""
    require(by, Right.ALERTS)

    def work(transaction: Transaction) -> None:
        for gone in transaction.tell("drop_alert", alert_id=alert_id):
            details = {"alert": Alert(**gone._mapping).sentence}
            record(transaction, act(Act.REMOVE_ALERT, actor=by, now=now, details=details))

    store.change(work)


def _usable(alert: Alert) -> Alert:
    if alert.measure not in TITLES or alert.kind not in tuple(AlertKind) or alert.days not in WINDOWS:
        raise NotAllowed("There is no such alert; choose a rate, a kind and a period from the lists.")
    if not 0 < alert.bound < 1:
        raise NotAllowed("Say a bound between 0 and 100, without the ends: outside of them nothing can ever fire.")
    if not FEW <= alert.least <= 10**12:
        raise NotAllowed(f"An alert needs at least {FEW} {UNITS[alert.measure]}: of fewer no rate is said.")
    for name in ("channel", "language"):
        text = mended(getattr(alert, name) or "").strip()
        if len(text) > LONGEST:
            raise NotAllowed(f"The name of the {name} is longer than {LONGEST} characters.")
        alert = Alert(**asdict(alert) | {name: text or None})
    return Alert(**asdict(alert) | {"bound": round(alert.bound, 4)})
