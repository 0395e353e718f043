"""The chart over time: all together, or a line for each channel or language. Which, stands in the address (``split``)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.filters import Choices
from convdata.lines import MOST, colors, largest, lines, step_that_says
from convdata.marks import Mark, marks
from convdata.stats import Measure
from convdata.timeline import timeline
from pages.parts import desk
from pages.parts.chart_actions import Act
from pages.parts.charts import chart
from pages.parts.day_markers import day_markers, mark_a_day, marked_days
from pages.parts.period_line import drawn
from pages.parts.remembered import REMEMBERED

SPLITS = {"": "Together", "channel": "By channel", "language": "By language"}


def over_time(choices: Choices, measure: Measure, known: pd.DataFrame) -> None:
    """The rate over time, and how much it rests on."""
    first, last, step = drawn(choices, known)
    split = _split()
    if split:
        step = step_that_says(REMEMBERED, choices, measure, split, first, last, step)
    how: dict[str, Any] = {
        "first": first,
        "last": last,
        "step": step,
        "today": desk.today(),
        "marked": marked_days(first, last),
    }
    around: dict[str, Any] = {
        "beside": _choice,
        "said": partial(day_markers, first, last),
        "more": [partial(mark_a_day, last)],
    }
    if not split:
        chart(f"{measure.title} by {step}", choices, measure, ["day"], partial(timeline, **how), step, **around)
        return
    found = marks(REMEMBERED, choices, measure, [split])
    names = largest(found, split)
    every = sorted(known[split].unique())
    drawing = partial(lines, of=split, color=colors(every, split, st.context.theme.type == "dark"), **how)
    title = f"{measure.title} by {step} and {split}"
    if len(found) > MOST:
        around["said"] = partial(_said, found, split, measure, around["said"])
    chart(title, choices.but(**{split: tuple(names)}), measure, ["day", split], drawing, step, **around)


def _said(found: Sequence[Mark], split: str, measure: Measure, marked: Act) -> None:
    st.caption(f"The {MOST} {split}s with the most {measure.unit}, of {len(found):,}; choose others above.")
    marked()


def _split() -> str:
    split = st.query_params.get("split", "")
    return split if split in SPLITS else ""


def _choice() -> None:
    split = _split()
    if st.session_state.get("trends_split_of") != split or "trends_split" not in st.session_state:
        st.session_state.trends_split_of = st.session_state.trends_split = split
    st.segmented_control(
        "Lines", list(SPLITS), key="trends_split", format_func=SPLITS.__getitem__, required=True, on_change=_write,
        label_visibility="collapsed",
    )  # fmt: skip


def _write() -> None:
    if st.session_state.trends_split:
        st.query_params["split"] = st.session_state.trends_split
    elif "split" in st.query_params:
        del st.query_params["split"]
