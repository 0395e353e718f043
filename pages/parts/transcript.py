"""What was said in one conversation, as one component: literal by construction, and the reader keeps their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from convdata import conversations, outbox, replying
from convdata.database import Row
from convdata.errors import MisheardError
from convdata.masking import called
from convdata.outbox import Reply
from convdata.rights import Right
from convdata.transcript import NO_TEXT, Entry, entries
from convdata.vocabulary import Sender
from pages.parts import desk
from pages.parts.composer import refuse
from pages.parts.literal import plain
from pages.parts.live import NET
from pages.parts.opened import still_there

_HERE = Path(__file__)
_TRANSCRIPT = st.components.v2.component(
    "misheard_transcript",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)
PART = 200  # messages that are loaded at first, and with each "Show earlier"
# A verdict that came late for an older message changes no customer's row: it is seen after this long at the latest.
STALE = timedelta(seconds=20)


@dataclass
class Reading:
    """What the open page has read: nothing is read again while the conversation stands as it stood. It lives as long as
    the page is open, and no longer: what customers wrote is in no cache and in no session.
    """

    of: tuple[Any, ...] = ()
    at: datetime = datetime.min
    data: dict[str, Any] = field(default_factory=dict)


@st.fragment(run_every=NET, key="transcript")
def transcript(key: str, reading: Reading) -> None:
    """The transcript of that customer, from its latest part; it grows by itself, as the side tells it to."""
    with still_there():
        customer = conversations.details(desk.store(), key, by=desk.reader())
        now = desk.now()
        shown = _shown(customer)
        replies = outbox.replies_to(desk.store(), key)
        became = tuple((reply.state, reply.attempts, reply.reason) for reply in replies.values())
        standing = (
            *customer,
            *became,
            shown,
            desk.reader().sight,
            customer.muted_until is None or customer.muted_until > now,
        )
        if standing != reading.of or now - reading.at > STALE:
            reading.of, reading.at, reading.data = standing, now, _read(customer, replies, shown, now)
        _TRANSCRIPT(
            key=f"transcript_{key}",
            data=reading.data,
            on_earlier_change=_show_earlier,
            on_retry_change=partial(_retry, key),
            height="content",
        )


def _read(customer: Row, replies: Mapping[int, Reply], shown: int, now: datetime) -> dict[str, Any]:
    store = desk.store()
    said = conversations.said(store, customer, latest=shown, now=now, by=desk.reader())
    lines = entries(said, store.settings.timezone, called(customer))
    return {
        "entries": _for_the_page(lines, replies),
        "messages": len(said.messages),
        "earlier": said.earlier,
        "jump": st.query_params.get("message"),
    }


def _for_the_page(lines: Sequence[Entry], replies: Mapping[int, Reply]) -> list[dict[str, Any]]:
    sent_by = [(entry.sender, entry.name) for entry in lines]
    may_retry = desk.may(Right.REPLY)
    return [
        {
            "id": entry.id,
            "kind": entry.kind,
            "at": entry.at.isoformat(timespec="milliseconds") + "Z",
            "time": f"{desk.local(entry.at):%H:%M}",
            "moment": f"{desk.local(entry.at):%A %-d %B %Y, %H:%M:%S %Z}",
            "text": None if entry.text is None else plain(entry.text),
            "no_text": NO_TEXT if entry.kind == "message" and not entry.attachments else "",
            "sender": entry.sender,
            "name": plain(entry.name, 80),
            "same": bool(entry.sender) and number > 0 and sent_by[number] == sent_by[number - 1],
            "mark": plain(entry.mark, 300),
            "hint": plain(entry.hint, 600),
            "note": entry.note,
            "quote": plain(entry.quote, 1000),
            "attachments": [plain(attached, 500) for attached in entry.attachments],
            "delivery": _delivery(replies.get(int(entry.id)), may_retry) if entry.sender == Sender.AGENT else None,
        }
        for number, entry in enumerate(lines)
    ]


def _delivery(reply: Reply | None, may_retry: bool) -> dict[str, Any] | None:
    """What has become of an agent's reply, so far as it went out from here."""
    if reply is None:
        return None
    return {
        "state": reply.state.value,
        "label": reply.state.label,
        "reason": plain(reply.reason, 500),
        "retry": {"id": reply.reply_id, "attempts": reply.attempts} if reply.may_be_retried and may_retry else None,
    }


def _retry(key: str) -> None:
    """``attempts`` goes with it, as the reader saw them: a second click, or somebody else's, sends nothing again."""
    asked = st.session_state[f"transcript_{key}"].retry
    if isinstance(asked, dict) and isinstance(asked.get("attempts"), int | float):
        how: dict[str, Any] = {"attempts": int(asked["attempts"]), "by": desk.reader(), "now": desk.now()}
        try:
            replying.retry(desk.store(), key, str(asked.get("id")), **how)
        except MisheardError as why:
            refuse(None, why)
        st.rerun()


def _shown(customer: Row) -> int:
    """How many messages of this conversation the reader has asked for; a link to one message asks for all since it."""
    whose, shown = st.session_state.get("transcript_shown", (None, PART))
    if whose != customer.customer_key:
        shown = PART
        named = st.query_params.get("message", "")
        if named.removeprefix("-").isdigit() and -(2**63) <= int(named) < 2**63:
            shown = max(PART, conversations.messages_since(desk.store(), customer, int(named)) + 20)
        st.session_state.transcript_shown = (customer.customer_key, shown)
    return shown


def _show_earlier() -> None:
    key, shown = st.session_state.transcript_shown
    loaded = st.session_state[f"transcript_{key}"].earlier
    # Counted from what the browser had: two clicks on the same button ask for the same.
    if isinstance(loaded, int | float):
        st.session_state.transcript_shown = (key, max(shown, min(int(loaded), shown) + PART))
