"""DuckDB opens nothing but the store (threat model E17), whatever statement is smuggled in, and only its owner reads it."""

import stat

import pytest
from sqlalchemy.exc import DBAPIError

from convdata.erasure import erase
from convdata.rewriting import rewrite
from tests.story import NOON, admin, key, many_messages, message, opened, tell

SMUGGLED = (
    "attach '{folder}/other.duckdb' as other",
    "copy messages to '{folder}/messages.csv'",
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/hostname')",
    "select * from '/etc/passwd'",
    "install httpfs",
    "load httpfs",
    "export database '{folder}/all'",
    "import database '{folder}/all'",
    "set enable_external_access = true",
    "set allowed_paths = ['/etc/passwd']",
    "set allowed_directories = ['/']",
    "set allowed_configs = ['allowed_paths']",
    "set lock_configuration = false",
    "set autoinstall_known_extensions = true",
    "set temp_directory = '{folder}/tmp'",
    "set secret_directory = '{folder}/secrets'",
    "set memory_limit = '1MB'",
    "set log_query_path = '{folder}/queries'",
    "create persistent secret s (type http)",
)


@pytest.fixture
def duck(duckdb_url):
    store = opened(duckdb_url)
    tell(store, message(), message("v-2"))
    yield store
    store.close()


@pytest.mark.parametrize("statement", SMUGGLED)
def test_no_statement_reaches_anything_but_the_store(duck, tmp_path, statement):
    before = sorted(p.name for p in tmp_path.rglob("*"))
    with pytest.raises(DBAPIError), duck.engine.connect() as connection:
        connection.exec_driver_sql(statement.format(folder=tmp_path))
    assert sorted(p.name for p in tmp_path.rglob("*")) == before
    assert tell(duck, message("v-3")).stored == 1


def test_locked_down_it_still_writes_much_and_is_written_anew(duck, tmp_path):
    with duck.writing_much():
        tell(duck, *many_messages([f"c-{n}" for n in range(50)], 20))
    erase(duck, key(duck), by=admin("Bob"), now=NOON)
    assert rewrite(duck)
    with pytest.raises(DBAPIError), duck.engine.connect() as connection:
        connection.exec_driver_sql("select * from read_text('/etc/hostname')")
    with duck.writing_much():
        tell(duck, message("v-9"))


def test_the_file_and_its_log_are_their_owners_only(duck):
    log = duck.file.with_name(duck.file.name + ".wal")
    assert log.exists()
    for file in (duck.file, log):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    duck.checkpoint()
    tell(duck, message("v-4"))
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
