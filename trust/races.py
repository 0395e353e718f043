"""Acts that meet: mute, unmute and sweep; erase and arrive; reply and erase. No row is left of nobody, and every change
has its one record.
"""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from convdata.chain import verify
from convdata.counts import rebuild
from convdata.database import Store
from convdata.erasure import HELD, erase
from convdata.errors import NotAllowed, NotFound
from convdata.muting import mute, sweep, unmute
from convdata.replying import reply
from tests.killing import _daily
from tests.messenger import Clock, facebook, on_messenger
from tests.story import HOUR, NOON, admin, customer, key, message, rows, tell
from trust.place import Place

Act = Callable[[], tuple[str, Any]]
Acts = tuple[Act, ...]
ADA, BOB = admin("Ada"), admin("Bob")


def show(place: Place, rounds: int) -> str:
    began = time.monotonic()
    with facebook(Clock()) as fake:
        store = on_messenger(place.url, fake)
        done: Counter[str] = Counter()
        with ThreadPoolExecutor(3) as pool:
            for number in range(rounds):
                for kind, acts in (
                    ("mutes", _muting(store, number)),
                    ("arrivals", _arriving(store, number)),
                    ("replies", _replying(store, number)),
                ):
                    done.update({f"{kind}: {word}": many for word, many in _at_once(pool, acts).items()})
        sweep(store, NOON + 10_000 * HOUR)
        _nobody_is_left_behind(store)
        records = _records_equal_changes(store, done)
        verdict = verify(store)
        assert verdict.breaks == []
        store.close()
    took = time.monotonic() - began
    return (
        f"3 x {rounds:,} rounds: 0 rows of nobody, {records:,} records = changes, "
        f"chain of {verdict.end.number:,} verifies ({took:.0f} s)"
    )


def _muting(store: Store, number: int) -> Acts:
    name, now = f"m-{number % 50}", NOON + number * HOUR
    tell(store, message(name, now, channel="messenger"))
    whose = key(store, name, "messenger")
    return (
        lambda: ("muted", mute(store, whose, by=ADA, now=now, hours=1 + number % 3) is not None),
        lambda: ("unmuted", unmute(store, whose, by=BOB, now=now)),
        lambda: ("swept", sweep(store, now + HOUR)),
    )


def _arriving(store: Store, number: int) -> Acts:
    name, now = f"a-{number % 50}", NOON + number * HOUR
    tell(store, message(name, now, channel="messenger"), customer(name, now, channel="messenger", first_name="Ada"))
    whose = key(store, name, "messenger")
    late = message(name, now, id=f"late-{number}", channel="messenger", understood=False)
    later = message(name, now + timedelta(minutes=1), id=f"later-{number}", channel="messenger", understood=False)
    return (
        lambda: ("erased", erase(store, whose, by=BOB, now=now) is not None),
        lambda: ("arrived", tell(store, late, now=now).stored),
        lambda: ("arrived", tell(store, later, now=now + timedelta(minutes=1)).stored),
    )


def _replying(store: Store, number: int) -> Acts:
    name, now = f"r-{number % 50}", NOON + number * HOUR
    tell(store, message(name, now, channel="messenger", source="messenger"))
    whose = key(store, name, "messenger")
    return (
        lambda: ("replied", reply(store, whose, "On its way.", by=ADA, now=now, reply_id=f"r-{number}") is not None),
        lambda: ("erased", erase(store, whose, by=BOB, now=now) is not None),
        lambda: ("muted", mute(store, whose, by=ADA, now=now) is not None),
    )


def _at_once(pool: ThreadPoolExecutor, acts: Acts) -> Counter[str]:
    together = Barrier(len(acts))

    def one(act: Act) -> tuple[str, int]:
        together.wait()
        try:
            word, many = act()
        except (NotFound, NotAllowed):  # somebody else was quicker
            return "too late", 1
        return word, int(many)

    done: Counter[str] = Counter()
    for word, many in pool.map(one, acts):
        done[word] += many
    return done


def _nobody_is_left_behind(store: Store) -> None:
    owners = {k for (k,) in rows(store, "customers", "cast(customer_key as varchar)")}
    for held in HELD:
        if held.erased_by:
            found = {k for (k,) in rows(store, held.table, "cast(customer_key as varchar)")} - {None}
            assert found <= owners, f"rows of nobody in {held.table}"
    erased = dict(rows(store, "erased", "cast(customer_key as varchar)", "erased_until"))
    for owner, sent_at in rows(store, "messages", "cast(customer_key as varchar)", "sent_at"):
        assert owner not in erased or sent_at > erased[owner], "an erased history came back"
    written = Counter(k for (k,) in rows(store, "messages", "cast(customer_key as varchar)"))
    counted = {k: n for k, n in rows(store, "customers", "cast(customer_key as varchar)", "message_count") if n}
    assert counted == dict(written)
    before = _daily(store)
    rebuild(store)
    assert before == _daily(store)


def _records_equal_changes(store: Store, done: Counter[str]) -> int:
    """Records of customers who were erased went with them; the others are as many as what was done."""
    acts = Counter(act for (act,) in rows(store, "activity", "act"))
    assert acts["erase"] == done["arrivals: erased"] + done["replies: erased"]
    of_mutes = Counter(
        act
        for (act,) in rows(
            store,
            "activity join people on activity.customer_key = people.customer_key where people.customer_id like 'm-%%'",
            "act",
        )
    )
    assert of_mutes["mute"] == done["mutes: muted"]
    assert of_mutes["unmute"] == done["mutes: unmuted"]
    ended = Counter(by for (by,) in rows(store, "mutes", "ended_by"))
    assert None not in ended
    assert ended["timer"] == acts["unmute_automatic"]
    assert len(rows(store, "mutes")) == acts["mute"]
    assert len(rows(store, "outbox")) == acts["reply"]
    return acts.total()
