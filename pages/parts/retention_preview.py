"""Who would be erased for not having been heard of for long, before anybody is."""

import streamlit as st

from convdata import retention
from convdata.channels import channel
from convdata.keeping import LONGEST, Keeping
from convdata.rights import Right
from pages.parts import desk, words
from pages.parts.failures import said_as_sentences
from pages.parts.literal import escaped


def retention_button() -> None:
    """For those who decide how long customers are kept."""
    if desk.may(Right.RETENTION) and st.button(
        "Retention", key="retention", icon=":material/auto_delete:", help="Who would go, and by which rule"
    ):
        _preview()


@st.dialog("Retention", icon=":material/auto_delete:")
def _preview() -> None:
    with said_as_sentences():
        store = desk.store()
        keeping = store.settings.keeping
        if keeping:
            st.markdown("Customers are erased when they were not heard of for longer than this, once a day:")
        else:
            st.markdown("**Off: everybody is kept.** To see who would go by some rule:")
            days = st.number_input("Days", 1, LONGEST, 365, key="retention_days", width=160)
            keeping = Keeping(int(days))
        leaving = retention.preview(store, desk.now(), by=desk.reader(), keeping=keeping)
        if leaving:
            st.table(
                {
                    "Channel": [escaped(channel(one.channel).title) for one in leaving],
                    "Kept for": [words.plural(one.days, "day") for one in leaving],
                    "Would go now": [f"{one.customers:,}" for one in leaving],
                    "First quiet since": [
                        f"{desk.local(one.oldest):%Y-%m-%d}" if one.oldest else "" for one in leaving
                    ],
                },
            )
        st.caption(
            "Never one who needs help, for whom the bot is muted, or whom somebody has answered, muted or heard of since. "
            "Each is erased like any other, with a receipt here. The rule is set by `MISHEARD_RETENTION`, such as "
            "`365` or `webchat=90, messenger=365`."
        )
