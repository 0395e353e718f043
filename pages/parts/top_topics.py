"""The list of what failed most often, in customers' own words, shown literally."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from convdata.captions import percent
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.topics import Topic, topics
from convdata.vocabulary import ReviewState
from pages.parts import desk
from pages.parts.cards import how_counted
from pages.parts.literal import plain
from pages.parts.words import plural

KEY = "topics_open"
TITLE = "Top topics of failure"
DEFINITION = (
    "What the bot did not understand in the period, put together by what it says, by how many customers said it."
)


def top_topics(choices: Choices) -> None:
    """A line for each topic: its words, how many and what share of all; the line leads to its group in Review."""
    found = topics(desk.store(), choices, by=desk.reader())
    with st.container(key="top_topics"):
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
                    "Topic": st.column_config.TextColumn(width="large"),
                },
                column_order=[name for name in frame.columns if frame[name].notna().any()],
                alt=f"{TITLE}, one row per topic",
            )
            st.caption(f"of {plural(found.messages, 'not-understood message')} with text in this period")
        else:
            st.caption("Nothing with text was not understood in this period.")
        how_counted(DEFINITION, found.question, choices)


def _line(topic: Topic, whole: int) -> dict[str, str | int | None]:
    return {
        "Topic": plain(" ".join(topic.text.split()), 200),
        "Customers": topic.customers,
        "Messages": topic.messages,
        "Share": percent(topic.messages / whole) if whole >= FEW else "too few",
        "State": ReviewState(topic.state).label if topic.group_id else None,
        "Open": "Open" if topic.group_id else None,
    }


def _open_row(found: Sequence[Topic]) -> None:
    row = st.session_state[KEY]["row"]
    if 0 <= row < len(found) and found[row].group_id:
        st.switch_page("review.py", query_params={"group": str(found[row].group_id)})
