"""The dashboard's frame: what is around every page, and what happens on an error."""

import streamlit as st

from pages.parts import desk, door, handing_over, inbox, leaving, look, menu, mutes, words
from pages.parts.failures import said_as_sentences

st.set_page_config(page_icon=words.ICON, layout="wide")
st.logo(words.LOGO, size="large", link=None)

with said_as_sentences():
    reader = door.come_in()
    desk.sweep_on_arrival()
    page = menu.menu(reader)
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.title(page.title.split(" · ")[0], anchor=False)
        mutes.reminder()
        inbox.inbox(page)
        with st.container(width="content", gap=None):
            door.who_is_in(reader)
            handing_over.courier()
            look.look()
    leaving.dont_forget(page)
    menu.run(reader, page)
