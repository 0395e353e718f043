"""How quick live events are stored: `python -m benchmarks.intake_http [--store duckdb] [--seconds 10]`.

A real dashboard in a process of its own on a store with the demo world; senders, dashboards and the server share the
machine's cores. Beside the store's own batch insert, which is the best that HTTP could reach.
"""

import argparse
import http.client
import json
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from benchmarks.dashboards import open_dashboards
from benchmarks.world import MEASURER
from convdata.channels import channel_keys
from convdata.database import Store
from convdata.demo import world
from convdata.events import read_event
from convdata.importing import import_file
from convdata.intake import take
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.schema import open_store
from convdata.settings import read_settings
from tests.browser.dashboard import Dashboard, running_dashboard
from tests.http import BEARER, EVENTS, TOKENS, an_event, app_over, served
from tests.postgres import running_postgres

JSON = {"Content-Type": "application/json"} | BEARER
CUSTOMERS = 200  # senders write about so many
_numbers = count(1)


@dataclass
class Sent:
    """What a measurement saw: how long each request took, in milliseconds, and how many events were stored."""

    took: list[float]
    events: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds

    def line(self) -> str:
        took = sorted(self.took)
        p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
        return (
            f"{self.per_second:>9,.0f} events/s   p50 {median(took):>6.1f}   p99 {p99:>7.1f}   max {took[-1]:>7.1f} ms"
        )


