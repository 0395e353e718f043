"""Back to the list, and on to the conversations beside this one in it: the filters come along in the address."""

import streamlit as st

from convdata import conversations
from convdata.database import Row
from pages.parts import desk, words


def neighbours(customer: Row) -> None:
    chosen = desk.choices()
    beside = conversations.neighbours(desk.store(), customer, chosen)
    if beside.place:
        place = f"{beside.place:,} of {beside.picked:,}"
    else:
        place = f"not in this list any more · {words.plural(beside.picked, 'conversation')}"
    with st.container(horizontal=True, vertical_alignment="center", key="neighbours"):
        st.page_link("customers.py", label="Customers", icon=":material/chevron_left:", query_params=chosen.address())
        st.caption(place, width="content")
        for label, icon, key in (
            ("previous", ":material/arrow_upward:", beside.previous),
            ("next", ":material/arrow_downward:", beside.next),
        ):
            st.page_link(
                "conversation.py",
                label=label,
                icon=icon,
                disabled=key is None,
                query_params={"customer": key or customer.customer_key, **chosen.address()},
            )
