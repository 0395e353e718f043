""" "Don't forget to unmute", said when an agent leaves a conversation whose bot they have muted (product rule 11)."""

from contextlib import suppress

import streamlit as st

from convdata import conversations, muting
from convdata.database import Row
from convdata.errors import NotFound
from pages.parts import desk, words
from pages.parts.literal import escaped


def stays_with(key: str) -> None:
    """Note which conversation is open."""
    st.session_state.left_open = key


def dont_forget(open_now: str | None) -> None:
    """On every page: the conversation that was left, while its bot is silent by this reader's doing."""
    left = st.session_state.get("left_open")
    if left is None or left == open_now:
        return
    customer = _muted_by_reader(left)
    if customer is None:
        st.session_state.left_open = None
        return
    name = escaped(words.name(customer), 60)
    with (
        st.container(border=True, key="dont_forget"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.markdown(
            f":material/voice_over_off: Don't forget to unmute: you muted the bot for **{name}**, "
            f"{words.left(customer.muted_until, desk.now())}."
        )
        st.button("Unmute bot", key="unmute_left", on_click=_unmute, args=(left,))
        st.page_link("conversation.py", label="Back", query_params={"customer": left})
        st.button("Leave it muted", key="keep_muted", type="tertiary", on_click=_leave_it)


def _muted_by_reader(key: str) -> Row | None:
    try:
        customer = conversations.details(desk.store(), key)
    except NotFound:
        return None
    muted = customer.muted_until is not None and customer.muted_until > desk.now()
    return customer if muted and customer.muted_by == desk.reader() else None


def _unmute(key: str) -> None:
    with suppress(NotFound):
        muting.unmute(desk.store(), key, by=desk.reader(), now=desk.now())
    _leave_it()


def _leave_it() -> None:
    st.session_state.left_open = None
