"""Events that arrive: one, a thousand, stored durably, beside a plain insert of the same rows.

They are of a channel of their own, and go when all is measured, so that the world stays as it was made.
"""

import time
from collections.abc import Iterator
from datetime import UTC, timedelta
from functools import partial
from itertools import count

from benchmarks.cases import Case, Hand
from benchmarks.world import NOW, TABLES
from convdata.database import Store
from convdata.events import Event, Message
from convdata.intake import take

CHANNEL = "bench"
CUSTOMERS = 2000
COLUMNS = (
    "customer_key, event_key, source, event_id, channel, language, sender, kind, text, sent_at, arrived, understood, "
    "intent, confidence, countable"
)
TEXT = "Where do I find the refund from Łódź?"


def cases(store: Store, hand: Hand) -> Iterator[Case]:
    numbers = count(time.time_ns() // 1_000_000)
    try:
        take(store, [_event(next(numbers), n) for n in range(CUSTOMERS)], NOW)
        yield Case(
            "one event, of a known customer",
            lambda: _stored(store, [_event(n := next(numbers), n % CUSTOMERS)]),
            [lambda: _inserted(hand, numbers, 1)],
            times=None,
            within=None,
        )
        yield Case(
            "one event, of a new customer",
            lambda: _stored(store, [_event(n := next(numbers), n)]),
            [lambda: _inserted(hand, numbers, 1)],
            times=None,
            within=None,
        )
        yield Case(
            "1,000 events, of known customers",
            lambda: _stored(store, [_event(n := next(numbers), n % CUSTOMERS) for _ in range(1000)]),
            [partial(_inserted, hand, numbers, 1000)],
            times=None,
            within=None,
        )
    finally:
        _clean(hand)


def _event(number: int, customer: int) -> Event:
    return Message(
        id=f"b-{number}",
        channel=CHANNEL,
        customer_id=f"b-{customer}",
        at=NOW.replace(tzinfo=UTC) - timedelta(seconds=number % 3600),
        sender="user",
        text=TEXT,
        language="en",
        understood=number % 8 > 0,
        intent="refund",
        confidence=0.7,
    )


def _stored(store: Store, events: list[Event]) -> int:
    return take(store, events, NOW).stored


def _inserted(hand: Hand, numbers: Iterator[int], many: int) -> int:
    """The messages alone, with nothing looked up and nothing kept up to date."""
    first = next(numbers) * 1000
    generated = (
        f"range({many}) as series(i)" if hand.kind == "duckdb" else f"generate_series(0, {many - 1}) as series(i)"
    )
    hand.tell(
        f"insert into messages ({COLUMNS}) select cast(md5('{CHANNEL}' || i) as uuid), {first} + i, 'hand', "
        f"'h-' || ({first} + i), '{CHANNEL}', 'en', 'user', 'typed', '{TEXT}', timestamp '{NOW}', {first} + i, true, "
        f"'refund', 0.7, true from {generated}"
    )
    return many


def _clean(hand: Hand) -> None:
    hand.tell(f"delete from messages where channel = '{CHANNEL}'")
    hand.tell(f"delete from daily_counts where channel = '{CHANNEL}'")
    for table in sorted({*TABLES} - {"customers", "messages", "daily_counts"}):
        hand.tell(
            f"delete from {table} where customer_key in (select customer_key from customers where channel = '{CHANNEL}')"
        )
    hand.tell(f"delete from customers where channel = '{CHANNEL}'")
