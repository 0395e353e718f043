"""Is it getting better, and where not: the answer in four cards and a line, then where, when and what about, then the rest."""

from functools import partial

import streamlit as st

from convdata import charts
from convdata.marks import marks
from convdata.stats import CONVERSATIONS, MESSAGES, before, covered
from pages.parts import alerting, cards, desk, period_line
from pages.parts.busiest_hours import busiest_hours
from pages.parts.charts import chart
from pages.parts.coming_back import coming_back
from pages.parts.comparing import comparing
from pages.parts.headline_cards import headline_cards
from pages.parts.nothing_to_count import nothing_at_all, nothing_in_period
from pages.parts.over_time import over_time
from pages.parts.remembered import REMEMBERED
from pages.parts.report_button import report_button
from pages.parts.top_topics import top_topics

known = desk.ask_counts("trends/known")
if known.empty:
    nothing_at_all()

alerting.fired()
choices = period_line.chosen(known)
measure = period_line.measure()
line = period_line.period_line(choices, known)
nothing_in_period(choices, known)

with line:
    report_button(choices, measure)

earlier = covered(REMEMBERED, choices)
with st.container(key="answer", gap="xsmall"):
    st.caption(cards.against(choices, earlier))
    with cards.cards("answer"):
        cards.rate_card(choices, MESSAGES, earlier)
        cards.rate_card(choices, CONVERSATIONS, earlier)
        headline_cards(choices, earlier, ["escalation"])
        cards.volume_card(choices, earlier)
    alerting.all_alerts(known)

over_time(choices, measure, known)

with st.container(key="where"):
    left, right = st.columns(2, gap="medium")
    with left:
        color = partial(charts.by_channel, dark=st.context.theme.type == "dark")
        chart(f"{measure.title} by channel", choices, measure, ["channel"], partial(charts.bars, color=color))
    with right:
        bars = partial(charts.bars, color=charts.by_language)
        chart(f"{measure.title} by language", choices, measure, ["language"], bars)

    left, right = st.columns(2, gap="medium")
    with left:
        was = marks(REMEMBERED, before(choices), measure, ["channel", "language"]) if earlier else []
        cells = partial(charts.matrix, earlier=was)
        said = partial(st.caption, charts.COMPARED) if any(not mark.few for mark in was) else None
        chart(f"{measure.title} by channel and language", choices, measure, ["channel", "language"], cells, said=said)
    with right:
        busiest_hours(choices)

top_topics(choices)

st.subheader("Customers and escalation", anchor=False)
with cards.cards("customers"):  # those with a course within the period; beneath, those without
    headline_cards(choices, earlier, ["active_customers", "conversations", "need_help", "containment"])
with cards.cards("standing"):
    cards.ended_card(choices, earlier)
    headline_cards(choices, earlier, ["first_reply", "run_out", "muted_now"])

coming_back(choices)
comparing(choices, known)
