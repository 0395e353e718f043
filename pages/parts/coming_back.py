"""Who comes back, with its table, its downloads and the way to the conversations of a cell."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from convdata.captions import span
from convdata.database import Store
from convdata.filters import Choices
from convdata.returning import DEFINITION, WEEK, Cohort, as_rows, cohorts
from convdata.triangle import WIDE, triangle
from pages.parts import desk, taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import chart_actions
from pages.parts.charts import CONFIG, clicked
from pages.parts.opening_menu import opening_menu
from pages.parts.remembered import REMEMBERED

TITLE = "Customers who come back"
KEY = "chart_returning"
COLUMNS = ("first_seen", "weeks_later", "customers", "active", "share")


def coming_back(choices: Choices) -> None:
    """First seen by week, active in later weeks; a click opens those who were."""
    found = cohorts(REMEMBERED, choices, desk.today())
    with st.container(key=f"{KEY}_all", gap="xsmall"):
        st.subheader(TITLE, anchor=False)
        if found:
            st.plotly_chart(
                triangle(found, desk.today()), key=KEY, config=CONFIG,
                on_select=partial(_open_clicked, choices, found), selection_mode="points",
                alt=f"{TITLE}: customers by the week in which they were first seen, and how many were active in each "
                "later week. The same numbers are in the table below it.",
            )  # fmt: skip
            st.caption("Week first seen · how many customers, and what share of them (%) was active in which week.")
        else:
            st.caption("Nobody was seen for the first time in these weeks.")
        rows = partial(_rows, choices=choices, today=desk.today())
        chart_actions(
            KEY,
            partial(how_counted, DEFINITION, "trends/returning", choices),
            [
                partial(_menu, choices, found),
                partial(taking_away.csv_button, KEY, TITLE, choices, rows, COLUMNS),
                partial(taking_away.png_button, KEY, TITLE, choices),
            ]
            if found
            else (),
            partial(_table, found) if found else None,
        )


def _table(found: Sequence[Cohort]) -> None:
    frame = pd.DataFrame(as_rows(found)).assign(share=lambda f: f["share"] * 100)
    st.dataframe(
        frame,
        hide_index=True,
        height="auto" if len(frame) <= 12 else 430,
        column_config={
            "first_seen": "First seen, week of",
            "weeks_later": "Weeks later",
            "customers": "Customers",
            "active": "Active",
            "share": st.column_config.NumberColumn("Share", format="%.1f %%"),
        },
        alt=f"{TITLE}, one row per week and later week",
    )


def _rows(store: Store, choices: Choices, today: Any) -> list[dict[str, Any]]:
    return as_rows(cohorts(store, choices, today))


def _menu(choices: Choices, found: Sequence[Cohort]) -> None:
    cells = [(row, later) for row, cohort in enumerate(found) for later, active in enumerate(cohort.active) if active]
    entries = [(_named(found[row], later), found[row].active[later]) for row, later in cells]
    place = opening_menu(KEY, entries, "Open the conversations of those who were active in that week")
    if place is not None:
        _open(cells[place], choices, found)


def _named(cohort: Cohort, later: int) -> str:
    week = span(cohort.week, cohort.week + WEEK)
    when = {0: "the same week", 1: "1 week later"}.get(later, f"{later} weeks later")
    return f"first seen in the week of {week.split(' to ')[0]}, {when}"


def _open_clicked(choices: Choices, found: Sequence[Cohort]) -> None:
    place = clicked(KEY)
    if place is not None and place // WIDE < len(found):
        _open(divmod(place, WIDE), choices, found)


def _open(cell: tuple[int, int], choices: Choices, found: Sequence[Cohort]) -> None:
    cohort, later = found[cell[0]], cell[1]
    if later < len(cohort.active) and cohort.active[later]:
        st.switch_page("customers.py", query_params=cohort.opened_by(later, choices).address())
    st.toast("Nobody of them was active in that week.", icon=":material/check:")
