"""The dashboard's frame: what is around every page, and what happens on an error."""

import streamlit as st

from convdata.rights import Right
from pages.parts import alerting, desk, door, handing_over, inbox, leaving, mutes, words
from pages.parts.failures import said_as_sentences


def forward() -> None:
    """The bare address leads to the customers; Streamlit gives its default page no address of its own."""
    st.switch_page("customers.py", query_params=st.query_params.to_dict())


st.set_page_config(page_icon=words.ICON, layout="wide")
st.logo(words.LOGO, size="large", link=None)

with said_as_sentences():
    reader = door.come_in()
    desk.sweep_on_arrival()
    waiting = desk.ask_one("customers/need_help_count").waiting
    customers = f"Customers · {waiting}" if waiting else "Customers"
    pages = door.open_to(
        reader,
        (Right.READ_LIST, st.Page("customers.py", title=customers, icon=":material/group:")),
        (
            Right.READ_CONVERSATION,
            st.Page("conversation.py", title="Conversation", icon=":material/forum:", visibility="hidden"),
        ),
        (Right.READ_REVIEW, st.Page("review.py", title="Review", icon=":material/rate_review:")),
        (Right.READ_TRENDS, st.Page("trends.py", title=alerting.titled("Trends"), icon=":material/trending_down:")),
        (Right.READ_ACTIVITY, st.Page("activity.py", title="Activity", icon=":material/history:")),
    )
    page = st.navigation(
        [st.Page(forward, title="Misheard", default=True, visibility="hidden"), *pages], position="top"
    )
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(page.title.split(" · ")[0], anchor=False)
        mutes.reminder()
        inbox.inbox(page)
        door.who_is_in(reader)
        handing_over.courier()
    leaving.dont_forget(page)
    page.run()
