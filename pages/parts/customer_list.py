"""The list of customers: one component, so that twenty-five rows are one element and a name is always text."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from convdata import customer_pages
from convdata.channels import channel, language_title
from convdata.conversation import NEVER
from convdata.database import Row
from convdata.filters import Choices
from convdata.photos import photo_to_show
from convdata.vocabulary import UNDETERMINED, Status
from pages.parts import desk, words
from pages.parts.filter_bar import period
from pages.parts.literal import plain
from pages.parts.live import NET, live

_HERE = Path(__file__).parent
_LIST = st.components.v2.component(
    "misheard_customer_list",
    html='<button type="button">Filters and who needs you ↓</button><ul></ul>',
    css=(_HERE / "customer_list.css").read_text(encoding="utf-8"),
    js=(_HERE / "customer_list.js").read_text(encoding="utf-8"),
)
SENDERS = {"bot": "Bot", "agent": "Agent"}


@st.fragment(run_every=NET, key="customer_list")
def customer_list(chosen: Choices) -> None:
    """The page of the list that is open, with how many there are. It redraws itself when something arrives."""
    live("customers_live", "customer_list", "waiting")
    store = desk.store()
    total = customer_pages.count(store, Choices())
    matching = customer_pages.count(store, chosen) if chosen else total
    _count_line(chosen, matching, total)
    if not matching:
        _nothing(chosen, total)
        return
    pages = -(-matching // customer_pages.PAGE)
    pager = f"list_page_{hash((repr(chosen.address()), customer_pages.PAGE))}"  # other filters begin at the first page
    number = min(st.session_state.get(pager, 1), pages)
    places = st.session_state.setdefault("list_places", {}).setdefault(pager, {})
    rows = customer_pages.page(store, chosen, number, matching, places, by=desk.reader())
    now = desk.now()
    opened = _LIST(
        key="customer_list",
        data={"rows": [_line(row, chosen, now) for row in rows], "now": _instant(now)},
        on_open_change=lambda: None,
    ).open
    if pages > 1:
        with st.container(horizontal=True, horizontal_alignment="center"):
            st.pagination(pages, key=pager)
    if opened:
        st.switch_page("conversation.py", query_params={"customer": opened, **chosen.address()})


def _count_line(chosen: Choices, matching: int, total: int) -> None:
    if not total:
        return
    text = f"**{matching:,}** of {words.plural(total, 'conversation')}" if chosen else f"**{total:,}** conversations"
    if chosen.longest_waiting_first:
        text += " · the longest waiting first"
    if chosen["from"] or chosen["to"]:
        text += f" · last message {period(chosen['from'], chosen['to'])}"
    st.markdown(text)


def _nothing(chosen: Choices, total: int) -> None:
    with st.container(border=True, horizontal_alignment="center", key="nothing"):
        if total:
            st.markdown("**No conversation matches these filters.**", width="content")
            st.caption("Take one out, or use *Reset filters*.", width="content")
        else:
            st.markdown("**No conversations yet.**", width="content")
            st.caption(
                "Use *Import a file*, connect your bot (see *Connect your bot* in the README), or load the demo: stop the "
                "dashboard and start it with `make run`.",
                width="content",
            )


def _line(row: Row, chosen: Choices, now: datetime) -> dict[str, Any]:
    where = channel(row.channel)
    never = row.last_message_at == NEVER
    muted = row.muted_until is not None and row.muted_until > now
    return {
        "key": row.customer_key,
        "href": f"conversation?{urlencode({'customer': row.customer_key, **chosen.address()}, doseq=True)}",
        "name": plain(words.name(row), 120),
        "anonymous": not (row.first_name or row.last_name),
        "initials": plain(words.initials(row), 2),
        "photo": photo_to_show(row.photo_url, row.channel, desk.store().settings),
        "channel": where.title,
        "color": where.color_dark if st.context.theme.type == "dark" else where.color_light,
        "language": language_title(row.language) if row.language == UNDETERMINED else plain(row.language, 12),
        "status": row.status,
        "status_label": Status(row.status).label,
        "sender": SENDERS.get(row.last_sender, ""),
        "preview": "no message yet" if never else plain(" ".join((row.last_text or "no text").split()), 200),
        "when": _when(row, chosen, now),
        "at": row.last_message_at.isoformat() + "Z",
        "user_at": None if row.last_user_at <= NEVER else _instant(row.last_user_at),
        "handled": plain(row.muted_by or "somebody", 40) if muted else "bot",
        "muted": plain(f"bot muted by {row.muted_by}, {words.left(row.muted_until, now)}", 120) if muted else "",
    }


def _when(row: Row, chosen: Choices, now: datetime) -> str:
    """How long ago it was, or how long they have waited, as the list is sorted."""
    if chosen.longest_waiting_first and row.need_help_since is not None:
        return words.waiting(row.need_help_since, now)
    return "" if row.last_message_at == NEVER else words.ago(row.last_message_at, now)


def _instant(when: datetime) -> str:
    """A moment that a browser can compare as text."""
    return when.isoformat(timespec="milliseconds") + "Z"
