"""A file imported into an empty store, beside the store's own way to parse and load the same file into one table."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import sqlalchemy as sa

from benchmarks.world import MEASURER, NOW, settings_of
from convdata.importing import import_file
from convdata.intake import Counts
from convdata.schema import open_store

ROUNDS = 3
COLUMNS = "customer_key, event_key, source, event_id, channel, language, sender, kind, text, sent_at, arrived, understood, intent, confidence, countable"
FIELDS = (
    "id",
    "channel",
    "customer_id",
    "at",
    "sender",
    "text",
    "kind",
    "language",
    "understood",
    "intent",
    "confidence",
)


def measure(kind: str, server: str | None, events: int) -> bool:
    """Prints a line for the rates and one for the memory; whether the rate is at least half of the store's own."""
    with tempfile.TemporaryDirectory(prefix="misheard-bench-") as folder:
        file = Path(folder) / "events.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(_lines(events))
        ours, theirs, memory = [], [], [0.0, 0.0, 0.0]
        for _ in range(ROUNDS):
            with _empty(kind, server, folder) as url:
                theirs.append(_timed(lambda url=url: _by_hand(kind, url, file)))  # type: ignore[misc]
            with _empty(kind, server, folder) as url:
                ours.append(_timed(lambda url=url: _imported(url, file, events, memory)))  # type: ignore[misc]
    rate, best = events / median(ours), events / median(theirs)
    mark = "" if rate >= best / 2 else "less than half"
    print(
        f"{f'import of {events:,} events, events a second':<52}{rate:>10,.0f}{'':>10}{best:>10,.0f}{rate / best:>6.2f}x  {mark}"
    )
    print(f"{'  memory at 10 %, 50 % and 100 %':<52}{' '.join(f'{m:,.0f} MB' for m in memory):>28}", flush=True)
    return rate >= best / 2


def _lines(events: int) -> Iterator[str]:
    for n in range(events):
        customer = (n * 7919) % max(1, events // 20)
        event: dict[str, Any] = {
            "type": "message",
            "id": f"i-{n}",
            "channel": ("webchat", "messenger", "alexa")[customer % 3],
            "customer_id": f"i-{customer}",
            "at": (NOW - timedelta(days=60) + timedelta(seconds=n)).isoformat() + "Z",
            "sender": "bot" if n % 2 else "user",
            "text": f"Where do I find the refund {n % 9973} from Łódź?",
            "language": ("en", "fr", "de")[customer % 3],
        }
        if not n % 2:
            event |= {"understood": n % 14 > 0, "intent": "refund", "confidence": 0.7}
        yield json.dumps(event, ensure_ascii=False) + "\n"


def _timed(way: Callable[[], object]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


@contextmanager
def _empty(kind: str, server: str | None, folder: str) -> Iterator[str]:
    name = f"bulk_{uuid4().hex[:8]}"
    if kind == "duckdb":
        url = f"duckdb:///{folder}/{name}.duckdb"
        open_store(settings_of(url), NOW).close()
        yield url
        Path(folder, f"{name}.duckdb").unlink()
        return
    assert server is not None
    address = sa.make_url(server)
    administration = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            url = address.set(database=name).render_as_string(hide_password=False)
            open_store(settings_of(url), NOW).close()
            yield url
        finally:
            connection.execute(f"drop database {name} with (force)")


def _imported(url: str, file: Path, events: int, memory: list[float]) -> None:
    store = open_store(settings_of(url), NOW)
    passed: set[int] = set()

    def progress(done: int, total: int, counts: Counts) -> None:
        for place, share in enumerate((0.1, 0.5, 1.0)):
            if done >= share * total and place not in passed:
                passed.add(place)
                memory[place] = max(memory[place], _resident())

    try:
        counts = import_file(store, file, now=NOW, by=MEASURER, progress=progress).counts
        assert counts.stored == events, counts
    finally:
        store.close()


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _by_hand(kind: str, url: str, file: Path) -> None:
    """Parsed and loaded into `messages` alone, its indexes included; nothing checked, nothing kept up to date."""
    if kind == "duckdb":
        described = ", ".join(f"'{name}': '{_duckdb_type(name)}'" for name in FIELDS)
        with duckdb.connect(sa.make_url(url).database or "") as connection:
            connection.execute(
                f"insert into messages ({COLUMNS}) select cast(md5(channel || customer_id) as uuid), "
                "cast(hash(id) >> 1 as bigint), 'events', id, channel, language, sender, coalesce(kind, 'typed'), text, "
                "\"at\", 0, understood, intent, confidence, sender = 'user' "
                f"from read_json('{file}', format = 'newline_delimited', columns = {{{described}}})"
            )
            connection.execute("checkpoint")
        return
    with psycopg.connect(sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute("create temp table lines (line text)")
        with (
            server.cursor() as cursor,
            cursor.copy("copy lines from stdin (format csv, quote e'\\x01', delimiter e'\\x02')") as copy,
            file.open("rb") as source,
        ):
            while block := source.read(1 << 20):
                copy.write(block)
        server.execute(
            f"insert into messages ({COLUMNS}) select cast(md5((j->>'channel') || (j->>'customer_id')) as uuid), "
            "hashtextextended(j->>'id', 0), 'events', j->>'id', j->>'channel', j->>'language', j->>'sender', "
            "coalesce(j->>'kind', 'typed'), j->>'text', cast(j->>'at' as timestamp), 0, "
            "cast(j->>'understood' as boolean), j->>'intent', cast(j->>'confidence' as double precision), "
            "j->>'sender' = 'user' from (select cast(line as json) as j from lines) as parsed"
        )


def _duckdb_type(name: str) -> str:
    return {"at": "timestamp", "understood": "boolean", "confidence": "double"}.get(name, "varchar")
