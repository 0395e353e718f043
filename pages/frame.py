"""The dashboard's frame: what is around every page, and what happens on an error."""

import streamlit as st

from pages.parts import desk, mutes, words
from pages.parts.failures import said_as_sentences

st.set_page_config(page_title=None, page_icon=words.ICON, layout="wide")

with said_as_sentences():
    desk.sweep_on_arrival()
    waiting = desk.ask_one("customers/need_help_count").waiting
    page = st.navigation(
        [
            st.Page(
                "customers.py", title=f"Customers · {waiting}" if waiting else "Customers", icon=":material/group:"
            ),
            st.Page("conversation.py", title="Conversation", icon=":material/forum:", visibility="hidden"),
            st.Page("review.py", title="Review", icon=":material/rate_review:"),
            st.Page("trends.py", title="Trends", icon=":material/trending_down:"),
            st.Page("activity.py", title="Activity", icon=":material/history:"),
        ],
        position="top",
    )
    mutes.reminder()
    page.run()
