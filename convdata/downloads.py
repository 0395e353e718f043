"""What is held of one customer, and what was said, to take away (product rule 13). What is downloaded equals what is stored,
for those who may see who customers are; for others it is masked as on the page (masking.py).

Each download is recorded, in the transaction that reads it. Texts are as stored, character for character; only the CSV
puts an apostrophe before what a spreadsheet might run, and ``without_guard`` takes exactly that away again.
"""

import csv
import io
import json
import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from convdata import conversations, printable
from convdata.activity import act, record
from convdata.conversations import Said
from convdata.database import Row, Store, Transaction
from convdata.erasure import HELD
from convdata.masking import shown
from convdata.rights import Actor, Right, require
from convdata.standing import in_hand
from convdata.vocabulary import Act


class Format(StrEnum):
    """How a conversation can be taken away."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"

    @property
    def label(self) -> str:
        return {"json": "JSON", "csv": "CSV", "html": "Printable page"}[self.value]

    @property
    def mime(self) -> str:
        return {"json": "application/json", "csv": "text/csv", "html": "text/html"}[self.value]


# The columns of a message, named as in the events that it came from. Times are ISO 8601, UTC.
COLUMNS = (
    "channel", "customer_id", "source", "id", "at", "seq", "session", "sender", "text", "kind", "language", "understood",
    "intent", "confidence", "alternatives", "agent", "in_reply_to", "attachments",
)  # fmt: skip
_JSON_INSIDE = ("alternatives", "attachments", "further_data", "said_at", "details")
_GUARD = "'"
# What a spreadsheet may take for a formula, also after blanks, also written wide; and the guard itself.
_RISKY = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|'")


def user_data(store: Store, key: str, *, by: Actor, now: datetime) -> bytes:
    """Everything that is held about the customer, as JSON, table by table, messages included. Raises NotFound."""
    require(by, Right.DOWNLOAD_USER)

    def work(transaction: Transaction) -> dict[str, Any]:
        _note(transaction, Act.DOWNLOAD_USER, key, Format.JSON, by, now)
        shape = transaction.ask("store/schema_steps")[-1].name.split(".")[0]
        return {"schema_version": shape} | {
            held.table: [
                _plain(row) for row in shown(transaction, transaction.ask(held.downloaded_by, customer_key=key), by)
            ]
            for held in HELD
            if held.downloaded_by
        }

    return _as_json({"downloaded_at": _iso(now)} | store.change(work))


def conversation(store: Store, key: str, format: Format | str, *, by: Actor, now: datetime) -> bytes:
    """The whole conversation in that format; JSON and CSV hold every message as its event said it. Raises NotFound.

    CSV: UTF-8 with a byte order mark (spreadsheets ask for one), one message a row. A missing value is an empty field;
    a text that is empty, that begins with an apostrophe, or that a spreadsheet might run has one apostrophe put before.
    """
    require(by, Right.DOWNLOAD_CONVERSATION)
    format = Format(format)

    def work(transaction: Transaction) -> tuple[Row, Said]:
        whose = _note(transaction, Act.DOWNLOAD_CONVERSATION, key, format, by, now)
        customer = conversations.details(transaction, whose, by=by)
        return customer, conversations.said(
            transaction, customer, latest=max(1, customer.message_count), now=now, by=by
        )

    customer, said = store.change(work)
    if format is Format.HTML:
        return printable.page(customer, said, store.settings.timezone, now).encode()
    if format is Format.CSV:
        return _as_csv([_event(customer, m) for m in said.messages])
    about = ("channel", "customer_id", "first_name", "last_name", "status", "language", "message_count")
    return _as_json(
        {
            "downloaded_at": _iso(now),
            "conversation": {name: getattr(customer, name) for name in about},
            "messages": [_event(customer, m) for m in said.messages],
            "records": [_plain(r) for r in said.records],
        }
    )


def file_name(what: str, channel: str, key: str, format: Format | str) -> str:
    """A name without personal data. Its last part is different each time: files are served under a hash of name and
    parts of the content, and two that differ in the middle only must never be taken for each other (trust, finding 4).
    """
    kept = re.sub(r"[^a-z0-9_]+", "-", channel.casefold())[:40]
    return f"misheard-{what}-{kept}-{key[:8]}-{secrets.token_hex(8)}.{Format(format).value}"


def guarded(text: str) -> str:
    """A text as a field of a CSV that no spreadsheet runs; see ``without_guard``."""
    return _GUARD + text if not text or _RISKY.match(text) else text


def without_guard(field: str) -> str | None:
    """The text of a field as it is stored: None for an empty one, else without the one apostrophe put before it."""
    return field.removeprefix(_GUARD) if field else None


def _note(transaction: Transaction, what: Act, key: str, format: Format, by: Actor, now: datetime) -> str:
    held = in_hand(transaction, key)
    details = {"format": format.value}
    record(
        transaction,
        act(what, actor=by, now=now, customer_key=held.customer_key, channel=held.channel, details=details),
    )
    return held.customer_key


def _event(customer: Row, m: Row) -> dict[str, Any]:
    given = {
        "channel": customer.channel,
        "customer_id": customer.customer_id,
        "id": m.event_id,
        "at": _iso(m.sent_at),
        "alternatives": json.loads(m.alternatives) if m.alternatives else None,
        "attachments": json.loads(m.attachments) if m.attachments else None,
    }
    return {name: given[name] if name in given else getattr(m, name) for name in COLUMNS}


def _plain(row: Row) -> dict[str, Any]:
    """A row as JSON can say it: times in ISO 8601, what is kept as JSON as itself."""
    return {name: _value(name, value) for name, value in row._mapping.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if name in _JSON_INSIDE and isinstance(value, str):
        return json.loads(value)
    return value


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="microseconds" if when.microsecond % 1000 else "milliseconds") + "Z"


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _as_csv(messages: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_field(m[name]) for name in COLUMNS] for m in messages)
    return out.getvalue().encode("utf-8-sig")


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return guarded(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
