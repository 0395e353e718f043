"""Redraw a fragment when the store changed: pushed by a websocket (routes/live.py), polled as a slow net."""

from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

# How often a fragment asks by itself: for what no tick tells (another process on Postgres, a lost connection).
NET = "20s"
# The count of Need Help, which is on every page (inbox.py).
INBOX = "inbox"

_LIVE = st.components.v2.component("misheard_live", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"))


def live(key: str, *fragments: str) -> None:
    """Put this into a fragment: it runs again whenever something was stored; or those named here do, by their keys, and
    the count of Need Help with them.

    One on a page: of two that tick at the same moment the browser lets only one run.
    """
    _LIVE(key=key, on_tick_change=partial(_redraw, fragments), height=0)


def _redraw(fragments: tuple[str, ...]) -> None:
    # A tick may come in when the page is another one already, and the fragments are gone.
    with suppress(StreamlitAPIException):
        if fragments:
            st.rerun([*fragments, INBOX])
