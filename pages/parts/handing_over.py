"""Downloads: a button as any other; the file goes to this reader alone, over a route of our own (routes/downloads.py)."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from convdata.sign_in import proof_of
from convdata.tickets import GOOD_FOR, TICKETS, Parcel
from pages.parts import desk, signed_in
from pages.parts.literal import escaped

COURIER = "courier"
_COURIER = st.components.v2.component(
    "misheard_courier", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def download_button(label: str, make: Callable[[], bytes], file_name: str, mime: str, *, key: str, **look: Any) -> None:
    """Like Streamlit's own. ``make`` is called in a thread that knows nothing of this session, once the browser fetches
    the file: all it needs is bound in it, the reader too, and it checks their right and records what they took.
    """
    st.button(label, key=key, on_click=_ask_for, args=(make, file_name, mime), **look)


@st.fragment(key=COURIER)
def courier() -> None:
    """Once in the frame: it brings what was asked for, wherever the button is, without drawing the page anew."""
    waiting = [parcel for parcel in st.session_state.get("parcels", ()) if parcel["until"] > time.monotonic()]
    _COURIER(
        key=COURIER,
        data={"parcels": [{"ticket": parcel["ticket"], "name": parcel["name"]} for parcel in waiting]},
        on_failed_change=_failed,
        height=0,
    )


def _ask_for(make: Callable[[], bytes], file_name: str, mime: str) -> None:
    proof = proof_of(st.context.cookies)
    parcel = Parcel(make, file_name, mime, desk.reader(), signed_in.as_of_now(), proof)
    ticket = TICKETS.leave(parcel, desk.now())
    until = time.monotonic() + GOOD_FOR.total_seconds()
    before = [one for one in st.session_state.get("parcels", ()) if one["until"] > time.monotonic()]
    st.session_state.parcels = [*before, {"ticket": ticket, "name": file_name, "until": until}]
    with suppress(StreamlitAPIException):  # where there is no frame, as in a test of one page
        st.rerun(COURIER)


def _failed() -> None:
    sentence = st.session_state[COURIER].failed
    if isinstance(sentence, str):
        st.toast(escaped(sentence, 300), icon=":material/error:")
