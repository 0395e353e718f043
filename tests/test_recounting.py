"""The kept counts equal a full recount whatever happens, a damage is found, and putting them together loses nothing."""

import json
import random
import threading
from datetime import timedelta
from typing import Any

import pytest

from convdata.__main__ import main
from convdata.background import JOBS
from convdata.busiest import hours
from convdata.counts import rebuild
from convdata.database import Store
from convdata.erasure import erase
from convdata.filters import Choices
from convdata.recounting import compact, compare
from convdata.rights import Actor, Role
from convdata.stats import table
from tests.imports import counted
from tests.story import HOUR, NOON, key, message, muted, opened, rows, tell

BOSS = Actor("boss", Role.ADMIN)


def differences(store: Store) -> int:
    return int(rows(store, "daily_counts", "count(*)")[0][0])


def of_hours(store: Store) -> int:
    return int(rows(store, "quarter_counts", "count(*)")[0][0])


@pytest.mark.parametrize("seed", range(4))
def test_after_any_story_the_counts_are_those_of_a_recount(seed: int, store: Store) -> None:
    rng = random.Random(seed)
    told = []
    for n in range(60):
        act = rng.choice(("new", "new", "new", "again", "verdict", "mute", "erase", "compact"))
        who, at = f"v-{rng.randrange(8)}", NOON - rng.randrange(200) * HOUR
        if act == "new":
            told.append(
                message(
                    who, at, id=f"m-{n}", language=rng.choice((None, "en", "fr")),
                    kind=rng.choice(("typed", "typed", "button")), understood=rng.choice((True, False, None)),
                    sender=rng.choice(("user", "user", "bot")),
                )
            )  # fmt: skip
            tell(store, told[-1], now=NOON)
        elif act == "again" and told:
            tell(store, *rng.choices(told, k=3), now=NOON)
        elif act == "verdict" and told:
            old = rng.choice(told)
            late: dict[str, Any] = {
                "understood": rng.random() < 0.5,
                "language": old.language,
                "sender": old.sender,
                "kind": old.kind,
            }
            tell(store, message(old.customer_id, old.when, id=old.id, **late), now=NOON)
        elif act == "mute":
            tell(store, muted(True, who, at), now=NOON)
        elif act == "erase" and rows(store, "customers"):
            known = sorted(str(k) for (k,) in rows(store, "customers", "customer_key"))
            erase(store, rng.choice(known), by=BOSS, now=NOON)
        elif act == "compact":
            compact(store, spare=0)
    assert compare(store).right, compare(store)
    kept = counted(store)
    compact(store, spare=0)
    assert counted(store) == kept
    rebuild(store)
    assert counted(store) == kept


def test_putting_together_leaves_one_row_for_each_count(store: Store) -> None:
    for n in range(30):
        tell(store, message(f"v-{n % 3}", NOON - n % 4 * 24 * HOUR, understood=n % 2 == 0, language="en"), now=NOON)
    numbers = table(store, Choices(), ["day", "language"])
    when_busy = hours(store, Choices())
    assert (differences(store), of_hours(store)) == (30, 30)
    assert compact(store, NOON) == 0, "so few are no burden"
    assert compact(store, spare=0) == 52
    assert (differences(store), of_hours(store)) == (4, 4)
    assert (table(store, Choices(), ["day", "language"]), hours(store, Choices())) == (numbers, when_busy)
    erase(store, key(store, "v-0"), by=BOSS, now=NOON)
    compact(store, spare=0)
    assert compare(store).right
    for n in (1, 2):
        erase(store, key(store, f"v-{n}"), by=BOSS, now=NOON)
    compact(store, spare=0)
    assert (differences(store), of_hours(store)) == (0, 0), "what sums to nothing goes"


def test_it_is_done_in_the_background() -> None:
    assert compact in [job for _, job in JOBS]


def test_writers_lose_nothing_to_it(store: Store) -> None:
    wrong: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for n in range(40):
                tell(store, message(f"{name}-{n % 5}", NOON - n * HOUR, understood=n % 3 > 0, language="en"), now=NOON)
        except BaseException as error:
            wrong.append(error)

    def put_together() -> None:
        try:
            while any(writer.is_alive() for writer in writers):
                compact(store, spare=0)
        except BaseException as error:
            wrong.append(error)

    writers = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(3)]
    others = [threading.Thread(target=put_together) for _ in range(2)]
    for thread in (*writers, *others):
        thread.start()
    for thread in (*writers, *others):
        thread.join(60)
    assert not wrong, wrong
    assert table(store, Choices())[0]["eligible"] == 120
    assert compare(store).right


def test_a_recount_beside_writers_loses_nothing_either(store: Store) -> None:
    def write() -> None:
        for n in range(40):
            tell(store, message(f"v-{n % 5}", NOON - n * HOUR, id=f"m-{n}", language="en"), now=NOON)
            tell(
                store,
                message(f"v-{n % 5}", NOON - n * HOUR, id=f"m-{n}", language="en", understood=n % 2 > 0),
                now=NOON,
            )

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        rebuild(store)
    writer.join(60)
    assert table(store, Choices())[0]["eligible"] == 40
    assert compare(store).right


def test_a_store_from_before_counts_by_the_hour_gets_them_when_it_is_opened(store: Store) -> None:
    for n in range(12):
        tell(
            store, message(f"v-{n % 3}", NOON - n * HOUR, understood=n % 2 == 0, language=("en", None)[n % 2]), now=NOON
        )
    busy, url = hours(store, Choices()), store.url.render_as_string(hide_password=False)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("drop table quarter_counts")
        connection.exec_driver_sql("delete from schema_steps where starts_with(name, '017')")
        if store.kind == "postgresql":
            connection.exec_driver_sql("drop index customers_first_seen, messages_failed_counted")
    store.close()
    again = opened(url)
    assert busy
    assert hours(again, Choices()) == busy
    assert compare(again).right
    again.close()


def test_a_damage_is_found_and_mended(duckdb_url: str, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    store = opened(duckdb_url)
    tell(store, *(message(f"v-{n}", NOON - n * 24 * HOUR, understood=n > 1, language="en") for n in range(5)), now=NOON)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("update daily_counts set eligible = eligible + 1 where day = '2026-08-08'")
        connection.exec_driver_sql(
            "update quarter_counts set not_understood = 9 where eligible = 1 and not_understood = 1"
        )
        connection.exec_driver_sql("update customer_days set messages = 7 where day = '2026-08-07'")
        connection.exec_driver_sql("update customer_days set customer_key = gen_random_uuid() where day = '2026-08-05'")
    found = compare(store)
    assert (found.wrong_customer_days, found.wrong_daily_counts, found.wrong_hours, found.days_of_nobody) == (
        2,
        1,
        2,
        1,
    )
    assert found.first_wrong_day == str(NOON.date() - timedelta(days=4))
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    assert main(["counts", "check"]) == 2
    assert "misheard counts rebuild" in capsys.readouterr().err
    assert main(["counts", "rebuild", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["right"] is True
    assert main(["counts", "check"]) == 0
    assert "5 messages of 5 customers" in capsys.readouterr().out
    assert main(["counts", "compact", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"rows_fewer": 0}
