"""Back to the list, and on to the conversations beside this one in it: the filters come along in the address."""

from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from convdata import conversations
from convdata.database import Row
from pages.parts import desk, words
from pages.parts.opened import open_conversation

_HERE = Path(__file__)
_NEIGHBOURS = st.components.v2.component(
    "misheard_neighbours",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def neighbours(customer: Row) -> None:
    chosen = desk.choices()
    address = chosen.address()
    beside = conversations.neighbours(desk.store(), customer, chosen)
    if beside.place:
        place = f"{beside.place:,} of {beside.picked:,}"
    else:
        place = f"not in this list any more · {words.plural(beside.picked, 'conversation')}"
    data = {"place": place, "list": {"href": f"customers?{urlencode(address, doseq=True)}", "key": True}}
    for name, key in (("previous", beside.previous), ("next", beside.next)):
        href = f"conversation?{urlencode({'customer': key, **address}, doseq=True)}" if key else None
        data[name] = {"href": href, "key": key}
    to_list = _NEIGHBOURS(
        key="neighbours", data=data, on_list_change=lambda: None, on_open_change=lambda: _open(address)
    ).list
    if to_list:
        st.switch_page("customers.py", query_params=address)


def _open(address: dict[str, str | list[str]]) -> None:
    key = st.session_state.neighbours.open
    if isinstance(key, str):
        open_conversation(key, address)
