"""The reminder of muted bots that stands on every page (product rule 11)."""

from contextlib import suppress

import streamlit as st

from convdata.errors import MisheardError
from convdata.muting import muted_now
from pages.parts import desk, words
from pages.parts.literal import escaped
from pages.parts.live import MUTES, NET
from pages.parts.opened import open_conversation


def reminder() -> None:
    """How many bots are muted now, the idle ones first, each a link; nothing where none is."""
    with st.container(width="content"):
        _reminder()


@st.fragment(run_every=NET, key=MUTES)
def _reminder() -> None:
    with suppress(MisheardError):  # the page says that the store is away
        _muted_now()


def _muted_now() -> None:
    now = desk.now()
    muted = muted_now(desk.store(), now, limit=8, by=desk.reader())
    if not muted.total:
        return
    with st.popover(
        f"{words.plural(muted.total, 'bot')} muted", icon=":material/voice_over_off:", type="tertiary", width="content"
    ):
        st.caption("Don't forget to unmute. Longest silent first.")
        for row in muted.customers:
            st.button(
                f"{escaped(words.name(row), 40)} · {words.left(row.muted_until, now)}",
                key=f"muted_{row.customer_key}",
                type="tertiary",
                on_click=_open,
                args=(row.customer_key,),
            )


def _open(key: str) -> None:
    open_conversation(key)
    st.rerun()  # the whole page, which another one has become
