"""What somebody may type into the search box, the filters and the address (threat model E10, E11): it finds or it does not."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from convdata import customer_pages
from convdata.database import connections
from convdata.errors import StoreAway
from convdata.filters import LONGEST, MOST, Choices, choose
from convdata.settings import PROJECT
from tests.story import READER, customer, message, opened, rows, tables, tell
from tests.texts import HOSTILE

TYPED = (
    *HOSTILE,
    "' or 1=1 --",
    "'; drop table customers; --",
    "x' union select secret from store_facts --",
    "%",
    "_",
    "!",
    "\\",
    ":now",
    "{value}",
    "(a+)+$" * 30,
    "a " * 100,
    "1); ATTACH 'x.duckdb'; --",
)


def test_whatever_is_typed_finds_nobody_who_is_not_meant_and_changes_nothing(store):
    tell(store, message("v-1", text="Hello"), customer("v-1", first_name="Ada"))
    before = {table: sorted(map(str, rows(store, table))) for table in tables(store)}
    for typed in TYPED:
        chosen, said = choose({"search": typed}, store.settings.timezone)
        if len(typed.strip()) > LONGEST:
            assert "left out" in said[0]
            continue
        found = customer_pages.page(store, chosen, 1, 1, {}, by=READER) if chosen else ()
        assert len(found) == 0 or set(typed.lower().split()) <= {"a"}, typed  # which is in her name
    assert {table: sorted(map(str, rows(store, table))) for table in tables(store)} == before


@pytest.mark.parametrize("name", ["status", "language", "channel", "from", "search", "failed_topic"])
def test_an_address_of_a_megabyte_or_of_many_values_is_left_out_and_said(store, name):
    for given in ("x" * 1_000_000, [f"v{n}" for n in range(MOST + 1)]):
        chosen, said = choose({name: given}, store.settings.timezone)
        if name in ("search", "from") and isinstance(given, list):
            continue  # of these the last one counts
        assert not chosen
        assert len(said) == 1
        assert len(said[0]) < 300


def test_a_search_that_takes_too_long_on_postgres_is_ended_with_a_sentence(postgres_url, monkeypatch):
    monkeypatch.setattr(connections, "LONGEST_SEARCH", "200ms")
    store = opened(postgres_url)
    tell(store, message("v-1"), customer("v-1", first_name="Ada"))
    searched = Choices({"search": "ada"})
    assert len(store.ask("customers/count", searched)) == 1
    with store.engine.connect() as other:
        other.exec_driver_sql("lock table customers in access exclusive mode")
        began = time.monotonic()
        with pytest.raises(StoreAway, match="took too long"):
            store.ask("customers/count", searched)
        assert time.monotonic() - began < 10
        other.rollback()
    assert rows(store, "pg_settings where name = 'statement_timeout'", "setting") == [("0",)]
    assert len(store.ask("customers/count", searched)) == 1
    store.close()


# Modules that put statements together, of our own words alone: values are bound, names come from lists of ours.
PUT_TOGETHER = {
    "convdata/database/statements.py",
    "convdata/filters.py",
    "convdata/failings.py",
    "convdata/questions.py",
    "convdata/restoring.py",
    "convdata/rewriting.py",
    "convdata/vacuuming.py",
    "convdata/whole_tables.py",
}
STATEMENT = re.compile(
    r"(?i)\b(select .+ from|insert into|update .+ set|delete from|order by|drop table|alter table)\b"
)


def test_no_statement_is_built_of_what_somebody_typed() -> None:
    for file in sorted([*(PROJECT / "convdata").rglob("*.py"), *(PROJECT / "pages").rglob("*.py"), *(PROJECT / "routes").rglob("*.py")]):  # fmt: skip
        name = file.relative_to(PROJECT).as_posix()
        if name in PUT_TOGETHER:
            continue
        for line, text in _put_together(file):
            assert not STATEMENT.search(text), f"{name}:{line} builds a statement; it belongs into sql/"


def _put_together(file: Path) -> Iterator[tuple[int, str]]:
    """Texts with something in them, and texts that are added or filled in."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values):
            yield node.lineno, " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and isinstance(side.value, str):
                    yield node.lineno, side.value
