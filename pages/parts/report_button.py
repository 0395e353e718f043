"""The whole page to take away: one HTML file that stands alone and can be printed, or one Excel workbook."""

import secrets
from collections.abc import Callable
from functools import partial

import streamlit as st

from convdata import periods, report_page, workbook
from convdata.database import Store
from convdata.filters import Choices
from convdata.rights import Actor, Right
from convdata.stats import Measure
from pages.parts import desk
from pages.parts.handing_over import download_button

HTML = ("Report to print", "html", "text/html", ":material/print:")
EXCEL = (
    "Excel workbook",
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ":material/table_view:",
)


def report_button(choices: Choices, measure: Measure) -> None:
    """Each is made when it is asked for, and recorded then. The report draws the rate that the page shows; the workbook has both."""
    if not desk.may(Right.DOWNLOAD_REPORT):
        return
    with st.container(horizontal=True, width="content", key="reports"):  # icons on a phone: look.css
        for label, ending, mime, icon, make in (
            (*HTML, partial(report_page.download, measure=measure)),
            (*EXCEL, workbook.download),
        ):
            download_button(
                label,
                partial(_made, make, desk.store(), choices, desk.reader()),
                f"misheard-trends-{choices['from']}-{choices['to']}-{secrets.token_hex(4)}.{ending}",
                mime,
                key=f"report_{ending}",
                type="tertiary",
                icon=icon,
                help="Report to print: all numbers of this page as one file that opens anywhere"
                if ending == "html"
                else "Excel workbook: all tables of this page, a sheet each, with what they mean",
            )


def _made(make: Callable[..., bytes], store: Store, choices: Choices, by: Actor) -> bytes:
    """Runs in a thread that knows nothing of this session."""
    return make(store, choices, by=by, now=periods.now_utc())
