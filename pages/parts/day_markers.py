"""The days that people have marked, beneath the chart over time: their texts, and how to add one or take one away."""

from datetime import date

import streamlit as st

from convdata.captions import span
from convdata.markers import LONGEST, mark_day, markers, unmark_day
from convdata.rights import Right
from pages.parts import desk
from pages.parts.failures import said_as_sentences
from pages.parts.literal import literal


def marked_days(first: date, last: date) -> list[tuple[date, str]]:
    """The day and the text of each."""
    return [(row.day, row.text) for row in markers(desk.store(), first, last)]


def day_markers(first: date, last: date) -> None:
    """A numbered line for each marked day of the chart; the numbers are those on the chart."""
    shown = markers(desk.store(), first, last)
    number, before = 0, None
    may_mark = desk.may(Right.MARK_DAYS)
    if not shown:
        return
    with st.container(key="day_markers", gap=None):
        for row in shown:
            number += row.day != before
            before = row.day
            with st.container(horizontal=True, vertical_alignment="center"):
                literal(f"{number}  {span(row.day, row.day)}  {row.text}")
                if may_mark:
                    st.button(
                        "Remove",
                        key=f"unmark_{row.marker_id}",
                        type="tertiary",
                        icon=":material/close:",
                        on_click=_remove,
                        args=(row.marker_id,),
                    )


def mark_a_day(last: date) -> None:
    """For who may: the way to add one, which stands among what can be done with the chart."""
    if desk.may(Right.MARK_DAYS):
        with st.popover("Mark a day", type="tertiary", icon=":material/flag:", help="Mark a day"):
            _form(last)


def _form(last: date) -> None:
    with st.form("marker", clear_on_submit=True, border=False):
        day = st.date_input("Day", min(desk.today(), last), key="marker_day", format="YYYY-MM-DD")
        text = st.text_input(
            "What happened", key="marker_text", max_chars=LONGEST, placeholder="A release, a new intent, a campaign"
        )
        if st.form_submit_button("Mark", key="marker_add", type="primary"):
            # Here, and not in a callback: what one of a fragment writes replaces the page's title.
            with said_as_sentences():
                if mark_day(desk.store(), day, text, by=desk.reader(), now=desk.now()):
                    st.rerun()  # the whole page: the chart has a new line
                st.info("That day is marked with this already.", icon=":material/flag:")


def _remove(marker_id: str) -> None:
    with said_as_sentences():
        unmark_day(desk.store(), marker_id, by=desk.reader(), now=desk.now())
