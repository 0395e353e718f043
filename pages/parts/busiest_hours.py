"""The chart of the busiest hours, with its table, its downloads and the way to the conversations of a cell."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.busiest import DEFINITION, hours, opened_by, opening
from convdata.database import Store
from convdata.failings import WEEKDAYS, hour_in_words
from convdata.filters import Choices
from convdata.week import peak, week
from pages.parts import taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import chart_actions
from pages.parts.charts import CONFIG, clicked
from pages.parts.opening_menu import opening_menu
from pages.parts.remembered import REMEMBERED

TITLE = "Busiest hours"
KEY = "chart_hours"


def busiest_hours(choices: Choices) -> None:
    """Weekday by hour: how much there was to understand; a click opens what was not understood in that hour."""
    rows, opens = hours(REMEMBERED, choices), opening(REMEMBERED, choices)
    with st.container(key=f"{KEY}_all", gap="xsmall"):
        st.subheader(TITLE, anchor=False)
        st.plotly_chart(
            week(rows, opens), key=KEY, config=CONFIG, on_select=partial(_open_clicked, choices, opens),
            selection_mode="points",
            alt=f"{TITLE}: eligible messages by weekday and hour. The same numbers are in the table below it.",
        )  # fmt: skip
        st.caption(peak(rows))
        chart_actions(
            KEY,
            partial(how_counted, DEFINITION, "trends/hours", choices),
            [
                partial(_menu, choices, opens),
                partial(taking_away.csv_button, KEY, TITLE, choices, partial(_rows, choices=choices)),
                partial(taking_away.png_button, KEY, TITLE, choices),
            ],
            partial(_table, rows, opens),
        )


def _rows(store: Store, choices: Choices) -> list[dict[str, Any]]:
    """For a file: the day of the week by its name, and its number, by which it sorts."""
    return [{"day": WEEKDAYS[row["weekday"]]} | row for row in hours(store, choices)]


def _table(rows: Sequence[dict[str, Any]], opens: dict[tuple[int, int], int]) -> None:
    frame = pd.DataFrame(
        [
            {
                "Weekday": WEEKDAYS[row["weekday"]],
                "Hour": f"{row['hour']}:00",
                "Messages": row["eligible"],
                "Not understood": row["not_understood"],
                "Conversations": opens.get((row["weekday"], row["hour"]), 0),
            }
            for row in rows
        ],
        columns=["Weekday", "Hour", "Messages", "Not understood", "Conversations"],
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="auto" if len(frame) <= 12 else 430,
        column_config={
            "Conversations": st.column_config.NumberColumn(
                help="Conversations with a message of that hour that was not understood: what a click opens"
            )
        },
        alt=f"{TITLE}, one row per hour",
    )


def _menu(choices: Choices, opens: dict[tuple[int, int], int]) -> None:
    cells = sorted(opens)
    entries = [(hour_in_words(f"{weekday}-{hour}"), opens[weekday, hour]) for weekday, hour in cells]
    place = opening_menu(KEY, entries, "Open the conversations with something that was not understood in that hour")
    if place is not None:
        _open(cells[place], choices, opens)


def _open_clicked(choices: Choices, opens: dict[tuple[int, int], int]) -> None:
    place = clicked(KEY)
    if place is not None:
        _open(divmod(place, 24), choices, opens)


def _open(cell: tuple[int, int], choices: Choices, opens: dict[tuple[int, int], int]) -> None:
    if opens.get(cell):
        st.switch_page("customers.py", query_params=opened_by(*cell, choices).address())
    st.toast("Every message there was understood: there is nothing to open.", icon=":material/check:")
