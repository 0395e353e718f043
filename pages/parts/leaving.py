""" "Don't forget to unmute", said when an agent leaves a conversation whose bot they have muted (product rule 11)."""

from contextlib import suppress

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from convdata import conversations, muting
from convdata.database import Row
from convdata.errors import NotFound
from pages.parts import desk, words
from pages.parts.literal import escaped
from pages.parts.opened import open_conversation


def dont_forget(page: StreamlitPage) -> None:
    """On every page, until it is acted upon: the conversations that were left while the bot was silent by this reader's
    doing.
    """
    open_now = st.query_params.get("customer") if page.url_path == "conversation" else None
    was_open = st.session_state.get("open_conversation")
    left = st.session_state.setdefault("left_muted", [])
    if was_open and was_open != open_now and was_open not in left:
        left.append(was_open)
    st.session_state.open_conversation = open_now
    for key in list(left):
        if key == open_now:
            continue
        customer = _muted_by_reader(key)
        if customer is None:
            left.remove(key)
        else:
            _say(customer)


def _say(customer: Row) -> None:
    key = customer.customer_key
    with (
        st.container(border=True, key=f"dont_forget_{key}"),
        st.container(horizontal=True, vertical_alignment="center"),
    ):
        st.markdown(
            f":material/voice_over_off: **Don't forget to unmute.** You muted the bot for "
            f"{escaped(words.name(customer), 60)}, {words.left(customer.muted_until, desk.now())}."
        )
        st.button("Unmute bot", key=f"unmute_left_{key}", on_click=_unmute, args=(key,))
        st.button("Back to it", key=f"back_{key}", on_click=open_conversation, args=(key,))
        st.button("Leave it muted", key=f"keep_muted_{key}", type="tertiary", on_click=_forget, args=(key,))


def _muted_by_reader(key: str) -> Row | None:
    try:
        customer = conversations.details(desk.store(), key, by=desk.reader())
    except NotFound:
        return None
    muted = customer.muted_until is not None and customer.muted_until > desk.now()
    return customer if muted and customer.muted_by == desk.reader() else None


def _unmute(key: str) -> None:
    with suppress(NotFound):
        muting.unmute(desk.store(), key, by=desk.reader(), now=desk.now())
    _forget(key)


def _forget(key: str) -> None:
    st.session_state.left_muted.remove(key)
