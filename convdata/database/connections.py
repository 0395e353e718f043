"""The connections to one store, behind a gate, and what can only be done to its file or on its server as a whole."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from convdata.database.engines import LOG, engine_of, file_of
from convdata.database.troubles import said_as_sentences
from convdata.errors import StoreAway
from convdata.filters import Choices
from convdata.gate import Gate

MUCH_LOG = "64MB"
# Postgres ends a search after that, whatever somebody typed.
LONGEST_SEARCH = "30s"


class Connections:
    """Thread-safe. While the gate is closed nobody has a connection, and askers wait."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.kind = url.get_backend_name()
        self.gate = Gate()
        self.engine = engine_of(url)

    @property
    def file(self) -> Path | None:
        """The DuckDB file; None on a server or in memory."""
        return file_of(self.url)

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

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        with self.gate.passing(), said_as_sentences(self.url), self.engine.connect() as connection:
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
