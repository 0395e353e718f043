"""Who talks to the bot: search, filters, the list."""

import streamlit as st

from pages.parts import desk
from pages.parts.customer_list import customer_list
from pages.parts.filter_bar import filter_bar, search_box
from pages.parts.hints import continued_hint, need_help_first
from pages.parts.taking_in import import_button
from pages.parts.taking_out import download_list

chosen = desk.choices()
content, side = st.columns([3, 1], gap="large")
with content:
    search_box(chosen)
    continued_hint(chosen)
    customer_list(chosen)
with side, st.container(key="filters"):
    filter_bar(chosen)
    st.divider()
    need_help_first(chosen)
    download_list(chosen)
    import_button()
