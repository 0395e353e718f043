"""That somebody opened a conversation is recorded where a setting asks for it, and nowhere else."""

from convdata import conversations, reads
from convdata.activity import latest
from convdata.erasure import erase
from tests.story import HOUR, NOON, admin, key, message, opened, tell

ADA, BOB = admin("Ada"), admin("Bob")


def read(store, by, now):
    customer = conversations.details(store, key(store), by=by)
    return reads.opened(store, customer, by=by, now=now)


def test_reading_is_not_recorded_unless_asked_for(store):
    tell(store, message())
    assert not read(store, ADA, NOON)
    assert not latest(store)


def test_each_reader_is_recorded_once_an_hour(store_url):
    store = opened(store_url, RECORD_READS="yes")
    tell(store, message())
    assert [read(store, ADA, NOON + n * HOUR / 4) for n in range(6)] == [True, False, False, False, True, False]
    assert read(store, BOB, NOON)
    assert sorted((r.act, r.actor, r.customer_key) for r in latest(store)) == [
        ("read", "Ada", key(store)), ("read", "Ada", key(store)), ("read", "Bob", key(store)),
    ]  # fmt: skip
    customer = conversations.details(store, key(store), by=ADA)
    erase(store, key(store), by=BOB, now=NOON + 3 * HOUR)
    assert not reads.opened(store, customer, by=ADA, now=NOON + 9 * HOUR)
    assert [r.act for r in latest(store)] == ["erase"]
    store.close()
