"""Postgres's tables without the bytes of what was erased: the server writes them anew, where they are small enough to wait for."""

import time
from collections.abc import Sequence

from convdata.database import Store
from convdata.erasure import HELD
from convdata.errors import StoreAway

# Postgres tables up to this many bytes are written anew after an erasure: a second or two.
FULL_VACUUM = 256 * 1024 * 1024


def vacuum(store: Store) -> None:
    """A plain vacuum leaves the bytes in the free space of pages until something is written over them (seen, 20 of 20);
    a full one does not, but nobody can read the table meanwhile.
    """
    _wait_for_older_readers(store)
    tables = [held.table for held in HELD]
    sizes = "select pg_total_relation_size(cast(name as regclass)) from unnest(cast(%s as text[])) as name"
    with store.driver() as driver:
        sized = zip(tables, driver.execute(sizes, [tables]).fetchall(), strict=True)
        small = [table for table, (size,) in sized if size <= FULL_VACUUM]
    store.outside_transactions(
        # A backup may hold the tables for an hour, and everybody would wait behind this: rather not now.
        "set lock_timeout = '3s'",
        *(f"vacuum (full, analyze) {table}" if table in small else f"vacuum (analyze) {table}" for table in tables),
    )
    # The planner's samples of names and texts, gathered anew just now, without the old ones.
    store.outside_transactions("set lock_timeout = '3s'", *_drop_samples(store, tables), "vacuum (full) pg_statistic")


def _drop_samples(store: Store, tables: Sequence[str]) -> list[str]:
    """Of a table that is empty now an analyze leaves the samples of what was in it (seen, 12 of 12); a column that is
    given its type once more drops them.
    """
    sampled = (
        "select format('alter table %%I alter column %%I type %%s', tablename, pg_stats.attname, "
        "format_type(atttypid, atttypmod)) from pg_stats join pg_attribute on attrelid = cast(tablename as regclass) "
        "and pg_attribute.attname = pg_stats.attname where schemaname = current_schema() and tablename = any(%s)"
    )
    with store.driver() as driver:
        empty = [table for table in tables if driver.execute(f"select 1 from {table} limit 1").fetchone() is None]
        found = [alter for (alter,) in driver.execute(sampled, [empty]).fetchall()]
        driver.rollback()
    return found


def _wait_for_older_readers(store: Store, seconds: float = 20) -> None:
    """While anybody's snapshot is older than the erasure (a report, the server's own analyze), no vacuum takes away what
    that snapshot could still see. Raises StoreAway where one stays: then it is tried again.
    """
    mine = "select cast(cast(pg_current_xact_id() as text) as bigint) % 4294967296"
    older = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and cast(cast(backend_xmin as text) as bigint) < %s"
    )
    with store.driver() as driver:
        (begun,) = driver.execute(mine).fetchone()
        driver.commit()
    patience = time.monotonic() + seconds
    while True:
        with store.driver() as driver:
            (readers,) = driver.execute(older, [begun]).fetchone()
            driver.rollback()
        if not readers:
            return
        if time.monotonic() > patience:
            raise StoreAway("Somebody has been reading since before the erasure; its bytes are taken away after that.")
        time.sleep(0.05)
