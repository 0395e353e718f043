"""Two sides of the same numbers: each the number of its own cards, and the difference said only where it can be."""

from datetime import date, timedelta

from convdata import customer_pages
from convdata.comparison import as_rows, compare, opens, period
from convdata.database import Store
from convdata.dumbbells import dumbbells
from convdata.filters import Choices
from convdata.headlines import BY_KEY, headline, in_brief
from convdata.marks import opened_by
from convdata.stats import table
from tests.conftest import NOW
from tests.story import NOON, message, tell

MONTH = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
EVIL = "<img src=x onerror=alert(1)>"


def test_each_side_is_what_its_own_cards_say(demo: Store) -> None:
    sides = MONTH.but(channel=("webchat",)), MONTH.but(channel=("alexa",))
    found = {one.key: one for one in compare(demo, *sides, NOW)}
    for n, side in enumerate(sides):
        row = table(demo, side)[0]
        of = {key: (one.first, one.second)[n] for key, one in found.items()}
        assert of["message"].share == (row["not_understood"], row["eligible"])
        assert of["conversation"].share == (row["conversations_not_understood"], row["conversations"])
        for key in ("escalation", "first_reply", "need_help", "conversations"):
            said = headline(demo, side, BY_KEY[key], NOW)
            assert (of[key].value, of[key].rests_on) == in_brief(BY_KEY[key], said)
        mark = opens(demo, "message", side)
        assert mark is not None
        assert customer_pages.count(demo, opened_by(mark, side)) == mark.opens
    assert "muted_now" not in found, "of this moment: no side has its own"
    assert opens(demo, "escalation", sides[0]) is None


def test_a_difference_of_too_few_is_not_said(store: Store) -> None:
    for channel, failed, many in (("alexa", 5, 10), ("webchat", 30, 100), ("messenger", 10, 100)):
        tell(
            store,
            *(message(f"c{n}", NOON, channel=channel, language="en", understood=n >= failed) for n in range(many)),
        )
    today = Choices({"from": NOON.date(), "to": NOON.date()})
    alexa, webchat, messenger = (today.but(channel=(name,)) for name in ("alexa", "webchat", "messenger"))
    few = {one.key: one for one in compare(store, alexa, webchat, NOON)}["message"]
    assert (few.first.value, few.difference, few.real) == ("too few", "", None)
    real = {one.key: one for one in compare(store, webchat, messenger, NOON)}["message"]
    assert (real.difference, real.real) == ("−20.0 points", True)
    told = {
        row["number"]: row["beyond chance"] for row in as_rows(compare(store, webchat, messenger, NOON), ("a", "b"))
    }
    assert told["Not Understood rate"] == "yes"
    # Nobody tested these, whatever their difference.
    assert {told[name] for name in ("Eligible messages", "Conversations", "Need Help to first reply")} == {None}
    nothing = compare(store, today.but(language=("xx",)), today.but(language=("yy",)), NOON)
    assert all(not one.difference for one in nothing)
    rows = as_rows(nothing, ("=a", "b"))
    assert list(rows[0]) == ["number", "=a", "=a rests on", "b", "b rests on", "difference", "beyond chance"]


def test_names_are_data_in_the_figure_too(demo: Store) -> None:
    found = [one for one in compare(demo, MONTH, MONTH, NOW) if one.first.share]
    figure = dumbbells(found, (EVIL, "b"), ("#000000", "#ffffff"), [(3, 0)] * len(found))
    drawn = str(figure.to_dict())
    assert "<img" not in drawn
    assert "click opens 3 conversations" in figure.data[0].hovertext[0]
    assert "nothing to open" in figure.data[1].hovertext[0]
    assert [place for (place,) in figure.data[1].customdata][:2] == [1, 3]


def test_periods_come_from_the_address_or_not_at_all() -> None:
    assert period("2026-07-01..2026-07-31") == (date(2026, 7, 1), date(2026, 7, 31))
    assert period("2026-07-31..2026-07-01") == (date(2026, 7, 1), date(2026, 7, 31))
    for wrong in ("", "x", "2026-07-01", "2026-07-01..", "0001-01-01..9999-12-31"):
        assert period(wrong) is None
