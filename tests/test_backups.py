"""A backup is made while the store is used; restored, it never brings back who was erased since."""

import hashlib
import io
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from convdata import chain
from convdata.__main__ import main
from convdata.activity import latest
from convdata.backups import TABLES, back_up, unpack
from convdata.counts import rebuild
from convdata.erasure import HELD, OF_NOBODY, erase
from convdata.errors import FileUnreadable, MisheardError, NotAllowed, NotForYou, StoreAway, StoreNotEmpty, StoreTooNew
from convdata.muting import mute
from convdata.receipt_checks import check_receipt
from convdata.restoring import restore
from convdata.rewriting import rewrite
from convdata.rights import Actor, Role
from convdata.settings import Settings, read_settings
from convdata.vocabulary import Act
from tests.story import HOUR, NOBODYS_SECRETS, NOON, admin, customer, key, message, opened, rows, tables, tell

BOSS = admin("Mae")
PROJECT = Path(__file__).parents[1]


def settings(url) -> Settings:
    return read_settings({"MISHEARD_STORE": url}, NOBODYS_SECRETS)


def contents(store, but=()):
    return {t: sorted(map(str, rows(store, t))) for t in sorted(tables(store) - {"schema_steps", *but})}


@contextmanager
def open_again(url):
    store = opened(url)
    try:
        yield store
    finally:
        store.close()


def test_every_table_is_in_a_backup(store, tmp_path):
    assert (
        set(TABLES) == {h.table for h in HELD} | set(OF_NOBODY) - {"schema_steps"} == tables(store) - {"schema_steps"}
    )


@pytest.mark.parametrize("into", ["duckdb", "postgresql"])
def test_a_backup_restored_into_an_empty_store_of_either_kind_is_the_same(demo, tmp_path, into, request):
    mute(demo, rows(demo, "customers", "cast(customer_key as varchar)")[0][0], by=BOSS, now=NOON)
    file = tmp_path / "b.zip"
    as_it_was = contents(demo)
    made = back_up(demo, str(file), by=BOSS, now=NOON)
    assert made.bytes == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    url = f"duckdb:///{tmp_path / 'other.duckdb'}" if into == "duckdb" else request.getfixturevalue("postgres_url")
    done = restore(settings(url), str(file), by=BOSS, now=NOON + HOUR)
    assert (done.customers, done.erased_again) == (80, 0)
    with open_again(url) as other:
        assert contents(other, ["activity", "activity_links", "activity_head"]) == {
            t: r for t, r in as_it_was.items() if not t.startswith("activity")
        }
        assert set(as_it_was["activity"]) < set(contents(other)["activity"])
        assert latest(other)[0].act == "restore"
        number, hash = made.end.split(":")
        assert chain.verify(other, chain.End(int(number), hash)).breaks == []
        assert other.secret == demo.secret
        rebuild(other)  # the numbers are those of what is there
        assert rows(
            other, "daily_counts", "cast(sum(eligible) as bigint)", "cast(sum(not_understood) as bigint)"
        ) == rows(demo, "daily_counts", "cast(sum(eligible) as bigint)", "cast(sum(not_understood) as bigint)")


def test_a_backup_is_parquet_that_any_program_reads(store, tmp_path):
    tell(store, message(text="día"), customer(first_name="Ada"))
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert (manifest["what"], manifest["tables"]["messages"]["rows"]) == ("misheard-backup", 1)
        archive.extract("messages.parquet", tmp_path)
    assert pq.read_table(tmp_path / "messages.parquet")["text"].to_pylist() == ["día"]


def test_a_backup_that_was_made_is_recorded_and_one_that_failed_is_not(store, tmp_path):
    tell(store, message())
    made = back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    (tmp_path / ".c.zip.part").mkdir()  # where it would be written
    for name in ("b.zip", "c.zip", "no/folder.zip"):
        with pytest.raises(MisheardError):
            back_up(store, str(tmp_path / name), by=BOSS, now=NOON)
    (record,) = latest(store, acts=[Act.BACKUP])
    assert json.loads(record.details) == {"file": "b.zip", "rows": made.rows, "end": made.end}
    assert record.actor == "Mae"
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix in (".zip", ".part")) == [".c.zip.part", "b.zip"]


