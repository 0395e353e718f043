"""The table of acts, newest first. Its filters stand in the address."""

import json
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from convdata import records
from convdata.channels import channel
from convdata.database import Row
from convdata.records import PAGE, Wanted, key_begun, wanted
from convdata.rights import Right
from convdata.vocabulary import Act
from pages.parts import desk, words
from pages.parts.literal import plain

# What is in a record for programs: a receipt's ids of records, a mute's own id.
NOT_SHOWN = ("records", "mute_id", "end", "replaced")


def acts_filter() -> Wanted:
    """What is to be seen: which acts, by whom, about whom, on which days."""
    chosen = wanted({name: st.query_params.get_all(name) for name in st.query_params})
    people = records.actors(desk.store(), by=desk.reader())
    _follow(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom", key="acts_filter"):
        st.multiselect(
            "What",
            list(Act),
            format_func=lambda a: a.label,
            placeholder="Everything",
            key="acts_what",
            on_change=_write,
            width=260,
        )
        st.multiselect(
            "Who",
            [*people, *(name for name in chosen.actors if name not in people)],
            placeholder="Everybody",
            format_func=lambda name: plain(name, 60),
            key="acts_who",
            on_change=_write,
            width=220,
        )
        st.text_input(
            "Customer",
            placeholder="Short id, as in the list",
            key="acts_customer",
            max_chars=40,
            on_change=_write,
            width=190,
        )
        st.date_input("From and to", key="acts_days", format="YYYY-MM-DD", on_change=_write, width=230)
        st.button("Reset filters", type="tertiary", on_click=_reset, disabled=not chosen, icon=":material/restart_alt:")
    return chosen


def records_table(chosen: Wanted) -> None:
    """One row an act; the time is the dashboard's."""
    store, by = desk.store(), desk.reader()
    total = records.count(store, chosen, by=by)
    if not total:
        _nothing(chosen)
        return
    pages = -(-total // PAGE)
    pager = f"acts_page_{hash(repr(chosen))}"  # other filters begin at the first page
    number = min(st.session_state.get(pager, 1), pages)
    rows = records.page(store, chosen, number, by=by)
    first = (number - 1) * PAGE + 1
    said = (
        f"{first:,}-{first + len(rows) - 1:,} of {words.plural(total, 'act')}"
        if pages > 1
        else words.plural(total, "act")
    )
    st.caption(f"{said}, newest first · times in {store.settings.timezone.key}")
    may_open = by.may(Right.READ_CONVERSATION)
    st.dataframe(
        pd.DataFrame([_line(row, may_open) for row in rows]),
        hide_index=True,
        height="content",
        column_config={
            "When": st.column_config.TextColumn(width=150),
            "Who": st.column_config.TextColumn(width=150),
            "What": st.column_config.TextColumn(width=180),
            "Customer": st.column_config.TextColumn(width=90, help="The short id under which the store keeps them."),
            "Channel": st.column_config.TextColumn(width=110),
            "Why": st.column_config.TextColumn(width=200),
            "Details": st.column_config.TextColumn(width=190),
            "": st.column_config.ButtonColumn(
                type="tertiary", width=70, key="acts_open", on_click=_open, args=([row.customer_key for row in rows],)
            ),
        },
        key=f"acts_{hash(tuple(row.act_id for row in rows))}",  # a button must never act on a row that has moved
    )
    if st.session_state.get("acts_go"):
        st.switch_page("conversation.py", query_params={"customer": st.session_state.pop("acts_go")})
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(pages, key=pager)


def _nothing(chosen: Wanted) -> None:
    with st.container(border=True, horizontal_alignment="center", key="nothing"):
        if chosen:
            st.markdown("**Nothing was done that matches.**", width="content")
            st.caption("Take a filter out, or use *Reset filters*.", width="content")
        else:
            st.markdown("**Nothing has been done yet.**", width="content")
            st.caption("Mutes, replies, downloads and everything else that people do here is listed.", width="content")


def _line(row: Row, may_open: bool) -> dict[str, Any]:
    erased = row.act == Act.ERASE
    return {
        "When": f"{desk.local(row.done_at):%Y-%m-%d %H:%M:%S}",
        "Who": plain(row.actor, 100),
        "What": Act(row.act).label,
        "Customer": row.customer_key[:8] if row.customer_key else ("erased" if erased else ""),
        "Channel": channel(row.channel).title if row.channel else "",
        "Why": plain(row.reason, 300),
        "Details": _details(row.details),
        "": "Open" if row.customer_key and may_open else None,
    }


def _details(text: str | None) -> str:
    said = {name: value for name, value in json.loads(text or "{}").items() if name not in NOT_SHOWN}
    if "until" in said:
        said["until"] = f"{desk.local(datetime.fromisoformat(said['until']).replace(tzinfo=None)):%d %b %H:%M}"
    if "after_hours" in said:
        said["after"] = f"{said.pop('after_hours')} h"
    if isinstance(said.get("rows"), dict):
        rows = said["rows"]
        said["rows"] = f"{sum(rows.values()):,} ({words.plural(rows.get('messages', 0), 'message')})"
    return plain(" · ".join(f"{name.replace('_', ' ')} {_said(value)}" for name, value in said.items()), 300)


def _said(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _open(keys: list[str | None]) -> None:
    clicked = st.session_state.acts_open
    if clicked is not None:
        st.session_state.acts_go = keys[clicked.row]


def _follow(chosen: Wanted) -> None:
    """Give the widgets what the address says, where it is another one or they are new."""
    state, address = st.session_state, repr(chosen)
    if state.get("acts_follow") == address and "acts_what" in state:
        return
    state.acts_follow = address
    state.acts_what, state.acts_who = list(chosen.acts), list(chosen.actors)
    state.acts_customer = chosen.customer or ""
    state.acts_days = tuple(
        day for day in (chosen.first, chosen.last or (desk.today() if chosen.first else None)) if day
    )


def _write() -> None:
    state = st.session_state
    days = state.acts_days if isinstance(state.acts_days, tuple) else (state.acts_days,)
    if len(days) == 1:
        return  # the second day is being chosen
    customer = key_begun(state.acts_customer)
    if state.acts_customer.strip() and customer is None:
        st.toast("A customer is named here by the short id of the list, such as 3f9a2c1b.", icon=":material/info:")
    first, last = days or (None, None)
    chosen = Wanted(tuple(state.acts_what), tuple(state.acts_who), customer, first, last)
    st.query_params.from_dict(chosen.address())


def _reset() -> None:
    st.query_params.clear()
    st.session_state.pop("acts_follow", None)
