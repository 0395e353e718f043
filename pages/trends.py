"""Is it getting better, and where not: the answer in four cards and a line, then where, when and what about, then the rest."""

from functools import partial

import streamlit as st

from convdata import charts
from convdata.headlines import BY_KEY
from convdata.marks import marks
from convdata.stats import CONVERSATIONS, MESSAGES, before
from pages.parts import alerting, cards, desk, period_line
from pages.parts.busiest_hours import busiest_hours
from pages.parts.charts import chart
from pages.parts.coming_back import coming_back
from pages.parts.comparing import comparing
from pages.parts.day_markers import day_markers
from pages.parts.headline_cards import headline_cards
from pages.parts.nothing_to_count import nothing_at_all, nothing_in_period
from pages.parts.over_time import over_time
from pages.parts.remembered import REMEMBERED
from pages.parts.report_button import report_button
from pages.parts.top_topics import top_topics

ANSWER = ("escalation",)  # which of the headlines stand beside the rates; the others come after the charts

known = desk.ask_counts("trends/known")
if known.empty:
    nothing_at_all()

alerting.fired()
choices = period_line.chosen(known)
measure = period_line.measure()
line = period_line.period_line(choices, known)
nothing_in_period(choices, known)

with line:
    report_button(choices)

earlier = bool(known["first_day"].min() < choices["from"])
with st.grid(4, min_column_width=250):
    cards.rate_card(choices, MESSAGES, earlier)
    cards.rate_card(choices, CONVERSATIONS, earlier)
    cards.ended_card(choices, earlier)
    headline_cards(choices, earlier, ANSWER)

over_time(choices, measure, known)
first, last, _ = period_line.drawn(choices, known)
day_markers(first, last)

left, right = st.columns(2, gap="large")
with left:
    color = partial(charts.by_channel, dark=st.context.theme.type == "dark")
    chart(f"{measure.title} by channel", choices, measure, ["channel"], partial(charts.bars, color=color))
    was = marks(REMEMBERED, before(choices), measure, ["channel", "language"]) if earlier else []
    cells = partial(charts.matrix, earlier=was)
    chart(f"{measure.title} by channel and language", choices, measure, ["channel", "language"], cells)
    if any(not mark.few for mark in was):
        st.caption("▲ ▼ points against the equal period before; bold where chance alone does not explain it.")
with right:
    chart(
        f"{measure.title} by language", choices, measure, ["language"], partial(charts.bars, color=charts.by_language)
    )
    busiest_hours(choices)

top_topics(choices)
st.subheader("More numbers", anchor=False)
with st.grid(4, min_column_width=250):
    cards.volume_card(choices, earlier)
    headline_cards(choices, earlier, [key for key in BY_KEY if key not in ANSWER])
comparing(choices, known)
coming_back(choices)
alerting.all_alerts(known)
