"""The list of customers to take away, as the filters pick it. Each download is recorded, with how many it held."""

import csv
import io
from datetime import datetime

from convdata.activity import act, record
from convdata.database import Store, Transaction
from convdata.downloads import guarded
from convdata.filters import Choices
from convdata.masking import seeking, shown
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act

COLUMNS = (
    "channel", "customer_id", "first_name", "last_name", "email", "phone_number", "status", "need_help_since",
    "need_help_reason", "language", "last_message_at", "muted_until", "message_count",
)  # fmt: skip


def as_csv(store: Store, choices: Choices, *, by: Actor, now: datetime) -> bytes:
    """CSV, UTF-8 with its mark, newest last message first; times ISO 8601 in UTC. What a spreadsheet might run is guarded
    as in the other downloads (``downloads.without_guard`` takes it away again).
    """
    require(by, Right.DOWNLOAD_LIST)
    sought = seeking(store, choices, by)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")

    def work(transaction: Transaction) -> None:
        out.seek(0)
        out.truncate()
        writer.writerow(COLUMNS)
        rows = shown(transaction, transaction.ask("customers/listing", sought, now=now, many=None), by)
        for row in rows:
            writer.writerow([_field(getattr(row, name)) for name in COLUMNS])
        details = {"customers": len(rows), "filters": sorted(choices.chosen)}
        record(transaction, act(Act.DOWNLOAD_LIST, actor=by, now=now, details=details))

    store.change(work)
    return out.getvalue().encode("utf-8-sig")


def _field(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return guarded(value) if isinstance(value, str) else str(value)