def test_a_backup_that_cannot_be_recorded_is_none(store, tmp_path):
    tell(store, message())
    change = store.change

    def away(work):
        raise StoreAway("The disk is full: nothing was stored.")

    store.change = away
    with pytest.raises(StoreAway):
        back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    store.change = change
    assert not [p.name for p in tmp_path.iterdir() if "b.zip" in p.name]
    assert not latest(store, acts=[Act.BACKUP])


def test_a_backup_made_while_others_write_is_of_one_moment(store, tmp_path):
    enough = threading.Event()

    def writing(seed):
        n = 0
        while not enough.is_set():
            n += 1
            tell(store, message(f"w-{seed}", NOON + n * HOUR / 60, understood=n % 2 == 0), now=NOON + 100 * HOUR)

    writers = [threading.Thread(target=writing, args=(n,)) for n in range(3)]
    for w in writers:
        w.start()
    try:
        for n in range(3):
            time.sleep(0.2)
            back_up(store, str(tmp_path / f"{n}.zip"), by=BOSS, now=NOON)
    finally:
        enough.set()
        for w in writers:
            w.join()
    for n in range(3):
        url = f"duckdb:///{tmp_path / f'{n}.duckdb'}"
        restore(settings(url), str(tmp_path / f"{n}.zip"), by=BOSS, now=NOON)
        with open_again(url) as other:
            assert chain.verify(other).breaks == []
            for many, whose in rows(other, "customers", "message_count", "cast(customer_key as varchar)"):
                assert many == len(rows(other, f"messages where customer_key = '{whose}'"))


# -- erased stays erased ------------------------------------------------------------------------------------------------


def test_whoever_was_erased_since_stays_erased_with_receipt_and_bytes(store, store_url, tmp_path):
    marker = secrets.token_hex(12)
    for name in ("gone", "stays", "came back"):
        tell(store, message(name, text=f"{marker} of {name}"), customer(name, first_name=name))
    early = erase(store, key(store, "came back"), by=BOSS, now=NOON + HOUR)
    tell(store, message("came back", NOON + 2 * HOUR, "Hello again"))
    mute(store, key(store, "gone"), by=BOSS, now=NOON + 2 * HOUR, reason=marker)
    file = str(tmp_path / "b.zip")
    back_up(store, file, by=BOSS, now=NOON + 3 * HOUR)
    os.rename(file, f"{tmp_path}.zip")  # its own bytes are not the store's
    receipt = erase(store, key(store, "gone"), by=admin("Bob"), now=NOON + 4 * HOUR)
    tell(store, message("new", NOON + 5 * HOUR))
    gone = key(store, "gone")
    store.close()
    done = restore(settings(store_url), f"{tmp_path}.zip", by=BOSS, now=NOON + 6 * HOUR, replacing=True)
    assert (done.customers, done.erased_again, done.records_kept) == (2, 1, 2)
    with open_again(store_url) as again:
        assert sorted(rows(again, "people", "customer_id")) == [("came back",), ("stays",)]
        assert [t for t in tables(again, "customer_key") if gone in str(rows(again, t))] == ["erased"]
        assert tell(again, message("gone", NOON, "old")).suppressed == 1
        found = chain.verify(again)
        assert found.breaks == []
        for one in (receipt, early):
            assert "is good" in check_receipt(again, json.loads(json.dumps(one.as_json())))
        assert [(r.act, r.actor) for r in latest(again)][:2] == [("restore", "Mae"), ("erase", "Bob")]
        counted = rows(again, "daily_counts", "cast(sum(eligible) as bigint)")
        rebuild(again)
        assert rows(again, "daily_counts", "cast(sum(eligible) as bigint)") == counted
        if again.file:
            again.close()
            left = b"".join(p.read_bytes() for p in again.file.parent.iterdir() if p.is_file())
            assert f"{marker} of gone".encode() not in left
            assert sorted(p.name for p in again.file.parent.iterdir()) == ["store.duckdb", "store.duckdb.erased"]


