"""The numbers of Trends, per message and per conversation."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from benchmarks.cases import Case, Hand
from benchmarks.world import FIRST_DAY, LAST_DAY
from convdata.database import Store
from convdata.stats import DIMENSIONS

PERIODS = (("30 days", LAST_DAY - timedelta(days=29)), ("2 years", FIRST_DAY))
GROUPS = (("channel",), ("language",), ("day",), ("channel", "language"))


def cases(store: Store, hand: Hand) -> Iterator[Case]:
    for question, measured, by_hand in (
        ("trends/messages", "message rate", _messages),
        ("trends/conversations", "conversation rate", _conversations),
    ):
        for by in GROUPS:
            for period, first in PERIODS:
                step = "day" if period == "30 days" else "week"
                values: dict[str, Any] = {f"by_{name}": name in by for name in DIMENSIONS}
                values |= {"step": step, "first_day": first, "last_day": LAST_DAY, "channels": None, "languages": None}
                if question == "trends/conversations":
                    values |= {"only_failed": False}
                yield Case(
                    f"{measured} by {' and '.join(by)}, {period}",
                    partial(_asked, store, question, by, values),
                    [partial(_by_hand, hand, by, by_hand(by, first, step))],
                    times=None,
                )


def _asked(store: Store, question: str, by: tuple[str, ...], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    answer = store.ask(question, **values)
    return sorted([tuple(str(getattr(row, name)) for name in by) + tuple(row)[3:] for row in answer])


def _by_hand(hand: Hand, by: tuple[str, ...], statement: str) -> list[tuple[Any, ...]]:
    return sorted([tuple(map(str, row[: len(by)])) + row[len(by) :] for row in hand.rows(statement)])


def _keys(by: tuple[str, ...], step: str) -> str:
    day = "day" if step == "day" else f"cast(date_trunc('{step}', cast(day as timestamp)) as date)"
    return ", ".join(day if name == "day" else name for name in by)


def _messages(by: tuple[str, ...], first: date, step: str) -> str:
    keys = _keys(by, step)
    return (
        f"select {keys}, cast(sum(eligible) as bigint), cast(sum(not_understood) as bigint) from daily_counts "
        f"where day between '{first}' and '{LAST_DAY}' group by {keys} having sum(eligible) > 0"
    )


def _conversations(by: tuple[str, ...], first: date, step: str) -> str:
    keys = _keys(by, step)
    numbers = ", ".join(str(n + 1) for n in range(len(by)))
    return (
        f"select {_numbered(by)}, count(*), count(*) filter (where failed > 0) from (select {keys}, max(not_understood) as "
        f"failed from customer_days where eligible > 0 and day between '{first}' and '{LAST_DAY}' "
        f"group by {numbers}, customer_key) as conversations({_numbered(by)}, failed) group by {numbers}"
    )


def _numbered(by: tuple[str, ...]) -> str:
    return ", ".join(f"key_{n}" for n, _ in enumerate(by))
