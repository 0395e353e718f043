"""The customer whose page is open."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from convdata import conversations
from convdata.database import Row
from convdata.errors import NotFound
from pages.parts import desk, erasing
from pages.parts.failures import said_as_sentences


def opened() -> Row:
    """The customer whom the address names. Raises NotFound; where this session has just erased them, the receipt
    stands in place of the page.
    """
    key = st.query_params.get("customer")
    if erasing.receipt_of(key):
        st.stop()
    return conversations.details(desk.store(), key)


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
