"""Rasa's SQL tracker store, read in order of its ids, from the last one that was read before."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from convdata.errors import FileUnreadable
from convdata.importers import Source

BLOCK = 5_000
NEEDED = {"id", "sender_id", "type_name", "timestamp", "data"}

_decode = msgspec.json.Decoder().decode
_events = sa.table("events", sa.column("id"), sa.column("sender_id"), sa.column("type_name"), sa.column("data"))


def stored_events(
    source: Source, recall: Callable[[str, str | None], None], says_something: Callable[[str, Any], bool]
) -> Iterator[tuple[int, Any, tuple[str, str] | None]]:
    """(id, event, problem) of each row after the option ``after``. Raises FileUnreadable for a database that is none.

    ``recall`` is told on which channel each sender of the earlier rows was last; ``says_something`` sees a row's type and
    text before it is decoded, as most of what a bot writes down is no message.
    """
    after = int(source.options.get("after") or 0)
    try:
        engine = sa.create_engine(_existing(sa.make_url(source.address or source.name)))
        with engine.connect() as connection:
            _check(engine, source)
            last = connection.execute(sa.select(sa.func.max(_events.c.id))).scalar() or 0
            if after:
                _recall_channels(connection, after, recall)
            done = after
            while True:
                chosen = sa.select(_events).where(_events.c.id > done).order_by(_events.c.id).limit(BLOCK)
                rows = connection.execute(chosen).all()
                if not rows:
                    return
                for number, sender, kind, data in rows:
                    if says_something(kind, data):
                        yield number, *_opened(sender, data)
                done = source.position = rows[-1].id
                source.tell_progress(done, last)
    except ImportError as wrong:
        raise FileUnreadable(
            f"The driver for that database is not installed ({wrong.name}); install it with pip."
        ) from None
    except SQLAlchemyError as wrong:
        reason = str(getattr(wrong, "orig", None) or wrong).splitlines()[0]
        raise FileUnreadable(f"The tracker store cannot be read: {reason}") from None


def _existing(url: sa.URL) -> sa.URL:
    """SQLite would make a file that is not there, and write into one that is."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":", "file:")):
        return url
    if not Path(url.database).is_file():
        raise FileUnreadable(f"There is no file {url.database}.")
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": "ro", "uri": "true"})


def _opened(sender: str, data: Any) -> tuple[Any, tuple[str, str] | None]:
    try:
        event = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        try:
            event = json.loads(data)  # NaN, as Python writes it
        except (ValueError, TypeError):
            return None, ("data", "is not JSON")
    if not isinstance(event, dict):
        return None, ("data", "is no object")
    event["sender_id"] = sender
    return event, None


def _check(engine: sa.Engine, source: Source) -> None:
    found = sa.inspect(engine)
    if not found.has_table("events"):
        raise FileUnreadable("That database has no table “events”; is it Rasa's tracker store?")
    columns = {c["name"] for c in found.get_columns("events")}
    if missing := NEEDED - columns:
        raise FileUnreadable(
            f"The table “events” there is not a tracker store's: it has no {', '.join(sorted(missing))}. An SQL event "
            "broker has a table of the same name; point to the tracker store instead."
        )


def _recall_channels(connection: sa.Connection, after: int, recall: Callable[[str, str | None], None]) -> None:
    """Only for senders who have something new: the last user event before it names their channel."""
    fresh = sa.select(_events.c.sender_id).where(_events.c.id > after).distinct().scalar_subquery()
    before = (
        sa.select(sa.func.max(_events.c.id))
        .where(_events.c.id <= after, _events.c.type_name == "user", _events.c.sender_id.in_(fresh))
        .group_by(_events.c.sender_id)
    )
    for row in connection.execute(sa.select(_events).where(_events.c.id.in_(before))):
        try:
            recall(row.sender_id, json.loads(row.data).get("input_channel"))
        except (ValueError, TypeError):
            continue
