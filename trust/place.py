"""Where a show is given: a fresh store of one kind, and a folder that is the show's alone."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import FAST, running_postgres

KINDS = ("duckdb", "postgresql")
# A commit is on the disk when it returns: the process is killed here, and not the server.
KEPT = FAST | {"synchronous_commit": "on"}


@dataclass(frozen=True)
class Place:
    """``files`` is where the store's bytes lie: the folder of the DuckDB file, or the data folder of the server."""

    kind: str
    url: str
    folder: Path
    files: Path


# What every show is: given a place, and how many of whatever it counts, it gives its figure in a sentence. What does not
# hold is an AssertionError.
Run = Callable[[Place, int], str]


@contextmanager
def a_place(kind: str) -> Iterator[Place]:
    """A place of its own, gone afterwards; on Postgres with a server of its own."""
    with tempfile.TemporaryDirectory(prefix="misheard-trust-") as name:
        folder = Path(name)
        if kind == "duckdb":
            files = folder / "data"
            files.mkdir()
            yield Place(kind, f"duckdb:///{files / 'store.duckdb'}", folder, files)
            return
        with running_postgres(KEPT) as server, server.database() as url:
            yield Place(kind, url, folder, server.folder / "data")
