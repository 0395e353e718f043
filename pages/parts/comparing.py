"""Two channels, languages or periods side by side. Which, stands in the address (``compare``, ``a``, ``b``)."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from convdata.captions import span
from convdata.channels import channel, language_title
from convdata.comparison import period
from convdata.filters import Choices
from convdata.stats import before
from pages.parts.literal import escaped, plain
from pages.parts.side_by_side import KEY, TITLE, side_by_side

KINDS = {"channel": "Channels", "language": "Languages", "period": "Periods"}
WORDS: dict[str, Callable[[str], str]] = {"channel": lambda key: channel(key).title, "language": language_title}


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
            side_by_side(kind, choices, *sides, sorted(known["language"].unique()))
        elif kind:
            st.caption(f"There is only one {kind} to look at.")
        else:
            st.caption("Every number of this page for two of them, side by side.")


def _places(kind: str, choices: Choices, known: pd.DataFrame) -> tuple[tuple[Choices, Choices], tuple[str, str]] | None:
    options = [*dict.fromkeys(known[kind])]
    asked = [st.query_params.get("a"), st.query_params.get("b")]
    a, b, *_ = [*dict.fromkeys([*(value for value in asked if value in options), *options]), None, None]
    if a is None or b is None:
        return None
    for name, value, other in (("a", a, b), ("b", b, a)):
        _follow(f"{kind}_{name}", value)
        st.selectbox(  # what stands on the other side is not offered: of one and the same there is nothing to compare
            "First" if name == "a" else "Second", [one for one in options if one != other], key=f"compare_{kind}_{name}",
            on_change=_write, width=220,
            format_func=lambda value: plain(WORDS[kind](value), 40), label_visibility="collapsed",
        )  # fmt: skip
    said = ", ".join(
        escaped(WORDS[kind](value), 40) for value in dict.fromkeys(asked) if value and value not in options
    )
    if said:
        st.caption(f"The address asks for {said}, which is no {kind} here; another stands in its place.")
    elif asked[0] and asked[0] == asked[1]:
        st.caption(f"The address asks twice for the same {kind}; another stands beside it.")
    return (choices.but(**{kind: (a,)}), choices.but(**{kind: (b,)})), (WORDS[kind](a), WORDS[kind](b))


def _periods(choices: Choices) -> tuple[tuple[Choices, Choices], tuple[str, str]]:
    usual = before(choices)
    asked = [st.query_params.get("a", ""), st.query_params.get("b", "")]
    a = period(asked[0]) or (usual["from"], usual["to"])
    b = period(asked[1]) or (choices["from"], choices["to"])
    for name, days in (("a", a), ("b", b)):
        _follow(f"period_{name}", days)
        st.date_input(
            "First period" if name == "a" else "Second period", key=f"compare_period_{name}", format="YYYY-MM-DD",
            on_change=_write, width=240, label_visibility="collapsed",
        )  # fmt: skip
    if any(text and not period(text) for text in asked):
        st.caption(
            "The address names a period that is none; write it like 2026-08-03..2026-08-09. The usual one stands in its place."
        )
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
