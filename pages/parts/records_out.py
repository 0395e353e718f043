"""What a manager does with the records: take them away, and see whether anybody changed them."""

from datetime import datetime
from functools import partial

import streamlit as st

from convdata import periods, records
from convdata.chain import Verdict, verify
from convdata.database import Store
from convdata.receipt_checks import broken_sentence
from convdata.records import Format, Wanted
from convdata.rights import Actor, Right
from pages.parts import desk, words
from pages.parts.handing_over import download_button
from pages.parts.literal import escaped
from pages.parts.retention_preview import retention_button


def records_out(chosen: Wanted) -> None:
    """The buttons above the table."""
    with st.container(horizontal=True, vertical_alignment="center", key="records_out"):
        if desk.may(Right.EXPORT_ACTIVITY):
            with st.popover("Export", icon=":material/download:", help="All that the filters pick, not only this page"):
                for format in Format:
                    download_button(
                        format.value.upper(),
                        partial(_export, desk.store(), chosen, format, desk.reader()),
                        records.file_name(format),
                        format.mime,
                        key=f"export_{format}",
                        type="tertiary",
                    )
        if st.button(
            "Verify",
            key="verify",
            icon=":material/verified:",
            help="Each record carries the hash of the one before: whether any was changed, taken out or moved.",
        ):
            with st.spinner("Going through all records …"):
                st.session_state.verdict = (verify(desk.store()), desk.now())
        retention_button()
    if "verdict" in st.session_state:
        _say(*st.session_state.pop("verdict"))


def _say(verdict: Verdict, when: datetime) -> None:
    if verdict.breaks:
        st.error(escaped(broken_sentence(verdict), longest=1_000), icon=":material/gpp_bad:")
        return
    erased = f", and {words.plural(verdict.erased, 'record')} that erasures took" if verdict.erased else ""
    st.success(
        f"As they were written: {words.plural(verdict.records, 'record')}{erased}. Their end at {desk.local(when):%H:%M:%S}, to be "
        f"noted elsewhere: `{verdict.end}`",
        icon=":material/verified:",
    )


def _export(store: Store, chosen: Wanted, format: Format, by: Actor) -> bytes:
    return records.export(store, chosen, format, by=by, now=periods.now_utc())
