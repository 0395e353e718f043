"""Take the list away: a file made when it is asked for, and recorded then."""

import secrets
from functools import partial

import streamlit as st

from convdata import listing, periods
from convdata.database import Store
from convdata.filters import Choices
from pages.parts import desk


def download_list(chosen: Choices) -> None:
    """The customers that the filters pick, as CSV."""
    st.download_button(
        "Download list (CSV)",
        partial(_csv, desk.store(), chosen, desk.reader()),
        # A part nobody can guess: two readers' files must never share a link (facts of the trust study, 3 and 4).
        file_name=f"misheard-customers-{secrets.token_hex(4)}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _csv(store: Store, chosen: Choices, by: str) -> bytes:
    return listing.as_csv(store, chosen, by=by, now=periods.now_utc())
