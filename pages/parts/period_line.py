"""The period and the filters of Trends in one line. The address is the truth: widgets are set from it and write to it.

Without days in the address the period is the last 30 days and moves with them; ``period=7d`` and ``period=90d`` move too, ``period=all`` is
all there is, ``period=custom`` says that days were picked by hand. Days in the address win: an old link shows what it always showed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from convdata.channels import channel, channel_keys, language_title
from convdata.filters import Choices, last_days
from convdata.marks import drawn_part
from convdata.stats import MEASURES, OF_MESSAGES, Measure
from pages.parts import desk
from pages.parts.literal import plain

PRESETS = {"7 d": 7, "30 d": 30, "90 d": 90}
USUAL = "30 d"
SAID = {"7 d": "7d", "90 d": "90d", "All": "all", "Custom": "custom"}  # in the address; the usual is not said
PER = {"message": "Per message", "conversation": "Per conversation"}


def chosen(known: pd.DataFrame) -> Choices:
    """Period, channel and language as the address says them, always with both days. ``known`` is what can be counted."""
    given = desk.choices()
    given = given.but(**{name: None for name in given.chosen if name not in OF_MESSAGES})
    today = desk.today()
    if not (given["from"] or given["to"]):
        if st.query_params.get("period") == "all":
            return given.but(from_=known["first_day"].min(), to=max(today, known["last_day"].max()))
        return given.but(**_named(last_days(PRESETS.get(_said(), PRESETS[USUAL]), today)))
    last = given["to"] or max(today, given["from"])
    first = given["from"] or min(known["first_day"].min(), last)
    return given.but(**_named((min(first, last), max(first, last))))


def measure() -> Measure:
    """Which of the two rates is shown; ``per`` in the address."""
    return MEASURES.get(st.query_params.get("per", ""), MEASURES["message"])


def is_all() -> bool:
    """Whether the period is all there is, and nobody chose its days."""
    return _said() == "All" and not (st.query_params.get("from") or st.query_params.get("to"))


def drawn(choices: Choices, known: pd.DataFrame, begins: date | None = None) -> tuple[date, date, str]:
    """The part of the period that is drawn, and in which step; ``begins`` is where it begins, when that is later."""
    return drawn_part(choices, begins or known["first_day"].min(), max(desk.today(), known["last_day"].max()))


def period_line(choices: Choices, known: pd.DataFrame) -> DeltaGenerator:
    """The widgets, in one line where there is room. The line is given back: what is of this period may stand in it too."""
    st.session_state.trends_shown = (choices["from"], choices["to"])
    line = st.container(horizontal=True, vertical_alignment="center", key="period_line")
    with line:
        _follow("preset", _preset(choices))
        st.segmented_control(
            "Period", [*PRESETS, "All", "Custom"], key="trends_preset", required=True, on_change=_write,
            label_visibility="collapsed",
        )  # fmt: skip
        if st.session_state["trends_preset"] == "Custom":
            _follow("days", (choices["from"], choices["to"]))
            st.date_input(
                "From and to", key="trends_days", format="YYYY-MM-DD", on_change=_write, width=220,
                label_visibility="collapsed",
            )  # fmt: skip
        channels = [*channel_keys(desk.store().settings.channels), *sorted(known["channel"].unique())]
        present = set(known["channel"])
        _several("Channel", "channel", choices, [c for c in channels if c in present], lambda key: channel(key).title)
        _several("Language", "language", choices, [*known["language"]], language_title)
        _follow("per", measure().key)
        st.segmented_control(
            "Rate", list(PER), key="trends_per", format_func=PER.__getitem__, required=True, on_change=_write,
            label_visibility="collapsed",
        )  # fmt: skip
    return line


def open_latest(known: pd.DataFrame) -> None:
    """Leave a period in which there is nothing for the thirty days up to the last message; a callback."""
    last = known["last_day"].max()
    _address({"from": str(last - timedelta(days=29)), "to": str(last)}, without=("period",))


def open_all() -> None:
    """All there is: the whole period, every channel and language; a callback."""
    _address({"period": "all"}, without=("from", "to", "channel", "language"))


def _several(label: str, name: str, choices: Choices, options: list[str], words: Callable[[str], str]) -> None:
    # A value that came with a link stays visible although nothing has it any more: else it would filter unseen.
    options = list(dict.fromkeys([*options, *(choices[name] or ())]))
    _follow(name, list(choices[name] or ()))
    st.multiselect(
        label, options, key=f"trends_{name}", on_change=_write, width=180, placeholder=f"All {label.lower()}s",
        label_visibility="collapsed", format_func=lambda value: plain(words(value), 40),
    )  # fmt: skip


def _preset(choices: Choices) -> str:
    if is_all() or _said() == "Custom":
        return _said()
    period = (choices["from"], choices["to"])
    return next((name for name, days in PRESETS.items() if period == last_days(days, desk.today())), "Custom")


def _said() -> str:
    """The preset that the address names; "" where it names none."""
    return {value: name for name, value in SAID.items()}.get(st.query_params.get("period", ""), "")


def _follow(name: str, value: Any) -> None:
    """Give a widget what the address says, when the address changed or the widget is new on this page."""
    address = str(sorted((key, tuple(st.query_params.get_all(key))) for key in st.query_params))
    followed = st.session_state.setdefault("trends_followed", {})
    if followed.get(name) != address or f"trends_{name}" not in st.session_state:
        followed[name] = address
        st.session_state[f"trends_{name}"] = value


def _write() -> None:
    """Put what the widgets say into the address; the usual is not said."""
    state = st.session_state
    said: dict[str, Any] = {name: list(state.get(f"trends_{name}") or ()) for name in ("channel", "language")}
    said["per"] = "" if state.trends_per == "message" else state.trends_per
    days: tuple[date, ...] = ()
    if state.trends_preset == "Custom":
        days = tuple(state.get("trends_days") or ())
        if len(days) != 2:  # not opened yet, or only one day has been picked so far
            days = tuple(state.get("trends_shown") or ())
    said |= {"from": str(days[0]), "to": str(days[1])} if len(days) == 2 else {}
    said["period"] = SAID.get(state.trends_preset, "")
    _address(said, without=("from", "to"))


def _named(days: tuple[date, date]) -> dict[str, date]:
    return {"from": days[0], "to": days[1]}


def _address(said: dict[str, Any], without: tuple[str, ...]) -> None:
    kept = {name: st.query_params.get_all(name) for name in st.query_params if name not in without}
    st.query_params.from_dict({name: value for name, value in (kept | said).items() if value})
