"""Connect, ask, tell: nothing but this folder talks to a database.

``ask`` reads. ``change`` runs some work in one transaction, in which ``tell`` writes; all of it is stored or nothing.
On DuckDB there is one writer at a time (two would fail each other, not wait); on Postgres rows are locked.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import DBAPIError

from convdata.database.connections import Connections
from convdata.database.engines import address_of
from convdata.database.statements import FEW, Rows, run
from convdata.database.troubles import is_conflict
from convdata.filters import Choices
from convdata.gate import Turns
from convdata.questions import Question, question
from convdata.settings import Settings

T = TypeVar("T")
Row = sa.Row[Any]

TRIES = 5
EPOCH = datetime(1970, 1, 1)


class Overtaken(Exception):
    """Work of ``Store.change`` that read what another has changed meanwhile raises this, to be run again."""


class Transaction:
    """What ``Store.change`` hands to its work: ask and tell on one connection."""

    def __init__(self, connection: sa.Connection, kind: str) -> None:
        self._connection = connection
        self._kind = kind
        self._last: dict[Callable[[Transaction, list[Any]], None], list[Any]] = {}

    def ask(self, path: str, choices: Choices | None = None, rows: Rows | None = None, **values: Any) -> Sequence[Row]:
        """The rows that answer a question, as they are inside this transaction."""
        return run(self._connection, self._kind, question(path, self._kind), choices, rows, values).rows

    def tell(self, path: str, rows: Rows | None = None, **values: Any) -> Sequence[Row]:
        """Run a change of ``sql/changes/``; gives what it returns, if it returns anything."""
        if rows is not None and not len(next(iter(rows.values()))):
            return []
        return run(self._connection, self._kind, question(f"changes/{path}", self._kind), None, rows, values).rows

    def put(self, change: Question, columns: Mapping[str, pa.Array]) -> None:
        """Run a change that was put together, with the rows of an Arrow batch: for tables filled whole."""
        many = len(next(iter(columns.values())))
        if not many:
            return
        arrow = self._kind == "duckdb" and many > FEW
        rows: Rows = columns if arrow else {name: array.to_pylist() for name, array in columns.items()}
        run(self._connection, self._kind, change, None, rows, {})

    def last(self, work: Callable[["Transaction", list[Any]], None], item: Any) -> None:
        """Have ``work`` done at the very end, once, with all items that were given for it: for what all writers have to
        wait for each other with, so that they do for a moment only, and never the one for what the other holds.
        """
        self._last.setdefault(work, []).append(item)

    def finish(self) -> None:
        """Do what was left for the end."""
        for work, items in self._last.items():
            work(self, items)

    def script(self, text: str) -> None:
        """Run the statements of a schema file."""
        for statement in re.sub(r"--[^\n]*", "", text).split(";"):
            if statement.strip():
                self._connection.exec_driver_sql(statement)


class Store(Connections):
    """An open store. Thread-safe; ``version`` grows with every change made through it."""

    def __init__(self, url: sa.URL, settings: Settings) -> None:
        super().__init__(url)
        self.settings = settings
        self.version = 0
        self.secret = b""
        self.listeners: list[Callable[[], None]] = []
        self._writer = Turns()
        self._counting = threading.Lock()
        self._arrivals = 0

    def ask(self, path: str, choices: Choices | None = None, rows: Rows | None = None, **values: Any) -> Sequence[Row]:
        """The rows that answer the question at ``sql/<path>.sql``, of the conversations that ``choices`` pick.

        Always fetched whole: an undrained result would hold a snapshot. Raises StoreAway.
        """
        # Rows handed over live in a view; outside a transaction DuckDB would keep it on the pooled connection.
        with self._asking(choices) as connection, connection.begin() if rows is not None else nullcontext():
            return run(connection, self.kind, question(path, self.kind), choices, rows, values).rows

    def ask_one(self, path: str, choices: Choices | None = None, **values: Any) -> Row | None:
        """The first row of the answer, or None."""
        answer = self.ask(path, choices, **values)
        return answer[0] if answer else None

    def ask_frame(self, path: str, choices: Choices | None = None, **values: Any) -> pd.DataFrame:
        """The answer as a frame, a column per column of the question."""
        with self._asking(choices) as connection:
            answer = run(connection, self.kind, question(path, self.kind), choices, None, values)
        return pd.DataFrame(answer.rows, columns=answer.columns)

    def change(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in one transaction and give what it gives. It may run again after a conflict, up to five times,
        so it must have no effect of its own beside what it tells.
        """
        for attempt in range(TRIES):
            try:
                with self._write_turn(), self._connection() as connection, connection.begin():
                    transaction = Transaction(connection, self.kind)
                    result = work(transaction)
                    transaction.finish()
                break
            except (DBAPIError, Overtaken) as error:
                if attempt == TRIES - 1 or not (isinstance(error, Overtaken) or is_conflict(error)):
                    raise
                time.sleep(random.uniform(0.005, 0.05) * (attempt + 1))
        self.version += 1
        for listener in self.listeners:
            listener()
        return result

    def next_arrivals(self, many: int, now: datetime) -> int:
        """The first of that many numbers in order of arrival: microseconds of ``now``, or more where that is taken."""
        with self._counting:
            first = max(self._arrivals, int((now - EPOCH).total_seconds() * 1_000_000))
            self._arrivals = first + many
            return first

    @property
    def one_writer(self) -> bool:
        """Whether nothing is written while a change runs, but by the change itself."""
        return self.kind == "duckdb"

    @property
    def others_wait(self) -> bool:
        """Whether writers have lately had to wait for each other, so that long changes had better be done in parts."""
        return self._writer.wanted()

    @contextmanager
    def writing_stopped(self) -> Iterator[None]:
        """Nobody writes in here; readers go on. For work on the file itself."""
        with self._writer:
            yield

    @contextmanager
    def _write_turn(self) -> Iterator[None]:
        if self.kind == "duckdb":
            with self._writer:
                yield
        else:
            yield

    def checkpoint(self) -> None:
        """DuckDB: write the log into the file now."""
        with self.writing_stopped(), self._connection() as connection:
            connection.exec_driver_sql("checkpoint")


def connect(settings: Settings) -> Store:
    """A store that has answered once. Raises SettingWrong for a URL that is none, StoreAway, StoreInUse."""
    store = Store(address_of(settings.store), settings)
    with store._connection() as connection:
        connection.exec_driver_sql("select 1")
    if store.file:
        # Everything a customer said is in this file: for its owner's eyes only.
        with suppress(OSError):
            store.file.chmod(0o600)
    return store


def changed(row: Row, **values: Any) -> Row:
    """The row with other values in some of its columns; those that it has not are left out."""
    return result_tuple(row._fields)(tuple(values.get(name, value) for name, value in row._mapping.items()))
