"""Redraw a fragment when the store changed: pushed by a websocket (routes/live.py), polled as a slow net."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

# How often a fragment asks by itself: for what no tick tells (another process on Postgres, a lost connection).
NET = "20s"

_LIVE = st.components.v2.component("misheard_live", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"))


def live(key: str, then: Callable[[], None] = lambda: None) -> None:
    """Put this into a fragment: it runs again whenever something was stored, unless ``then`` asks for others.

    One on a page: of two that tick at the same moment the browser lets only one run.
    """
    _LIVE(key=key, on_tick_change=then, height=0)
