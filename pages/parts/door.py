"""Where people sign in and out: what stands in place of every page for somebody who may not come in, and who is in."""

import streamlit as st

from convdata.rights import Actor, Role
from convdata.settings import read_sign_in
from convdata.sign_in import Way
from pages.parts import desk, signed_in
from pages.parts.literal import escaped
from pages.parts.revealing import privacy_mode
from pages.parts.signed_in import Outside, SignInFirst


def turned_away(why: Outside) -> None:
    """In place of a page. What redraws itself has the whole page drawn anew first: nothing of it may stay."""
    if not st.session_state.get("outside"):
        st.session_state.outside = True
        st.rerun()
    with (
        st.container(horizontal_alignment="center"),
        st.container(border=True, horizontal_alignment="center", width=440, key="door"),
    ):
        st.markdown(escaped(str(why), 300), width="content", text_alignment="center")
        if read_sign_in().way is Way.OIDC:
            if isinstance(why, SignInFirst):
                st.button("Sign in", key="sign_in", type="primary", icon=":material/login:", on_click=st.login)
            else:
                _sign_out_button()


def come_in() -> Actor:
    """Who is in. Raises Outside for everybody else."""
    reader = desk.reader()
    st.session_state.outside = False
    return reader


def who_is_in(reader: Actor) -> None:
    """At the end of the heading: who acts here, as what, and the way out."""
    sign_in = read_sign_in()
    alone = sign_in.way is Way.NONE
    label = "No sign-in" if alone else escaped(reader.partition("@")[0], 30)
    icon = ":material/lock_open:" if alone else ":material/account_circle:"
    if reader.sight.private:
        icon = ":material/visibility_off:"
    with st.popover(label, icon=icon, type="tertiary", width="content", key="who_is_in"):
        st.markdown(f"**{escaped(reader, 100)}**")
        if not alone:
            st.caption(" · ".join(role.value.capitalize() for role in Role if role in reader.roles))
            if sign_in.way is Way.OIDC:
                _sign_out_button()
        elif sign_in.anybody:
            st.caption("Nobody signs in here: everybody who reaches this address reads and does everything.")
        else:
            st.caption(
                "Nobody signs in here: only this computer reaches Misheard, and whoever uses it may do everything. What is "
                "done is recorded under this name."
            )
        privacy_mode()


def _sign_out_button() -> None:
    st.button("Sign out", key="sign_out", icon=":material/logout:", on_click=signed_in.sign_out)
