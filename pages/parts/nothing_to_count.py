"""What Trends says where there is no number yet, and what to do next."""

import pandas as pd
import streamlit as st

from convdata.captions import span
from convdata.filters import Choices
from convdata.stats import table
from pages.parts import desk, period_line
from pages.parts.remembered import REMEMBERED


def nothing_at_all() -> None:
    """No message in the whole store has a verdict: say which of the two reasons it is, and end the page."""
    if desk.ask("customers/any"):
        st.info(
            "There are conversations, but no message on which the bot gave a verdict, so there is no rate to show. Have "
            "your bot send `understood` true or false with the customers' messages; it may follow later, under the same id.",
            icon=":material/hearing_disabled:",
        )
    else:
        st.info(
            "No conversations yet. Import a file, connect your bot, or load the demo (stop the dashboard, start it with "
            "`make run`); the rates appear here by themselves.",
            icon=":material/inbox:",
        )
        st.page_link("customers.py", label="To the customers, where files are imported", icon=":material/group:")
    st.stop()


def nothing_in_period(choices: Choices, known: pd.DataFrame) -> None:
    """Nothing was counted in this period with these filters: say where there is something, and end the page."""
    if table(REMEMBERED, choices)[0]["eligible"]:
        return
    filtered = " with these filters" if choices["channel"] or choices["language"] else ""
    st.info(
        f"No eligible message{filtered} in this period ({span(choices['from'], choices['to'])}). What is stored was said "
        f"{span(known['first_day'].min(), known['last_day'].max())}.",
        icon=":material/event_busy:",
    )
    with st.container(horizontal=True):
        st.button("Show the latest 30 days", icon=":material/update:", on_click=period_line.open_latest, args=(known,))
        st.button("Show all", icon=":material/all_inclusive:", on_click=period_line.open_all)
    st.stop()
