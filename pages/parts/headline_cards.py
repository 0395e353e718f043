"""Cards of Trends beside the rates: what people had to do where the bot did not get on, each beside the period before."""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

import streamlit as st

from convdata.filters import Choices
from convdata.headlines import BY_KEY, MEDIAN_FEW, Headline, headline, in_brief
from convdata.intervals import FEW, changed
from convdata.spans import in_words
from convdata.stats import before
from pages.parts import cards, desk
from pages.parts.cards import TOO_FEW, card, card_actions, rests_on
from pages.parts.remembered import REMEMBERED
from pages.parts.sparklines import sparkline

Row = dict[str, Any]


def headline_cards(choices: Choices, earlier: bool, keys: Iterable[str]) -> None:
    """One card for each of these headlines."""
    for one in map(BY_KEY.__getitem__, keys):
        _card(one, choices, earlier and not one.now)


def _card(one: Headline, choices: Choices, earlier: bool) -> None:
    asked = partial(headline, REMEMBERED, of=one, now=desk.now())
    row = asked(choices)
    was = asked(before(choices)) if earlier else None
    value, said = in_brief(one, row)
    delta, color, way = _change(one, row, was)
    line = sparkline(one.key, choices)
    with card(one.key):
        st.metric(
            one.title,
            TOO_FEW if value == "too few" else value,
            delta,
            delta_color=color,  # type: ignore[arg-type]
            delta_arrow=way,  # type: ignore[arg-type]
            **line.drawn,
        )
        rests_on(said + line.said)
        card_actions(one.key, one.definition, one.question, choices)


def _change(one: Headline, row: Row, was: Row | None) -> tuple[str | None, str, str]:
    """The change against the period before, its colour and its arrow: coloured only where chance does not explain it."""
    if was is None:
        return None, "off", "off"
    part, earlier = row[one.part], was[one.part]
    if one.kind == "count":
        said = cards.growth(part, earlier)
        return said, "off", _arrow(part - earlier) if said else "off"
    if one.kind == "median":
        if min(part, earlier) < MEDIAN_FEW:
            return None, "off", "off"
        seconds = row["median_seconds"] - was["median_seconds"]
        longer = f"{in_words(timedelta(seconds=abs(seconds)))} {'longer' if seconds > 0 else 'shorter'}"
        return longer, "off", _arrow(seconds)
    now, then = (part, row[one.whole]), (earlier, was[one.whole])
    if min(now[1], then[1]) < FEW:
        return None, "off", "off"
    points = now[0] / now[1] - then[0] / then[1]
    real = one.good and changed(then, now)
    color = "off" if not real else "green" if points * one.good > 0 else "red"
    return cards.in_points(points), color, _arrow(points if abs(points) >= 0.0005 else 0)


def _arrow(change: float) -> str:
    return "up" if change > 0 else "down" if change < 0 else "off"
