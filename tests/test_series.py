"""The small lines in the cards: they add up to their numbers, and say nothing where a point would be too few."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from convdata import series
from convdata.database import Store
from convdata.filters import Choices
from convdata.headlines import BY_KEY, headline
from convdata.stats import MEASURES, table
from tests.conftest import NOW
from tests.story import NOON, message, status, tell

MONTH = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})


def test_days_add_up_to_the_card(demo: Store) -> None:
    assert sum(series.counts(demo, "eligible", MONTH, "day") or []) == table(demo, MONTH)[0]["eligible"]
    for key in ("active_customers", "conversations", "need_help"):
        one = headline(demo, MONTH, BY_KEY[key], NOW)[BY_KEY[key].part]
        days = series.counts(demo, key, MONTH, "day") or []
        assert len(days) == 30
        assert max(days) <= one <= sum(days), "who comes on two days is one customer, and two of the days'"


def test_a_share_is_drawn_by_the_step_of_which_none_is_too_few(demo: Store) -> None:
    for key in (*MEASURES, "escalation", "containment"):
        found = series.shares(demo, key, MONTH.but(from_=NOW.date() - timedelta(days=59)), "day")
        assert found is None or all(0 <= share <= 100 for share in found.points)
    weeks = series.shares(demo, "message", MONTH, "week")
    assert weeks is not None
    told = {row["day"]: row for row in table(demo, MONTH, ["day"], "week")}
    # Of the weeks only those that are whole: 11 July is a Saturday, 9 August a Sunday.
    assert weeks.points == [round(100 * told[day]["rate"], 1) for day in sorted(told)[1:]]
    assert weeks.step == "week"
    assert series.shares(demo, "message", MONTH.but(language=("xx",)), "day") is None


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_need_help_is_of_the_day_on_the_dashboards_clock(zone: str, store: Store) -> None:
    late = datetime(2026, 8, 5, 20)  # the sixth in Tokyo
    tell(store, message("a", late, understood=False, language="en"), status("need_help", "a", late), now=NOON)
    tell(store, message("b", late, sender="agent", agent="Ana"), message("c", late, understood=True), now=NOON)
    store.settings.__dict__["timezone"] = ZoneInfo(zone)
    days = Choices({"from": date(2026, 8, 3), "to": date(2026, 8, 9)}, ZoneInfo(zone))
    if zone != "UTC":
        from convdata.counts import rebuild

        rebuild(store)
    assert series.counts(store, "need_help", days, "day") == [0, 0, *([1, 0] if zone == "UTC" else [0, 1]), 0, 0, 0]
    assert series._shares(store, "escalation", days, "day") == {"2026-08-05" if zone == "UTC" else "2026-08-06": (2, 3)}
