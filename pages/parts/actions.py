"""What a person can do about a conversation now: mute and unmute the bot, set and clear Need Help."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from convdata import conversations, muting, outbox, standing
from convdata.database import Row
from convdata.errors import MisheardError
from convdata.rights import Right, who_may
from convdata.transcript import duration
from pages.parts import desk
from pages.parts.literal import escaped

SHORTER = (0.5, 1, 4, 24)  # hours; the longest mute comes from the settings


def actions(customer: Row) -> None:
    """The buttons that fit how the conversation stands."""
    key = customer.customer_key
    failed = st.session_state.pop("act_failed", None)
    if failed:
        st.error(escaped(failed, 500), icon=":material/error:")
    by = desk.reader()
    if not any(by.may(right) for right in (Right.MUTE, Right.UNMUTE, Right.SET_STATUS)):
        st.caption(f":material/lock: You may read here; {who_may(Right.MUTE)} can mute the bot and answer.")
        return
    muted = customer.muted_until is not None and customer.muted_until > desk.now()
    if not muted and by.may(Right.MUTE):
        _mute_form(customer)
    with st.container(horizontal=True, vertical_alignment="center"):
        if muted and by.may(Right.UNMUTE):
            st.button(
                "Unmute bot",
                key=f"unmute_{key}",
                icon=":material/volume_up:",
                on_click=_do,
                args=(muting.unmute, key),
            )
        if muted and by.may(Right.MUTE):
            with st.popover("Mute anew", icon=":material/more_time:"):
                st.caption("A new mute, counted from now.")
                _mute_form(customer)
        if not by.may(Right.SET_STATUS):
            return
        if customer.need_help_since is not None:
            st.button(
                "Clear Need Help",
                key=f"clear_{key}",
                icon=":material/check:",
                on_click=_do,
                args=(standing.clear_need_help, key),
            )
        else:
            with st.popover("Need Help", icon=":material/front_hand:"), st.form(f"help_form_{key}", border=False):
                st.text_input("Reason", key=f"help_reason_{key}", placeholder="Why (optional)", max_chars=1000)
                st.form_submit_button("Set Need Help", on_click=_set_need_help, args=(key, customer.status_said_at))


def _mute_form(customer: Row) -> None:
    key = customer.customer_key
    longest = desk.store().settings.mute_hours
    with st.form(f"mute_form_{key}", border=False):
        st.segmented_control(
            "Mute the bot for",
            [*(hours for hours in SHORTER if hours < longest), longest],
            default=longest,
            required=True,
            format_func=lambda hours: duration(timedelta(hours=hours)),
            key=f"mute_hours_{key}",
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Reason",
                key=f"mute_reason_{key}",
                placeholder="Reason (optional)",
                label_visibility="collapsed",
                max_chars=1000,
            )
            st.form_submit_button(
                "Mute bot", icon=":material/volume_off:", on_click=_mute, args=(key, customer.mute_said_at)
            )


def _mute(key: str, as_shown: datetime) -> None:
    state = st.session_state
    how = {"hours": float(state[f"mute_hours_{key}"]), "reason": _reason(state[f"mute_reason_{key}"])}
    _do(muting.mute, key, unless_said=("mute_said_at", as_shown), **how)


def _set_need_help(key: str, as_shown: datetime) -> None:
    reason = _reason(st.session_state[f"help_reason_{key}"])
    _do(standing.need_help, key, unless_said=("status_said_at", as_shown), reason=reason)


def _do(act: Callable[..., Any], key: str, *, unless_said: tuple[str, datetime] | None = None, **how: Any) -> None:
    """Do it by the rules of ``convdata``; a refusal is said where the button is. Then everything shows what is now.

    ``unless_said`` names what must still be as the page showed it: a second click, or a click on a page that is behind,
    must not mute anew what somebody has muted or unmuted meanwhile.
    """
    try:
        if (
            unless_said is None
            or getattr(conversations.details(desk.store(), key, by=desk.reader()), unless_said[0]) == unless_said[1]
        ):
            act(desk.store(), key, by=desk.reader(), now=desk.now(), **how)
            outbox.waiting(desk.store()).set()  # whoever tells bots need not wait for the next look
    except MisheardError as refusal:
        st.session_state.act_failed = str(refusal)
    st.rerun()


def _reason(typed: str) -> str | None:
    return typed.strip() or None
