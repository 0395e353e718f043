"""The chart of the busiest hours, with its table and its download."""

import pandas as pd
import streamlit as st

from convdata.busiest import DEFINITION, hours
from convdata.filters import Choices
from convdata.week import WEEKDAYS, peak, week
from pages.parts.cards import REMEMBERED, how_counted
from pages.parts.charts import CONFIG

TITLE = "Busiest hours"


def busiest_hours(choices: Choices) -> None:
    """Weekday by hour: how much there was to understand."""
    rows = hours(REMEMBERED, choices)
    with st.container(key="chart_hours_all"):
        st.subheader(TITLE, anchor=False)
        st.plotly_chart(
            week(rows), key="chart_hours", config=CONFIG,
            alt=f"{TITLE}: eligible messages by weekday and hour. The same numbers are in the table below it.",
        )  # fmt: skip
        st.caption(peak(rows))
        frame = pd.DataFrame(
            [
                {
                    "Weekday": WEEKDAYS[row["weekday"]],
                    "Hour": f"{row['hour']}:00",
                    "Messages": row["eligible"],
                    "Not understood": row["not_understood"],
                }
                for row in rows
            ],
            columns=["Weekday", "Hour", "Messages", "Not understood"],
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            how_counted(DEFINITION, "trends/hours", choices)
            st.download_button(
                "CSV",
                frame.to_csv(index=False).encode("utf-8-sig"),
                file_name=f"misheard-busiest-hours-{choices['from']}-{choices['to']}.csv",
                mime="text/csv",
                key="csv_hours",
                on_click="ignore",
                type="tertiary",
                icon=":material/download:",
            )
        with st.expander("Table", icon=":material/table:", type="compact"):
            st.dataframe(
                frame, hide_index=True, height="auto" if len(frame) <= 12 else 430, alt=f"{TITLE}, one row per hour"
            )
