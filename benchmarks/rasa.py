"""Rasa's tracker store: how fast it is read into an empty store, and how soon a look says that there is nothing new."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.world import MEASURER, NOW, settings_of
from convdata.importing import import_file
from convdata.schema import open_store

EVENTS = 200_000
MANY = 1_000_000  # rows of the store that is looked into
PER_SECOND = 20_000
WITHIN = 1.0  # seconds
INTENTS = [f"intent_{n}" for n in range(12)]

COLUMNS = "sender_id, type_name, timestamp, intent_name, action_name, data"


def measure() -> bool:
    """Prints a line for the rate and one for the look; whether both keep their targets."""
    with tempfile.TemporaryDirectory(prefix="misheard-bench-") as folder:
        seconds, ours = _read(Path(folder), _tracker_store(Path(folder) / "tracker.db", EVENTS))
        rate = EVENTS / seconds
        mark = "" if rate >= PER_SECOND else f"below {PER_SECOND:,}"
        print(
            f"{f'Rasa tracker store of {EVENTS:,} events, events a second':<60}{rate:>10,.0f}   ({EVENTS / ours:,.0f} per "
            f"second of processor)  {mark}"
        )
        look = _look(Path(folder), _tracker_store(Path(folder) / "large.db", MANY, small=True))
        late = "" if look <= WITHIN else f"over {WITHIN:g} s"
        print(f"{f'a look that finds nothing new in {MANY:,} events':<60}{look * 1000:>7.0f} ms  {late}", flush=True)
    return rate >= PER_SECOND and look <= WITHIN


def _read(folder: Path, address: str) -> tuple[float, float]:
    """Seconds on the clock, and of this process's threads on processors."""
    store = open_store(settings_of(f"duckdb:///{folder}/read.duckdb"), NOW)
    try:
        began, used = time.perf_counter(), time.process_time()
        counts = import_file(store, address, now=NOW, by=MEASURER, format="rasa").counts
        seconds, ours = time.perf_counter() - began, time.process_time() - used
        assert counts.stored == counts.read > EVENTS // 3, counts
        return seconds, ours
    finally:
        store.close()


def _look(folder: Path, address: str) -> float:
    """What the second look costs, where the first has been at the end already."""
    store = open_store(settings_of(f"duckdb:///{folder}/look.duckdb"), NOW)
    try:
        import_file(store, address, now=NOW, by=MEASURER, format="rasa", options={"after": str(MANY - 10)})
        began = time.perf_counter()
        assert import_file(store, address, now=NOW, by=MEASURER, format="rasa").counts.read == 0
        return time.perf_counter() - began
    finally:
        store.close()


def _tracker_store(file: Path, events: int, small: bool = False) -> str:
    """A store as Rasa writes it: with what each turn leaves behind, most of which is no message."""
    with sqlite3.connect(file) as connection:
        connection.execute(
            "create table events (id integer primary key, sender_id varchar(255) not null, type_name varchar(255) not null, "
            "timestamp float, intent_name varchar(255), action_name varchar(255), data text)"
        )
        connection.execute("create index ix_events_sender_id on events (sender_id)")
        rows = _rows(small)
        connection.executemany(
            f"insert into events ({COLUMNS}) values (?, ?, ?, ?, ?, ?)", (next(rows) for _ in range(events))
        )
    return f"sqlite:///{file}"


def _rows(small: bool) -> Iterator[tuple[Any, ...]]:
    turn = 0
    while True:
        turn += 1
        sender, at = f"browser-{turn * 7919 % 5000}", 1_754_000_000 + turn * 2.0
        intent = "nlu_fallback" if turn % 7 == 0 else INTENTS[turn % len(INTENTS)]
        ranking = [{"name": name, "confidence": round(0.9 / (n + 1), 7)} for n, name in enumerate(INTENTS)]
        asked = f"Where do I find the refund {turn % 9973} from Łódź?"
        parsed = {"intent": {"name": intent, "confidence": 0.81}, "entities": [], "text": asked}
        user = {"text": asked, "parse_data": parsed if small else parsed | {"intent_ranking": ranking}}
        yield _row(sender, "user", at, intent, None, user | {"input_channel": "socketio", "message_id": f"{turn:032x}"})
        acted = {"name": "utter_refund", "policy": "MemoizationPolicy", "confidence": 1.0, "action_text": None}
        yield _row(sender, "action", at + 0.1, None, "utter_refund", acted | {"hide_rule_turn": False})
        said = {"text": "Under “Orders”, at the bottom.", "data": {"elements": None, "buttons": None, "image": None}}
        yield _row(sender, "bot", at + 0.2, None, None, said)
        yield _row(sender, "action", at + 0.3, None, "action_listen", acted | {"name": "action_listen"})


def _row(sender: str, kind: str, at: float, intent: str | None, action: str | None, data: Any) -> tuple[Any, ...]:
    whole = {"event": kind, "timestamp": at, "metadata": {"model_id": "0123456789abcdef", "assistant_id": "bot"}} | data
    return sender, kind, at, intent, action, json.dumps(whole)
