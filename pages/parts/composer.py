"""Where an agent answers: whether an answer can arrive at all, who else is at it, the answer, and the way back.

What is being written stays in the browser, together with the id that it will be sent under: so it survives every redraw,
a reload and a restart of the server, and pressing Send once more never sends it twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from convdata import canned, conversations, outbox, replying
from convdata.conversation import NEVER
from convdata.database import Row
from convdata.errors import MisheardError
from convdata.onlookers import Onlooker, look
from convdata.replying import Prospect
from convdata.rights import Right, who_may
from convdata.transcript import duration
from pages.parts import desk, words
from pages.parts.literal import plain
from pages.parts.live import NET
from pages.parts.opened import still_there

_HERE = Path(__file__)
_COMPOSER = st.components.v2.component(
    "misheard_composer",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)
LATEST = 20  # replies by whose ids a browser knows that what it holds was stored


@st.fragment(run_every=NET, key="composer")
def composer(key: str) -> None:
    """At the bottom of the page; it redraws itself as the side beside the transcript tells it to."""
    with still_there():
        store, name = desk.store(), _name(key)
        customer = conversations.details(store, key, by=desk.reader())
        prospect = replying.prospect(store, key, desk.now())
        by = desk.reader()
        may_reply = by.may(Right.REPLY)
        sentence = (
            prospect.answerable.sentence if may_reply else f"You may read here; {who_may(Right.REPLY)} can answer."
        )
        writing = bool(st.session_state[name].get("writing")) if name in st.session_state else False
        _COMPOSER(
            key=name,
            data={
                "key": key,
                "to": plain(customer.first_name or words.name(customer), 60),
                "yes": prospect.answerable.yes and may_reply,
                "sentence": plain(sentence, 500),
                "bot": plain(_bot(prospect), 300),
                "muted": prospect.muted_until is not None,
                "hands_back": prospect.muted_until is not None and by.may(Right.UNMUTE),
                "keeps": by.may(Right.KEEP_REPLIES),
                "longest": prospect.answerable.longest,
                "stored": [reply.reply_id for reply in list(outbox.replies_to(store, key).values())[-LATEST:]],
                "refused": st.session_state.get("reply_refused"),
                "canned": _canned(customer),
                "others": _others(key, writing),
                "read": None
                if customer.last_user_at <= NEVER
                else customer.last_user_at.isoformat(timespec="milliseconds") + "Z",
            },
            default={"writing": False},
            on_writing_change=lambda: None,
            on_send_change=partial(_send, key),
            on_hand_back_change=partial(_hand_back, key),
            on_keep_change=partial(_keep, key),
            on_drop_change=partial(_drop, key),
            height="content",
        )


def refuse(reply_id: str | None, why: MisheardError) -> None:
    """Say above the field why something was not done; ``reply_id`` is what had been written there, if it is that."""
    number = (st.session_state.get("reply_refused") or {"number": 0})["number"] + 1
    st.session_state.reply_refused = {"id": reply_id, "sentence": plain(str(why), 500), "number": number}


def _bot(prospect: Prospect) -> str:
    if prospect.muted_until is None:
        return f"Sending mutes the bot for {duration(timedelta(hours=desk.store().settings.mute_hours))}."
    return f"The bot is muted by {prospect.muted_by}, {words.left(prospect.muted_until, desk.now())}."


def _canned(customer: Row) -> list[dict[str, Any]]:
    return [
        {"id": row.canned_id, "text": plain(canned.filled(row.text, customer.first_name), canned.LONGEST)}
        for row in canned.canned_replies(desk.store())
    ]


def _others(key: str, writing: bool) -> list[str]:
    """What the others who have this conversation open are doing, a sentence each."""
    window = st.session_state.setdefault("window", replying.new_reply_id())
    found = look(desk.store(), Onlooker(window, key, desk.reader(), writing, desk.now()))
    doing = {one.name: one.writing for one in reversed(found)}  # of a person's windows, the one where they write
    return [
        f"{plain(name, 80)}{', in another window,' if name == desk.reader() else ''} "
        f"{'is writing an answer' if writes else 'is looking at this conversation'}"
        for name, writes in sorted(doing.items(), key=lambda one: (not one[1], one[0]))
    ]


def _send(key: str) -> None:
    said = st.session_state[_name(key)].send
    if not isinstance(said, dict):
        return
    reply_id, text = said.get("id"), said.get("text")
    if not (isinstance(reply_id, str) and isinstance(text, str)):
        return  # no composer of ours says that
    with _refusing(reply_id):
        replying.reply(desk.store(), key, text, by=desk.reader(), now=desk.now(), reply_id=reply_id)


def _hand_back(key: str) -> None:
    with _refusing(None):
        replying.hand_back(desk.store(), key, by=desk.reader(), now=desk.now())


def _keep(key: str) -> None:
    text = str(st.session_state[_name(key)].keep)
    with _refusing(None):
        customer = conversations.details(desk.store(), key, by=desk.reader())
        anybody = canned.opened_up(text, customer.first_name)
        canned.keep(desk.store(), anybody, by=desk.reader(), now=desk.now())


def _drop(key: str) -> None:
    with _refusing(None):
        canned.drop(desk.store(), str(st.session_state[_name(key)].drop), by=desk.reader())


@contextmanager
def _refusing(reply_id: str | None) -> Iterator[None]:
    """What ``convdata`` refuses is said where it was asked for; then the whole page shows what is now."""
    try:
        yield
    except MisheardError as why:
        refuse(reply_id, why)
    st.rerun()


def _name(key: str) -> str:
    return f"composer_{key}"
