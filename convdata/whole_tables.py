"""Tables read and filled whole, whatever their columns are, as they stand at one moment: for backups.

Which tables there are is the list of what is held (erasure.py); which columns, the store itself says.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import pyarrow as pa

from convdata.database import Store, Transaction
from convdata.database.statements import ARROW_TYPES
from convdata.questions import Question

ROWS = 50_000  # at a time
_TYPES = {"character varying": "varchar", "timestamp without time zone": "timestamp", "double": "double precision"}


class Column(NamedTuple):
    """``type`` is one of those that both kinds of store have."""

    name: str
    type: str


class Snapshot:
    """A store as it is at one moment, while others go on writing."""

    def __init__(self, driver: Any, kind: str) -> None:
        self._driver = driver
        self._kind = kind

    def batches(self, table: str, columns: list[Column]) -> Iterator[pa.RecordBatch]:
        """All rows of a table, some at a time."""
        names = ", ".join(f"cast({c.name} as varchar) as {c.name}" if c.type == "uuid" else c.name for c in columns)
        asked = f"select {names} from {table}"
        schema = arrow_schema(columns)
        if self._kind == "duckdb":
            for batch in self._driver.execute(asked).to_arrow_reader(ROWS):
                yield batch.cast(schema)
            return
        with self._driver.cursor(name=f"whole_{table}") as cursor:
            cursor.execute(asked)
            while rows := cursor.fetchmany(ROWS):
                values = zip(*rows, strict=True)
                arrays = [pa.array(column, type=field.type) for column, field in zip(values, schema, strict=True)]
                yield pa.record_batch(arrays, schema=schema)


@contextmanager
def snapshot(store: Store) -> Iterator[Snapshot]:
    """Readers and writers go on meanwhile; only the file cannot be written anew before this is over."""
    with store.driver() as driver:
        begin = (
            "transaction isolation level repeatable read, read only" if store.kind == "postgresql" else "transaction"
        )
        driver.execute(f"set {begin}" if store.kind == "postgresql" else f"begin {begin}")
        try:
            yield Snapshot(driver, store.kind)
        finally:
            if store.kind == "postgresql":
                driver.rollback()
            else:
                with suppress(Exception):  # what went wrong before is what is said
                    driver.execute("rollback")


def columns_of(asker: Store | Transaction, table: str) -> list[Column]:
    return [Column(row.name, _TYPES.get(row.type, row.type)) for row in asker.ask("store/columns", name=table)]


def arrow_schema(columns: list[Column]) -> pa.Schema:
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in columns])


def fill(transaction: Transaction, table: str, columns: list[Column], batch: pa.RecordBatch) -> None:
    """Add these rows to a table."""
    names = ", ".join(column.name for column in columns)
    sentence = f"insert into {table} ({names}) select {names} from incoming"
    question = Question(f"fill/{table}", "", sentence, tuple((c.name, c.type) for c in columns))
    transaction.put(question, {column.name: batch.column(column.name) for column in columns})


def empty(transaction: Transaction, table: str) -> None:
    transaction.script(f"delete from {table}")
