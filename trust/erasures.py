"""Customers are erased, and within a minute no file of the store holds a byte of what they wrote."""

import secrets
import time
from datetime import timedelta
from pathlib import Path

from convdata.background import Background
from convdata.database import Store, Transaction
from convdata.erasure import erase
from convdata.muting import mute
from convdata.rewriting import is_due
from tests.story import HOUR, NOON, admin, customer, key, many_messages, message, muted, opened, status, tell
from tests.test_erasure import UNKNOWN
from trust.place import Place

MARKERS = 20
WITHIN = 60  # seconds
RUN = 12  # so many characters of a marker in a row count as found: fewer are in other keys and hashes by chance


def show(place: Place, customers: int) -> str:
    # DuckDB packs texts, and a packed one is not found although it is there: here it writes them as they are.
    plain = "?force_compression=uncompressed" if place.kind == "duckdb" else ""
    store = opened(place.url + plain)
    tell(store, *many_messages([f"other-{n}" for n in range(50)], 20))
    names = [f"v-{n}" for n in range(customers)]
    markers = [marker for name in names for marker in _marked(store, name)]
    assert len(markers) == customers * MARKERS
    _onto_the_disk(store)
    files = place.files if place.kind == "duckdb" else place.files / "base"
    before = found(files, markers)
    assert before == len(markers), f"the scan finds only {before:,} of {len(markers):,} markers before"
    for name in names:
        erase(store, key(store, name), by=admin("Bob"), now=NOON + 24 * HOUR)
    still = found(files, markers)
    assert still, "if deleting were enough, all this would be for nothing"
    began = time.monotonic()
    background = Background(lambda: store).start()
    try:
        while is_due(store):
            assert time.monotonic() - began < WITHIN, "the bytes were not gone within a minute"
            time.sleep(0.1)
    finally:
        background.stop()
    took = time.monotonic() - began
    if place.kind == "postgresql":
        _onto_the_disk(store)
    after = found(files, markers)
    store.close()
    assert after == 0, f"{after:,} markers are still in the files"
    told = f"{customers} customers x {MARKERS} markers: found {before:,} before, {still:,} when the rows were gone, "
    told += f"0 in any file {took:.0f} s after the last erasure"
    if place.kind == "postgresql":
        log = found(place.files / "pg_wal", markers)
        told += f"; in the server's write-ahead log {log:,} until it is recycled (SECURITY.md)"
    else:
        assert found(place.folder, markers) == 0
    return told


def found(folder: Path, markers: list[str]) -> int:
    """How many markers are in any file of the folder: whole, or any half of them."""
    pieces = {marker[n : n + RUN].encode(): marker for marker in markers for n in range(len(marker) - RUN + 1)}
    seen: set[str] = set()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes().lower()
        for run in _hexadecimal(content):
            for n in range(len(run) - RUN + 1):
                marker = pieces.get(run[n : n + RUN])
                if marker:
                    seen.add(marker)
    return len(seen)


def _hexadecimal(content: bytes) -> list[bytes]:
    """The runs of digits and a-f: markers are made of nothing else."""
    return [run for run in content.translate(_ONLY_HEX).split() if len(run) >= RUN]


_ONLY_HEX = bytes(c if chr(c) in "0123456789abcdef" else 32 for c in range(256))


def _marked(store: Store, name: str) -> list[str]:
    """A customer with a marker in everything that can hold a text; gives the markers."""
    markers = [secrets.token_hex(12) for _ in range(MARKERS)]
    it = iter(markers)
    texts = [message(name, NOON + timedelta(minutes=n), next(it), understood=False) for n in range(7)]
    tell(
        store,
        *texts,
        message(name, NOON + HOUR, "What?", intent=next(it), understood=True),
        customer(
            name, first_name=next(it), last_name=next(it), email=next(it), phone_number=next(it), comments=next(it),
            data={next(it): next(it)},
        ),
        status("need_help", name, reason=next(it)),
        muted(True, name, reason=next(it)),
        now=NOON + HOUR,
    )  # fmt: skip
    whose = key(store, name)
    mute(store, whose, by=admin("Ada"), now=NOON + 2 * HOUR, reason=next(it))
    answer, body = next(it), next(it)

    def beside(transaction: Transaction) -> None:
        transaction.tell(
            "add_outbox", customer_key=whose, reply_id=name, event_key=1, channel="webchat", agent="Ada", text=answer,
            now=NOON,
        )  # fmt: skip
        waiting = {"customer_key": [whose], "inbox_id": [UNKNOWN[:-4] + f"{int(name[2:]):04x}"], "source": ["webchat"]}
        transaction.tell("add_inbox", waiting | {"received_at": [NOON], "body": [body]})

    store.change(beside)
    assert next(it, None) is None
    return markers


def _onto_the_disk(store: Store) -> None:
    if store.file is not None:
        store.checkpoint()
    else:
        store.outside_transactions("analyze", "checkpoint")
