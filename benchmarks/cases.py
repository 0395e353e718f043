"""What is measured: the product's way, the ways of a hand, and what the product may take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from convdata.database import Store


@dataclass(frozen=True)
class Case:
    """One line of the table. Every way gives the same answer, which is compared before anything is timed.

    ``times`` is how often the best hand's time the product may take, ``within`` how many milliseconds; None: told only.
    """

    name: str
    product: Callable[[], object]
    by_hand: Sequence[Callable[[], object]]
    times: float | None = 1.5
    within: float | None = 50


def agree(case: Case) -> None:
    """Raises SystemExit where a hand answers something else than the product."""
    answer = case.product()
    for way in case.by_hand:
        other = way()
        if other != answer:
            raise SystemExit(f"{case.name}: the product answers {str(answer)[:300]}, by hand it is {str(other)[:300]}")


class Hand:
    """A connection of the driver's own, kept open, with nothing of the product in between."""

    def __init__(self, store: Store) -> None:
        self.kind = store.kind
        if store.kind == "duckdb":
            self._pooled = store.engine.raw_connection()
            self._connection: Any = self._pooled.driver_connection
        else:
            url = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(url, autocommit=True, options="-c timezone=UTC")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def one(self, statement: str) -> Any:
        """The first value of the first row."""
        return self.rows(statement)[0][0]

    def tell(self, statement: str) -> None:
        """A change, durable when this returns."""
        self._connection.execute(statement)

    def close(self) -> None:
        (self._pooled if self.kind == "duckdb" else self._connection).close()
