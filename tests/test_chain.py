"""Records carry the hash of the one before: whatever is done to them behind Misheard's back is found."""

import json
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from convdata import chain
from convdata.activity import act, latest, record
from convdata.chain import End, end_of, verify
from convdata.erasure import erase
from convdata.errors import NotFound
from convdata.muting import mute, sweep, unmute
from convdata.schema import CHAIN, schema_files
from convdata.standing import need_help
from convdata.vocabulary import Act
from tests.story import HOUR, NOON, admin, key, message, muted, opened, rows, status, tell

AGENT = admin("Bob")


def live(store, customers=4, seed=0):
    """Some acts of every kind, and an erasure among them; gives how many records there are now."""
    chance = random.Random(seed)
    tell(store, *(message(f"v-{n}") for n in range(customers)), status("need_help", reason="a person, please"))
    for n in range(12):
        whose = key(store, f"v-{chance.randrange(customers)}")
        now = NOON + n * HOUR
        chance.choice((mute, need_help, unmute))(
            store, whose, by=admin(chance.choice(("Ada", "Bob"))), now=now, reason=f"r{n}"
        )
    tell(store, muted(True, "v-0", NOON + 13 * HOUR), muted(False, "v-1", NOON + 13 * HOUR), now=NOON + 13 * HOUR)
    store.change(lambda t: record(t, act(Act.IMPORT, actor="Ada", now=NOON, details={"file": "día.jsonl"})))
    erase(store, key(store, f"v-{customers - 1}"), by=AGENT, now=NOON + 14 * HOUR)
    sweep(store, NOON + 100 * HOUR)
    return len(rows(store, "activity"))


def behind(store, *statements):
    """Somebody at the database itself."""
    with store.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_what_was_written_verifies_and_what_an_erasure_took_is_told_apart(store):
    many = live(store)
    found = verify(store)
    assert found.breaks == []
    assert found.records == many
    assert found.end == end_of(store)
    assert found.end.number == many + found.erased
    taken = [json.loads(r.details) for r in latest(store, acts=[Act.ERASE])]
    assert found.erased == sum(t["rows"]["activity"] for t in taken) == sum(len(t["records"]) for t in taken) > 0


def test_of_an_erased_record_only_a_digest_is_left_that_says_nothing_without_its_salt(store):
    tell(store, message())
    mute(store, key(store), by=admin("Ada"), now=NOON, reason="she cried")
    (salt,) = rows(store, "activity", "salt")[0]
    (record_of,) = rows(store, "activity", *chain.FIELDS)
    said = dict(zip(chain.FIELDS, record_of, strict=True)) | {"customer_key": key(store)}
    said["act_id"] = str(said["act_id"])
    (digest,) = rows(store, "activity_links", "digest")[0]
    assert chain._digest(said, salt) == digest
    erase(store, key(store), by=AGENT, now=NOON + HOUR)
    left = json.dumps([str(row) for t in ("activity", "activity_links", "activity_head") for row in rows(store, t)])
    assert salt not in left
    assert key(store) not in left
    assert chain._digest(said, "") != digest
    assert verify(store).breaks == []


def test_the_chain_holds_while_many_record_and_erase_at_once(store):
    names = [f"v-{n}" for n in range(6)]
    tell(store, *(message(name) for name in names))

    def someone(seed):
        chance = random.Random(seed)
        for n in range(25):
            whose = key(store, chance.choice(names))
            try:
                chance.choice((mute, need_help, unmute))(store, whose, by=admin(f"P{seed}"), now=NOON + n * HOUR)
                if n % 10 == 9:
                    erase(store, whose, by=admin(f"P{seed}"), now=NOON + n * HOUR)
            except NotFound:
                continue
            if n % 5 == 0:
                tell(store, *(muted(n % 2 == 0, name, NOON + n * HOUR) for name in chance.sample(names, 3)))

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(someone, seed) for seed in range(5)]
        while not all(w.done() for w in working):
            assert verify(store).breaks == []  # also while they do
        for w in working:
            w.result()
    found = verify(store)
    assert found.breaks == []
    assert found.records == len(rows(store, "activity"))
    assert found.end.number == len(rows(store, "activity_links")) == found.records + found.erased


def test_no_record_is_left_without_a_link_nor_a_link_without_a_record_when_the_act_fails(store):
    tell(store, message())

    def work(transaction):
        record(transaction, act(Act.REVIEW, actor="Ada", now=NOON))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.change(work)
    assert rows(store, "activity_links") == []
    assert end_of(store) == End(0, "")
    assert verify(store).breaks == []


# -- behind our back ----------------------------------------------------------------------------------------------------

SOMETHING = {
    "actor": "'Mallory'", "act": "'unmute'", "channel": "'alexa'", "reason": "'nothing happened'", "details": "'{{}}'",
    "done_at": "done_at + interval '1 second'", "recorded_at": "recorded_at - interval '1 day'",
    "customer_key": f"'{uuid.UUID(int=9)}'", "act_id": f"'{uuid.UUID(int=8)}'", "salt": "'00'",
}  # fmt: skip


