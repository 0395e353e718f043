"""What every test can ask for: a fresh store of either kind."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from convdata.channels import channel_keys
from convdata.database import Store
from convdata.demo import world
from convdata.events import read_event
from convdata.intake import take
from tests.postgres import Postgres, running_postgres
from tests.story import opened


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One real server for the whole session, started when first asked for."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'store.duckdb'}"


@pytest.fixture(params=["duckdb", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A fresh store; a test that takes it runs once on each kind."""
    return request.getfixturevalue({"duckdb": "duckdb_url", "postgresql": "postgres_url"}[request.param])


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store of either kind, opened."""
    store = opened(store_url)
    yield store
    store.close()


NOW = datetime(2026, 8, 9, 12)


@pytest.fixture(scope="session")
def demo_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo world in a file, to be copied and not written to."""
    file = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    _fill(f"duckdb:///{file}")
    return file


@pytest.fixture(scope="session")
def demo_postgres(postgres_server: Postgres) -> Iterator[str]:
    """The name of a database with the demo world, to be copied and not written to."""
    with postgres_server.database() as url:
        _fill(url)
        yield url.split("@/")[1].split("?")[0]


@pytest.fixture(params=["duckdb", "postgresql"])
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of one's own with the demo world, of 80 customers, that ends at ``NOW``; once on each kind."""
    if request.param == "duckdb":
        file = shutil.copy(request.getfixturevalue("demo_duckdb"), tmp_path / "demo.duckdb")
        yield f"duckdb:///{file}"
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        with server.database(template=request.getfixturevalue("demo_postgres")) as url:
            yield url


@pytest.fixture
def demo(demo_url: str) -> Iterator[Store]:
    """The demo world, open."""
    store = opened(demo_url)
    yield store
    store.close()


def _fill(url: str) -> None:
    store = opened(url)
    channels = frozenset(channel_keys())
    events = [
        read_event(raw, channels=channels, now=NOW)[0] for raw in world(now=NOW.replace(tzinfo=UTC), customers=80)
    ]
    take(store, events, NOW)
    if store.file:
        store.checkpoint()
    store.close()
