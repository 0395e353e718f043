"""What the list does not show by itself: who needs help longest, and who the date filter does not find."""

import streamlit as st

from convdata import customer_pages
from convdata.filters import Choices, continued, who_waits
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
    """Who needs help now, the longest waiting first; each one click away, and the list of them all."""
    with said_as_sentences():
        waiting = desk.ask_one("customers/need_help_count").waiting
        now, everybody = desk.now(), who_waits(desk.store().settings.timezone)
        if not waiting or chosen == everybody:
            return
        st.markdown(f"**Who needs you** · {waiting:,} Need Help")
        st.button(
            f"All {waiting:,}, the longest waiting first",
            key="all_who_wait",
            type="tertiary",
            icon=":material/format_list_numbered:",
            on_click=_open,
            args=(everybody,),
        )
        for row in customer_pages.oldest_waiting(desk.store(), MANY, by=desk.reader()):
            st.page_link(
                "conversation.py",
                label=f"{escaped(words.name(row), 30)} · {words.waiting(row.need_help_since, now).removeprefix('waits ')}",
                query_params={"customer": row.customer_key, **everybody.address()},
            )


def _open(everybody: Choices) -> None:
    st.query_params.from_dict(everybody.address())
    st.rerun()  # the whole page, and not only what stands here
