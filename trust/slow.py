"""Connections that send a byte now and then hold nobody else up: pages and bots are served meanwhile."""

import contextlib
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.browser.dashboard import running_dashboard
from tests.http import BEARER, EVENTS, TOKENS, an_event, head
from tests.story import message, opened, tell
from trust.place import Place
from trust.reader import reading

WITHIN = 2.0  # seconds for a page
LOOKS = 5
ENDED_AFTER = 15.0


def show(place: Place, connections: int) -> str:
    store = opened(place.url)
    tell(store, message())
    store.close()
    with (
        running_dashboard(place.url, place.folder, MISHEARD_INTAKE_TOKEN=TOKENS) as dashboard,
        reading(dashboard.url) as reader,
    ):
        reader.open("customers")  # the first page of a server also loads the dashboard's code
        with _dripping(urlsplit(dashboard.url).netloc, connections) as ended:
            began = time.monotonic()
            longest = max(_took(_looks(dashboard.url, reader.open)) for _ in range(LOOKS))
            while ended() < connections // 2 and time.monotonic() - began < ENDED_AFTER:
                time.sleep(0.1)
            cut = ended()
    assert longest < WITHIN, f"somebody waited {longest:.2f} s"
    assert cut >= connections // 2, f"only {cut} of {connections // 2} slow bodies were ended"
    return (
        f"{connections} connections that trickle: longest wait for a page, an event or the health {longest:.2f} s; "
        f"{cut} bodies ended after 10 s"
    )


def _looks(url: str, opens: Callable[..., bytes]) -> list[Callable[[], object]]:
    event = urllib.request.Request(
        url + EVENTS, json.dumps(an_event()).encode(), {"Content-Type": "application/json"} | BEARER
    )
    return [
        lambda: urllib.request.urlopen(url, timeout=30).read(),
        lambda: urllib.request.urlopen(f"{url}/healthz", timeout=30).read(),
        lambda: urllib.request.urlopen(event, timeout=30).read(),
        lambda: opens("customers"),
    ]


def _took(looks: list[Callable[[], object]]) -> float:
    longest = 0.0
    for look in looks:
        began = time.monotonic()
        look()
        longest = max(longest, time.monotonic() - began)
    return longest


@contextmanager
def _dripping(address: str, many: int) -> Iterator[Callable[[], int]]:
    """So many connections, every other one in its headers and every other one in its body; gives how many were ended."""
    host, _, port = address.partition(":")
    enough, ended = threading.Event(), [0]
    counting = threading.Lock()

    def drip(in_body: bool) -> None:
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head(1_000_000) if in_body else b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            connection.settimeout(0.2)
            while not enough.is_set():
                try:
                    connection.sendall(b" " if in_body else b"X-A: b\r\n")
                    if not connection.recv(65536):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        if not enough.is_set():
            with counting:
                ended[0] += 1

    threads = [threading.Thread(target=drip, args=(n % 2 == 0,), daemon=True) for n in range(many)]
    for thread in threads:
        thread.start()
    with contextlib.ExitStack() as stack:
        stack.callback(enough.set)
        time.sleep(0.5)
        yield lambda: ended[0]
    for thread in threads:
        thread.join(5)
