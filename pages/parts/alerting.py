"""Alerts on the Trends page: those that fire on top, all of them with a form at the end, and their count in the menu."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from convdata.alerts import TITLES, WINDOWS, Alert, alerts, define, remove
from convdata.captions import span
from convdata.channels import channel, language_title
from convdata.firing import Standing, standings
from convdata.rights import Right
from convdata.vocabulary import AlertKind
from pages.parts import desk
from pages.parts.cards import explained
from pages.parts.failures import said_as_sentences
from pages.parts.literal import escaped, literal, plain

WINDOW = {1: "Yesterday", 7: "The last 7 whole days", 30: "The last 30 whole days"}
MOST = 4  # lines on top of the page
USUAL = {  # what the form for a new one begins with
    "measure": next(iter(TITLES)), "kind": AlertKind.ABOVE, str(AlertKind.ABOVE): 30.0, str(AlertKind.RISE): 5.0, "least": 50,
    "days": 7,
}  # fmt: skip
EXPLAINED = (
    "An alert looks at whole days only, as the running day is not over: the last ones before today, and for a rise the as "
    "many before them. The menu shows how many fire, and `misheard digest` prints them."
)


def titled(title: str) -> str:
    """A title for the menu with the number of alerts that fire: "Trends · 1"."""
    firing = sum(standing.fires for standing in standing_now())
    return f"{title} · {firing}" if firing else title


def standing_now() -> list[Standing]:
    """How every alert stands; remembered for a minute, as the menu of every page asks."""
    kept = tuple(alerts(desk.store()))
    return _standing(kept, desk.today() - timedelta(days=1)) if kept else []


@st.cache_data(ttl=60, max_entries=20, show_spinner=False)
def _standing(kept: tuple[Alert, ...], last: date) -> list[Standing]:
    return standings(desk.store(), kept, last, desk.store().settings.timezone, desk.now())


def fired() -> None:
    """A line for each alert that fires; the way to what it is about stands with all alerts."""
    firing = [standing for standing in standing_now() if standing.fires]
    lines = [
        f"**{escaped(one.alert.sentence, 300)}** · {escaped(one.said, 300)} · "
        f"{span(one.period['from'], one.period['to'])}"
        for one in firing[:MOST]
    ]
    if len(firing) > MOST:
        lines.append(f"{len(firing) - MOST:,} more fire: under *Alerts*.")
    if lines:
        st.warning("  \n".join(lines), icon=":material/notifications_active:")


def all_alerts(known: pd.DataFrame) -> None:
    """Every alert with how it stands, and the form for a new one."""
    found = standing_now()
    with (
        st.expander(_in_short(found), icon=":material/notifications:", type="compact", key="all_alerts"),
        st.container(key="alerts", gap="xsmall"),
    ):
        for standing in found:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                _line(standing)
        if not found:
            st.caption("No alert yet. Say above which rate, or after which rise, you want to be told.")
        with st.container(horizontal=True, vertical_alignment="center", key="alerts_actions"):
            with explained():
                st.markdown(EXPLAINED)
            if desk.may(Right.ALERTS):
                _new(known)


def _in_short(found: list[Standing]) -> str:
    firing = sum(standing.fires for standing in found)
    if not found:
        return "No alerts yet"
    if len(found) == 1:
        return f"1 alert, {'firing' if firing else 'not firing'}"
    return f"{len(found):,} alerts, {f'{firing:,} of them' if firing else 'none'} firing"


def _line(standing: Standing) -> None:
    with st.container(gap=None):
        literal(standing.alert.sentence)
        st.caption(
            f"{'**Fires.** ' if standing.fires else ''}{escaped(standing.said, 300)} · "
            f"{span(standing.period['from'], standing.period['to'])}"
        )
    st.button(
        "Look",
        key=f"look_{standing.alert.alert_id}",
        type="tertiary",
        icon=":material/search:",
        help="Show these days, this channel and this language above",
        on_click=_look,
        args=(standing,),
    )
    if desk.may(Right.ALERTS):
        st.button(
            "Change",
            key=f"change_{standing.alert.alert_id}",
            type="tertiary",
            icon=":material/edit:",
            on_click=_change,
            args=(standing.alert,),
        )
        st.button(
            "Remove",
            key=f"unalert_{standing.alert.alert_id}",
            type="tertiary",
            icon=":material/close:",
            on_click=_remove,
            args=(standing.alert.alert_id,),
        )


def _new(known: pd.DataFrame) -> None:
    # It reruns the page when it opens or closes: only so can it be opened with an alert to change, and closed when done.
    form = st.popover(
        "New alert", type="tertiary", icon=":material/add_alert:", key="alert_form", on_change=_begin_anew
    )
    if form.open:  # drawn earlier, the browser would begin with the least of each number
        with form:
            _form(known)


def _form(known: pd.DataFrame) -> None:
    for name, usual in USUAL.items():
        st.session_state.setdefault(f"alert_{name}", usual)
    changed: Alert | None = st.session_state.get("alert_changed")
    if changed:
        literal(f"Change: {changed.sentence}")
    st.selectbox("Rate", list(TITLES), format_func=TITLES.__getitem__, key="alert_measure")
    kind = st.segmented_control(
        "Tell when it", list(AlertKind), format_func=lambda k: k.label, key="alert_kind", required=True
    )
    unit = "Percent" if kind == AlertKind.ABOVE else "Points above the period before"
    with st.container(horizontal=True):
        st.number_input(unit, 0.1, 99.9, step=1.0, format="%.1f", key=f"alert_{kind}")
        st.number_input("Of at least", 20, 10**12, step=10, key="alert_least", help="Messages or conversations")
    st.selectbox("In", list(WINDOWS), format_func=WINDOW.__getitem__, key="alert_days")
    with st.container(horizontal=True):
        _place("Channel", "channel", known, lambda key: channel(key).title)
        _place("Language", "language", known, language_title)
    st.button("Change" if changed else "Define", key="alert_define", type="primary", on_click=_define)


def _place(label: str, name: str, known: pd.DataFrame, words: Callable[[str], str]) -> None:
    options = [*dict.fromkeys([None, *known[name], st.session_state.get(f"alert_{name}")])]
    st.selectbox(
        label, options, key=f"alert_{name}", format_func=lambda value: plain(words(value), 60) if value else "All"
    )


def _begin_anew() -> None:
    """Opened or closed by hand, the form is for a new alert: one that was to be changed stays as it is."""
    for name in ("changed", "channel", "language", *USUAL):
        st.session_state.pop(f"alert_{name}", None)


def _change(alert: Alert) -> None:
    """Open the form with what the alert says."""
    state = st.session_state
    _begin_anew()
    for name in ("measure", "least", "days", "channel", "language"):
        if value := getattr(
            alert, name
        ):  # of all, nothing is chosen: a box that is told so is empty, and does not say "All"
            state[f"alert_{name}"] = value
    state.alert_kind = AlertKind(alert.kind)
    state[f"alert_{alert.kind}"] = round(alert.bound * 100, 2)
    state.alert_changed, state.alert_form = alert, True


def _define() -> None:
    state = st.session_state
    kind = state.alert_kind
    alert = Alert(
        state.alert_measure, str(kind), state[f"alert_{kind}"] / 100, state.alert_least, state.alert_days,
        state.alert_channel, state.alert_language,
    )  # fmt: skip
    with said_as_sentences():
        new = define(desk.store(), alert, by=desk.reader(), now=desk.now())
        before: Alert | None = state.get("alert_changed")
        if before and before.alert_id != alert.alert_id:
            remove(desk.store(), before.alert_id, by=desk.reader(), now=desk.now())
        done = (
            "The alert is changed." if before else "The alert is defined." if new else "There is such an alert already."
        )
        st.toast(done, icon=":material/check:")
        state.alert_form = False
        _begin_anew()


def _remove(alert_id: str) -> None:
    with said_as_sentences():
        remove(desk.store(), alert_id, by=desk.reader(), now=desk.now())


def _look(standing: Standing) -> None:
    per = {"conversation": "conversation"}.get(standing.alert.measure)
    address = standing.period.address() | ({"per": per} if per else {})
    st.query_params.from_dict(address)
