"""What can be done with a chart, in one quiet line under it, and the table that opens beneath."""

from collections.abc import Callable, Sequence

import streamlit as st

Act = Callable[[], object]


@st.fragment
def chart_actions(key: str, counted: Act, others: Sequence[Act] = (), table: Act | None = None) -> None:
    """``counted`` says how the chart is counted; ``others`` take it away or lead on. ``table`` draws the numbers behind it:
    only once somebody asks for them, as the tables of all charts weigh more than the charts.
    """
    shown = bool(table and st.session_state.get(f"{key}_table_shown"))
    # In a narrow place the words are for screen readers alone, and the icons for the others: look.css.
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_actions"):
        counted()
        if table:
            st.button(
                "Hide the table" if shown else "Table",
                key=f"{key}_table",
                type="tertiary",
                icon=":material/table:",
                help="The numbers behind the chart, a row for each mark",
                on_click=_turn,
                args=(key,),
            )
        for act in others:
            act()
    if table and shown:
        table()


def _turn(key: str) -> None:
    st.session_state[f"{key}_table_shown"] = not st.session_state.get(f"{key}_table_shown")
