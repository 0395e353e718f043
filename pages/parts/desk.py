"""What every page works with: the store, the moment, the reader, and the choices that stand in the address."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from convdata import periods
from convdata.database import Row, Store
from convdata.filters import Choices, choose
from convdata.masking import seeking
from convdata.muting import sweep
from convdata.rights import Actor, Right
from convdata.schema import open_store
from convdata.settings import read_settings
from pages.parts import signed_in


@st.cache_resource(show_spinner="Opening the store …")
def the_store() -> Store:
    """The one store of this process; a failure to open it is not remembered, so the next rerun tries again."""
    return open_store(read_settings(), periods.now_utc())


def store() -> Store:
    """The store, for somebody who is signed in and has a role: nothing on any page, and nothing that redraws itself,
    comes past this. Raises NotForYou.
    """
    reader()
    return the_store()


def now() -> datetime:
    """This moment, UTC without zone, as all stored times."""
    return periods.now_utc()


def today() -> date:
    """Today on the dashboard's clock."""
    return periods.local_day(now(), store().settings.timezone)


def local(instant: datetime) -> datetime:
    """A stored instant on the dashboard's clock."""
    return periods.local(instant, store().settings.timezone)


def reader() -> Actor:
    """Who is at the desk, as records name them, and with what they may do. Raises NotForYou."""
    return signed_in.reader()


def may(right: Right) -> bool:
    """Whether the reader may: for what a page offers. What is done is checked where it is done."""
    return reader().may(right)


def sweep_on_arrival() -> None:
    """The unmute sweep whenever the app loads: once for every new browser session (product rule 9)."""
    if "swept" not in st.session_state:
        sweep(store(), now())
        st.session_state.swept = True


def ask(path: str, choices: Choices | None = None, **values: Any) -> Sequence[Row]:
    return store().ask(path, choices, **values)


def ask_one(path: str, choices: Choices | None = None, **values: Any) -> Row:
    """The one row of a question that always answers with one."""
    row = store().ask_one(path, choices, **values)
    if row is None:
        raise LookupError(f"{path} gave no row")
    return row


def ask_counts(path: str, choices: Choices | None = None, **values: Any) -> pd.DataFrame:
    """A question about numbers, remembered for a minute or until something changes. Never for rows of customers: what
    is remembered here is in nobody's session and holds no personal data.
    """
    choices = choices or Choices()
    return _counts(path, choices, tuple(sorted(values.items())), store().version)


@st.cache_data(
    ttl=60, max_entries=500, show_spinner=False, hash_funcs={Choices: lambda c: repr(sorted(c.bound().items()))}
)
def _counts(path: str, choices: Choices, values: tuple[tuple[str, Any], ...], version: int) -> pd.DataFrame:
    return store().ask_frame(path, choices, **dict(values))


def choices() -> Choices:
    """The filters as they stand in the address; what cannot be used is said and left out."""
    given: Mapping[str, Any] = {name: st.query_params.get_all(name) for name in st.query_params}
    chosen, wrong = choose(given, store().settings.timezone)
    for sentence in wrong:
        st.warning(sentence, icon=":material/link_off:")
    return seeking(store(), chosen, reader())
