"""What stands beside a transcript and follows what happens: who it is, what can be done, what is known."""

import streamlit as st

from convdata import conversations
from pages.parts import desk, person
from pages.parts.actions import actions
from pages.parts.live import NET, live
from pages.parts.opened import still_there
from pages.parts.revealing import reveal_button


@st.fragment(run_every=NET, key="side")
def side(key: str) -> None:
    with still_there():
        customer = conversations.details(desk.store(), key, by=desk.reader())
        person.head(customer)
        actions(customer)
        reveal_button(customer)
        person.known(customer)
    live("conversation_live", "transcript", "side", "composer")
