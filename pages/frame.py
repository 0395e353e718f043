"""The dashboard's frame: what is around every page, and what happens on an error."""

import streamlit as st

from pages.parts import alerting, desk, inbox, leaving, mutes, words
from pages.parts.failures import said_as_sentences


def forward() -> None:
    """The bare address leads to the customers; Streamlit gives its default page no address of its own."""
    st.switch_page("customers.py", query_params=st.query_params.to_dict())


st.set_page_config(page_icon=words.ICON, layout="wide")
st.logo(words.LOGO, size="large", link=None)

with said_as_sentences():
    desk.sweep_on_arrival()
    waiting = desk.ask_one("customers/need_help_count").waiting
    page = st.navigation(
        [
            st.Page(forward, title="Misheard", default=True, visibility="hidden"),
            st.Page(
                "customers.py", title=f"Customers · {waiting}" if waiting else "Customers", icon=":material/group:"
            ),
            st.Page("conversation.py", title="Conversation", icon=":material/forum:", visibility="hidden"),
            st.Page("review.py", title="Review", icon=":material/rate_review:"),
            st.Page("trends.py", title=alerting.titled("Trends"), icon=":material/trending_down:"),
            st.Page("activity.py", title="Activity", icon=":material/history:"),
        ],
        position="top",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(page.title.split(" · ")[0], anchor=False)
        mutes.reminder()
        inbox.inbox(page)
    leaving.dont_forget(page)
    page.run()
