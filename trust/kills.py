"""The process is killed while it stores, imports, sweeps and erases: what it has acknowledged is there afterwards, once.

The victim works on the real schema through the functions that the routes and pages call, and says over a pipe what has
been done. In the middle of an erasure too, while the store's file is written anew and changes places.
"""

import io
import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from convdata.chain import verify
from convdata.counts import rebuild
from convdata.database import Store
from convdata.erasure import erase
from convdata.errors import MisheardError
from convdata.importing import import_file
from convdata.muting import sweep
from convdata.rewriting import rewrite
from tests.killing import nothing_is_lost_or_doubled
from tests.story import NOON, admin, customer, key, message, muted, opened, rows, tell
from tests.test_sweep import automatic_records
from trust.place import Place

EACH = 20  # messages in a file that is imported
MOST = 10  # acknowledgements after which a victim is killed at the latest …
PATIENCE = 150  # seconds for the first victim, which also waits for the program to be loaded
SOON = 0.1  # … and so many seconds after the one by chance: in the middle of whatever comes next


@dataclass
class Said:
    """What the victims said: what is stored, whom they began to erase, and who is gone."""

    stored: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    erasing: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)


def show(place: Place, cycles: int) -> str:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["trust.kills"])
    chance, said = random.Random(7), Said()
    opened(place.url).close()
    began = time.monotonic()
    for cycle in range(cycles):
        hears, speaks = context.Pipe(duplex=False)
        victim = context.Process(target=work, args=(place.url, cycle, speaks))
        victim.start()
        speaks.close()
        _hear(hears, said, victim, chance.randint(0, MOST), chance.uniform(0, SOON))
        victim.join()
    store = opened(place.url)
    _check(store, said)
    store.close()
    took = time.monotonic() - began
    kinds = ", ".join(f"{many:,} {kind}" for kind, many in sorted(said.kinds.items()))
    return (
        f"{cycles} kills, acknowledged {kinds} ({len(said.stored):,} events): "
        f"0 lost, 0 doubled, 0 failed opens ({took:.0f} s)"
    )


def _hear(hears: Any, said: Said, victim: Any, acknowledgements: int, soon: float) -> None:
    """Listen to so many acknowledgements, kill a moment later, and listen to what was still in the pipe."""
    has_opened, deadline = False, time.monotonic() + PATIENCE
    while True:
        if time.monotonic() > deadline and victim.is_alive():
            assert has_opened, "a victim did not open the store in time"
            victim.kill()
        try:
            if not hears.poll(0.005):
                continue
            kind, step, names = hears.recv()
        except (EOFError, OSError):
            assert has_opened, "a victim could not open the store"
            return
        has_opened = True
        assert kind != "failed", names
        if step == "begun":
            (said.erasing if kind == "erasures" else said.begun).update(names)
        elif step == "done":
            said.kinds[kind] += 1
            (said.erased if kind == "erasures" else said.stored).update(names)
            acknowledgements -= 1
        if acknowledgements <= 0:
            deadline = min(deadline, time.monotonic() + soon)


def work(url: str, cycle: int, speaks: Any) -> None:
    """The victim: four kinds of work at once, without pause, until it is killed."""
    store = opened(url)
    talking = threading.Lock()

    def say(kind: str, step: str, names: list[str]) -> None:
        with talking:
            speaks.send((kind, step, names))

    say("opened", "", [])

    def forever(kind: str, once: Callable[[int], list[str]]) -> None:
        number = 0
        while True:
            try:
                names = once(number)
            except MisheardError as why:
                if "still open" not in str(why):  # writing the file anew is tried again
                    say("failed", "", [f"{kind}: {why}"])
                names = []
            except Exception as why:
                say("failed", "", [f"{kind}: {type(why).__name__} {why}"])
                return
            if names:
                say(kind, "done", names)
            number += 1

    def events(number: int) -> list[str]:
        name = f"e{cycle}-{number}"
        many = [
            message(f"c{cycle}-{number % 7}", id=f"{name}-{n}", understood=n % 2 == 0) for n in range(1 + number % 5)
        ]
        hour = NOON + timedelta(hours=number % 3)
        mute = muted(True, f"c{cycle}-{number % 7}", hour, id=f"{name}-mute")
        ids = [event.id for event in (*many, mute)]
        say("events", "begun", ids)
        tell(store, *many, mute, now=hour)
        return ids

    def imports(number: int) -> list[str]:
        ids = [f"i{cycle}-{number}-{n}" for n in range(EACH)]
        lines = [
            {"type": "message", "id": one, "channel": "webchat", "customer_id": f"c{cycle}-{n % 9}", "sender": "user"}
            | {"at": "2026-08-09T10:00:00Z", "text": "Hello"}
            for n, one in enumerate(ids)
        ]
        say("imports", "begun", ids)
        body = "\n".join(json.dumps(line) for line in lines).encode()
        import_file(store, io.BytesIO(body), by=admin("Ada"), now=NOON, format="events_jsonl")
        time.sleep(0.05)
        return ids

    def sweeps(number: int) -> list[str]:
        time.sleep(0.03)
        return [str(number)] if sweep(store, NOON + timedelta(hours=71 + number % 5)) else []

    def erasures(number: int) -> list[str]:
        name = f"gone{cycle}-{number}"
        tell(
            store,
            message(name, id=f"{name}-m"),
            customer(name, id=f"{name}-c", first_name="Ada"),
            muted(True, name, id=f"{name}-u"),
        )
        say("erasures", "begun", [name])
        erase(store, key(store, name), by=admin("Bob"), now=NOON)
        say("erasures", "done", [name])
        rewrite(store)
        time.sleep(0.1)
        return []

    kinds = {"events": events, "imports": imports, "sweeps": sweeps, "erasures": erasures}
    threads = [threading.Thread(target=forever, args=kind, daemon=True) for kind in kinds.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _check(store: Store, said: Said) -> None:
    erased = {key(store, name) for name in said.erased}
    in_doubt = {key(store, name) for name in said.erasing - said.erased}
    owners = {k for (k,) in rows(store, "customers", "cast(customer_key as varchar)")}
    assert erased.isdisjoint(owners), "somebody who was erased is back"
    for table in ("people", "messages", "other_events", "mutes", "customer_days"):
        found = {k for (k,) in rows(store, table, "cast(customer_key as varchar)")}
        assert found <= owners, f"rows of nobody in {table}"
    # Whose erasure was not acknowledged may be there or gone; their own events are left out below.
    left = erased | in_doubt | {k for k in owners if _is_called(store, k, "gone")}
    with store.engine.begin() as connection:
        for table in ("messages", "other_events", "mutes"):
            for owner in left & owners:
                connection.exec_driver_sql(f"delete from {table} where customer_key = '{owner}'")
        for owner in left & owners:
            connection.exec_driver_sql(f"delete from customers where customer_key = '{owner}'")
    rebuild(store)
    stored = {name for name in said.stored if not name.isdecimal()}
    nothing_is_lost_or_doubled(store, stored, said.begun - stored)
    sweep(store, NOON + timedelta(hours=1000))
    by_timer = Counter(m for (m,) in rows(store, "mutes where ended_by = 'timer'", "cast(mute_id as varchar)"))
    records = automatic_records(store)
    assert set(records.values()) <= {1}, "a mute was ended twice"
    assert set(by_timer) <= set(records), "a mute ended without its record"
    assert verify(store).breaks == []


def _is_called(store: Store, owner: str, beginning: str) -> bool:
    found = rows(store, f"people where customer_key = '{owner}'", "customer_id")
    return bool(found) and str(found[0][0]).startswith(beginning)