def test_restoring_twice_and_backing_up_again_goes_on(store, store_url, tmp_path):
    for name in ("a", "b"):
        tell(store, message(name))
    back_up(store, str(tmp_path / "1.zip"), by=BOSS, now=NOON)
    erase(store, key(store, "a"), by=BOSS, now=NOON + HOUR)
    store.close()
    for n in (2, 3):
        restore(settings(store_url), str(tmp_path / "1.zip"), by=BOSS, now=NOON + n * HOUR, replacing=True)
        with open_again(store_url) as again:
            assert rows(again, "people", "customer_id") == [("b",)]
            assert chain.verify(again).breaks == []
            assert len(latest(again, acts=[Act.RESTORE])) == n - 1
            assert len(latest(again, acts=[Act.ERASE])) == 1
            back_up(again, str(tmp_path / f"{n}.zip"), by=BOSS, now=NOON + n * HOUR)


# -- refused ------------------------------------------------------------------------------------------------------------


def test_a_store_with_something_in_it_is_only_replaced_when_asked(store, store_url, tmp_path):
    tell(store, message())
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    before = contents(store)
    store.close()
    with pytest.raises(StoreNotEmpty, match="--replace"):
        restore(settings(store_url), str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    with open_again(store_url) as again:
        assert contents(again) == before


def test_a_backup_of_another_store_does_not_replace_one_that_has_erased(store, store_url, tmp_path):
    with open_again(f"duckdb:///{tmp_path / 'other.duckdb'}") as other:
        tell(other, message())
        back_up(other, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    tell(store, message())
    erase(store, key(store), by=BOSS, now=NOON)
    store.close()
    with pytest.raises(NotAllowed, match="another store"):
        restore(settings(store_url), str(tmp_path / "b.zip"), by=BOSS, now=NOON, replacing=True)


def test_a_damaged_backup_is_refused_with_a_sentence_and_nothing_changes(store, store_url, tmp_path):
    tell(store, *(message(f"v-{n}", text=secrets.token_hex(50)) for n in range(50)))
    whole = tmp_path / "b.zip"
    back_up(store, str(whole), by=BOSS, now=NOON)
    before = contents(store)
    store.close()
    content = whole.read_bytes()
    wrong = tmp_path / "wrong.zip"
    middle = len(content) // 2
    cases = [content[:n] for n in (0, 1, 100, middle, len(content) - 1, len(content) - 30)]
    with zipfile.ZipFile(whole) as archive:  # in the middle of what is in it: around that a zip holds what nobody reads
        places = [m.header_offset + m.file_size // 2 + 60 for m in archive.infolist() if m.file_size > 1_000]
    assert len(places) > 5
    cases += [content[:n] + bytes([content[n] ^ 255]) + content[n + 1 :] for n in places[:5] + places[-1:]]
    cases += [b"x" * 1000, content + b"x" * 70_000]
    for n, case in enumerate(cases):
        wrong.write_bytes(case)
        with pytest.raises(FileUnreadable):
            restore(settings(store_url), str(wrong), by=BOSS, now=NOON, replacing=True)
        assert not [p for p in tmp_path.iterdir() if "restor" in p.name or "unpacked" in p.name], n
    with pytest.raises(FileUnreadable):
        restore(settings(store_url), str(tmp_path / "nothing.zip"), by=BOSS, now=NOON, replacing=True)
    with open_again(store_url) as again:
        assert contents(again) == before


INTO = "text) select * from messages; drop table people; --"


def test_a_backup_that_somebody_changed_adds_no_statement_and_fills_no_disk(store, store_url, tmp_path):
    tell(store, message())
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    before = contents(store)
    store.close()
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def changed(change: Any, compression: int = zipfile.ZIP_STORED) -> str:
        files = dict(members)
        manifest = json.loads(files["manifest.json"])
        change(manifest["tables"]["people"], files)
        manifest["tables"]["people"]["sha256"] = hashlib.sha256(files["people.parquet"]).hexdigest()
        with zipfile.ZipFile(tmp_path / "c.zip", "w", compression) as archive:
            for name, content in (files | {"manifest.json": json.dumps(manifest)}).items():
                archive.writestr(name, content)
        return str(tmp_path / "c.zip")

    def another_name(about: Any, files: Any, name: str = INTO, really: bool = True) -> None:
        about["columns"][1][0] = name
        if really:
            table = pq.read_table(io.BytesIO(files["people.parquet"]))
            out = io.BytesIO()
            pq.write_table(table.rename_columns([name if n == 1 else c for n, c in enumerate(table.column_names)]), out)
            files["people.parquet"] = out.getvalue()

    cases = [
        lambda: changed(another_name),
        lambda: changed(partial(another_name, name="secret")),
        lambda: changed(partial(another_name, really=False)),
        lambda: changed(lambda about, _: about["columns"][1].__setitem__(1, "bigint")),
        lambda: changed(lambda about, _: about["columns"][1].__setitem__(1, "varchar); drop table people; --")),
        lambda: changed(lambda *_: None, zipfile.ZIP_DEFLATED),
        lambda: changed(lambda about, _: about.__setitem__("more", "x" * (1 << 20))),
    ]
    for case in cases:
        with pytest.raises(FileUnreadable):
            restore(settings(store_url), case(), by=BOSS, now=NOON, replacing=True)
    with open_again(store_url) as again:
        assert contents(again) == before
    restore(settings(store_url), changed(lambda *_: None), by=BOSS, now=NOON, replacing=True)  # unchanged, it is one


def test_a_backup_of_a_later_version_is_refused(store, store_url, tmp_path):
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    store.close()
    with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'"014_chain_of_records.sql"', b'"999_later.sql"'))
    with pytest.raises(StoreTooNew):
        restore(settings(store_url), str(tmp_path / "c.zip"), by=BOSS, now=NOON, replacing=True)


def test_who_may_and_where_to(store, store_url, tmp_path):
    nobody: Any = "Ada"
    for by in (Actor("Ada", Role.AGENT), Actor("Mae", Role.MANAGER), nobody):
        with pytest.raises(NotForYou):
            back_up(store, str(tmp_path / "b.zip"), by=by, now=NOON)
        with pytest.raises(NotForYou):
            restore(settings(store_url), str(tmp_path / "b.zip"), by=by, now=NOON)
    (tmp_path / "b.zip").write_text("mine")
    for where in (tmp_path / "b.zip", tmp_path / "no" / "folder.zip"):
        with pytest.raises(MisheardError):
            back_up(store, str(where), by=BOSS, now=NOON)
    assert (tmp_path / "b.zip").read_text() == "mine"
    assert not [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")]


# -- killed -------------------------------------------------------------------------------------------------------------

RESTORING = """
import sys, time
from datetime import datetime
from convdata import restoring
from convdata.rewriting import rewrite
from convdata.rights import Actor, Role
from convdata.settings import read_settings
url, file, where = sys.argv[1:]
def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)
if where == "while filling":
    restoring.fill = stop
elif where == "before the exchange":
    restoring.change_places = stop
elif where == "while erasing again":
    restoring.take_away = stop
restoring.restore(
    read_settings({"MISHEARD_STORE": url}), file, by=Actor("Mae", Role.ADMIN), now=datetime(2026, 8, 10), replacing=True
)
"""


@pytest.mark.parametrize("where", ["while filling", "while erasing again", "before the exchange"])
def test_killed_while_restoring_the_old_store_stays(store, store_url, tmp_path, where):
    if where == "before the exchange" and store.kind == "postgresql":
        pytest.skip("there is no exchange on a server")
    tell(store, *(message(f"v-{n}") for n in range(3)))
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    erase(store, key(store, "v-0"), by=BOSS, now=NOON + HOUR)
    tell(store, message("since", NOON + 2 * HOUR))
    rewrite(store)
    before = contents(store)
    store.close()
    child = subprocess.Popen(
        [sys.executable, "-c", RESTORING, store_url, str(tmp_path / "b.zip"), where],
        cwd=PROJECT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    with open_again(store_url) as again:
        assert contents(again) == before
        if again.file:
            assert sorted(p.name for p in tmp_path.iterdir() if p.name != "b.zip") == [
                "store.duckdb",
                "store.duckdb.erased",
            ]
    done = restore(settings(store_url), str(tmp_path / "b.zip"), by=BOSS, now=NOON + 3 * HOUR, replacing=True)
    assert (done.customers, done.erased_again) == (2, 1)


def test_the_command_line_backs_up_and_restores(store, store_url, tmp_path, monkeypatch, capsys):
    tell(store, message())
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", store_url)
    file = str(tmp_path / "b.zip")
    assert main(["backup", file]) == 0
    assert "not encrypted" in capsys.readouterr().out
    assert main(["backup", file]) == 2
    assert "there already" in capsys.readouterr().err
    assert main(["restore", file]) == 2
    assert main(["restore", file, "--replace", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["customers"] == 1
    assert main(["check"]) == 0
    assert unpack(file, tmp_path).tables
