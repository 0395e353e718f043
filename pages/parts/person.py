"""Who the customer is, how their conversation stands, and all that is known of them."""

import json
import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from convdata.channels import channel, language_title
from convdata.conversation import NEVER
from convdata.database import Row
from convdata.masking import MASKED
from convdata.photos import photo_to_show
from convdata.visitors import details_from
from convdata.vocabulary import Status
from pages.parts import desk, words
from pages.parts.literal import plain

_HERE = Path(__file__)
_PERSON = st.components.v2.component(
    "misheard_person",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def head(customer: Row) -> None:
    """Name, photo or initials, channel, language, status; since when help is needed, and until when the bot is muted."""
    where = channel(customer.channel)
    data = {
        "head": {
            "name": plain(words.name(customer), 200),
            "initials": plain(words.initials(customer), 2),
            "photo": photo_to_show(customer.photo_url, customer.channel, desk.store().settings),
            "channel": plain(where.title, 60),
            "color_light": where.color_light,
            "color_dark": where.color_dark,
            "language": plain(language_title(customer.language), 40),
            "status": customer.status,
            "status_label": Status(customer.status).label,
        },
        "notices": [*_need_help(customer), *_bot(customer)],
    }
    _PERSON(key="person", data=data, on_over_change=lambda: None)


def known(customer: Row) -> None:
    """All user data there is, with whose word it is, and the plain facts of the conversation."""
    whose = details_from(desk.store(), customer.customer_key) or channel(customer.channel).details_from
    names = {"First name": customer.first_name, "Last name": customer.last_name}
    if not desk.reader().sees(customer.customer_key):
        names = {"Name": MASKED}
    given = names | {
        "E-mail": customer.email,
        "Phone": customer.phone_number,
        "Terms accepted": {"true": "yes", "false": "no"}.get(customer.gtu_accepted or "", customer.gtu_accepted),
        "Comments": customer.comments,
        "Photo": customer.photo_url,
    }
    fields = [(name, value) for name, value in given.items() if value is not None]
    fields += [(name, _as_text(value)) for name, value in json.loads(customer.further_data or "{}").items()]
    about = {
        "Customer id": customer.customer_id,
        "First contact": _moment(customer.first_event_at),
        "Last message": _moment(customer.last_message_at),
        "Messages": f"{customer.message_count:,}",
    }
    groups = [
        _group("Details", fields, whose if fields else "", "Nothing is known about this customer."),
        _group("Conversation", list(about.items()), "", ""),
    ]
    _PERSON(key="known", data={"groups": groups})


def _need_help(customer: Row) -> list[dict[str, Any]]:
    if customer.need_help_since is None:
        return []
    text = f"Need Help since {_near(customer.need_help_since)}"
    return [{"kind": "need_help", "text": text, "quote": plain(customer.need_help_reason, 1000)}]


def _bot(customer: Row) -> list[dict[str, Any]]:
    now = desk.now()
    if customer.muted_until is None or customer.muted_until <= now:
        return [{"kind": "answering", "text": "The bot is answering."}]
    return [
        {
            "kind": "muted",
            "text": f"The bot is muted until {_near(customer.muted_until)}",
            "seconds": math.ceil((customer.muted_until - now).total_seconds()),
            "by": plain(f"by {customer.muted_by}", 200),
            "quote": plain(customer.mute_reason, 1000),
        }
    ]


def _group(title: str, fields: list[tuple[str, Any]], whose: str, none: str) -> dict[str, Any]:
    return {
        "title": title,
        "from": whose,
        "fields": [[plain(name, 120), plain(str(value))] for name, value in fields],
        "none": none,
    }


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _near(when: datetime) -> str:
    """A moment not far from now: "10:20", "Fri 10:20", "4 Aug 10:20"."""
    there, today = desk.local(when), desk.local(desk.now()).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    return f"{there:%a %H:%M}" if abs(there.date() - today) < timedelta(days=7) else f"{there.day} {there:%b %H:%M}"


def _moment(when: datetime) -> str:
    there = desk.local(when)
    return "none yet" if when == NEVER else f"{there.day} {there:%b %Y, %H:%M}"
