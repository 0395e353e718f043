"""What every test can ask for: a fresh store of either kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from convdata.database import Store
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
