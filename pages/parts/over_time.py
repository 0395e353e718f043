"""The chart over time: all together, or a line for each channel or language. Which, stands in the address (``split``)."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.captions import span
from convdata.filters import Choices
from convdata.lines import MOST, colors, largest, lines, step_that_says, too_few
from convdata.marks import Mark, long_before, marks
from convdata.stats import MESSAGES, Measure
from convdata.timeline import timeline
from pages.parts import desk
from pages.parts.chart_actions import Act
from pages.parts.charts import chart
from pages.parts.day_markers import day_markers, mark_a_day, marked_days
from pages.parts.period_line import drawn, is_all
from pages.parts.remembered import REMEMBERED

SPLITS = {"": "Together", "channel": "By channel", "language": "By language"}


def over_time(choices: Choices, measure: Measure, known: pd.DataFrame) -> None:
    """The rate over time, and how much it rests on."""
    first, last, step = drawn(choices, known)
    not_drawn: Sequence[Mark] = ()
    if step == "month" and is_all():  # who chose the days by hand sees them all
        days = marks(REMEMBERED, choices, MESSAGES, ["day"])
        not_drawn = long_before(days, last)
        if not_drawn:
            first, last, step = drawn(choices, known, days[len(not_drawn)].first_day)
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
        "said": partial(_marked, not_drawn, first, last),
        "more": [partial(mark_a_day, last)],
    }
    if not split:
        chart(f"{measure.title} by {step}", choices, measure, ["day"], partial(timeline, **how), step, **around)
        return
    found = marks(REMEMBERED, choices, measure, [split])
    names = largest(found, split)
    every = sorted(known[split].unique())
    drawing = partial(lines, of=split, color=colors(every, split, st.context.theme.type == "dark", names), **how)
    title = f"{measure.title} by {step} and {split}"
    these = choices.but(**{split: tuple(names)})
    few = too_few(marks(REMEMBERED, these, measure, ["day", split], step), split)
    if len(found) > MOST or few:
        around["said"] = partial(_said, _of_many(found, split, measure), len(few), step, around["said"])
    chart(title, these, measure, ["day", split], drawing, step, **around)


def _marked(not_drawn: Sequence[Mark], first: date, last: date) -> None:
    if not_drawn:
        many, begun = sum(mark.whole for mark in not_drawn), not_drawn[0].first_day
        st.caption(
            f"Not drawn: {many:,} message{'' if many == 1 else 's'} from {span(begun, begun)} on, long before all others. The numbers "
            "and the table count them; choose the days by hand, under Custom, to see them drawn."
        )
    day_markers(first, last)


def _of_many(found: Sequence[Mark], split: str, measure: Measure) -> str:
    if len(found) <= MOST:
        return ""
    return f"The {MOST} {split}s with the most {measure.unit}, of {len(found):,}; choose others above."


def _said(many: str, few: int, step: str, marked: Act) -> None:
    some = f"{few} of these {'has' if few == 1 else 'have'} too few in every {step} to say a rate: only the bars show them."
    st.caption(" ".join(sentence for sentence in (many, some if few else "") if sentence))
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
