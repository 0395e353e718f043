"""For tests of imports: what was imported, and how the store stands after it, to be compared."""

import gzip
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from convdata.database import Store
from convdata.importing import Result, import_file
from tests.story import admin, rows

LATER = datetime(2026, 11, 24)
SAMPLES = Path(__file__).parent / "samples"


def imported(store: Store, what: Any, name: str = "events.jsonl", **more: Any) -> tuple[Result, list[dict]]:
    """Import a path or bytes; every line must have gone into exactly one count."""
    rejects = io.StringIO()
    if isinstance(what, bytes):
        what = io.BytesIO(what)
        what.name = name
    result = import_file(store, what, now=more.pop("now", LATER), by=admin("Test"), rejects=rejects, **more)
    c = result.counts
    assert c.read == c.stored + c.updated + c.duplicate + c.rejected + c.suppressed
    rejected = [json.loads(line) for line in rejects.getvalue().splitlines()]
    assert len(rejected) == c.rejected
    return result, rejected


def event(number: int, **more: Any) -> dict[str, Any]:
    common = {"type": "message", "id": f"m-{number}", "channel": "webchat", "customer_id": "v-1"}
    said = {
        "at": f"2026-08-09T10:{number // 60 % 60:02}:{number % 60:02}Z",
        "sender": "user",
        "text": f"Hello {number}",
    }
    return common | said | more


def jsonl(*events: Any) -> bytes:
    return b"".join(e if isinstance(e, bytes) else json.dumps(e).encode() + b"\n" for e in events)


def csv(*lines: str) -> bytes:
    return "\n".join(("id,channel,customer_id,at,sender,text,understood,confidence,alternatives", *lines)).encode()


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def standing(store: Store) -> dict[str, Any]:
    """Everything that counts and lists are made of, and that may not depend on the order of arrival."""
    conversations = rows(store, "customers", "*")
    names = _names(store, "customers")
    return {
        "customers": sorted(str(list(zip(names, row, strict=True))) for row in conversations),
        "people": sorted(str(row) for row in rows(store, "people", "customer_key", "first_name", "email", "last_text")),
        **counted(store),
    }


def counted(store: Store) -> dict[str, Any]:
    """The counts as they are summed; a day's messages without a language stand in any of the day's rows."""
    daily = rows(
        store,
        "daily_counts group by day, channel, language",
        "day", "channel", "language", "sum(eligible)", "sum(not_understood)", "sum(buttons)",
    )  # fmt: skip
    spoken = rows(store, "customer_days", "customer_key", "day", "language", "eligible", "not_understood", "buttons")
    written = rows(store, "customer_days group by customer_key, day", "customer_key", "day", "sum(messages)")
    return {
        "daily": sorted(str(tuple(map(str, row))) for row in daily if any(row[3:])),
        "spoken": sorted(str(tuple(map(str, row))) for row in spoken if any(row[3:])),
        "written": sorted(str(tuple(map(str, row))) for row in written if row[2]),
    }


def _names(store: Store, table: str) -> list[str]:
    with store._connection() as connection:
        return list(connection.exec_driver_sql(f"select * from {table} limit 0").keys())
