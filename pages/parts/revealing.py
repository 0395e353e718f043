"""Below what is known of a customer: that it is masked and why, and the way to see it, which is recorded."""

from datetime import datetime

import streamlit as st

from convdata import revealing
from convdata.database import Row
from convdata.errors import MisheardError
from convdata.rights import Right, who_may
from convdata.settings import read_sign_in
from pages.parts import desk, sight
from pages.parts.literal import escaped
from pages.parts.words import plural

MINUTES = int(revealing.LASTS.total_seconds()) // 60


def reveal_button(customer: Row) -> None:
    """Nothing for those who see all of it anyway."""
    by, key = desk.reader(), customer.customer_key
    until = sight.revealed_until(key) if by.may(Right.REVEAL) else None
    if until:
        _revealed(key, until)
    elif by.sees(key) and by.reads(key):
        return
    elif by.sight.private:
        st.caption(":material/visibility_off: Privacy mode hides who this is.")
    elif by.may(Right.REVEAL):
        _ask_why(
            key, "Personal data in the texts is masked" if by.sees(key) else "Name and details are masked for your role"
        )
    else:
        st.caption(
            f":material/visibility_off: Name and details are masked for your role; {who_may(Right.REVEAL)} can reveal them."
        )


def _ask_why(key: str, what: str) -> None:
    with (
        st.popover("Reveal", icon=":material/visibility:", key=f"reveal_popover_{key}", help=f"{what}."),
        st.form(f"reveal_form_{key}", border=False),
    ):
        st.caption(f"You see it for {plural(MINUTES, 'minute')}. That you did, and why, is recorded.")
        st.text_input(
            "Why do you need to see who this is?", key=f"reveal_reason_{key}", max_chars=revealing.LONGEST_REASON
        )
        st.form_submit_button("Reveal", on_click=_reveal, args=(key,), key=f"reveal_{key}")
        refused = st.session_state.pop("reveal_refused", None)
        if refused:
            st.error(escaped(refused, 300), icon=":material/error:")


def _revealed(key: str, until: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="revealed"):
        st.caption(
            f":material/visibility: Revealed until {desk.local(until):%H:%M}, for you alone; it is recorded.",
            width="content",
        )
        st.button("Mask again", key=f"mask_again_{key}", type="tertiary", on_click=_mask_again, args=(key,))


def _reveal(key: str) -> None:
    try:
        reason = str(st.session_state[f"reveal_reason_{key}"])
        until = revealing.reveal(desk.store(), key, reason=reason, by=desk.reader(), now=desk.now())
    except MisheardError as why:
        st.session_state.reveal_refused = str(why)
        return
    sight.remember(key, until)
    st.rerun()  # all of the page shows them, and not only what stands here


def _mask_again(key: str) -> None:
    sight.forget(key)
    st.rerun()


def privacy_mode() -> None:
    """The switch for demos: in this session, or, where the setting says so, on for everybody."""
    for_all = read_sign_in().sight.private
    st.session_state.privacy_switch = for_all or st.session_state.get("privacy_mode", False)
    st.toggle(
        "Privacy mode",
        key="privacy_switch",
        disabled=for_all,
        on_change=_switch,
        help="Hides who customers are, their photos too, whatever your role: for demos and shared screens."
        + (" The settings turn it on for everybody." if for_all else ""),
    )


def _switch() -> None:
    """Kept apart from the switch, which Streamlit forgets on a page that does not show it."""
    st.session_state.privacy_mode = bool(st.session_state.privacy_switch)
