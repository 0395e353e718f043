"""Connect, ask, tell: the only module that talks to a database.

``ask`` reads. ``change`` runs some work in one transaction, in which ``tell`` writes; all of it is stored or nothing.
On DuckDB there is one writer at a time (two would fail each other, not wait); on Postgres rows are locked.
"""

import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import result_tuple
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from convdata.errors import SettingWrong, StoreAway, StoreInUse
from convdata.filters import Choices
from convdata.gate import Gate, Turns
from convdata.questions import Question, question, with_steps
from convdata.settings import PROJECT, Settings

T = TypeVar("T")
Row = sa.Row[Any]
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
POOL = {"pool_size": 8, "max_overflow": 32, "pool_timeout": 20}
TRIES = 5
# A smaller log keeps the stall of a checkpoint short (facts of the storage study: p99 20 -> 8 ms).
LOG = "4MB"
# Postgres ends a search after that, whatever somebody typed.
LONGEST_SEARCH = "30s"
MUCH_LOG = "64MB"
DUCKDB_SETTINGS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "checkpoint_threshold": LOG,
    # Keys are asked first and rows by key after: looking rows up behind every "limit" doubles the time.
    "late_materialization_max_rows": 0,
}
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
        return _run(self._connection, self._kind, question(path, self._kind), choices, rows, values).rows

    def tell(self, path: str, rows: Rows | None = None, **values: Any) -> Sequence[Row]:
        """Run a change of ``sql/changes/``; gives what it returns, if it returns anything."""
        if rows is not None and not len(next(iter(rows.values()))):
            return []
        return _run(self._connection, self._kind, question(f"changes/{path}", self._kind), None, rows, values).rows

    def put(self, change: Question, columns: Mapping[str, pa.Array]) -> None:
        """Run a change that was put together, with the rows of an Arrow batch: for tables filled whole."""
        many = len(next(iter(columns.values())))
        if not many:
            return
        arrow = self._kind == "duckdb" and many > FEW
        rows: Rows = columns if arrow else {name: array.to_pylist() for name, array in columns.items()}
        _run(self._connection, self._kind, change, None, rows, {})

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


