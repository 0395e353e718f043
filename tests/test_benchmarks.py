"""What `make bench` measures is right: its world is one that the product could have written, and every hand answers as the
product does. How long anything takes is measured there, never here.
"""

from collections.abc import Iterator

import pytest

from benchmarks import acting, checking, listing, rating, reading
from benchmarks.cases import Hand, agree
from benchmarks.world import duckdb_store, postgres_store
from convdata.database import Store
from convdata.recounting import compare
from tests.postgres import Postgres

CUSTOMERS = 400


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("world")
    if request.param == "duckdb":
        store = duckdb_store(CUSTOMERS, folder)
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        store = postgres_store(CUSTOMERS, server.url, folder)
    yield store
    store.close()


def test_the_measured_world_is_one_that_the_product_could_have_written(world: Store) -> None:
    hand = Hand(world)
    checking.check(world, hand)
    hand.close()
    assert compare(world).right


@pytest.mark.parametrize("subject", [listing, reading, rating, acting], ids=lambda subject: subject.__name__)
def test_every_hand_answers_as_the_product_does(subject, world: Store) -> None:
    hand = Hand(world)
    for case in subject.cases(world, hand):
        agree(case)
    hand.close()
