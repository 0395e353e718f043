"""The table of acts, newest first, with its filters in the address."""

import json
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from convdata.activity import latest
from convdata.channels import channel
from convdata.database import Row
from convdata.periods import day_end, day_start
from convdata.vocabulary import Act
from pages.parts import desk, words
from pages.parts.literal import plain

STEP = 100
Period = tuple[date | None, date | None]


def acts_filter() -> tuple[list[Act], list[str], Period]:
    """What is to be seen: which acts, by whom, in which days."""
    actors = [row.actor for row in desk.ask("activity/actors")]
    given = {name: st.query_params.get_all(name) for name in ("act", "who")}
    with st.container(horizontal=True, vertical_alignment="bottom", key="acts_filter"):
        acts = st.multiselect(
            "What",
            list(Act),
            default=[a for a in Act if a.value in given["act"]],
            format_func=lambda a: a.label,
            placeholder="Everything",
            key="acts_what",
            on_change=_write,
        )
        who = st.multiselect(
            "Who",
            actors,
            default=[a for a in actors if a in given["who"]],
            placeholder="Everybody",
            key="acts_who",
            on_change=_write,
        )
        days = st.date_input("From and to", value=[], key="acts_days", format="YYYY-MM-DD", width=240)
    first, last = (*days, None, None)[:2] if isinstance(days, tuple) else (days, None)
    return acts, who, (first, last)


def records_table(acts: list[Act], actors: list[str], period: Period) -> None:
    """One row an act; the time is the dashboard's."""
    store, zone = desk.store(), desk.store().settings.timezone
    many = st.session_state.get("acts_many", STEP)
    rows = latest(
        store,
        acts=acts or None,
        actors=actors or None,
        since=day_start(period[0], zone) if period[0] else None,
        until=day_end(period[1], zone) if period[1] else None,
        limit=many + 1,
    )
    if not rows:
        filtered = bool(acts or actors or any(period))
        st.info(
            "Nothing was done that matches."
            if filtered
            else "Nothing has been done yet. Mutes, replies, downloads and "
            "everything else that people do here will be listed.",
            icon=":material/history:",
        )
        return
    shown = rows[:many]
    st.caption(f"{len(shown):,}{'+' if len(rows) > many else ''} acts, newest first · times in {zone.key}")
    st.dataframe(
        pd.DataFrame([_line(row) for row in shown]),
        hide_index=True,
        height="content",
        column_config={
            "When": st.column_config.TextColumn(width=160),
            "Who": st.column_config.TextColumn(width=130),
            "What": st.column_config.TextColumn(width=170),
            "Customer": st.column_config.TextColumn(width=170),
            "Channel": st.column_config.TextColumn(width=120),
            "Why": st.column_config.TextColumn(width=230),
            "": st.column_config.ButtonColumn(
                type="tertiary", width=70, key="acts_open", on_click=_open, args=([row.customer_key for row in shown],)
            ),
        },
        key=f"acts_{hash(tuple(row.act_id for row in shown))}",  # a button must never act on a row that has moved
    )
    if st.session_state.get("acts_go"):
        st.switch_page("conversation.py", query_params={"customer": st.session_state.pop("acts_go")})
    if len(rows) > many:
        st.button("Show more", on_click=lambda: st.session_state.update(acts_many=many + STEP))


def _line(row: Row) -> dict[str, Any]:
    known = row.customer_id is not None
    return {
        "When": f"{desk.local(row.done_at):%Y-%m-%d %H:%M:%S}",
        "Who": plain(row.actor, 100),
        "What": Act(row.act).label,
        "Customer": plain(words.name(row), 100) if known else ("erased" if row.act == Act.ERASE else ""),
        "Channel": channel(row.channel).title if row.channel else "",
        "Why": plain(row.reason, 300),
        "Details": _details(row.details),
        "": "Open" if known else None,
    }


def _details(text: str | None) -> str:
    said = json.loads(text or "{}")
    said.pop("mute_id", None)
    if "until" in said:
        said["until"] = f"{desk.local(datetime.fromisoformat(said['until']).replace(tzinfo=None)):%d %b %H:%M}"
    return plain(" · ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items()), 300)


def _open(keys: list[str | None]) -> None:
    clicked = st.session_state.acts_open
    if clicked is not None:
        st.session_state.acts_go = keys[clicked.row]


def _write() -> None:
    state = st.session_state
    chosen = {"act": [a.value for a in state.acts_what], "who": list(state.acts_who)}
    st.query_params.from_dict({name: values for name, values in chosen.items() if values})
