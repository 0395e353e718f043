"""Where the store itself is lost, a list beside it still knows who was erased, so that a backup brings nobody back."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from convdata import chain, retention
from convdata.__main__ import main
from convdata.background import JOBS
from convdata.backups import back_up
from convdata.database import Store
from convdata.erased_list import Erased, bring_up_to_date, list_of, note, read
from convdata.erasure import erase
from convdata.errors import FileUnreadable, NotAllowed
from convdata.restoring import restore
from convdata.settings import Settings, read_settings
from tests.story import HOUR, NOBODYS_SECRETS, NOON, admin, customer, key, message, opened, rows, tell

BOSS = admin("Mae")


def settings(url: str, file: Path | str = "") -> Settings:
    return read_settings({"MISHEARD_STORE": url, "MISHEARD_ERASED_LIST": str(file)}, NOBODYS_SECRETS)


def where(store: Store) -> Path:
    file = list_of(store)
    assert file is not None
    return file


@pytest.fixture
def noted(store_url, tmp_path):
    """A store of either kind with a list of its own, on another disk."""
    store = opened(store_url, ERASED_LIST=str(tmp_path / "elsewhere.jsonl"))
    yield store
    store.close()


def people(url):
    store = opened(url)
    found = sorted(name for (name,) in rows(store, "people", "customer_id"))
    assert chain.verify(store).breaks == []
    store.close()
    return found


@pytest.fixture(params=["duckdb", "postgresql"])
def another_url(request, tmp_path, postgres_server):
    """An empty place for a store, of either kind."""
    if request.param == "duckdb":
        (tmp_path / "new").mkdir()
        yield f"duckdb:///{tmp_path / 'new' / 'store.duckdb'}"
    else:
        with postgres_server.database() as url:
            yield url


def test_a_store_that_is_lost_comes_back_without_whoever_was_erased(noted, another_url, tmp_path):
    tell(noted, *(message(name) for name in ("before", "stays", "since", "back")))
    erase(noted, key(noted, "before"), by=BOSS, now=NOON + HOUR)
    erase(noted, key(noted, "back"), by=BOSS, now=NOON + HOUR)
    tell(noted, message("back", NOON + 2 * HOUR, "Hello again"))
    back_up(noted, str(tmp_path / "b.zip"), by=BOSS, now=NOON + 3 * HOUR)
    erase(noted, key(noted, "since"), by=BOSS, now=NOON + 4 * HOUR)
    erased = where(noted)
    done = restore(settings(another_url, erased), str(tmp_path / "b.zip"), by=BOSS, now=NOON + 5 * HOUR)
    assert (done.customers, done.erased_again, done.passed_over, done.known) == (2, 1, 0, True)
    assert people(another_url) == ["back", "stays"]
    again = opened(another_url, ERASED_LIST=str(erased))
    assert tell(again, message("since", NOON, "an old event")).suppressed == 1
    assert bring_up_to_date(again) == 0
    erased.unlink()
    assert bring_up_to_date(again) == 3
    again.close()


def test_it_lies_beside_a_duckdb_store_unless_it_is_put_elsewhere(duckdb_url, tmp_path):
    store = opened(duckdb_url)
    tell(store, message("stays"), message("since"))
    back_up(store, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    erase(store, key(store, "since"), by=BOSS, now=NOON + HOUR)
    store.close()
    assert (tmp_path / "store.duckdb.erased").stat().st_mode & 0o777 == 0o600
    (tmp_path / "store.duckdb").unlink()
    assert restore(settings(duckdb_url), str(tmp_path / "b.zip"), by=BOSS, now=NOON + 2 * HOUR).erased_again == 1
    assert people(duckdb_url) == ["stays"]


def test_it_holds_nothing_of_anybody(noted):
    tell(
        noted, message("ada-byron", text="secret words"), customer("ada-byron", first_name="Ada", email="a@example.org")
    )
    whose = key(noted, "ada-byron")
    erase(noted, whose, by=BOSS, now=NOON)
    (line,) = where(noted).read_text().splitlines()
    assert set(json.loads(line)) == {"key", "at", "until", "seal"}
    assert json.loads(line)["key"] == whose
    assert "Mae" not in line


def test_whoever_is_not_kept_any_longer_is_noted_too(store_url, tmp_path):
    file = tmp_path / "elsewhere.jsonl"
    store = opened(store_url, ERASED_LIST=str(file), RETENTION="30")
    tell(store, *(message(f"old-{n}") for n in range(120)))
    keys = {key(store, f"old-{n}") for n in range(120)}
    assert retention.let_go(store, NOON + timedelta(days=60), by=BOSS) == 120
    assert set(read(file, store.secret).erased) == keys
    store.close()


# -- never behind for long ----------------------------------------------------------------------------------------------


def test_whose_note_was_cut_short_is_noted_by_the_background(noted):
    file = where(noted)
    tell(noted, *(message(f"v-{n}") for n in range(5)))
    keys = [key(noted, f"v-{n}") for n in range(5)]
    for one in keys:
        erase(noted, one, by=BOSS, now=NOON)
    assert bring_up_to_date in [job for _, job in JOBS]
    assert bring_up_to_date(noted) == 0
    content = file.read_bytes()
    for kept in (b"", content[: len(content) // 2], content[:-1], content[:-20]):
        file.write_bytes(kept)
        missing = 5 - len(read(file, noted.secret).erased)
        assert bring_up_to_date(noted) == missing
        assert set(read(file, noted.secret).erased) == set(keys)
        assert bring_up_to_date(noted) == 0
    tell(noted, message("v-0", NOON + HOUR))
    erase(noted, keys[0], by=BOSS, now=NOON + 2 * HOUR)
    assert read(file, noted.secret).erased[keys[0]].erased_at == NOON + 2 * HOUR


def test_an_erasure_does_not_fail_for_a_list_that_cannot_be_written(noted, tmp_path, caplog):
    file = where(noted)
    file.mkdir()
    tell(noted, message())
    whose = key(noted)
    with caplog.at_level(logging.ERROR):
        erase(noted, whose, by=BOSS, now=NOON)
    assert "list of the erased cannot be written" in caplog.text
    assert rows(noted, "people") == []
    file.rmdir()
    assert bring_up_to_date(noted) == 1
    assert set(read(file, noted.secret).erased) == {whose}


# -- of this store, or of none ------------------------------------------------------------------------------------------


def test_nobody_has_somebody_erased_by_writing_into_it(noted, tmp_path):
    tell(noted, message("stays"), message("since"))
    stays = key(noted, "stays")
    back_up(noted, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    erase(noted, key(noted, "since"), by=BOSS, now=NOON + HOUR)
    file = where(noted)
    good = json.loads(file.read_text())
    note_of_another = tmp_path / "another.jsonl"
    another = opened(f"duckdb:///{tmp_path / 'another.duckdb'}", ERASED_LIST=str(note_of_another))
    note(another, [Erased(stays, NOON + HOUR, NOON + HOUR)])
    another.close()
    lines = [
        json.dumps(good | {"key": stays}),
        json.dumps({"key": stays, "at": str(NOON), "until": str(NOON)}),
        json.dumps(good | {"seal": None}),
        note_of_another.read_text().strip(),
        "null", "[]", "{", "[" * 900, '"x"', "x" * 5_000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ]  # fmt: skip
    with file.open("a") as more:
        more.write("\n".join(lines) + "\n")
    target = f"duckdb:///{tmp_path / 'target.duckdb'}"
    done = restore(settings(target, file), str(tmp_path / "b.zip"), by=BOSS, now=NOON + 2 * HOUR)
    assert (done.erased_again, done.known) == (1, True)
    assert done.passed_over >= len(lines)
    assert people(target) == ["stays"]


def test_a_list_of_another_store_is_refused_where_it_was_named(noted, tmp_path):
    tell(noted, message("stays"))
    back_up(noted, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    other = tmp_path / "other.jsonl"
    another = opened(f"duckdb:///{tmp_path / 'another.duckdb'}", ERASED_LIST=str(other))
    note(another, [Erased(key(noted, "stays"), NOON + HOUR, NOON + HOUR)])
    another.close()
    target = f"duckdb:///{tmp_path / 'target.duckdb'}"
    with pytest.raises(NotAllowed, match="no list of the erased of this backup"):
        restore(settings(target), str(tmp_path / "b.zip"), by=BOSS, now=NOON, lists=[str(other)])
    with pytest.raises(FileUnreadable, match="cannot be read"):
        restore(settings(target), str(tmp_path / "b.zip"), by=BOSS, now=NOON, lists=[str(tmp_path / "no.jsonl")])


def test_the_command_line_says_when_nobody_knows(noted, tmp_path, monkeypatch, capsys):
    tell(noted, message("stays"), message("since"))
    back_up(noted, str(tmp_path / "b.zip"), by=BOSS, now=NOON)
    erase(noted, key(noted, "since"), by=BOSS, now=NOON + HOUR)
    monkeypatch.setenv("MISHEARD_STORE", f"duckdb:///{tmp_path / 'target.duckdb'}")
    assert main(["restore", str(tmp_path / "b.zip")]) == 0
    assert "Nothing here knows who was erased since then" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "b.zip"), "--replace", "--erased", str(where(noted))]) == 0
    said = capsys.readouterr().out
    assert "again now: 1." in said
    assert "Nothing here knows" not in said
    assert people(f"duckdb:///{tmp_path / 'target.duckdb'}") == ["stays"]
