"""Stories are told with these: a store opened at noon, and short ways to say what customers, bots and programs send."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from convdata.database import Store
from convdata.events import Customer, Event, Message, MuteSaid, StatusSaid
from convdata.intake import Counts, take
from convdata.keys import customer_key
from convdata.rights import Actor, Role
from convdata.schema import open_store
from convdata.settings import read_settings

NOON = datetime(2026, 8, 9, 12)
HOUR = timedelta(hours=1)
NOBODYS_SECRETS = Path("/nonexistent")
_numbers = count(1)


def opened(url: str, **settings: str) -> Store:
    environment = {"MISHEARD_STORE": url} | {f"MISHEARD_{name}": value for name, value in settings.items()}
    return open_store(read_settings(environment, NOBODYS_SECRETS), NOON)


def message(customer_id: str = "v-1", at: datetime = NOON, text: str | None = "Hello", **more: Any) -> Message:
    return Message(**_common(customer_id, at, more), **{"sender": "user", "text": text} | more)


def customer(customer_id: str = "v-1", at: datetime = NOON, **more: Any) -> Customer:
    return Customer(**_common(customer_id, at, more), **more)


def status(word: Any, customer_id: str = "v-1", at: datetime = NOON, **more: Any) -> StatusSaid:
    return StatusSaid(**_common(customer_id, at, more), status=word, **more)


def muted(word: bool, customer_id: str = "v-1", at: datetime = NOON, **more: Any) -> MuteSaid:
    return MuteSaid(**_common(customer_id, at, more), muted=word, **more)


def tell(store: Store, *events: Event, now: datetime | None = None) -> Counts:
    return take(store, events, now or max(e.when for e in events))


def key(store: Store, customer_id: str = "v-1", channel: str = "webchat") -> str:
    return customer_key(store.secret, channel, customer_id)


def rows(store: Store, table: str, *columns: str) -> list[Any]:
    """What a table holds, in any order: for looking behind the questions."""
    with store._connection() as connection:
        chosen = ", ".join(columns) or "*"
        return list(connection.exec_driver_sql(f"select {chosen} from {table}").all())


def tables(store: Store, with_column: str | None = None) -> set[str]:
    if with_column:
        asked = f"select table_name from information_schema.columns where column_name = '{with_column}' and "
    else:
        asked = "select table_name from information_schema.tables where table_type = 'BASE TABLE' and "
    with store._connection() as connection:
        return {row[0] for row in connection.exec_driver_sql(asked + "table_schema in ('main', 'public')").all()}


def many_messages(customers: Iterable[str], each: int, text: str = "Hello", at: datetime = NOON) -> list[Message]:
    return [message(c, at + timedelta(seconds=n), f"{text} {c} {n}") for c in customers for n in range(each)]


def _common(customer_id: str, at: datetime, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": more.pop("id", f"e-{next(_numbers)}"),
        "channel": more.pop("channel", "webchat"),
        "customer_id": customer_id,
        "at": at.replace(tzinfo=UTC),
    }


def admin(name: str) -> Actor:
    """Somebody who may everything, for stories that are not about who may what."""
    return Actor(name, Role.ADMIN)


READER = admin("Ada")
