"""The records as a manager reads them: picked, paged, taken away (issue: who did what, when, why, to which customer)."""

import csv
import io
import json
from datetime import date

import pytest

from convdata import records
from convdata.activity import act, latest, record
from convdata.chain import verify
from convdata.downloads import without_guard
from convdata.errors import NotForYou
from convdata.muting import mute
from convdata.records import Wanted, wanted
from convdata.rights import Actor, Role
from convdata.vocabulary import Act
from tests.story import HOUR, NOON, admin, customer, key, message, rows, tell

BOSS = Actor("Mae", Role.MANAGER)


def test_records_are_read_page_by_page_by_those_who_may(store):
    done = [act(Act.REVIEW, actor="ABC"[n % 3], now=NOON + (n // 4) * HOUR) for n in range(23)]
    store.change(lambda t: record(t, *done))
    assert records.count(store, Wanted(), by=BOSS) == 23
    pages = [records.page(store, Wanted(), n, by=BOSS, size=10) for n in (1, 2, 3, 4)]
    assert [len(p) for p in pages] == [10, 10, 3, 0]
    assert {r.act_id for p in pages for r in p} == {d.act_id for d in done}
    assert records.actors(store, by=BOSS) == ["A", "B", "C"]
    for nobody in (Actor("Ada", Role.AGENT), Actor("Tom", Role.TRAINER), "Mae"):
        for look in (
            lambda by: records.count(store, Wanted(), by=by),
            lambda by: records.page(store, Wanted(), by=by),
            lambda by: records.actors(store, by=by),
            lambda by: records.export(store, Wanted(), "csv", by=by, now=NOON),
        ):
            with pytest.raises(NotForYou):
                look(nobody)
    assert len(rows(store, "activity")) == 23


def test_filters_stand_in_the_address_and_what_cannot_be_used_is_left_out():
    chosen = Wanted((Act.MUTE, Act.ERASE), ("Bob", "día"), "3f9a2c1b", date(2026, 8, 1), date(2026, 8, 9))
    said = {name: value if isinstance(value, list) else [value] for name, value in chosen.address().items()}
    assert wanted(said) == chosen
    wrong = {"act": ["nothing"], "who": ["x" * 300, ""], "customer": ["' or 1=1"], "from": ["x"], "to": ["99999-01-01"]}
    assert wanted(wrong) == Wanted()
    assert not wanted({})


def test_the_customer_filter_and_the_days_pick(store):
    tell(store, message("a"), message("b"))
    mute(store, key(store, "a"), by=admin("Bob"), now=NOON)
    mute(store, key(store, "b"), by=admin("Bob"), now=NOON + 24 * HOUR)
    whose = [r.customer_key for r in records.page(store, Wanted(customer=key(store, "a")[:8]), by=BOSS)]
    assert whose == [key(store, "a")]
    second = Wanted(first=date(2026, 8, 10), last=date(2026, 8, 10))
    assert [r.customer_key for r in records.page(store, second, by=BOSS)] == [key(store, "b")]
    assert records.count(store, Wanted(customer="ffffffff"), by=BOSS) == 0


@pytest.mark.parametrize("format", ["csv", "json"])
def test_an_export_holds_all_that_is_picked_and_is_recorded_itself(store, format):
    tell(store, message("v-1"), customer("v-1", first_name="Zuleika"))
    mute(store, key(store), by=admin("=Bob"), now=NOON, reason="+1, said\nso")
    content = records.export(store, Wanted(), format, by=BOSS, now=NOON + HOUR)
    assert b"Zuleika" not in content
    assert b"v-1" not in content
    if format == "json":
        (one,) = json.loads(content)["records"]
        assert one["details"]["until"] == "2026-08-12T12:00:00Z"
    else:
        assert content.startswith(b"\xef\xbb\xbf")
        raw = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert [r["actor"] for r in raw] == ["'=Bob"]
        one = {name: without_guard(value) for name, value in raw[0].items()}
    assert (one["actor"], one["reason"], one["customer_key"]) == ("=Bob", "+1, said\nso", key(store))
    assert str(one["number"]) == "1"
    assert one["hash"] == rows(store, "activity_links where number = 1", "hash")[0][0]
    done = latest(store)[0]
    assert (done.act, done.actor) == ("download_activity", "Mae")
    assert json.loads(done.details) == {"format": format, "records": 1, "filters": []}
    assert verify(store).breaks == []
