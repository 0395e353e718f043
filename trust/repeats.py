"""Events that are sent once to five times, in any order, by eight senders over HTTP, are stored exactly once."""

import http.client
import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.browser.dashboard import running_dashboard
from tests.http import EVENTS, TOKENS, an_event
from tests.killing import JSON
from tests.story import opened, rows
from trust.place import Place

SENDERS = 8
MOST_TIMES = 5
MOST_TOGETHER = 25


def show(place: Place, events: int) -> str:
    chance = random.Random(5)
    sent = [an_event(id=f"once-{n}", customer_id=f"v-{n % 97}", text=f"Text {n}") for n in range(events)]
    sends = [event for event in sent for _ in range(chance.randint(1, MOST_TIMES))]
    chance.shuffle(sends)
    shares = [sends[n::SENDERS] for n in range(SENDERS)]
    began = time.monotonic()
    with running_dashboard(place.url, place.folder, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard:
        address = urlsplit(dashboard.url).netloc
        with ThreadPoolExecutor(SENDERS) as pool:
            counts = sum(pool.map(_send, [address] * SENDERS, shares, range(SENDERS)), Counter[str]())
    took = time.monotonic() - began
    store = opened(place.url)
    found = Counter(row.event_id for row in rows(store, "messages", "event_id"))
    store.close()
    assert set(found) == {event["id"] for event in sent}
    assert found.total() == events, f"{found.total():,} messages are stored"
    assert counts["stored"] == events, f"{counts['stored']:,} were said to be stored"
    assert counts["stored"] + counts["duplicate"] == len(sends)
    return f"{events:,} events sent {len(sends):,} times by {SENDERS}: exactly {found.total():,} stored ({took:.0f} s)"


def _send(address: str, events: list[dict[str, Any]], seed: int) -> Counter[str]:
    chance, counts, place = random.Random(seed), Counter[str](), 0
    connection = http.client.HTTPConnection(address, timeout=60)
    while place < len(events):
        batch = events[place : place + chance.randint(1, MOST_TOGETHER)]
        connection.request("POST", EVENTS, json.dumps(batch), JSON)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status == 503:  # too much at once: come again, as a bot would
            time.sleep(0.2)
            continue
        assert answer.status == 200, said
        assert not said["rejected"]
        counts.update(stored=said["stored"], duplicate=said["duplicate"])
        place += len(batch)
    connection.close()
    return counts
