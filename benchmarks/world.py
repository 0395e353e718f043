"""The stores that are measured: made once with ``world.sql``, kept in .benchmarks/, opened as the product opens them."""

import hashlib
import io
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa

from convdata.database import Store
from convdata.folding import fold
from convdata.rights import Actor, Role
from convdata.schema import open_store
from convdata.settings import read_settings

CACHE = Path(__file__).resolve().parent.parent / ".benchmarks"
WORLD = Path(__file__).with_name("world.sql")
FIRST_DAY = date(2024, 9, 1)
NOW = datetime(2026, 9, 1)
LAST_DAY = (NOW - timedelta(days=1)).date()
LONGEST = 1500
MEASURER = Actor("benchmark", Role.ADMIN)
SECRET = bytes(range(32))
TABLES = (
    "customers", "people", "messages", "other_events", "mutes", "daily_counts", "quarter_counts", "customer_days", "activity",
)  # fmt: skip
GIVEN = (
    "Ada", "Agnès", "Åsa", "Ben", "Björn", "Chiara", "Çağla", "Dario", "Élodie", "Emma", "François", "Gül", "Hélène",
    "Ida", "Jérôme", "João", "Jürgen", "Karl", "Łukasz", "Małgorzata", "María", "Noah", "Nuño", "Øyvind", "Paul",
    "Renée", "Sofia", "Søren", "Tomáš", "Zoë",
)  # fmt: skip
STARTS = (
    "Mül",
    "Gar",
    "Świą",
    "Ros",
    "Leg",
    "Bian",
    "Ó Dó",
    "Næss",
    "Kow",
    "Fer",
    "Şah",
    "Dvo",
    "Hol",
    "Per",
    "Van ",
    "Štěp",
)
MIDDLES = (
    "ler",
    "cí",
    "tek",
    "si",
    "rand",
    "chi",
    "nal",
    "gaard",
    "als",
    "nán",
    "in",
    "řák",
    "mén",
    "ei",
    "berg",
    "ánek",
)
ENDS = ("", "a", "sen", "ov", "ez", "ini", "ska", "mann")


def settings_of(url: str) -> Any:
    environment = {"MISHEARD_STORE": url, "MISHEARD_CHANNELS": "bench"}
    return read_settings(environment, Path("/nonexistent"))


def duckdb_store(customers: int, folder: Path = CACHE) -> Store:
    """The world in a DuckDB file, made where there is none yet."""
    file = folder / f"{customers}-{_version()}.duckdb"
    if not file.exists():
        folder.mkdir(exist_ok=True)
        _say(f"Making the world of {customers:,} customers in {file.name}; it is kept for the next time")
        began = time.monotonic()
        made = file.with_suffix(".making")
        for rest in (made, Path(f"{made}.wal")):
            rest.unlink(missing_ok=True)
        open_store(settings_of(f"duckdb:///{made}"), NOW).close()
        with duckdb.connect(str(made), config={"memory_limit": "8GB", "temp_directory": str(folder)}) as connection:
            _make(connection, customers)
        made.rename(file)
        _say(f"  made in {time.monotonic() - began:.0f} s, {file.stat().st_size / 1e6:,.0f} MB")
    return open_store(settings_of(f"duckdb:///{file}"), NOW)


def postgres_store(customers: int, server: str, folder: Path = CACHE) -> Store:
    """The same rows in a database of that server, copied over where there is none yet."""
    name = f"misheard_{customers}_{_version()}"
    administration = sa.make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(administration, autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not known:
            making = f"{name}_making"
            connection.execute(f"drop database if exists {making}")
            connection.execute(f"create database {making}")
            _say(f"Copying the world of {customers:,} customers into Postgres; it is kept for the next time")
            began = time.monotonic()
            duckdb_store(customers, folder).close()
            url = sa.make_url(server).set(database=making)
            store = open_store(settings_of(url.render_as_string(hide_password=False)), NOW)
            store.close()
            _copy_over(folder / f"{customers}-{_version()}.duckdb", url.set(drivername="postgresql"))
            connection.execute(f"alter database {making} rename to {name}")
            _say(f"  copied in {time.monotonic() - began:.0f} s")
    url = sa.make_url(server).set(database=name)
    return open_store(settings_of(url.render_as_string(hide_password=False)), NOW)


def _make(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    families = [start + middle + end for start in STARTS for middle in MIDDLES for end in ENDS]
    names = [
        (kind, place, name, fold(name))
        for kind, all_ in (("given", GIVEN), ("family", families))
        for place, name in enumerate(all_)
    ]
    table = pa.table(dict(zip(("kind", "place", "name", "folded"), zip(*names, strict=True), strict=True)))
    connection.execute("set enable_progress_bar = false")
    connection.register("names_given", table)
    connection.execute("create temp table names as select * from names_given")
    values = {
        ":customers": str(customers),
        ":longest": str(LONGEST),
        ":first_day": f"'{FIRST_DAY}'",
        ":now": f"'{NOW}'",
        ":given": str(len(GIVEN)),
        ":family": str(len(families)),
        ":inner": _padded(0x36),
        ":outer": _padded(0x5C),
    }
    text = "\n".join(
        line for line in WORLD.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("--")
    )
    for name, value in values.items():
        text = text.replace(name, value)
    connection.execute("update store_facts set value = ? where name = 'secret'", [SECRET.hex()])
    for statement in text.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("checkpoint")


def _padded(byte: int) -> str:
    """The store's secret as the two halves of an HMAC take it, so that SQL can make the keys that ``keys.py`` makes."""
    return bytes(b ^ byte for b in SECRET.ljust(64, b"\0")).hex()


def _copy_over(file: Path, url: sa.URL) -> None:
    with (
        duckdb.connect(str(file), read_only=True) as source,
        psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as target,
    ):
        source.execute("set enable_progress_bar = false")
        target.execute("set maintenance_work_mem = '1GB'")
        target.execute("set synchronous_commit = off")
        target.execute("update store_facts set value = %s where name = 'secret'", [SECRET.hex()])
        indexes = target.execute(
            "select indexname, indexdef from pg_indexes where schemaname = 'public' and indexname not like '%%_pkey'"
        ).fetchall()
        for name, _ in indexes:
            target.execute(f"drop index {name}")
        for table in TABLES:
            described = source.execute(f"describe {table}").fetchall()
            columns = ", ".join(f"cast({c[0]} as varchar) as {c[0]}" if c[1] == "UUID" else c[0] for c in described)
            batches = source.execute(f"select {columns} from {table}").to_arrow_reader(200_000)
            with target.cursor() as cursor, cursor.copy(f"copy {table} from stdin (format csv)") as copy:
                for batch in batches:
                    lines = io.BytesIO()
                    pyarrow.csv.write_csv(batch, lines, pyarrow.csv.WriteOptions(include_header=False))
                    copy.write(lines.getvalue())
        for _, definition in indexes:
            target.execute(definition)
        target.execute("vacuum (analyze)")
        target.execute("checkpoint")


def _version() -> str:
    """Another world is another store; a later schema is brought to it by opening it."""
    return hashlib.sha256(WORLD.read_bytes()).hexdigest()[:8]


def _say(text: str) -> None:
    print(text, flush=True)
