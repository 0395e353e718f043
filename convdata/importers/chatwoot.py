"""Chatwoot webhooks saved as lines: messages, and conversations handed to people."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from convdata.errors import EventRejected
from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "chatwoot"
TITLE = "Chatwoot webhooks"
SENTENCE = (
    "Webhook bodies of Chatwoot, one a line. Private notes are left out; Chatwoot states no verdict on a message."
)
OPTIONS = {"channel": "On which channel all of it was; as the log says when left out."}

CHANNELS = {"Channel::FacebookPage": "messenger", "Channel::WebWidget": "webchat", "Channel::Api": "webchat"}
SENDERS = {"contact": "user", "agent_bot": "bot", "user": "agent"}


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    return 90 if isinstance(row.get("event"), str) and ("conversation" in row or "inbox_id" in row) else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_events, source.options))


def _events(options: Mapping[str, str], row: dict[str, Any]) -> list[dict[str, Any]]:
    if row.get("event") == "conversation_status_changed":
        return _handed(options, row)
    if row.get("event") != "message_created" or row.get("private"):
        return []
    conversation = row["conversation"]
    person = inside(conversation, "meta", "sender", "id")
    kind = inside(row, "sender", "type")
    if person is None and kind == "contact":
        person = inside(row, "sender", "id")
    if person is None:
        raise EventRejected("conversation.meta.sender", "is missing, so the customer of this reply is not known")
    if kind not in SENDERS:
        return []  # activities ("Jane joined") have no sender
    common = _common(options, conversation, person)
    event = without_nothing(
        type="message",
        **common,
        id=f"message:{need(row, 'id')}",
        at=moment(need(row, "created_at"), "created_at"),
        sender=SENDERS[kind],
        agent=text_of(row, "sender", "name") if kind == "user" else None,
        text=text_of(row, "content"),
        attachments=[
            without_nothing(type=text_of(a, "file_type") or "file", url=text_of(a, "data_url"))
            for a in row.get("attachments") or ()
        ]
        or None,
    )
    return [event, *_profile(row, common, event["at"])]


def _profile(row: dict[str, Any], common: dict[str, Any], at: str) -> list[dict[str, Any]]:
    sender = row.get("sender") or {}
    if sender.get("type") != "contact" or not (sender.get("name") or sender.get("email")):
        return []
    first, _, last = (text_of(sender, "name") or "").partition(" ")
    return [
        without_nothing(
            type="customer",
            **{name: value for name, value in common.items() if name != "session"},
            id=f"contact:{sender['id']}:{row['id']}",
            at=at,
            first_name=first or None,
            last_name=last or None,
            email=text_of(sender, "email") or None,
            phone_number=text_of(sender, "phone_number") or None,
        )
    ]


def _handed(options: Mapping[str, str], row: dict[str, Any]) -> list[dict[str, Any]]:
    """`open` is a person's turn, `pending` the bot's."""
    person = inside(row, "meta", "sender", "id")
    status = {"open": "need_help", "pending": "ok", "resolved": "ok"}.get(str(row.get("status")))
    stamp = row.get("timestamp")
    if person is None or status is None or not isinstance(stamp, int | float):
        return []
    return [
        without_nothing(
            type="status",
            **_common(options, row, person),
            id=f"status:{need(row, 'id')}:{row['status']}:{stamp}",
            at=_from_seconds(stamp),
            status=status,
            reason=f"conversation {row['status']} in Chatwoot",
        )
    ]


def _common(options: Mapping[str, str], conversation: dict[str, Any], person: Any) -> dict[str, Any]:
    stated = str(conversation.get("channel"))
    return {
        "source": "chatwoot",
        "channel": options.get("channel") or CHANNELS.get(stated, "webchat"),
        "customer_id": str(person),
        "session": str(conversation["id"]) if conversation.get("id") is not None else None,
    }


def _from_seconds(stamp: float) -> str:
    return datetime.fromtimestamp(stamp, UTC).isoformat()
