"""Who is found: the filters, the search and the pages of the list (product rules 4, 5 and 6)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from convdata import customer_pages
from convdata.conversations import details, neighbours
from convdata.customer_pages import Place
from convdata.database import Store
from convdata.filters import Choices, choose, continued, last_days, who_waits
from convdata.intake import take
from convdata.standing import clear_need_help
from tests.story import HOUR, NOON, READER, customer, key, message, opened, status, tell

UTC = ZoneInfo("UTC")


def found(store: Store, **chosen: object) -> list[str]:
    choices = Choices({name.rstrip("_"): value for name, value in chosen.items()}, store.settings.timezone)
    total = customer_pages.count(store, choices)
    rows = customer_pages.page(store, choices, 1, total, {}, size=100, by=READER)
    assert len(rows) == total
    return [row.customer_id for row in rows]


def test_the_newest_last_message_comes_first(store: Store) -> None:
    tell(store, message("a"), message("b", NOON + timedelta(minutes=2)), message("c", NOON + timedelta(minutes=1)))
    assert found(store) == ["b", "c", "a"]


def test_the_date_filter_looks_only_at_the_last_message(store: Store) -> None:
    for day in range(1, 11):
        tell(store, message("a", datetime(2026, 8, day, 10)), now=NOON + timedelta(days=2))
    assert found(store, from_=date(2026, 8, 7), to=date(2026, 8, 9)) == []
    assert found(store, from_=date(2026, 8, 10), to=date(2026, 8, 10)) == ["a"]


def test_the_page_can_say_how_many_continued_after_the_period(store: Store) -> None:
    tell(store, *(message("a", datetime(2026, 8, d, 10)) for d in (1, 8, 10)), now=NOON + timedelta(days=2))
    tell(store, *(message("b", datetime(2026, 8, d, 10)) for d in (1, 10)), now=NOON + timedelta(days=2))
    later = continued(Choices({"from": date(2026, 8, 7), "to": date(2026, 8, 9)}, UTC))
    assert later is not None
    assert customer_pages.count(store, later) == 1
    assert continued(Choices({"from": date(2026, 8, 7)}, UTC)) is None


def test_both_days_are_included_in_the_dashboards_zone(store_url: str) -> None:
    paris = opened(store_url, TIMEZONE="Europe/Paris")
    tell(paris, message("before", datetime(2026, 8, 6, 21, 59, 59, 999000)))
    tell(paris, message("first", datetime(2026, 8, 6, 22)), message("last", datetime(2026, 8, 7, 21, 59, 59, 999000)))
    tell(paris, message("after", datetime(2026, 8, 7, 22)))
    assert set(found(paris, from_=date(2026, 8, 7), to=date(2026, 8, 7))) == {"first", "last"}
    paris.close()


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 8, 9), 24)])
def test_a_day_has_as_many_hours_as_it_has(day: date, hours: int) -> None:
    bounds = Choices({"from": day, "to": day}, ZoneInfo("Europe/Paris")).bound()
    assert bounds["to"] - bounds["from"] == timedelta(hours=hours)


def test_filters_combine_with_and_and_their_values_with_or(store: Store) -> None:
    tell(store, message("a", language="fr", understood=False), message("b", language="fr"), message("c", language="de"))
    tell(store, message("d", channel="alexa", language="fr", understood=False))
    assert set(found(store, language=("fr", "de"))) == {"a", "b", "c", "d"}
    assert set(found(store, language=("fr",), status=("not_understood",))) == {"a", "d"}
    assert found(store, language=("fr",), status=("not_understood",), channel=("alexa",)) == ["d"]


def test_failed_between_finds_who_was_not_understood_then_whatever_came_after(store: Store) -> None:
    tell(store, message("a", datetime(2026, 8, 3, 10), language="fr", understood=False))
    tell(store, message("a", datetime(2026, 8, 9, 10), language="en", understood=True), message("b", understood=True))
    assert found(store, failed_from=date(2026, 8, 3), failed_to=date(2026, 8, 3)) == ["a"]
    assert found(store, failed_from=date(2026, 8, 4)) == []
    assert found(store, failed_language=("fr",)) == ["a"]
    assert found(store, failed_language=("en",)) == []
    assert found(store, failed_to=date(2026, 8, 9), channel=("webchat",)) == ["a"]
    assert found(store, failed_to=date(2026, 8, 9), channel=("alexa",)) == []


@pytest.mark.parametrize(
    "words", ["byron", "BYRON", "yro", "ada byron", "byron ada", "ádà", "ada@", "0612", "+33 6 12", "v-77", "lodz"]
)
def test_search_finds_names_mail_phone_and_id_by_any_part_ignoring_case_and_accents(words: str, store: Store) -> None:
    tell(store, customer("v-77", first_name="Ada", last_name="Byron", email="ada@example.org", phone_number="+33 6 12"))
    tell(store, customer("v-77", comments="x", last_name="Byron Łódź"), message("v-77"), message("v-78"))
    if words == "0612":
        assert found(store, search="612") == ["v-77"]
    else:
        assert found(store, search=words) == ["v-77"]


@pytest.mark.parametrize("words", ["%", "_", "!", "'", "\\", "%%", "a_a"])
def test_search_takes_wildcards_as_what_they_are(words: str, store: Store) -> None:
    tell(
        store,
        customer("v-1", first_name="Ada"),
        message("v-1"),
        customer("v-2", first_name=f"x{words}y"),
        message("v-2"),
    )
    assert found(store, search=words) == ["v-2"]


def test_the_anonymous_are_found_by_their_id(store: Store) -> None:
    tell(store, message("amzn1.ask.account.XYZ", channel="alexa"), message("other"))
    assert found(store, search="account.xyz") == ["amzn1.ask.account.XYZ"]


def test_the_latest_message_that_names_a_language_decides(store: Store) -> None:
    tell(store, message("a", NOON, language="fr"), message("a", NOON + timedelta(minutes=5)))
    tell(store, message("a", NOON - timedelta(minutes=5), language="de"))
    assert found(store, language=("fr",)) == ["a"]
    tell(store, message("b"))
    assert found(store, language=("und",)) == ["b"]


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 47])
def test_every_page_holds_its_rows_however_it_is_reached(total: int, store: Store) -> None:
    # Pairs of equal times: their order must hold across the edge of a page.
    take(store, [message(f"v-{n}", NOON + timedelta(minutes=n // 2)) for n in range(total)], NOON)
    total = customer_pages.count(store, Choices())
    whole = [row.customer_id for row in customer_pages.page(store, Choices(), 1, total, {}, size=1000, by=READER)]
    pages = -(-total // 10)
    known: dict[int, Place] = {}
    forwards = [
        [r.customer_id for r in customer_pages.page(store, Choices(), n, total, known, 10, by=READER)]
        for n in range(1, pages + 1)
    ]
    assert [c for page in forwards for c in page] == whole
    for n in range(1, pages + 1):
        assert [r.customer_id for r in customer_pages.page(store, Choices(), n, total, {}, 10, by=READER)] == forwards[
            n - 1
        ]


def test_who_waits_longest_comes_first_on_every_page_of_that_list(store: Store) -> None:
    waiting = [f"v-{n}" for n in (3, 0, 4, 1, 2)]
    tell(store, message("calm"))
    for n, who in enumerate(waiting):  # two of them since the same moment; who wrote last has waited longest
        tell(store, message(who, NOON - n * HOUR), status("need_help", who, NOON + n // 2 * HOUR), now=NOON + 9 * HOUR)
    everybody = who_waits(UTC)
    assert choose(everybody.address(), UTC) == (everybody, [])
    assert customer_pages.count(store, everybody) == 5
    pages = [customer_pages.page(store, everybody, n, 5, {}, 2, by=READER) for n in (1, 2, 3)]
    listed = [row.customer_id for page in pages for row in page]
    assert [{*listed[:2]}, {*listed[2:4]}, listed[4]] == [{*waiting[:2]}, {*waiting[2:4]}, waiting[4]]
    for n, who in enumerate(listed):
        beside = neighbours(store, details(store, key(store, who), by=READER), everybody)
        assert (beside.picked, beside.place) == (5, n + 1)
        assert beside.previous == (key(store, listed[n - 1]) if n else None)
        assert beside.next == (key(store, listed[n + 1]) if n < 4 else None)
    clear_need_help(store, key(store, listed[0]), by=READER, now=NOON + 9 * HOUR)
    beside = neighbours(store, details(store, key(store, listed[0]), by=READER), everybody)
    assert (beside.place, beside.next) == (None, key(store, listed[1]))


def test_the_order_of_who_waits_is_none_where_others_are_listed_too() -> None:
    assert choose({"sort": "waiting"}, UTC)[0].address() == {}
    several = choose({"sort": "waiting", "status": ["need_help", "ok"]}, UTC)[0]
    assert several.address() == {"status": ["need_help", "ok"]}
    assert several.but(status=("need_help",)).longest_waiting_first


def test_what_an_address_says_wrongly_is_left_out_and_said() -> None:
    chosen, wrong = choose(
        {"status": ["angry", "ok"], "from": "yesterday", "to": "2026-08-09", "search": "x" * 300, "nonsense": "1"}, UTC
    )
    assert dict(chosen.chosen) == {"status": ("ok",), "to": date(2026, 8, 9)}
    assert len(wrong) == 3


def test_a_day_that_is_one_but_out_of_range_is_not_called_no_day() -> None:
    _, wrong = choose({"from": "1812-01-01", "to": "9999-12-31"}, UTC)
    assert wrong == [
        "From: 1812-01-01 is out of range; days are those of the years 1970 to 9000.",
        "To: 9999-12-31 is out of range; days are those of the years 1970 to 9000.",
    ]
    assert choose({"to": "2026-02-30"}, UTC)[1] == ["To: not a day; write it like 2026-08-09."]


def test_choices_survive_the_way_through_the_address() -> None:
    chosen = Choices({"status": ("ok", "need_help"), "from": date(2026, 8, 1), "search": "a&b"}, UTC)
    assert choose(chosen.address(), UTC)[0] == chosen


def test_a_preset_ends_today() -> None:
    assert last_days(7, date(2026, 8, 9)) == (date(2026, 8, 3), date(2026, 8, 9))
