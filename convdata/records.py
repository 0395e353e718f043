"""The records as a manager reads them: picked, page by page, and taken away. To whom something was done is said by the
customer's key, never by name or content.
"""

import csv
import io
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from convdata.activity import act, latest, record
from convdata.database import Row, Store, Transaction
from convdata.downloads import guarded
from convdata.masking import shown
from convdata.periods import day_end, day_start
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act

PAGE = 50
LONGEST = 200
COLUMNS = (
    "number", "done_at", "recorded_at", "actor", "act", "customer_key", "channel", "reason", "details", "act_id", "hash",
)  # fmt: skip
_KEY = re.compile(r"[0-9a-f]{4,8}(-?[0-9a-f]+)*")


class Format(StrEnum):
    """How records can be taken away."""

    CSV = "csv"
    JSON = "json"

    @property
    def mime(self) -> str:
        return {"json": "application/json", "csv": "text/csv"}[self.value]


@dataclass(frozen=True)
class Wanted:
    """Which records: of these acts, by these people, about the customers whose key begins so, on these days."""

    acts: tuple[Act, ...] = ()
    actors: tuple[str, ...] = ()
    customer: str | None = None
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self != Wanted()

    def address(self) -> dict[str, list[str] | str]:
        """As it stands in the address."""
        said: dict[str, list[str] | str] = {
            "act": [a.value for a in self.acts],
            "who": list(self.actors),
            "customer": self.customer or "",
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
        }
        return {name: value for name, value in said.items() if value}

    def bound(self, zone: ZoneInfo) -> dict[str, Any]:
        return {
            "acts": [a.value for a in self.acts] or None,
            "actors": list(self.actors) or None,
            "customer": self.customer,
            "since": day_start(self.first, zone) if self.first else None,
            "until": day_end(self.last, zone) if self.last else None,
        }


def wanted(given: Mapping[str, Sequence[str]]) -> Wanted:
    """From an address. What cannot be used is left out: a mangled link shows more, not something else."""
    acts = tuple(a for a in Act if a.value in given.get("act", ()))
    actors = tuple(dict.fromkeys(name for name in given.get("who", ()) if 0 < len(name) <= LONGEST))
    one = {name: (given.get(name) or [""])[-1].strip() for name in ("customer", "from", "to")}
    return Wanted(acts, actors, key_begun(one["customer"]), _day(one["from"]), _day(one["to"]))


def key_begun(text: str) -> str | None:
    """The beginning of a customer's key as it was typed or pasted; None for what cannot be one."""
    text = text.strip().lower().removeprefix("…")
    return text if len(text) <= 36 and _KEY.fullmatch(text) else None


def count(store: Store, chosen: Wanted, *, by: Actor) -> int:
    require(by, Right.READ_ACTIVITY)
    return int(store.ask("activity/count", **chosen.bound(store.settings.timezone))[0].acts)


def page(store: Store, chosen: Wanted, number: int = 1, *, by: Actor, size: int = PAGE) -> Sequence[Row]:
    """The records of one page, newest first."""
    require(by, Right.READ_ACTIVITY)
    found = latest(store, limit=size, skip=max(0, number - 1) * size, **chosen.bound(store.settings.timezone))
    return shown(store, found, by)


def actors(store: Store, *, by: Actor) -> list[str]:
    """Everybody who has done something, most recent first."""
    require(by, Right.READ_ACTIVITY)
    return [row.actor for row in store.ask("activity/actors")]


def export(store: Store, chosen: Wanted, format: Format | str, *, by: Actor, now: datetime) -> bytes:
    """All that are wanted, newest first, each with its number and hash in the chain; recorded itself, and not in it."""
    require(by, Right.EXPORT_ACTIVITY)
    format = Format(format)

    def work(transaction: Transaction) -> Sequence[Row]:
        rows = shown(transaction, transaction.ask("activity/export", **chosen.bound(store.settings.timezone)), by)
        details = {"format": format.value, "records": len(rows), "filters": sorted(chosen.address())}
        record(transaction, act(Act.DOWNLOAD_ACTIVITY, actor=by, now=now, details=details))
        return rows

    rows = store.change(work)
    return _as_csv(rows) if format is Format.CSV else _as_json(rows, now)


def file_name(format: Format | str) -> str:
    """Another one each time: two readers' files must never share a link (facts of the trust study, 3 and 4)."""
    return f"misheard-activity-{secrets.token_hex(8)}.{Format(format).value}"


def _as_json(rows: Sequence[Row], now: datetime) -> bytes:
    records = [
        {name: _value(getattr(row, name)) for name in COLUMNS} | {"details": json.loads(row.details or "null")}
        for row in rows
    ]
    return json.dumps({"downloaded_at": _value(now), "records": records}, ensure_ascii=False, indent=2).encode()


def _as_csv(rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = [_value(getattr(row, name)) for name in COLUMNS]
        writer.writerow(["" if v is None else guarded(v) if isinstance(v, str) else v for v in values])
    return out.getvalue().encode("utf-8-sig")


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds" if value.microsecond % 1000 else "milliseconds") + "Z"
    return value


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year < 9000 else None
