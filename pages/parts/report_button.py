"""The whole page to take away: one HTML file that stands alone and can be printed."""

from datetime import datetime
from functools import partial

import streamlit as st

from convdata.database import Store
from convdata.filters import Choices
from convdata.report import report
from convdata.report_page import report_page
from pages.parts import desk


def report_button(choices: Choices) -> None:
    """Made when it is asked for."""
    st.download_button(
        "Report to print",
        partial(_report, desk.store(), choices, desk.now()),
        file_name=f"misheard-trends-{choices['from']}-{choices['to']}.html",
        mime="text/html",
        key="report",
        on_click="ignore",
        type="tertiary",
        icon=":material/print:",
        help="All numbers of this page as one file that opens anywhere",
    )


def _report(store: Store, choices: Choices, now: datetime) -> bytes:
    return report_page(report(store, choices, now)).encode()
