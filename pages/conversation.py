"""One customer: what was said, who they are, and what a person can do."""

import streamlit as st

from pages.parts.composer import composer
from pages.parts.downloads import download_buttons
from pages.parts.erasing import delete_button
from pages.parts.neighbours import neighbours
from pages.parts.opened import opened
from pages.parts.side import side
from pages.parts.transcript import Reading, transcript

customer = opened()
if customer:
    neighbours(customer)
    said, about = st.columns([5, 3], gap="large")
    with said:
        transcript(customer.customer_key, Reading())
    with about:
        side(customer.customer_key)
        download_buttons(customer)
        delete_button(customer)
    with st.bottom:
        composer(customer.customer_key)
