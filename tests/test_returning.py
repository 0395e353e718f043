"""Who comes back: counted by the week of first sight, and every cell opens exactly those it counts."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from convdata import customer_pages
from convdata.database import Store
from convdata.filters import Choices
from convdata.returning import Cohort, as_rows, cohorts
from convdata.triangle import triangle
from tests.conftest import NOW
from tests.story import HOUR, customer, message, tell

MONDAY = datetime(2026, 7, 20, 12)
WEEK = timedelta(days=7)
TODAY = date(2026, 8, 9)
THREE = Choices({"from": MONDAY.date(), "to": TODAY})


def test_customers_are_counted_by_the_week_they_were_first_seen(store: Store) -> None:
    said: dict[str, Any] = {"understood": True, "language": "en"}
    now = datetime(2026, 8, 9, 12)
    tell(store, message("a", MONDAY, **said), message("a", MONDAY + WEEK, **said), now=now)
    tell(store, message("b", MONDAY + HOUR, **said), message("b", MONDAY + 2 * WEEK, kind="button"), now=now)
    tell(
        store,
        customer("c", MONDAY, first_name="Cyd"),
        message("c", MONDAY + WEEK, understood=True, language="fr"),
        now=now,
    )
    tell(
        store, message("d", MONDAY + WEEK, sender="bot", language="en"), message("old", MONDAY - WEEK, **said), now=now
    )
    tell(store, message("old", MONDAY, **said), now=now)
    assert cohorts(store, THREE, TODAY) == [
        Cohort(MONDAY.date(), 3, (2, 2, 1)),
        Cohort((MONDAY + WEEK).date(), 1, (0, 0)),
    ]
    assert cohorts(store, THREE.but(language=("fr",)), TODAY) == [Cohort(MONDAY.date(), 1, (0, 1, 0))]
    assert cohorts(store, THREE.but(from_=date(2027, 1, 1), to=date(2027, 2, 1)), TODAY) == []
    assert [row["active"] for row in as_rows(cohorts(store, THREE, TODAY))] == [2, 2, 1, 0, 0]


def test_every_cell_opens_exactly_those_it_counts(demo: Store) -> None:
    whole = Choices({"from": NOW.date() - timedelta(days=59), "to": NOW.date()})
    tokyo = Choices(whole.chosen, ZoneInfo("UTC")).but(channel=("webchat", "alexa"), language=("fr",))
    for choices in (whole, tokyo):
        found = cohorts(demo, choices, NOW.date())
        assert found
        for cohort in found:
            for later, active in enumerate(cohort.active):
                assert customer_pages.count(demo, cohort.opened_by(later, choices)) == active


def test_a_share_of_few_is_not_said() -> None:
    figure = triangle([Cohort(date(2026, 7, 20), 40, (40, 10)), Cohort(date(2026, 7, 27), 5, (5,))], TODAY)
    cells, words = figure.data
    assert list(words.text) == ["100 %", "25 %", "5"]
    assert [place for (place,) in cells.customdata] == [0, 1, 100]
    assert "too few" in cells.hovertext[2]
    assert "click opens 10 conversations" in cells.hovertext[1]
