"""The other numbers of Trends, each beside the best that a hand writes for it over the same tables: who was active and who
needed a person, how long for, when it is busiest, what was said, who came back, how mutes ended.

The hand knows that nothing is filtered, that days are days in UTC, and may use what its store alone has.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from benchmarks.cases import Case, Hand
from benchmarks.world import FIRST_DAY, LAST_DAY, NOW
from convdata import busiest, returning
from convdata.database import Store
from convdata.filters import Choices
from convdata.headlines import BY_KEY, by_step, headline
from convdata.topics import TEXTS

PERIODS = (("30 days", LAST_DAY - timedelta(days=29)), ("2 years", FIRST_DAY))
END = datetime.combine(LAST_DAY + timedelta(days=1), time.min)
Answer = Callable[[], object]


def cases(store: Store, hand: Hand) -> Iterator[Case]:
    zone = store.settings.timezone
    for period, first in PERIODS:
        choices = Choices({}, zone).but(from_=first, to=LAST_DAY)
        step = "day" if period == "30 days" else "week"
        numbers = partial(_headline, store, choices)
        asked: tuple[tuple[str, Answer, Answer], ...] = (
            ("active and escalated", partial(numbers, "escalation", ACTIVE), partial(_active, hand, first)),
            (f"the same by {step}", partial(_by_step, store, choices, step), partial(_active_by, hand, first, step)),
            ("median wait", partial(_waited, store, choices), partial(_waits, hand, first)),
            ("mutes ended", partial(numbers, "run_out", MUTES), partial(_mutes, hand, first)),
            ("busiest hours", partial(_hours, store, choices), partial(_hours_by_hand, hand, first)),
            ("failed by hour", partial(_failed, store, choices), partial(_failed_by_hand, hand, first)),
            ("top utterances", partial(_said, store, first), partial(_said_by_hand, hand, first)),
            ("coming back", partial(_back, store, choices), partial(_back_by_hand, hand, first)),
            ("ended now", partial(_ended, store, choices), partial(_ended_by_hand, hand, first)),
        )
        for name, product, by_hand in asked:
            yield Case(f"{name}, {period}", product, [by_hand], within=None)
    yield Case(
        "muted now",
        partial(numbers, "muted_now", ("muted_now",)),
        [lambda: hand.rows(f"select count(*) from customers where muted_until > '{NOW}'")[0]],
        within=None,
    )


ACTIVE = ("active_conversations", "active_customers", "escalated", "need_help", "answered")
MUTES = ("mutes_ended", "mutes_run_out")


def _headline(store: Store, choices: Choices, key: str, columns: tuple[str, ...]) -> tuple[Any, ...]:
    row = headline(store, choices, BY_KEY[key], NOW)
    return tuple(row[name] for name in columns)


def _waited(store: Store, choices: Choices) -> tuple[Any, ...]:
    row = headline(store, choices, BY_KEY["first_reply"], NOW)
    return row["waits"], row["waits_answered"], round(row["median_seconds"] or 0, 3)


def _by_step(store: Store, choices: Choices, step: str) -> list[tuple[Any, ...]]:
    rows = by_step(store, choices, step).items()
    return sorted((day, *(row[name] for name in ACTIVE)) for day, row in rows)


def _hours(store: Store, choices: Choices) -> list[tuple[int, ...]]:
    return [tuple(row.values()) for row in busiest.hours(store, choices)]


def _failed(store: Store, choices: Choices) -> list[tuple[int, ...]]:
    return sorted((*place, many) for place, many in busiest.opening(store, choices).items())


def _said(store: Store, first: date) -> list[tuple[Any, ...]]:
    rows = store.ask(
        "trends/utterances",
        many=TEXTS,
        since=datetime.combine(first, time.min),
        until=END,
        channels=None,
        languages=None,
    )
    return [(row.text, row.messages) for row in rows]


def _back(store: Store, choices: Choices) -> list[tuple[Any, ...]]:
    found = returning.cohorts(store, choices, LAST_DAY)
    return [(str(cohort.week), cohort.customers, *(n for n in cohort.active if n)) for cohort in found]


def _ended(store: Store, choices: Choices) -> tuple[Any, ...]:
    return tuple(store.ask("trends/ended", choices)[0])


def _agents(first: date) -> str:
    return f"messages where sender = 'agent' and sent_at >= '{first}' and sent_at < '{END}'"


def _helped(first: date) -> str:
    return f"activity where act = 'status_need_help' and done_at >= '{first}' and done_at < '{END}'"


def _active(hand: Hand, first: date) -> tuple[Any, ...]:
    within = f"day between '{first}' and '{LAST_DAY}' and messages > 0"
    ((there, wrote),) = hand.rows(
        "select count(*), count(*) filter (where n > 0) from (select max(eligible + buttons) as n from customer_days "
        f"where {within} group by customer_key) as customers"
    )
    ((either, helped, answered),) = hand.rows(
        "select count(*), count(*) filter (where helped = 1), count(*) filter (where helped = 0 or both_ = 2) from ("
        "select customer_key, max(helped) as helped, count(distinct helped) as both_ from ("
        f"select customer_key, 1 as helped from {_helped(first)} union all select customer_key, 0 from {_agents(first)}"
        f") as steps where customer_key in (select customer_key from customer_days where {within}) "
        "group by customer_key) as people"
    )
    return there, wrote, either, helped, answered


def _active_by(hand: Hand, first: date, step: str) -> list[tuple[Any, ...]]:
    within = f"day between '{first}' and '{LAST_DAY}' and messages > 0"
    day = "day" if step == "day" else f"cast(date_trunc('{step}', day) as date)"
    there = hand.rows(
        f"select day, count(*), count(*) filter (where n > 0) from (select {day} as day, max(eligible + buttons) as n "
        f"from customer_days where {within} group by 1, customer_key) as customers group by day"
    )
    people = hand.rows(
        "select day, count(*), count(*) filter (where helped = 1), count(*) filter (where helped = 0 or both_ = 2) from ("
        f"select customer_key, cast(date_trunc('{step}', moment) as date) as day, max(helped) as helped, "
        f"count(distinct helped) as both_ from (select customer_key, done_at as moment, 1 as helped from {_helped(first)} "
        f"union all select customer_key, sent_at, 0 from {_agents(first)}) as steps group by 1, 2) as people "
        f"where (customer_key, day) in (select customer_key, {day} from customer_days where {within}) group by day"
    )
    escalated = {day: rest for day, *rest in people}
    return sorted((str(day), *rest, *escalated.get(day, [0, 0, 0])) for day, *rest in there)


def _waits(hand: Hand, first: date) -> tuple[Any, ...]:
    # Need Help that was cleared before anybody answered stays unanswered.
    ((waits, answered, median),) = hand.rows(
        "select count(*), count(waited), percentile_cont(0.5) within group (order by waited) from ("
        "select helped.customer_key, done_at, extract(epoch from min(sent_at) - done_at) as waited "
        f"from (select *, (select min(done_at) from activity as ok where ok.customer_key = activity.customer_key "
        f"and ok.act = 'status_ok' and ok.done_at > activity.done_at) as cleared from {_helped(first)}) as helped "
        f"left join (select customer_key, sent_at from messages where sender = 'agent' and sent_at >= '{first}') as replies "
        "on replies.customer_key = helped.customer_key and replies.sent_at >= done_at "
        "and replies.sent_at <= coalesce(cleared, timestamp 'infinity') group by 1, 2) as waits"
    )
    return waits, answered, round(float(median or 0), 3)


def _mutes(hand: Hand, first: date) -> tuple[Any, ...]:
    return hand.rows(
        "select count(*), count(*) filter (where coalesce(ended_by, 'timer') = 'timer') from mutes "
        f"where coalesce(ended_at, muted_until) >= '{first}' and coalesce(ended_at, muted_until) < '{END}' "
        f"and (ended_at is not null or muted_until <= '{NOW}') and coalesce(ended_by, 'timer') <> 'superseded'"
    )[0]


def _quarters(first: date) -> tuple[int, int]:
    start, end = datetime.combine(first, time.min), END
    return tuple(int((at - datetime(1970, 1, 1)).total_seconds()) // 900 for at in (start, end))  # type: ignore[return-value]


def _hours_by_hand(hand: Hand, first: date) -> list[tuple[Any, ...]]:
    since, until = _quarters(first)
    slash = "//" if hand.kind == "duckdb" else "/"
    return hand.rows(
        f"select (quarter {slash} 96 + 3) % 7, quarter {slash} 4 % 24, cast(sum(eligible) as bigint), "
        f"cast(sum(not_understood) as bigint) from quarter_counts where quarter >= {since} and quarter < {until} "
        "group by 1, 2 having sum(eligible) > 0 order by 1, 2"
    )


def _failed_by_hand(hand: Hand, first: date) -> list[tuple[Any, ...]]:
    return hand.rows(
        "select cast(extract(isodow from sent_at) as integer) - 1, cast(extract(hour from sent_at) as integer), "
        "count(distinct customer_key) from messages where sender = 'user' and countable and understood = false "
        f"and sent_at >= '{first}' and sent_at < '{END}' group by 1, 2 order by 1, 2"
    )


def _said_by_hand(hand: Hand, first: date) -> list[tuple[Any, ...]]:
    key = "any_value(customer_key)" if hand.kind == "duckdb" else "min(customer_key::text)"
    rows = hand.rows(
        f"select text, count(*), {key}, sum(count(*)) over () from messages "
        f"where sender = 'user' and countable and understood = false and text is not null and sent_at >= '{first}' "
        f"and sent_at < '{END}' group by text order by count(*) desc, text limit {TEXTS}"
    )
    return [row[:2] for row in rows]


def _back_by_hand(hand: Hand, first: date) -> list[tuple[Any, ...]]:
    last = LAST_DAY - timedelta(days=LAST_DAY.weekday())
    start = max(first - timedelta(days=first.weekday()), last - timedelta(days=7 * (returning.MOST - 1)))
    rows = hand.rows(
        "select cast(date_trunc('week', first_event_at) as date) as week, count(*), -1 as later from customers "
        f"where first_event_at >= '{start}' and first_event_at < '{last + timedelta(days=7)}' group by 1 union all "
        "select week, count(distinct customer_key), (active - week) / 7 from (select customers.customer_key, "
        "cast(date_trunc('week', first_event_at) as date) as week, cast(date_trunc('week', day) as date) as active "
        "from customers join customer_days on customer_days.customer_key = customers.customer_key "
        f"where first_event_at >= '{start}' and first_event_at < '{last + timedelta(days=7)}' "
        f"and day >= '{start}' and day < '{last + timedelta(days=7)}' and eligible + buttons > 0) as seen group by week, active "
        "order by 1, 3"
    )
    weeks: dict[str, list[int]] = {}
    for week, many, _ in rows:
        weeks.setdefault(str(week), []).append(many)
    return [(week, *many) for week, many in weeks.items()]


def _ended_by_hand(hand: Hand, first: date) -> tuple[Any, ...]:
    return hand.rows(
        "select count(*), count(*) filter (where status = 'not_understood') from customers "
        f"where last_message_at >= '{first}' and last_message_at < '{END}'"
    )[0]
