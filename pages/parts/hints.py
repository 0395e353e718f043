"""What the list does not show by itself: who needs help longest, and who the date filter does not find."""

import streamlit as st

from convdata import customer_pages
from convdata.filters import Choices, continued
from convdata.vocabulary import Status
from pages.parts import desk, words
from pages.parts.failures import said_as_sentences
from pages.parts.literal import escaped
from pages.parts.live import NET

MANY = 10


def continued_hint(chosen: Choices) -> None:
    """The date filter looks only at the last message; say how many were active then and went on (product rule 5)."""
    later = continued(chosen)
    if later is None:
        return
    more = customer_pages.count(desk.store(), later)
    if more:
        st.page_link(
            "customers.py",
            label=f"{more:,} more {'was' if more == 1 else 'were'} active in this period but continued after it",
            icon=":material/arrow_forward:",
            query_params=later.address(),
        )


@st.fragment(run_every=NET, key="waiting")
def need_help_first(chosen: Choices) -> None:
    """Who needs help now, the longest waiting first; each one click away."""
    with said_as_sentences():
        waiting = desk.ask_one("customers/need_help_count").waiting
        if not waiting:
            return
        now = desk.now()
        st.markdown(f"**Who needs you** · {waiting:,} Need Help, the oldest first")
        for row in desk.ask("customers/oldest_waiting", many=MANY):
            since = words.ago(row.need_help_since, now).removesuffix(" ago")
            st.page_link(
                "conversation.py",
                label=f"{escaped(words.name(row), 30)} · {'since ' if since[-1].isdigit() else ''}{since}",
                query_params={"customer": row.customer_key, "status": Status.NEED_HELP.value},
            )
        if waiting > MANY and chosen["status"] != (Status.NEED_HELP.value,):
            st.page_link("customers.py", label=f"All {waiting:,}", query_params={"status": Status.NEED_HELP.value})
