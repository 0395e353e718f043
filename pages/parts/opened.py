"""The customer whose page is open."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from convdata import conversations, reads
from convdata.database import Row
from convdata.errors import NotFound
from pages.parts import desk, erasing
from pages.parts.failures import said_as_sentences


def opened() -> Row | None:
    """The customer whom the address names. Raises NotFound. None where this session has just erased them: then the
    receipt stands in place of the page. (Nobody may stop the run here: what redraws itself would outlive its page.)
    """
    key = st.query_params.get("customer")
    if erasing.receipt_of(key):
        return None
    customer = conversations.details(desk.store(), key, by=desk.reader())
    reads.opened(desk.store(), customer, by=desk.reader(), now=desk.now())
    return customer


def open_conversation(key: str, address: Mapping[str, str | list[str]] | None = None) -> None:
    """For callbacks: go to that customer's page, whichever page is open.

    From one conversation to another only the address may change: ``st.page_link`` and ``st.switch_page`` to the page
    that is open leave the old customer in the browser's address, and the next click would be on them.
    """
    there = {"customer": key, **(address or {})}
    if st.session_state.get("open_conversation"):  # noted by leaving.dont_forget
        st.query_params.from_dict(there)
    else:
        st.switch_page("conversation.py", query_params=there)


@contextmanager
def still_there() -> Iterator[None]:
    """For what redraws itself: its errors become sentences too, and where the customer was erased meanwhile the whole
    page says so.
    """
    with said_as_sentences():
        try:
            yield
        except NotFound:
            st.rerun()
