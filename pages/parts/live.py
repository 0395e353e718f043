"""Redraw a fragment when the store changed: pushed by a websocket (routes/live.py), polled as a slow net."""

from contextlib import suppress
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from convdata.settings import read_sign_in
from convdata.tickets import PASSES
from pages.parts import desk, signed_in

# How often a fragment asks by itself: for what no tick tells (another process on Postgres, a lost connection).
NET = "20s"
# What is on every page: the count of Need Help (inbox.py) and the reminder of muted bots (mutes.py).
INBOX, MUTES = "inbox", "mutes"

_LIVE = st.components.v2.component("misheard_live", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"))


def live(key: str, *fragments: str) -> None:
    """Put this on a page: the fragments named here run again whenever something was stored, and with them what is on
    every page.

    One on a page: of two that tick at the same moment the browser lets only one run.
    """
    _LIVE(key=key, data={"pass": _pass()}, on_tick_change=partial(_redraw, fragments), height=0)


@st.fragment
def only_what_is_everywhere(key: str) -> None:
    """For what is looked at as it was: on this page nothing else redraws itself."""
    live(key)


def _pass() -> str:
    """One for each session: where it changed, every page would open its line anew."""
    if "live_pass" not in st.session_state:
        until = desk.now() + read_sign_in().length
        st.session_state.live_pass = PASSES.give(signed_in.as_of_now(), until, desk.now())
    return str(st.session_state.live_pass)


def _redraw(fragments: tuple[str, ...]) -> None:
    # A tick may come in when the page is another one already, and the fragments are gone.
    with suppress(StreamlitAPIException):
        st.rerun([*fragments, INBOX, MUTES])
