"""The whole page to take away: one HTML file that stands alone and can be printed."""

import secrets
from functools import partial

import streamlit as st

from convdata.filters import Choices
from convdata.report_page import download
from pages.parts import desk


def report_button(choices: Choices) -> None:
    """Made when it is asked for."""
    st.download_button(
        "Report to print",
        partial(download, desk.store(), choices, by=desk.reader(), now=desk.now()),
        # With a part nobody can guess: two readers' files must never share a link.
        file_name=f"misheard-trends-{choices['from']}-{choices['to']}-{secrets.token_hex(4)}.html",
        mime="text/html",
        key="report",
        on_click="ignore",
        type="tertiary",
        icon=":material/print:",
        help="All numbers of this page as one file that opens anywhere",
    )
