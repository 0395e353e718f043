"""The list of what failed most often, in customers' own words, shown literally."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.captions import percent
from convdata.database import Store
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.rights import Actor
from convdata.topics import Topic, as_rows, topics
from convdata.vocabulary import ReviewState
from pages.parts import desk, taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import chart_actions
from pages.parts.literal import plain
from pages.parts.opening_menu import opening_menu
from pages.parts.words import plural

KEY, WHO = "topics_open", "topics_who"
TITLE = "Top topics of failure"
COLUMNS = ("topic", "language", "customers", "messages", "of_messages", "share", "state")
DEFINITION = (
    "What the bot did not understand in the period, put together by what it says, by how many customers said it."
)


def top_topics(choices: Choices) -> None:
    """A line for each topic: its words, how many and what share of all; the line leads to its group in Review."""
    found = topics(desk.store(), choices, by=desk.reader())
    with st.container(key="top_topics", gap="xsmall"):
        st.subheader(TITLE, anchor=False)
        if found.first:
            frame = pd.DataFrame([_line(topic, found.messages) for topic in found.first])
            st.dataframe(
                frame,
                hide_index=True,
                column_config={
                    "Open": st.column_config.ButtonColumn(
                        "Review",
                        type="tertiary",
                        help="Open the group on the Review page",
                        key=KEY,
                        on_click=_open_row,
                        args=(found.first,),
                    ),
                    "Who": st.column_config.ButtonColumn(
                        "Conversations",
                        type="tertiary",
                        help="Open the conversations of those who said it in this period",
                        key=WHO,
                        on_click=_open_customers,
                        args=(found.first, choices),
                    ),
                    "Customers": st.column_config.NumberColumn(
                        width=80
                    ),  # first: on a phone the words alone fill the screen
                    "Topic": st.column_config.TextColumn(width="large"),
                    "Share": st.column_config.TextColumn(alignment="right"),
                },
                column_order=[name for name in frame.columns if frame[name].notna().any()],
                alt=f"{TITLE}, one row per topic",
            )
            st.caption(f"of {plural(found.messages, 'not-understood message')} with text in this period")
        else:
            st.caption("Nothing with text was not understood in this period.")
        rows = partial(_rows, choices=choices, by=desk.reader())
        chart_actions(
            "topics",
            partial(how_counted, DEFINITION, found.question, choices),
            [
                partial(_menu, found.first, choices),
                partial(taking_away.csv_button, "topics", TITLE, choices, rows, COLUMNS),
            ],
        )


def _line(topic: Topic, whole: int) -> dict[str, str | int | None]:
    return {
        "Customers": topic.customers,
        "Topic": plain(" ".join(topic.text.split()), 200),
        "Language": plain(topic.spoken, 40) if topic.spoken else None,
        "Messages": topic.messages,
        "Share": percent(topic.messages / whole) if whole >= FEW else "too few",
        "State": ReviewState(topic.state).label if topic.group_id else None,
        "Who": f"Open {topic.customers:,}" if topic.group_id else None,
        "Open": "Open" if topic.group_id else None,
    }


def _menu(found: Sequence[Topic], choices: Choices) -> None:
    opening = [topic for topic in found if topic.group_id]
    entries = [(topic.text, topic.customers or 0) for topic in opening]
    place = opening_menu(WHO, entries, "Open the conversations of those who said it in this period")
    if place is not None:
        st.switch_page("customers.py", query_params=opening[place].opened_by(choices).address())


def _rows(store: Store, choices: Choices, by: Actor) -> list[dict[str, Any]]:
    return as_rows(topics(store, choices, by=by))


def _open_customers(found: Sequence[Topic], choices: Choices) -> None:
    row = st.session_state[WHO]["row"]
    if 0 <= row < len(found) and found[row].group_id:
        st.switch_page("customers.py", query_params=found[row].opened_by(choices).address())


def _open_row(found: Sequence[Topic]) -> None:
    row = st.session_state[KEY]["row"]
    if 0 <= row < len(found) and found[row].group_id:
        st.switch_page("review.py", query_params={"group": str(found[row].group_id)})
