"""What is taken away from Trends: exactly what is drawn, nothing a spreadsheet would run, and on the record."""

from functools import partial

import pytest

from convdata.database import Store
from convdata.errors import NotForYou
from convdata.filters import Choices
from convdata.rights import Actor, Role
from convdata.sheets import as_csv, download
from convdata.stats import table
from tests.story import NOON, message, rows, tell

ANA = Actor("ana", Role.MANAGER)
TODAY = Choices({"from": NOON.date(), "to": NOON.date()})


def test_a_chart_as_csv_holds_both_rates_and_no_formula(store: Store) -> None:
    tell(store, message(understood=False, language="=1+1"), message("b", understood=True, language="en"))
    make = partial(table, choices=TODAY, by=("language",))
    lines = download(store, "By language", TODAY, make, by=ANA, now=NOON).decode("utf-8-sig").splitlines()
    assert lines == [
        "language,eligible,not_understood,rate,conversations,conversations_not_understood,conversation_rate",
        "'=1+1,1,1,1.0,1,1,1.0",
        "en,1,0,0.0,1,0,0.0",
    ]
    ((act, actor, details),) = rows(store, "activity", "act", "actor", "details")
    assert (act, actor) == ("download_numbers", "ana")
    assert '"what": "By language"' in details


def test_nothing_to_draw_is_a_file_with_its_columns() -> None:
    assert as_csv([], ("channel",)).decode("utf-8-sig") == "channel\r\n"


def test_who_may_not_gets_nothing(store: Store) -> None:
    with pytest.raises(NotForYou):
        download(store, "x", TODAY, lambda _: [], by=Actor("eve"), now=NOON)
    assert rows(store, "activity") == []
