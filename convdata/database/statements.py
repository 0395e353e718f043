"""A question or a change as one statement of its store: what it picks, its values, and the rows that it is handed.

Each store has its own quickest way to take rows: Postgres arrays, DuckDB lists where they are few and a table where they
are many.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from convdata.filters import Choices
from convdata.questions import Question, with_steps

Rows = Mapping[str, Sequence[Any]]

ARROW_TYPES = {
    "uuid": pa.string(),
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
}
# Up to so many rows DuckDB is handed lists: 1.5 ms less for a statement than a table, which many rows need (20 times quicker).
FEW = 64


class Answer(NamedTuple):
    rows: Sequence[sa.Row[Any]]
    columns: list[str]


def run(
    connection: sa.Connection,
    kind: str,
    asked: Question,
    choices: Choices | None,
    rows: Rows | None,
    values: Mapping[str, Any],
) -> Answer:
    """The whole answer: an undrained result would hold a snapshot."""
    steps, bound = [], dict(values)
    driver, text = None, asked.text
    if asked.columns:
        if rows is None:
            raise ValueError(f"{asked.path} reads incoming rows and was given none")
        if kind == "duckdb" and len(rows[asked.columns[0][0]]) > FEW:
            steps.append(_incoming_step(asked))
            driver = connection.connection.driver_connection
            driver.register("incoming_rows", _arrow_table(asked, rows))  # type: ignore[union-attr]
        else:
            bound |= {f"incoming_{name}": list(rows[name]) for name, _ in asked.columns}
            if kind == "duckdb":
                text = _with_incoming_inside(asked)
            else:
                steps.append(_unnesting_step(asked))
    if asked.reads_picked:
        choices = choices or Choices()
        # Read once, it is no step of its own: DuckDB would first copy every column of all that are picked.
        alone = " not materialized" if len(re.findall(r"\bfrom picked\b", asked.text)) == 1 else ""
        steps.append(f"picked as{alone} (select * from customers{choices.where(kind)})")
        bound |= choices.bound(kind)
    try:
        result = connection.execute(_text(with_steps(text, *steps)), bound)
        if not result.returns_rows:
            return Answer([], [])
        return Answer(result.all(), list(result.keys()))
    finally:
        if driver is not None:
            with suppress(Exception):  # after an error the transaction is gone, and the view with it
                driver.unregister("incoming_rows")


def _arrow_table(asked: Question, rows: Rows) -> pa.Table:
    arrays = {name: rows[name] for name, _ in asked.columns}
    if all(isinstance(array, pa.Array) for array in arrays.values()):
        return pa.table(arrays)
    return pa.table({name: pa.array(arrays[name], type=ARROW_TYPES[type_]) for name, type_ in asked.columns})


@lru_cache(maxsize=1024)
def _text(statement: str) -> sa.TextClause:
    return sa.text(statement)


def _incoming_step(asked: Question) -> str:
    columns = ", ".join(f"cast({name} as {type_}) as {name}" for name, type_ in asked.columns)
    return f"incoming as (select {columns} from incoming_rows)"


def _unnesting_step(asked: Question) -> str:
    names = ", ".join(name for name, _ in asked.columns)
    arrays = ", ".join(f"cast(:incoming_{name} as {type_}[])" for name, type_ in asked.columns)
    return f"incoming as (select * from unnest({arrays}) as incoming_rows({names}))"


@cache
def _with_incoming_inside(asked: Question) -> str:
    """The statement with its rows where it reads them and not in a step before it: of a change that begins with a step
    the dialect reads every letter, to find out what it is.
    """
    columns = ", ".join(f"unnest(cast(:incoming_{name} as {type_}[])) as {name}" for name, type_ in asked.columns)
    return re.sub(r"\b(from|join|using) incoming\b", rf"\1 (select {columns}) as incoming", asked.text)
