"""The stores that the tests run on are real and empty."""

from sqlalchemy import create_engine, text

from convdata.database import Store
from tests.story import key, message, rows, tell


def test_a_fresh_store_is_empty(store_url):
    with create_engine(store_url).connect() as connection:
        tables = connection.execute(
            text("select count(*) from information_schema.tables where table_schema in ('main', 'public')")
        )
        assert tables.scalar_one() == 0


def test_postgres_can_search_text_fast_and_folds_every_script(postgres_url):
    with create_engine(postgres_url).begin() as connection:
        connection.execute(text("create extension pg_trgm"))
        assert connection.execute(text("select 'ÄRGER' ilike 'ärger', similarity('hello', 'helo') > 0.3")).one() == (
            True,
            True,
        )


def test_rows_handed_to_a_question_are_left_on_no_connection(store: Store) -> None:
    tell(store, message("a"))
    for _ in range(3):
        assert store.ask("intake/erased", rows={"customer_key": [key(store, "a")]}) == []
    assert tell(store, message("b")).stored == 1


def test_a_repeat_in_another_customers_name_makes_no_customer(store: Store) -> None:
    tell(store, message("a", id="m-1"))
    assert tell(store, message("b", id="m-1")).duplicate == 1
    assert rows(store, "people", "customer_id") == [("a",)]
    assert len(rows(store, "customers")) == 1