def tamper(store, chance):
    """One thing that somebody at the database could do; gives what it was."""
    records = [r[0] for r in rows(store, "activity", "cast(act_id as varchar)")]
    links = sorted(n for (n,) in rows(store, "activity_links", "number"))
    one, other = chance.sample(records, 2)
    first, second = chance.sample(links, 2)
    column = chance.choice(list(SOMETHING))
    swap = (
        "update {t} set {c} = case {k} when {a} then (select {c} from {t} where {k} = {b}) "
        "else (select {c} from {t} where {k} = {a}) end where {k} in ({a}, {b})"
    )
    ways = {
        f"{column} of a record": [f"update activity set {column} = {SOMETHING[column]} where act_id = '{one}'"],
        "a record taken out": [f"delete from activity where act_id = '{one}'"],
        "a record taken out with its link": [
            f"delete from activity where act_id = '{one}'", f"delete from activity_links where act_id = '{one}'",
        ],
        "the last taken out with its link": [
            "delete from activity where act_id = (select act_id from activity_links order by number desc limit 1)",
            "delete from activity_links where number = (select max(number) from activity_links)",
        ],
        "all taken out": ["delete from activity", "delete from activity_links"],
        "a link taken out": [f"delete from activity_links where number = {first}"],
        "a record put in": [
            "insert into activity select cast(cast('" + str(uuid.UUID(int=5)) + "' as varchar) as uuid), done_at, "
            f"recorded_at, actor, act, customer_key, channel, reason, details, salt from activity where act_id = '{one}'"
        ],
        "a record put in twice": [f"insert into activity select * from activity where act_id = '{one}'"],
        "two times swapped": [swap.format(t="activity", c="reason", k="cast(act_id as varchar)", a=f"'{one}'", b=f"'{other}'"),
                              f"update activity set done_at = done_at + interval '1 hour' where act_id = '{one}'"],
        "two links swapped": [
            f"update activity_links set number = -1 where number = {first}",
            f"update activity_links set number = {first} where number = {second}",
            f"update activity_links set number = {second} where number = -1",
        ],
        "two digests swapped": [
            swap.format(t="activity_links", c="digest", k="number", a=first, b=second),
        ],
        "a hash": [f"update activity_links set hash = 'ab' || hash where number = {first}"],
        "the end": ["update activity_head set hash = 'x'"],
        "the end's number": ["update activity_head set number = number + 1"],
    }  # fmt: skip
    name = chance.choice(list(ways))
    behind(store, *ways[name])
    return name


def test_any_change_of_the_tables_themselves_is_found(store):
    live(store)
    tables = ("activity", "activity_links", "activity_head")
    clean = {t: "keep_" + t for t in tables}
    behind(store, *(f"create table {kept} as select * from {t}" for t, kept in clean.items()))
    as_it_was, seen = [sorted(map(str, rows(store, t))) for t in tables], set()
    for seed in range(120):
        what = tamper(store, random.Random(seed))
        if [sorted(map(str, rows(store, t))) for t in tables] != as_it_was:
            assert verify(store).breaks, f"{what} (seed {seed}) was not found"
            seen.add(what)
        behind(
            store, *(s for t, k in clean.items() for s in (f"delete from {t}", f"insert into {t} select * from {k}"))
        )
        assert verify(store).breaks == []
    assert len(seen) > 15


def test_a_missing_record_is_not_excused_by_an_erasure_of_others(store):
    live(store)
    behind(store, "delete from activity where act_id = (select act_id from activity where act = 'import')")
    (found,) = verify(store).breaks
    assert "taken out" in found


def test_a_chain_made_anew_is_found_by_an_end_that_was_noted(store):
    live(store)
    noted = end_of(store)
    assert verify(store, noted).breaks == []
    behind(
        store,
        "update activity set reason = 'x'",
        "delete from activity_links",
        "update activity_head set number=0, hash=''",
    )
    store.change(chain.adopt)
    assert verify(store).breaks == []  # nothing in the store itself tells
    assert verify(store, noted).breaks


# -- records from before ------------------------------------------------------------------------------------------------


def test_records_from_before_the_chain_are_taken_in_once_and_forged_ones_never(store_url, monkeypatch):
    before = [f for f in schema_files(store_url.split(":")[0].split("+")[0]) if f.name < CHAIN]
    with monkeypatch.context() as m:
        m.setattr("convdata.schema.schema_files", lambda kind: before)
        store = opened(store_url)
        insert = (
            "insert into activity (act_id, done_at, recorded_at, actor, act, reason) values "
            "('{id}', timestamp '2026-08-09 12:00:00.123456', timestamp '2026-08-0{day} 12:00:00', 'Ada', 'review', '{id}')"
        )
        behind(store, *(insert.format(id=uuid.uuid4(), day=1 + n % 7) for n in range(25)))
        store.close()
    store = opened(store_url)
    found = verify(store)
    assert (found.records, found.breaks) == (25, [])
    written = [
        when for (when,) in rows(store, "activity join activity_links using (act_id) order by number", "recorded_at")
    ]
    assert written == sorted(written)
    behind(store, insert.format(id=uuid.uuid4(), day=9))
    store.close()
    store = opened(store_url)
    assert len(verify(store).breaks) == 1
    store.close()
