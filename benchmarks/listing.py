"""The Customers page: its rows, however filtered and however deep, and how many there are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.cases import Case, Hand
from benchmarks.timing import Way
from benchmarks.world import LAST_DAY, MEASURER, NOW
from convdata import customer_pages
from convdata.customer_pages import PAGE, Place
from convdata.database import Store
from convdata.filters import Choices, continued

UTC = ZoneInfo("UTC")
MONTH = LAST_DAY - timedelta(days=29)
QUARTER = LAST_DAY - timedelta(days=89)
MIDNIGHT = f"timestamp '{NOW}'"
COLUMNS = """customers.channel, customers.status, customers.language, customers.last_message_at, customers.muted_until,
    customers.muted_by, customers.need_help_since, people.customer_id, people.first_name, people.last_name,
    people.photo_url, people.last_text, people.last_sender"""
ORDER = "order by last_message_at desc, customer_key desc"


def _failed(first: str, last: str) -> str:
    return (
        "customer_key in (select customer_key from customer_days "
        f"where not_understood > 0 and day between date '{first}' and date '{last}')"
    )


# Name, what is chosen, and the same as a hand would write it.
FILTERS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("no filter", {}, "true"),
    ("status", {"status": ("not_understood",)}, "status = 'not_understood'"),
    ("two statuses", {"status": ("not_understood", "need_help")}, "status in ('not_understood', 'need_help')"),
    ("language", {"language": ("it",)}, "language = 'it'"),
    ("channel", {"channel": ("alexa",)}, "channel = 'alexa'"),
    (
        "30 days",
        {"from": MONTH, "to": LAST_DAY},
        f"last_message_at >= timestamp '{MONTH}' and last_message_at < {MIDNIGHT}",
    ),
    ("failed in 30 days", {"failed_from": MONTH, "failed_to": LAST_DAY}, _failed(str(MONTH), str(LAST_DAY))),
    ("failed on a day", {"failed_from": MONTH, "failed_to": MONTH}, _failed(str(MONTH), str(MONTH))),
    ("search, beginning", {"search": "mal"}, "search_key like '%mal%'"),
    ("search, middle", {"search": "kasz"}, "search_key like '%kasz%'"),
    ("search, one customer", {"search": "c-77123"}, "search_key like '%c-77123%'"),
    ("search, two words", {"search": "zoe dvorak"}, "search_key like '%zoe%' and search_key like '%dvorak%'"),
    (
        "all filters",
        {
            "search": "ma",
            "status": ("not_understood",),
            "language": ("en", "fr"),
            "channel": ("webchat",),
            "from": QUARTER,
            "to": LAST_DAY,
        },
        "search_key like '%ma%' and status = 'not_understood' and language in ('en', 'fr') and channel = 'webchat' "
        f"and last_message_at >= timestamp '{QUARTER}' and last_message_at < {MIDNIGHT}",
    ),
)


def cases(store: Store, hand: Hand) -> Iterator[Case]:
    for name, chosen, where in FILTERS:
        choices = Choices(chosen, UTC)
        total = customer_pages.count(store, choices)
        within = 100 if "search" in chosen and store.kind == "duckdb" else 50
        yield Case(
            f"first page, {name}", partial(_page, store, choices, 1, total), _pages_by_hand(hand, where), within=within
        )
        counts = [_count(hand, where)]
        if {*chosen} == {"failed_from", "failed_to"}:  # the customers' own rows are not needed
            counts.append(_count_days(hand, chosen["failed_from"], chosen["failed_to"]))
        yield Case(f"count, {name}", partial(customer_pages.count, store, choices), counts, within=within)
    yield from _deep(store, hand)
    period = Choices({"from": MONTH, "to": QUARTER + timedelta(days=75)}, UTC)
    later = continued(period)
    assert later is not None
    went_on = (
        f"last_message_at >= timestamp '{period['to'] + timedelta(days=1)}' and customer_key in (select customer_key "
        f"from customer_days where messages > 0 and day between date '{period['from']}' and date '{period['to']}')"
    )
    yield Case(
        "count, continued after the period", partial(customer_pages.count, store, later), [_count(hand, went_on)]
    )
    yield Case(
        "what the filters offer",
        lambda: sorted(map(tuple, store.ask("customers/options"))),
        [lambda: sorted(hand.rows("select channel, language, count(*) from customers group by channel, language"))],
    )
    yield Case(
        "who needs help, how many",
        lambda: store.ask("customers/need_help_count")[0].waiting,
        [_count(hand, "status = 'need_help'")],
    )
    yield Case(
        "who needs help, the longest waiting",
        lambda: _keys(store.ask("customers/oldest_waiting", many=5)),
        _first_five(hand, "status = 'need_help'", "need_help_since", ""),
    )
    yield Case(
        "who is muted now",
        lambda: _keys(store.ask("mutes/muted_now", now=NOW, limit=5)),
        _first_five(hand, f"muted_until > {MIDNIGHT}", "last_message_at", ", count(*) over () as picked"),
    )


def _deep(store: Store, hand: Hand) -> Iterator[Case]:
    everybody = Choices()
    total = customer_pages.count(store, everybody)
    pages = -(-total // PAGE)
    places = {}
    deep = min(2000, pages - 1)
    for number in (deep, pages):
        skipped = (number - 1) * PAGE
        before = hand.rows(
            f"select cast(customer_key as varchar), last_message_at from customers {ORDER} limit 1 offset {skipped - 1}"
        )[0]
        places[number] = Place(before[1], before[0])
    for title, number, known in (
        (f"page {deep}, from its neighbour", deep, True),
        (f"page {deep}, by a link", deep, False),
        ("the last page, by a link", pages, False),
        ("the page in the middle, by a link", pages // 2, False),
    ):
        place = places.get(number)
        after = (
            f"last_message_at <= timestamp '{place.at}' and (last_message_at < timestamp '{place.at}' "
            f"or customer_key < '{place.key}')"
            if place
            else ""
        )
        from_end = total - (number - 1) * PAGE
        ways = (
            _pages_by_hand(hand, after)
            if known
            else [*_pages_by_hand(hand, "true", (number - 1) * PAGE), *_pages_from_the_end(hand, from_end)]
        )
        seen = {number: place} if known and place else {}
        yield Case(title, partial(_page, store, everybody, number, total, seen), ways)


def _pages_by_hand(hand: Hand, where: str, skip: int = 0) -> list[Way]:
    keys = f"select customer_key from customers where {where} {ORDER} limit {PAGE} offset {skip}"
    ways: list[Way] = [lambda: _in_two_steps(hand, keys), lambda: _in_one_step(hand, keys)]
    if hand.kind == "postgresql" and not skip:  # without a first step for the keys: Postgres's way for what is near
        whole = f"select customers.customer_key, {COLUMNS} from customers join people using (customer_key)"
        ways.append(lambda: _first(hand.rows(f"{whole} where {where} {ORDER} limit {PAGE}")))
    return ways


def _pages_from_the_end(hand: Hand, from_end: int) -> list[Way]:
    keys = (
        "select customer_key from customers order by last_message_at, customer_key "
        f"limit {min(PAGE, from_end)} offset {max(0, from_end - PAGE)}"
    )
    return [lambda: _in_two_steps(hand, keys)[::-1], lambda: _in_one_step(hand, keys)]


def _first_five(hand: Hand, where: str, order: str, counted: str) -> list[Way]:
    ordered = f"order by {order}, customers.customer_key"
    columns = (
        f"customers.customer_key, channel, last_message_at, muted_at, muted_until, muted_by, need_help_since{counted}"
    )
    whole = (
        f"select {columns}, people.customer_id, first_name, last_name from customers join people on people.customer_key = customers.customer_key "
        f"where {where} {ordered} limit 5"
    )
    stepped = (
        f"with five as materialized (select {columns} from customers where {where} {ordered} limit 5) select five.*, "
        "people.customer_id, people.first_name, people.last_name from five join people "
        f"on people.customer_key = five.customer_key order by {order}, five.customer_key"
    )
    return [lambda: _first(hand.rows(whole)), lambda: _first(hand.rows(stepped))]


def _in_two_steps(hand: Hand, keys: str) -> list[str]:
    wanted = _first(hand.rows(keys))
    if not wanted:
        return []
    listed = ", ".join(f"'{key}'" for key in wanted)
    found = set(
        _first(
            hand.rows(
                f"select customers.customer_key, {COLUMNS} from customers join people "
                f"on people.customer_key = customers.customer_key "
                f"where customers.customer_key in ({listed}) and people.customer_key in ({listed})"
            )
        )
    )
    return [key for key in wanted if key in found]


def _in_one_step(hand: Hand, keys: str) -> list[str]:
    return _first(
        hand.rows(
            f"with keys as materialized ({keys}) select customers.customer_key, {COLUMNS} from keys "
            "join customers on customers.customer_key = keys.customer_key "
            "join people on people.customer_key = keys.customer_key "
            "order by customers.last_message_at desc, customers.customer_key desc"
        )
    )


def _count(hand: Hand, where: str) -> Way:
    return lambda: hand.one(f"select count(*) from customers where {where}")


def _count_days(hand: Hand, first: date, last: date) -> Way:
    return lambda: hand.one(
        "select count(distinct customer_key) from customer_days "
        f"where not_understood > 0 and day between '{first}' and '{last}'"
    )


def _page(
    store: Store, choices: Choices, number: int, total: int, seen: Mapping[int, Place] | None = None
) -> list[str]:
    return _keys(customer_pages.page(store, choices, number, total, dict(seen or {}), by=MEASURER))


def _keys(rows: Sequence[Any]) -> list[str]:
    return [row.customer_key for row in rows]


def _first(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    return [str(row[0]) for row in rows]
