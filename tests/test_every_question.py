"""Rules for the folder sql/: every file is asked on both stores, and reads as the house asks."""

import re
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from convdata.database import Store, Transaction
from convdata.filters import FILTERS, Choices
from convdata.questions import SQL, Question, paths, question
from convdata.review import joining
from tests.conftest import NOW

FILES = sorted(SQL.rglob("*.sql"))
KEY = str(uuid.UUID(int=7))

# A value for every parameter that any question has, by its name: a parameter means the same everywhere.
BY_NAME: dict[str, Any] = {
    "name": "a",
    "value": "a",
    "many": 5,
    "limit": 5,
    "skip": 0,
    "step": "day",
    "acts": ["mute"],
    "actors": ["demo"],
    "among": [KEY],
}
BY_ENDING: list[tuple[str, Any]] = [
    ("_at", NOW),
    ("now", NOW),
    ("since", NOW),
    ("until", NOW),
    ("before", NOW),
    ("first", NOW),
    ("last", NOW),
    ("_day", NOW.date()),
    ("day", NOW.date()),
    ("_from", NOW.date()),
    ("_to", NOW.date()),
    ("keys", [KEY]),
    ("_key", KEY),
    ("key", KEY),
    ("after", KEY),
    ("_id", KEY),
    ("id", KEY),
    ("_seq", 0),
    ("arrived", 0),
]
ROWS: dict[str, Any] = {
    "uuid": KEY,
    "varchar": "a",
    "bigint": 1,
    "boolean": False,
    "double precision": 0.5,
    "timestamp": NOW,
    "date": NOW.date(),
}


class RolledBack(Exception):
    pass


@pytest.mark.parametrize("path", paths())
def test_every_question_is_answered_and_every_change_runs(path: str, demo: Store) -> None:
    asked = question(path, demo.kind)
    rows = {name: [ROWS[type_]] for name, type_ in asked.columns} or None
    values = {name: value_for(asked, name) for name in asked.parameters}

    def work(transaction: Transaction) -> None:
        if path.startswith("changes/"):
            transaction.tell(path.removeprefix("changes/"), rows, **values)
        else:
            transaction.ask(path, Choices(), rows, **values)
        raise RolledBack

    with pytest.raises(RolledBack):
        demo.change(work)


@pytest.mark.parametrize("name", [f.name for f in FILTERS])
def test_every_filter_picks_on_every_list_question(name: str, demo: Store) -> None:
    f = next(f for f in FILTERS if f.name == name)
    known = {"channel": ("webchat",), "failed_hour": ("4-9", "4-19")}
    some = (grouped(demo),) if name == "failed_topic" else known.get(name) or f.options[:2] or ("en",)
    value = {"words": "an", "any_of": some, "first_day": date(2026, 7, 1), "last_day": NOW.date()}[f.kind]
    choices = Choices({name: value})
    picking = [p for p in paths() if question(p, demo.kind).reads_picked]
    assert picking
    for path in picking:
        values = {n: value_for(question(path, demo.kind), n) for n in question(path, demo.kind).parameters}
        demo.ask(path, choices, **values)
    assert 0 < demo.ask("customers/count", choices)[0].conversations <= 80


def grouped(store: Store) -> str:
    """A group that Review has made."""
    joining.join(store, NOW)
    (row,) = store.ask(
        "trends/topics", many=1, since=datetime(2026, 1, 1), until=datetime(2027, 1, 1), channels=None, languages=None
    )
    return str(row.group_id)


def value_for(asked: Question, name: str) -> Any:
    if name in BY_NAME:
        return BY_NAME[name]
    # What a question casts to tells what it takes; most say so.
    declared = re.search(rf"cast\(:{name} as ([a-z ]+(?:\[\])?)\)", asked.text)
    if declared:
        kind = declared.group(1)
        return [ROWS[kind[:-2]]] if kind.endswith("[]") else ROWS[kind]
    for ending, value in BY_ENDING:
        if name.endswith(ending):
            return value
    raise AssertionError(f"{asked.path} takes :{name}; cast it, or give it a sample value here")


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(SQL).as_posix())
def test_every_file_reads_as_the_house_asks(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    body = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    assert re.fullmatch(r"-- [A-Z].*", first), "begins with a sentence that readers see"
    code = re.sub(r"'[^']*'", "''", body)
    assert code == code.lower(), "lower case"
    assert "::" not in code, "SQLAlchemy binds nothing beside ::, use cast"
    for word in ("now()", "current_timestamp", "timestamptz", "with time zone", "savepoint", "nextval", "references "):
        assert word not in code, f"{word} differs between the stores or cannot be distributed"
    if file.parent.name != "schema":
        assert not re.search(r"select\s+\*", code), "columns are named"
        assert "{" not in code, "no templating"


def test_no_file_of_sql_is_forgotten() -> None:
    """Every question is asked by somebody."""
    project = SQL.parent
    code = "\n".join(
        p.read_text(encoding="utf-8")
        for folder in ("convdata", "pages", "routes", "benchmarks")
        for p in (project / folder).rglob("*.py")
    )
    named = set(re.findall(r'"([a-z_]+(?:/[a-z_]+)?)"', code))
    begun = tuple(re.findall(r'f"([a-z_]+[/_])\{', code))  # held/{table}, erase_{table}: a name put together
    asked = [
        p for p in paths() if {p, p.removeprefix("changes/")} & named or p.removeprefix("changes/").startswith(begun)
    ]
    assert set(paths()) == set(asked)
