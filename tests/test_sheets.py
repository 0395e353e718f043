"""What is taken away from Trends: exactly what is drawn, nothing a spreadsheet would run, and on the record."""

from datetime import timedelta

import pytest

from convdata.database import Store
from convdata.errors import NotForYou
from convdata.filters import Choices
from convdata.rates import beside, for_a_sheet
from convdata.rights import Actor, Role
from convdata.sheets import Rows, as_csv, download
from convdata.stats import MESSAGES, table
from tests.story import NOON, message, rows, tell

ANA = Actor("ana", Role.MANAGER)
TODAY = Choices({"from": NOON.date(), "to": NOON.date()})


def test_a_chart_as_csv_holds_both_rates_and_no_formula(store: Store) -> None:
    tell(store, message(understood=False, language="=1+1"), message("b", understood=True, language="en"))

    def make(store: Store) -> Rows:
        return for_a_sheet(table(store, TODAY, ("language",)))

    lines = download(store, "By language", TODAY, make, by=ANA, now=NOON).decode("utf-8-sig").splitlines()
    assert lines == [
        "language,eligible,not_understood,rate,rate_low,rate_high,"
        "conversations,conversations_not_understood,conversation_rate,conversation_rate_low,conversation_rate_high",
        "'=1+1,1,1,,,,1,1,,,",
        "en,1,0,,,,1,0,,,",
    ]
    ((act, actor, details),) = rows(store, "activity", "act", "actor", "details")
    assert (act, actor) == ("download_numbers", "ana")
    assert '"what": "By language"' in details


def test_a_cell_as_csv_has_the_period_before_and_the_change_it_draws(store: Store) -> None:
    yesterday = NOON - timedelta(days=1)
    said = [message(f"c{n}", NOON, language="en", understood=n > 9) for n in range(20)]
    said += [message(f"c{n}", yesterday, language="en", understood=n > 0) for n in range(25)]
    tell(store, *said, message("d", NOON, language="fr", understood=False), now=NOON)
    english, french = beside(store, TODAY, MESSAGES, ("channel", "language"))
    assert (english["rate"], english["rate_low"]) == (0.5, pytest.approx(0.2993, abs=1e-4))
    told = [
        (r["not_understood_before"], r["eligible_before"], r["change_points"], r["beyond_chance"])
        for r in (english, french)
    ]
    assert told == [(1, 25, 46.0, "yes"), (0, 0, None, None)]
    # The day before the first one was not counted: nothing is said of it.
    first = TODAY.but(from_=yesterday.date(), to=yesterday.date())
    (alone,) = beside(store, first, MESSAGES, ("channel", "language"))
    assert [alone[n] for n in ("eligible_before", "change_points", "beyond_chance")] == [None, None, None]


def test_nothing_to_draw_is_a_file_with_its_columns() -> None:
    assert as_csv([], ("channel",)).decode("utf-8-sig") == "channel\r\n"


def test_who_may_not_gets_nothing(store: Store) -> None:
    with pytest.raises(NotForYou):
        download(store, "x", TODAY, lambda _: [], by=Actor("eve"), now=NOON)
    assert rows(store, "activity") == []
