"""A disk of one's own that is too small for a store, and what must hold when it is full."""

import os
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from convdata.database import Store
from tests.http import EVENTS, TOKENS, Box, an_event, asked
from tests.story import opened, rows


@contextmanager
def small_disk(folder: Path, size: str = "12m") -> Iterator[Path]:
    """A disk of that size. Only root can mount one: for others the test is skipped."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill_and_make_room(url: str, disk: Path) -> int:
    """Store until the disk is full, then make room: refused while there is none, with 503; nothing that was answered is
    lost, and the same server goes on. Gives how many events were refused.
    """
    store = opened(url, INTAKE_TOKEN=TOKENS)
    acknowledged: set[str] = set()
    refused: list[dict[str, Any]] = []
    with asked(Box(store), store.settings) as client:
        for number in range(400):
            text = random.Random(number).randbytes(15_000).hex()
            batch = [
                an_event(id=f"d-{number}-{part}", text=text + str(part), customer_id=f"v-{part}") for part in range(5)
            ]
            answer = client.post(EVENTS, json=batch)
            assert answer.status_code in (200, 503), answer.text
            if answer.status_code == 200:
                acknowledged |= {event["id"] for event in batch}
                continue
            assert answer.json()["error"]["code"] == "store_away"
            assert int(answer.headers["Retry-After"]) > 0
            assert "tmp" not in answer.text
            refused += batch
            if len(refused) >= 25:
                break
        assert refused, "the disk was not small enough"
        assert client.get("/healthz").status_code == 200
        assert client.get("/api/v1/bot/webchat/v-1").status_code == 200
    store.close()
    store = opened(url, INTAKE_TOKEN=TOKENS)  # also on the full disk
    _are_there(store, acknowledged)
    with asked(Box(store), store.settings) as client:
        assert client.post(EVENTS, json=refused).status_code == 503
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        answer = client.post(EVENTS, json=refused)
        assert answer.json()["stored"] + answer.json()["duplicate"] == len(refused)
    _are_there(store, acknowledged | {event["id"] for event in refused})
    store.close()
    return len(refused)


def _are_there(store: Store, ids: set[str]) -> None:
    found = Counter(row.event_id for row in rows(store, "messages", "event_id"))
    assert ids - set(found) == set()
    assert set(found.values()) <= {1}
