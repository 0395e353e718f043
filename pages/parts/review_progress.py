"""How far the trainers are this week, in one line above everything."""

import streamlit as st

from convdata.review import progress
from pages.parts import desk, words
from pages.parts.literal import escaped

SHOWN = 4


def week() -> None:
    now = progress.of_the_week(desk.store(), desk.today())
    if not now.messages and not now.deciders:
        return
    share = now.decided / now.messages if now.messages else 0.0
    parts = [
        f"This week **{now.decided:,} of {words.plural(now.messages, 'failure')}** decided ({share:.0%})".replace(
            "%", " %"
        )
    ]
    if now.deciders:
        by = ", ".join(f"{escaped(row.actor, 30)} {row.groups:,}" for row in now.deciders[:SHOWN])
        parts.append(f"groups decided: {by}")
    if now.both_decided:
        parts.append(f"two trainers agreed on {now.agreed:,} of {words.plural(now.both_decided, 'group')}")
    st.caption(" · ".join(parts))
