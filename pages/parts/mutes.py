"""The reminder of muted bots that stands on every page (product rule 11)."""

import streamlit as st

from convdata.muting import muted_now
from pages.parts import desk, words
from pages.parts.literal import escaped
from pages.parts.opened import open_conversation


def reminder() -> None:
    """How many bots are muted now, the idle ones first, each a link; nothing where none is."""
    now = desk.now()
    muted = muted_now(desk.store(), now, limit=8)
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
                on_click=open_conversation,
                args=(row.customer_key,),
            )
