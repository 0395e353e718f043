"""Opening a store: its schema is brought up to date, file by file from ``sql/schema/``, without losing a row."""

import secrets
from datetime import datetime
from pathlib import Path

from convdata import chain
from convdata.channels import declare
from convdata.counts import rebuild
from convdata.database import Store, Transaction, connect
from convdata.errors import StoreTooNew
from convdata.questions import SQL
from convdata.rewriting import finish_rewriting
from convdata.settings import Settings

# Two programs that open a Postgres store at once: one brings it up to date, the other waits here.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(7410233061)"

# Records from before this step are taken into the chain with it; none is ever after, or a forged one would be.
CHAIN = "014_chain_of_records"


def open_store(settings: Settings, now: datetime) -> Store:
    """The store of the settings, ready to be asked. ``now`` is UTC without zone.

    Raises SettingWrong, StoreAway, StoreInUse, and StoreTooNew for one that a later Misheard has written.
    """
    declare(settings.channels)
    store = connect(settings)
    try:
        finish_rewriting(store)
        changed = store.change(lambda transaction: _bring_up_to_date(store, transaction, now))
        if changed and store.file:
            store.checkpoint()  # a schema change must never be replayed from the log (facts/trust.md, DuckDB)
        _read_facts(store, now)
    except BaseException:
        store.close()
        raise
    return store


def schema_files(kind: str) -> list[Path]:
    """The files of that store in order; ``….postgresql.sql`` are for Postgres only."""
    files = sorted((SQL / "schema").glob("*.sql"), key=lambda p: (p.name.split(".")[0], p.name.count("."), p.name))
    return [f for f in files if f.name.count(".") == 1 or f.name.endswith(f".{kind}.sql")]


def apply_steps(transaction: Transaction, kind: str, now: datetime, up_to: str | None = None) -> bool:
    """Apply the schema files that are missing, only those up to a number where one is given; says whether any was.

    Raises StoreTooNew where the store has had one that is not known.
    """
    transaction.script(
        "create table if not exists schema_steps (name varchar primary key, applied_at timestamp not null)"
    )
    applied = {row.name for row in transaction.ask("store/schema_steps")}
    known = schema_files(kind)
    unknown = applied - {f.name for f in known}
    if unknown:
        raise StoreTooNew(
            f"This store was written by a later Misheard (it has {max(unknown)}); use that version, or another store."
        )
    missing = [f for f in known if f.name not in applied and (up_to is None or f.name.split("_")[0] <= up_to)]
    for file in missing:
        transaction.script(file.read_text(encoding="utf-8"))
        transaction.tell("add_schema_step", name=file.name, now=now)
    if any(file.name.startswith(CHAIN) for file in missing):
        chain.adopt(transaction)
    return bool(missing)


def _bring_up_to_date(store: Store, transaction: Transaction, now: datetime) -> bool:
    if store.kind == "postgresql":
        transaction.script(_ONE_AT_A_TIME)
    changed = apply_steps(transaction, store.kind, now)
    transaction.tell("add_store_fact", name="secret", value=secrets.token_hex(32))
    transaction.tell("add_store_fact", name="timezone", value=store.settings.timezone.key)
    return changed


def _read_facts(store: Store, now: datetime) -> None:
    facts = {row.name: row.value for row in store.ask("store/facts")}
    store.secret = bytes.fromhex(facts["secret"])
    if facts["timezone"] != store.settings.timezone.key:
        # Days are days of the dashboard's zone: with another zone every message is counted anew, once.
        rebuild(store)


def is_empty(store: Store) -> bool:
    row = store.ask_one("customers/any")
    return row is None
