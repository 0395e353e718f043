"""Who needs help, wherever one is: how many on the browser's tab and in the menu, and a sound for those who want one.

The menu itself is only drawn anew with the whole page; what a person is typing would be disturbed by that, so the number
in it is changed in the browser.
"""

from contextlib import suppress
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from convdata.errors import MisheardError
from pages.parts import desk
from pages.parts.live import INBOX, NET, live

_HERE = Path(__file__)
_INBOX = st.components.v2.component(
    "misheard_inbox",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)
TICKING = ("customers", "conversation", "review")  # pages with a tick of their own, which redraws this too


def inbox(page: StreamlitPage) -> None:
    with st.container(width="content"):
        _inbox(page.url_path not in TICKING)


@st.fragment(run_every=NET, key=INBOX)
def _inbox(ticks: bool) -> None:
    with st.container(gap=None):  # the tick beneath takes no room
        with suppress(MisheardError):  # the page says that the store is away
            found = desk.ask_one("customers/need_help_count")
            latest = found.latest.isoformat(timespec="milliseconds") + "Z" if found.latest else None
            _INBOX(key="inbox", data={"waiting": found.waiting, "latest": latest}, width="content", height="content")
        if ticks:
            live("inbox_live")
