"""Who was there, who needed a person and for how long, and how mutes ended: on both stores."""

from datetime import timedelta
from typing import Any

import pytest

from convdata.database import Store
from convdata.filters import Choices
from convdata.headlines import HEADLINES, by_step, headline
from tests.story import HOUR, NOON, message, muted, status, tell

DAY = NOON.date()
TODAY = Choices({"from": DAY, "to": DAY})
MINUTE = timedelta(minutes=1)


def numbers(store: Store, choices: Choices = TODAY, now: Any = NOON) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in HEADLINES:
        found |= {n: v for n, v in headline(store, choices, one, now).items() if n in (one.part, "median_seconds")}
        found |= {one.whole: headline(store, choices, one, now)[one.whole]} if one.whole else {}
    return found


def test_an_empty_store_has_nothing_to_say(store: Store) -> None:
    assert numbers(store) == dict.fromkeys(numbers(store), 0) | {"median_seconds": None}
    assert by_step(store, TODAY, "day") == {}


def test_who_was_there_and_who_needed_a_person(store: Store) -> None:
    tell(
        store,
        message("a", NOON - HOUR, understood=True, language="en"),
        message("b", NOON - HOUR, understood=False, language="fr"),
        status("need_help", "b", NOON - 50 * MINUTE),
        status("need_help", "b", NOON - 45 * MINUTE),  # still the same wait
        message("b", NOON - 40 * MINUTE, sender="agent", agent="Ana"),
        message("c", NOON - HOUR, sender="bot", text="Anyone there?", language="en"),
        status("need_help", "a", NOON - 30 * MINUTE),
        status("ok", "a", NOON - 20 * MINUTE),
        message("a", NOON - 10 * MINUTE, sender="agent", agent="Ana"),  # after it was cleared: no answer to that wait
        message("d", NOON - 48 * HOUR, understood=True, language="en"),
        now=NOON,
    )
    found = numbers(store)
    assert (found["active_customers"], found["active_conversations"]) == (2, 3)
    assert (found["need_help"], found["escalated"], found["contained"], found["active_conversations"]) == (2, 2, 1, 3)
    assert (found["waits"], found["waits_answered"], found["median_seconds"]) == (2, 1, 600.0)
    french = numbers(store, TODAY.but(language=("fr",)))
    assert (french["active_conversations"], french["escalated"], french["waits"]) == (1, 1, 1)
    assert numbers(store, TODAY.but(channel=("alexa",)))["active_conversations"] == 0
    whole = TODAY.but(from_=DAY - timedelta(days=3))
    over_time = by_step(store, whole, "day")
    assert {day: row["active_conversations"] for day, row in over_time.items()} == {
        str(DAY - timedelta(days=2)): 1,
        str(DAY): 3,
    }
    assert (over_time[str(DAY)]["escalated"], over_time[str(DAY)]["need_help"]) == (2, 2)


def test_how_mutes_ended(store: Store) -> None:
    for n in range(3):
        tell(store, message(f"c{n}", NOON - 5 * HOUR, language="en"))
    at = NOON - 4 * HOUR
    tell(store, muted(True, "c0", at), muted(False, "c0", at + MINUTE), now=NOON)
    tell(store, muted(True, "c1", at, until=(at + HOUR).replace(tzinfo=message().at.tzinfo)), now=NOON)  # not swept yet
    tell(store, muted(True, "c2", at), muted(True, "c2", at + MINUTE), now=NOON)  # gave way, and still runs
    found = numbers(store)
    assert (found["mutes_ended"], found["mutes_run_out"], found["muted_now"]) == (2, 1, 1)


@pytest.mark.parametrize("one", HEADLINES, ids=lambda one: one.key)
def test_without_days_it_is_all_there_is(one: Any, demo: Store) -> None:
    row = headline(demo, Choices(), one, NOON)
    assert row[one.part] >= 0
    assert not one.whole or row[one.part] <= row[one.whole]
