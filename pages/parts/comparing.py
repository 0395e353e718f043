"""Two channels, languages or periods side by side. Which, stands in the address (``compare``, ``a``, ``b``)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.captions import span
from convdata.channels import channel, language_title
from convdata.comparison import Compared, Side, as_rows, compare, opens, period
from convdata.database import Store
from convdata.dumbbells import dumbbells
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.lines import MOST, PALETTE, PALETTE_DARK
from convdata.marks import opened_by
from convdata.stats import MESSAGES, before
from pages.parts import desk, taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import chart_actions
from pages.parts.charts import CONFIG, clicked
from pages.parts.literal import plain
from pages.parts.remembered import REMEMBERED

KINDS = {"channel": "Channels", "language": "Languages", "period": "Periods"}
WORDS: dict[str, Callable[[str], str]] = {"channel": lambda key: channel(key).title, "language": language_title}
TITLE, KEY = "Compare", "chart_compare"
EXPLAINED = "Every number of the cards, asked for each of the two; the difference is the second against the first."


def comparing(choices: Choices, known: pd.DataFrame) -> None:
    """What is compared with what, and all numbers of both."""
    kind = st.query_params.get("compare", "")
    kind = kind if kind in KINDS else ""
    with st.container(key=f"{KEY}_all", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", key="compare"):
            st.subheader(TITLE, anchor=False, width="content")
            _follow("kind", kind or None)
            st.segmented_control(
                "Compare", list(KINDS), key="compare_kind", format_func=KINDS.__getitem__, on_change=_write,
                label_visibility="collapsed",
            )  # fmt: skip
            sides = _periods(choices) if kind == "period" else _places(kind, choices, known) if kind else None
        if sides is not None:
            _compared(kind, choices, *sides, sorted(known["language"].unique()))
        elif kind:
            st.caption(f"There is only one {kind} to look at.")
        else:
            st.caption("Every number of this page for two of them, side by side.")


def _compared(
    kind: str, choices: Choices, sides: tuple[Choices, Choices], names: tuple[str, str], every: Sequence[str]
) -> None:
    first, second = sides
    if names[0] == names[1]:
        names = (names[0], f"{names[1]} (again)")
    found = compare(REMEMBERED, first, second, desk.now())
    _drawn(found, kind, sides, names, every)
    frame = pd.DataFrame([_line(one, names) for one in found])
    st.dataframe(frame, hide_index=True, height="content", alt=f"{names[0]} and {names[1]}, one row per number")
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
        first, second = (every.index(side["language"][0]) % MOST for side in sides)
        colors = (palette[first], palette[second])
    if colors[0] == colors[1]:
        colors = (colors[0], next(one for one in palette if one != colors[0]))
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
    return {
        "Number": one.title,
        plain(names[0], 60): f"{one.first.value}  ({one.first.rests_on})" if one.first.rests_on else one.first.value,
        plain(names[1], 60): f"{one.second.value}  ({one.second.rests_on})"
        if one.second.rests_on
        else one.second.value,
        "Difference": one.difference or "too few to say",
        "Chance": ""
        if one.first.share is None or not one.difference
        else "beyond chance"
        if one.real
        else "may be chance",
    }


def _rows(first: Choices, second: Choices, names: tuple[str, str], now: Any, store: Store) -> list[dict[str, Any]]:
    return as_rows(compare(store, first, second, now), names)


def _places(kind: str, choices: Choices, known: pd.DataFrame) -> tuple[tuple[Choices, Choices], tuple[str, str]] | None:
    options = [*dict.fromkeys(known[kind])]
    asked = [value for value in (st.query_params.get("a"), st.query_params.get("b")) if value in options]
    a, b, *_ = [*dict.fromkeys([*asked, *options]), None, None]
    if a is None or b is None:
        return None
    for name, value in (("a", a), ("b", b)):
        _follow(f"{kind}_{name}", value)
        st.selectbox(
            "First" if name == "a" else "Second", options, key=f"compare_{kind}_{name}", on_change=_write, width=220,
            format_func=lambda value: plain(WORDS[kind](value), 40), label_visibility="collapsed",
        )  # fmt: skip
    return (choices.but(**{kind: (a,)}), choices.but(**{kind: (b,)})), (WORDS[kind](a), WORDS[kind](b))


def _periods(choices: Choices) -> tuple[tuple[Choices, Choices], tuple[str, str]]:
    usual = before(choices)
    a = period(st.query_params.get("a", "")) or (usual["from"], usual["to"])
    b = period(st.query_params.get("b", "")) or (choices["from"], choices["to"])
    for name, days in (("a", a), ("b", b)):
        _follow(f"period_{name}", days)
        st.date_input(
            "First period" if name == "a" else "Second period", key=f"compare_period_{name}", format="YYYY-MM-DD",
            on_change=_write, width=240, label_visibility="collapsed",
        )  # fmt: skip
    sides = (choices.but(from_=a[0], to=a[1]), choices.but(from_=b[0], to=b[1]))
    return sides, (span(*a), span(*b))


def _follow(name: str, value: Any) -> None:
    """Give a widget what the address says, when the address changed or the widget is new on this page."""
    address = str(sorted((key, tuple(st.query_params.get_all(key))) for key in st.query_params))
    followed = st.session_state.setdefault("compare_followed", {})
    if followed.get(name) != address or f"compare_{name}" not in st.session_state:
        followed[name] = address
        st.session_state[f"compare_{name}"] = value


def _write() -> None:
    state, kind = st.session_state, st.session_state.compare_kind or ""  # nothing, once it is chosen again
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name not in ("compare", "a", "b")}
    said: dict[str, Any] = {"compare": kind} if kind else {}
    for name in ("a", "b"):
        value = state.get(f"compare_{kind}_{name}") if kind and kind == st.query_params.get("compare") else None
        if isinstance(value, tuple):
            value = f"{value[0]}..{value[1]}" if len(value) == 2 else st.query_params.get(name)
        if value:
            said[name] = value
    st.query_params.from_dict(kept | said)