class Store:
    """An open store. Thread-safe; ``version`` grows with every change made through it."""

    def __init__(self, url: sa.URL, settings: Settings) -> None:
        self.url = url
        self.settings = settings
        self.kind = url.get_backend_name()
        self.gate = Gate()
        self.version = 0
        self.secret = b""
        self.listeners: list[Callable[[], None]] = []
        self._writer = Turns()
        self._counting = threading.Lock()
        self._arrivals = 0
        self.engine = _engine(url)

    @property
    def file(self) -> Path | None:
        """The DuckDB file; None on a server or in memory."""
        if self.kind != "duckdb" or not self.url.database or self.url.database == ":memory:":
            return None
        return Path(self.url.database)

    def ask(self, path: str, choices: Choices | None = None, rows: Rows | None = None, **values: Any) -> Sequence[Row]:
        """The rows that answer the question at ``sql/<path>.sql``, of the conversations that ``choices`` pick.

        Always fetched whole: an undrained result would hold a snapshot. Raises StoreAway.
        """
        # Rows handed over live in a view; outside a transaction DuckDB would keep it on the pooled connection.
        with self._asking(choices) as connection, connection.begin() if rows is not None else nullcontext():
            return _run(connection, self.kind, question(path, self.kind), choices, rows, values).rows

    def ask_one(self, path: str, choices: Choices | None = None, **values: Any) -> Row | None:
        """The first row of the answer, or None."""
        answer = self.ask(path, choices, **values)
        return answer[0] if answer else None

    def ask_frame(self, path: str, choices: Choices | None = None, **values: Any) -> pd.DataFrame:
        """The answer as a frame, a column per column of the question."""
        with self._asking(choices) as connection:
            answer = _run(connection, self.kind, question(path, self.kind), choices, None, values)
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
                if attempt == TRIES - 1 or not (isinstance(error, Overtaken) or _is_conflict(error)):
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
    def closed(self) -> Iterator[None]:
        """No connection is open in here, and askers wait. For exchanging the file itself."""
        with self.gate.closed():
            self.engine.dispose()
            try:
                yield
            finally:
                # Held again before anybody asks: another program could come in meanwhile, and would keep us out.
                with suppress(DBAPIError):
                    self.engine.connect().close()

    @contextmanager
    def driver(self) -> Iterator[Any]:
        """A connection of the driver's own, outside of any transaction. For what only one kind of store can do."""
        with self._connection() as connection:
            yield connection.connection.driver_connection

    def outside_transactions(self, *statements: str) -> None:
        """Run statements that no transaction can hold, such as Postgres's vacuum, on a connection of their own."""
        with self._connection() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                for statement in statements:
                    alone.exec_driver_sql(statement)
            finally:
                alone.invalidate()  # what was set on it is nobody else's

    def has_table(self, name: str) -> bool:
        """Whether the schema has come that far."""
        found = sa.text("select 1 from information_schema.tables where table_name = :name and table_schema = :schema")
        with self._connection() as connection:
            schema = "main" if self.kind == "duckdb" else "public"
            return connection.execute(found, {"name": name, "schema": schema}).first() is not None

    @contextmanager
    def writing_much(self) -> Iterator[None]:
        """For imports: DuckDB brings its log into the file less often, as that costs as much as the writing itself."""
        if self.kind != "duckdb":
            yield
            return
        with self._connection() as connection:
            connection.exec_driver_sql(f"set global checkpoint_threshold = '{MUCH_LOG}'")
        try:
            yield
        finally:
            with suppress(StoreAway), self._connection() as connection:
                connection.exec_driver_sql(f"set global checkpoint_threshold = '{LOG}'")

    @contextmanager
    def _write_turn(self) -> Iterator[None]:
        if self.kind == "duckdb":
            with self._writer:
                yield
        else:
            yield

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        with self.gate.passing(), _said_as_sentences(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _asking(self, choices: Choices | None = None) -> Iterator[sa.Connection]:
        """For one question. Postgres is not asked to begin and to end a transaction around it."""
        with self._connection() as connection:
            if self.kind != "postgresql":
                yield connection
                return
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            if choices is None or not choices["search"]:
                yield alone
                return
            alone.exec_driver_sql(f"set statement_timeout = '{LONGEST_SEARCH}'")
            try:
                yield alone
            finally:
                with suppress(DBAPIError):  # a connection that broke is not used again
                    alone.exec_driver_sql("reset statement_timeout")

    def checkpoint(self) -> None:
        """DuckDB: write the log into the file now."""
        with self.writing_stopped(), self._connection() as connection:
            connection.exec_driver_sql("checkpoint")

    def close(self) -> None:
        self.engine.dispose()


def file_of(url: sa.URL) -> Path | None:
    """The DuckDB file that a URL names; None for a server or memory. Relative ones lie in the project."""
    if url.get_backend_name() != "duckdb" or not url.database or url.database == ":memory:":
        return None
    file = Path(url.database)
    return file if file.is_absolute() else PROJECT / file


def connect(settings: Settings) -> Store:
    """A store that has answered once. Raises SettingWrong for a URL that is none, StoreAway, StoreInUse."""
    try:
        url = sa.make_url(settings.store)
    except ArgumentError:
        raise SettingWrong(
            "MISHEARD_STORE is not a URL; use duckdb:///path/file.duckdb or postgresql+psycopg://…"
        ) from None
    if (file := file_of(url)) is not None:
        url = url.set(database=str(file))
        _make_folder(file.parent)
        # DuckDB makes its log anew again and again while the store is open, and would let everybody read it.
        os.umask(os.umask(0o077) | 0o077)
    elif url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        store = Store(url, settings)
    except (NoSuchModuleError, ImportError):
        raise SettingWrong(
            f"MISHEARD_STORE names “{url.drivername}”, which Misheard does not speak; use duckdb:///… or "
            "postgresql+psycopg://…"
        ) from None
    if store.kind not in ("duckdb", "postgresql"):
        raise SettingWrong(f"MISHEARD_STORE names “{url.drivername}”; Misheard keeps its data in DuckDB or Postgres.")
    with store._connection() as connection:
        connection.exec_driver_sql("select 1")
    if store.file:
        # Everything a customer said is in this file: for its owner's eyes only.
        with suppress(OSError):
            store.file.chmod(0o600)
    return store


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "duckdb":
        engine = sa.create_engine(url, connect_args={"config": dict(DUCKDB_SETTINGS)}, poolclass=sa.QueuePool, **POOL)
        sa.event.listen(engine, "connect", lambda connection, _: _lock_down(connection, str(url.database)))
        return engine
    # A plan made for any values, which Postgres would keep after five times, knows neither how rare a word is nor how few
    # days are asked for: seconds instead of milliseconds.
    session = "-c timezone=UTC -c plan_cache_mode=force_custom_plan"
    options = {"options": session, "connect_timeout": 5, "application_name": "misheard"}
    return sa.create_engine(url, connect_args=options, pool_pre_ping=True, **POOL)


class _Answer(NamedTuple):
    rows: Sequence[Row]
    columns: list[str]


def changed(row: Row, **values: Any) -> Row:
    """The row with other values in some of its columns; those that it has not are left out."""
    return result_tuple(row._fields)(tuple(values.get(name, value) for name, value in row._mapping.items()))


def _lock_down(connection: Any, file: str) -> None:
    """The SQL of this product opens no other file, so nothing that is smuggled into it can either; only the rewriting
    of the store (rewriting.py) needs one neighbour. The settings are the instance's and cannot be taken back; how long
    the log may grow (``writing_much``) is all that can still be set.
    """
    if connection.execute("select current_setting('enable_external_access')").fetchone()[0]:
        neighbour = f"{file}.rewriting".replace("'", "''")
        paths = ", ".join(f"'{neighbour}{end}'" for end in ("", ".wal", ".wal.checkpoint", ".wal.recovery"))
        connection.execute(f"set allowed_paths = [{paths}]")
        connection.execute("set enable_external_access = false")
        # The second one is what DuckDB itself sets while it copies a database whole.
        allowed = "'checkpoint_threshold', 'current_transaction_invalidation_policy'"
        connection.execute(f"set allowed_configs = [{allowed}]")
        connection.execute("set lock_configuration = true")


def _run(
    connection: sa.Connection,
    kind: str,
    asked: Question,
    choices: Choices | None,
    rows: Rows | None,
    values: Mapping[str, Any],
) -> _Answer:
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
            return _Answer([], [])
        return _Answer(result.all(), list(result.keys()))
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


def _is_conflict(error: DBAPIError) -> bool:
    text = str(error.orig)
    sqlstate = getattr(error.orig, "sqlstate", None)
    return sqlstate in ("40001", "40P01") or "TransactionContext Error: Conflict" in text or "Conflict on" in text


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise StoreAway(
            f"The folder {folder} cannot be made ({wrong.strerror}); choose another place with MISHEARD_STORE."
        ) from None
    if not os.access(folder, os.W_OK):
        raise StoreAway(f"The folder {folder} cannot be written to; choose another place with MISHEARD_STORE.")


@contextmanager
def _said_as_sentences(url: sa.URL) -> Iterator[None]:
    """Turn what the drivers say of a store that is away into a sentence; everything else is a mistake of ours."""
    try:
        yield
    except sa.exc.TimeoutError:
        raise StoreAway("The store is too busy to answer just now; try again in a moment.") from None
    except (
        OperationalError,
        sa.exc.InterfaceError,
        sa.exc.InternalError,
        sa.exc.ProgrammingError,
        sa.exc.DatabaseError,
    ) as error:
        if _is_conflict(error):
            raise
        sentence = _away_sentence(url, str(error.orig), error)
        if sentence is None:
            raise
        raise sentence from None


def _away_sentence(url: sa.URL, text: str, error: DBAPIError) -> StoreAway | None:
    if url.get_backend_name() == "duckdb":
        if "Could not set lock" in text:
            holder = re.search(r"\(PID (\d+)\)", text)
            who = f" (process {holder.group(1)})" if holder else ""
            return StoreInUse(
                f"The store {url.database} is open in another program{who}, probably the dashboard. DuckDB lets in one "
                "program at a time: stop that one first, do it in the dashboard, or keep the data in Postgres."
            )
        if "not a valid DuckDB database" in text or "Serialization Error" in text:
            return StoreAway(f"{url.database} is not a Misheard store; choose another file with MISHEARD_STORE.")
        if "No space left" in text:
            return StoreAway("The disk is full: nothing was stored. Make room, then try again.")
        if "IO Error" in text or "Permission" in text:
            first = text.splitlines()[0].removeprefix("IO Error: ")
            return StoreAway(f"The store {url.database} cannot be opened: {first}")
        return None
    if isinstance(error, (OperationalError, sa.exc.InterfaceError)) or error.connection_invalidated:
        where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
        if getattr(error.orig, "sqlstate", None) == "57014":
            return StoreAway("The search took too long and was ended; search for a longer part of the name.")
        if getattr(error.orig, "sqlstate", None) == "55P03":
            return StoreAway("Another program holds the store's tables just now, perhaps a backup; try again later.")
        if "No space left" in text:
            return StoreAway("The store's disk is full: nothing was stored. Make room, then try again.")
        if "password" in text or "role" in text or "authentication" in text:
            return StoreAway(f"Postgres at {where} refuses the sign-in; check the user and password in MISHEARD_STORE.")
        if "does not exist" in text:
            return StoreAway(f"Postgres at {where} has no such database; create it, or mend MISHEARD_STORE.")
        return StoreAway(f"Postgres at {where} does not answer; start it, or mend MISHEARD_STORE.")
    return None