class Line:
    """One connection that stays open, as a bot's does."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def post(self, events: list[dict[str, Any]]) -> float:
        body = json.dumps(events)
        began = time.perf_counter()
        try:
            self._connection.request("POST", EVENTS, body, JSON)
        except OSError:  # the server closes what has been idle for five seconds
            self._connection.close()
            self._connection.request("POST", EVENTS, body, JSON)
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200 or said["stored"] != len(events):
            raise SystemExit(f"{answer.status}: {json.dumps(said)[:300]}")
        return took


def some_events(many: int) -> list[dict[str, Any]]:
    return [
        an_event(
            id=f"bench-{n}", customer_id=f"bench-{n % CUSTOMERS}", text=f"Where is parcel {n}?", language="en",
            understood=n % 9 > 0, intent="parcel", confidence=0.7,
        )
        for n in (next(_numbers) for _ in range(many))
    ]  # fmt: skip


def as_fast_as_possible(url: str, senders: int, each: int, seconds: float) -> Sent:
    """That many senders, each with that many events in a request, one request after the other."""
    stop = time.perf_counter() + seconds

    def send() -> list[float]:
        line = Line(url)
        took = []
        while time.perf_counter() < stop:
            took.append(line.post(some_events(each)))
        return took

    began = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        took = [t for part in [pool.submit(send) for _ in range(senders)] for t in part.result()]
    return Sent(took, len(took) * each, time.perf_counter() - began)


def at_a_rate(url: str, per_second: float, seconds: float) -> Sent:
    """One event a request, at that rate whatever the answers take: a slow answer does not thin out the next."""
    lines = [Line(url) for _ in range(128)]
    free = deque(lines)
    lock = threading.Lock()

    def send(due: float) -> float:
        with lock:
            line = free.popleft()  # each in its turn, so that none is idle for long
        line.post(some_events(1))
        took = (time.perf_counter() - due) * 1000  # from when it was due, waiting included
        with lock:
            free.append(line)
        return took

    began = time.perf_counter()
    waiting = []
    with ThreadPoolExecutor(len(lines)) as pool:
        for n in range(int(per_second * seconds)):
            due = began + n / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            waiting.append(pool.submit(send, due))
        took = [one.result() for one in waiting]
    return Sent(took, len(took), time.perf_counter() - began)


def cpu(dashboard: Dashboard) -> float:
    """Seconds of processor time that the server has used."""
    after = Path(f"/proc/{dashboard.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(after[11]) + int(after[12])) / os.sysconf("SC_CLK_TCK")


def say(what: str, sentence: str) -> None:
    print(f"{what:<58}{sentence}", flush=True)


@contextmanager
def store_urls(kind: str, folder: Path) -> Iterator[str]:
    if kind == "duckdb":
        yield f"duckdb:///{folder / 'store.duckdb'}"
    else:
        with running_postgres({"listen_addresses": ""}) as server, server.database() as url:
            yield url


def filled(url: str) -> Store:
    settings = read_settings({"MISHEARD_STORE": url, "MISHEARD_INTAKE_TOKEN": TOKENS}, Path("/nonexistent"))
    store = open_store(settings, now_utc())
    channels, now = frozenset(channel_keys()), now_utc()
    take(
        store,
        [read_event(raw, channels=channels, now=now)[0] for raw in world(now=now.replace(tzinfo=UTC), customers=300)],
        now,
    )
    return store


def own_batch_insert(store: Store) -> None:
    channels = frozenset(channel_keys())
    for each in (1, 1000):
        times = []
        for _ in range(15):
            now = now_utc()
            events = [read_event(raw, channels=channels, now=now)[0] for raw in some_events(each)]
            began = time.perf_counter()
            take(store, events, now)
            times.append(time.perf_counter() - began)
        say(
            f"the store's own insert, {each} at a time",
            f"{each / median(times):>9,.0f} events/s   p50 {median(times) * 1000:>6.1f} ms",
        )


def while_importing(store: Store, folder: Path, seconds: float) -> None:
    """In this process, as the import on the page is: 50 events a second beside a file of 300,000 lines."""
    file = folder / "import.jsonl"
    with file.open("w") as lines:
        for n in range(300_000):
            lines.write(json.dumps(an_event(id=f"i-{n}", customer_id=f"i-{n % 20_000}", text=f"Line {n}")) + "\n")
    letterbox = Letterbox(lambda: store)
    with served(app_over(lambda: store, letterbox, store.settings)) as port:
        importing = threading.Thread(target=lambda: import_file(store, file, now=now_utc(), by=MEASURER))
        importing.start()
        sent = at_a_rate(f"http://127.0.0.1:{port}", 50, seconds)
        say(
            "50/s while 300,000 lines are imported",
            sent.line() + (" (import went on)" if importing.is_alive() else " (import was done sooner)"),
        )
        importing.join()
    letterbox.close()


def measure(kind: str, seconds: float) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="misheard-bench-")))
        url = stack.enter_context(store_urls(kind, folder))
        store = filled(url)
        print(f"\n{kind}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        own_batch_insert(store)
        while_importing(store, folder, seconds)
        store.close()
        dashboard = stack.enter_context(running_dashboard(url, folder, MISHEARD_INTAKE_TOKEN=TOKENS))
        as_fast_as_possible(dashboard.url, 1, 1, 1)
        for senders, each in ((1, 1), (8, 1), (64, 1), (1, 100), (1, 1000), (4, 1000)):
            sent = as_fast_as_possible(dashboard.url, senders, each, seconds)
            say(f"{senders} sender{'s' * (senders > 1)}, {each} event{'s' * (each > 1)} a request", sent.line())
        say("50/s, no dashboard open", at_a_rate(dashboard.url, 50, seconds).line())
        for many in (5, 50):
            with open_dashboards(dashboard.url, many) as dashboards:
                used, began = cpu(dashboard), time.perf_counter()
                time.sleep(seconds / 2)
                idle = (cpu(dashboard) - used) / (time.perf_counter() - began)
                line = Line(dashboard.url)
                times = []
                for _ in range(10):
                    dashboards.redrawn.clear()
                    asked = time.perf_counter()
                    line.post(some_events(1))
                    while len(dashboards.redrawn) < many and time.perf_counter() < asked + 20:
                        time.sleep(0.005)
                    times.append(dashboards.redrawn[0] - asked if dashboards.redrawn else 20)
                    time.sleep(0.4)
                say(
                    f"{many} dashboards idle; an event until the first has redrawn",
                    f"{idle * 100:.0f} % of a core; median {median(times):.2f}, longest {max(times):.2f} s",
                )
                say(f"50/s, {many} dashboards open", at_a_rate(dashboard.url, 50, seconds).line())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", choices=("duckdb", "postgresql", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    for kind in ("duckdb", "postgresql"):
        if chosen.store in (kind, "both"):
            measure(kind, chosen.seconds)
