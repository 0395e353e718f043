"""All numbers of two channels, languages or periods: a chart of their shares, a table, and the way to the conversations."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.channels import channel
from convdata.comparison import Compared, Side, as_rows, compare, opens
from convdata.database import Store
from convdata.dumbbells import dumbbells
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.lines import PALETTE, PALETTE_DARK, places
from convdata.marks import opened_by
from convdata.stats import MESSAGES
from pages.parts import desk, taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import chart_actions
from pages.parts.charts import CONFIG, clicked
from pages.parts.literal import escaped
from pages.parts.remembered import REMEMBERED

TITLE, KEY = "Compare", "chart_compare"
EXPLAINED = "Every number of the cards, asked for each of the two; the difference is the second against the first."


def side_by_side(
    kind: str, choices: Choices, sides: tuple[Choices, Choices], names: tuple[str, str], every: Sequence[str]
) -> None:
    """Both sides' shares as a chart, and every number as a table. ``every``: all languages there are, for their colours."""
    first, second = sides
    if names[0] == names[1]:
        names = (names[0], f"{names[1]} (again)")
    found = compare(REMEMBERED, first, second, desk.now())
    _drawn(found, kind, sides, names, every)
    # Its cells break into lines: on a phone both sides and the difference stand beside each other.
    frame = pd.DataFrame([_line(one, names) for one in found])
    with st.container(key="compared"):
        st.table(frame, hide_index=True, border="horizontal", alt=f"{names[0]} and {names[1]}, one row per number")
    chart_actions(
        KEY,
        partial(how_counted, EXPLAINED, MESSAGES.question, choices),
        [
            partial(taking_away.csv_button, KEY, TITLE, choices, partial(_rows, first, second, names, desk.now())),
            partial(taking_away.png_button, KEY, TITLE, choices),
        ],
    )


def _drawn(
    found: Sequence[Compared], kind: str, sides: tuple[Choices, Choices], names: tuple[str, str], every: Sequence[str]
) -> None:
    dark = st.context.theme.type == "dark"
    palette = PALETTE_DARK if dark else PALETTE
    colors = (palette[0], palette[1])
    if kind == "channel":
        one, other = (channel(side["channel"][0]) for side in sides)
        colors = (one.color_dark, other.color_dark) if dark else (one.color_light, other.color_light)
    elif kind == "language":  # as in the chart over time
        of = [side["language"][0] for side in sides]
        place = places(of, every)
        colors = (palette[place[of[0]]], palette[place[of[1]]])
    shares = [one for one in found if _whole(one.first) >= FEW or _whole(one.second) >= FEW]  # the others have no dot
    leads = [tuple(opens(REMEMBERED, one.key, side) for side in sides) for one in shares]
    opening = [(a.opens if a else 0, b.opens if b else 0) for a, b in leads]

    def open_clicked() -> None:
        place = clicked(KEY)
        mark = leads[place // 2][place % 2] if place is not None and place // 2 < len(leads) else None
        if mark and place is not None:
            st.switch_page("customers.py", query_params=opened_by(mark, sides[place % 2]).address())
        st.toast("There is nothing to open.", icon=":material/check:")

    st.plotly_chart(
        dumbbells(shares, names, colors, opening), key=KEY, config=CONFIG, on_select=open_clicked,
        selection_mode="points",
        alt=f"{TITLE}: the shares of both with their intervals. The same numbers are in the table below it.",
    )  # fmt: skip


def _whole(side: Side) -> int:
    return side.share[1] if side.share else 0


def _line(one: Compared, names: tuple[str, str]) -> dict[str, str]:
    tested = one.first.share is not None and one.difference
    chance = "" if not tested else "beyond chance" if one.real else "may be chance"
    return {
        "Number": one.title,
        escaped(names[0], 60): _value(one.first),
        escaped(names[1], 60): _value(one.second),
        "Difference": f"{escaped(one.difference) or 'too few to say'}{f', {chance}' if chance else ''}",
    }


def _value(side: Side) -> str:
    rests_on = f" :small[:gray[{escaped(side.rests_on)}]]" if side.rests_on else ""
    return f"{escaped(side.value)}{rests_on}"


def _rows(first: Choices, second: Choices, names: tuple[str, str], now: Any, store: Store) -> list[dict[str, Any]]:
    return as_rows(compare(store, first, second, now), names)
