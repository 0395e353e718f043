"""What this session is shown of who customers are: privacy mode, and whom its reader has revealed for a while."""

from dataclasses import replace
from datetime import datetime

import streamlit as st

from convdata.periods import now_utc
from convdata.sight import Sight


def of_this_session(sight: Sight) -> Sight:
    """What is hidden from everybody stays hidden; a session can only hide more, and show whom its reader has revealed."""
    private = sight.private or st.session_state.get("privacy_mode", False)
    return replace(sight, private=private, revealed=frozenset(_revealed()))


def remember(customer_key: str, until: datetime) -> None:
    """Somebody was revealed; it is forgotten by then, and with the session."""
    st.session_state.revealed = {**_revealed(), customer_key: until}


def forget(customer_key: str) -> None:
    st.session_state.revealed = {key: until for key, until in _revealed().items() if key != customer_key}


def _revealed() -> dict[str, datetime]:
    now = now_utc()
    return {key: until for key, until in st.session_state.get("revealed", {}).items() if until > now}


def revealed_until(customer_key: str) -> datetime | None:
    return _revealed().get(customer_key)
