"""The Postgres that is measured: the wheel's own with what it takes to survive a power cut, or one that is named."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.world import CACHE
from tests.postgres import running_postgres

# As a server comes, but for memory; every commit is on the disk when it returns.
DURABLE = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "listen_addresses": "",
}


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a server: MISHEARD_BENCH_POSTGRES, or one started here over .benchmarks/postgres."""
    named = os.environ.get("MISHEARD_BENCH_POSTGRES")
    if named:
        yield named
        return
    with running_postgres(DURABLE, CACHE / "postgres") as server:
        yield server.url
