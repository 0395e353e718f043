"""The menu: the pages in their order, each with the right that opens it."""

from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from convdata.rights import Actor, Right, require
from pages.parts import alerting, desk

CONVERSATION = "conversation.py"  # opened from a list and never from the menu
PAGES: dict[str, tuple[Right, str, str]] = {
    "customers.py": (Right.READ_LIST, "Customers", ":material/group:"),
    CONVERSATION: (Right.READ_CONVERSATION, "Conversation", ":material/forum:"),
    "review.py": (Right.READ_REVIEW, "Review", ":material/rate_review:"),
    "trends.py": (Right.READ_TRENDS, "Trends", ":material/trending_down:"),
    "activity.py": (Right.READ_ACTIVITY, "Activity", ":material/history:"),
}


def menu(reader: Actor) -> StreamlitPage:
    """The page that the address names. What a reader may not see is in no menu; a link to it ends in a sentence."""
    start = st.Page(_forward, title="Misheard", default=True, visibility="hidden")
    pages = [st.Page(file, title=_titled(title), icon=icon, visibility=_shown(reader, file)) for file, (_, title, icon) in PAGES.items()]  # fmt: skip
    return st.navigation([start, *pages], position="top")


def run(reader: Actor, page: StreamlitPage) -> None:
    """The page itself. Raises NotForYou for a reader without the right to it."""
    if page.url_path:
        right, _, _ = PAGES[f"{page.url_path}.py"]
        require(reader, right)
    page.run()


def _forward() -> None:
    """The bare address leads to the customers; Streamlit gives its default page no address of its own."""
    st.switch_page("customers.py", query_params=st.query_params.to_dict())


def _shown(reader: Actor, file: str) -> Literal["visible", "hidden"]:
    return "visible" if file != CONVERSATION and reader.may(PAGES[file][0]) else "hidden"


def _titled(title: str) -> str:
    """With what waits there: the customers who need help, the alerts that fire."""
    if title == "Customers":
        waiting = desk.ask_one("customers/need_help_count").waiting
        return f"{title} · {waiting}" if waiting else title
    return alerting.titled(title) if title == "Trends" else title
