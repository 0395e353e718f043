"""The process is killed while events come in, as often as somebody asks for: nothing that was answered may be lost.

    python -m tests.killing --cycles 100 --store postgresql

`cycles` does it and gives what it saw; the tests, and whoever wants a table of what can be trusted, call it.
"""

import argparse
import http.client
import json
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from convdata.counts import rebuild
from convdata.database import Store
from tests.browser.dashboard import running_dashboard
from tests.http import BEARER, EVENTS, TOKENS, an_event
from tests.postgres import FAST, running_postgres
from tests.story import opened, rows

SENDERS = 4
JSON = {"Content-Type": "application/json"} | BEARER


@dataclass(frozen=True)
class Survived:
    """What ``cycles`` saw: how often the process was killed, and how many events had been answered with 200 by then. All
    of them were there afterwards, once, and the store was opened after each kill; anything else is an AssertionError.
    """

    kills: int
    acknowledged: int
    in_doubt: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.acknowledged:,} events acknowledged, 0 lost, 0 doubled, 0 failed opens "
            f"({self.in_doubt:,} sent and not answered; {self.seconds:.0f} s)"
        )


def cycles(store_url: str, folder: Path, many: int, seed: int = 7) -> Survived:
    """Start the server over the store, let bots report to it, kill it at a moment of chance; ``many`` times. Its logs go
    to ``folder``.
    """
    began = time.monotonic()
    acknowledged: set[str] = set()
    not_known: set[str] = set()
    chance = random.Random(seed)
    for cycle in range(many):
        with running_dashboard(store_url, folder, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard:
            with sending(dashboard.url, f"s{cycle}") as senders:
                deadline = time.monotonic() + 60
                while not all(sender.acknowledged for sender in senders):  # it has opened the store
                    assert time.monotonic() < deadline, dashboard.log.read_text()
                    time.sleep(0.02)
                time.sleep(chance.uniform(0, 1.5))
                dashboard.process.kill()
                for sender in senders:
                    sender.enough.set()
            for sender in senders:
                acknowledged |= sender.acknowledged
                not_known |= sender.not_known
    store = opened(store_url)
    in_doubt = not_known - acknowledged
    nothing_is_lost_or_doubled(store, acknowledged, in_doubt)
    store.close()
    return Survived(many, len(acknowledged), len(in_doubt), time.monotonic() - began)


class Sender(threading.Thread):
    """A bot that reports without pause and sends again what was not taken: messages, their verdicts, mutes, details."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(daemon=True)
        self.address = urlsplit(url).netloc
        self.name = name
        self.enough = threading.Event()
        self.acknowledged: set[str] = set()
        self.not_known: set[str] = set()
        self.statuses: list[tuple[float, int]] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.address, timeout=30)
        number = 0
        batch = self._batch(number)
        while not self.enough.is_set():
            ids = {event["id"] for event in batch}
            try:
                connection.request("POST", EVENTS, json.dumps(batch), JSON)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self.not_known |= ids
                connection.close()
                time.sleep(0.05)
                continue
            self.statuses.append((time.monotonic(), answer.status))
            if answer.status != 200:
                assert said["error"]["code"]
                self.not_known |= ids
                time.sleep(0.05)
                continue
            assert not said["rejected"], said
            self.acknowledged |= ids
            number += 1
            batch = self._batch(number)

    def _batch(self, number: int) -> list[dict[str, Any]]:
        common = {"customer_id": f"{self.name}-{number % 7}"}
        message = an_event(id=f"{self.name}-{number}", **common)
        if number % 5 == 1:
            return [message, message | {"understood": False, "intent": "nlu_fallback", "confidence": 0.3}]
        if number % 5 == 2:
            return [message, an_event("mute", id=f"{self.name}-{number}-mute", muted=number % 2 == 0, **common)]
        if number % 5 == 3:
            return [message, an_event("customer", id=f"{self.name}-{number}-who", first_name=f"Ada {number}", **common)]
        if number % 5 == 4:
            several = [
                an_event(id=f"{self.name}-{number}-{part}", customer_id=f"{self.name}-{part}") for part in range(9)
            ]
            return [message, *several]
        return [message]


@contextmanager
def sending(url: str, name: str) -> Iterator[list[Sender]]:
    senders = [Sender(url, f"{name}-{n}") for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    yield senders
    for sender in senders:
        sender.enough.set()
    for sender in senders:
        sender.join(60)
        assert not sender.is_alive()


def nothing_is_lost_or_doubled(store: Store, acknowledged: set[str], not_known: set[str]) -> None:
    found = Counter(row.event_id for table in ("messages", "other_events") for row in rows(store, table, "event_id"))
    assert [e for e, times in found.items() if times > 1] == []
    assert acknowledged - set(found) == set()
    assert set(found) - acknowledged - not_known == set()
    written = Counter(row.k for row in rows(store, "messages", "cast(customer_key as varchar) as k"))
    assert {
        row.k: row.n for row in rows(store, "customers", "cast(customer_key as varchar) as k, message_count as n")
    } == written
    counted = _daily(store)
    rebuild(store)
    assert counted == _daily(store)


def _daily(store: Store) -> list[Any]:
    sums = ", ".join(f"cast(sum({name}) as bigint)" for name in ("eligible", "not_understood", "buttons"))
    found = rows(
        store,
        "daily_counts group by day, channel, language order by day, channel, language",
        "day",
        "channel",
        "language",
        sums,
    )
    return [tuple(row) for row in found if any(row[3:])]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.killing", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--store", choices=("duckdb", "postgresql"), default="duckdb")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="misheard-kills-") as folder:
        if asked.store == "duckdb":
            print("duckdb:", cycles(f"duckdb:///{folder}/store.duckdb", Path(folder), asked.cycles))
            return
        with running_postgres(FAST | {"synchronous_commit": "on"}) as server, server.database() as url:
            print("postgresql:", cycles(url, Path(folder), asked.cycles))


if __name__ == "__main__":
    main()
