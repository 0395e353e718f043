"""What an item of Meta's webhook says, as our events and receipts.

Knows the shapes of the Messenger Platform. Nothing in here is fetched, and whatever an item holds beside what is named
here is left behind (product rule 14).
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from convdata.events import EARLIEST, LATEST, Event, read_event
from convdata.messenger_page import Page
from convdata.messenger_webhook import customer_id_of
from convdata.receipts import Receipt
from convdata.vocabulary import Delivery

CHANNEL = SOURCE = "messenger"
ANOTHER_TOOL = "another tool"
# Kinds of items that say nothing that was said or done in the conversation.
SILENT = (
    "reaction", "referral", "optin", "account_linking", "policy_enforcement", "app_roles", "message_edit",
    "request_thread_control", "take_thread_control", "messaging_feedback",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What an item says. Where ``receipts`` name a reply of ours, ``events`` are only for a store that does not know it."""

    events: tuple[Event, ...] = ()
    receipts: tuple[Receipt, ...] = ()


class Odd(Exception):
    """An item that cannot be read. Its text says why, and nothing of what was in it."""


def read(body: str, page: Page, received_at: datetime) -> Reading:
    """What an item says; nothing, for what is not about the conversation. Raises Odd, EventRejected."""
    item = json.loads(body)
    customer_id = customer_id_of(item)
    if customer_id is None:
        raise Odd("does not say whose it is")
    at = _time(item.get("timestamp"), received_at)
    common: dict[str, Any] = {
        "channel": CHANNEL,
        "customer_id": customer_id,
        "source": SOURCE,
        "at": at,
    }
    if isinstance(item.get("message"), dict):
        return _message(item["message"], common, body, page, received_at)
    if isinstance(item.get("postback"), dict):
        pressed = item["postback"]
        said = {"sender": "user", "kind": "button", "text": pressed.get("title"), "language": page.language}
        return Reading((_event(common | said | {"id": _mid(pressed, body)}, received_at),))
    for name, state in (("delivery", Delivery.DELIVERED), ("read", Delivery.READ)):
        if isinstance(item.get(name), dict):
            return Reading(receipts=_receipts(item[name], state, at))
    if isinstance(item.get("pass_thread_control"), dict):
        return _passed(item["pass_thread_control"], common, body, page, received_at)
    if any(name in item for name in SILENT):
        return Reading()
    raise Odd("is of a kind that Misheard does not know")


def _message(said: dict[str, Any], common: dict[str, Any], body: str, page: Page, received_at: datetime) -> Reading:
    mid = _mid(said, body)
    replied_to = said.get("reply_to")
    event = common | {
        "type": "message",
        "id": mid,
        "text": said.get("text"),
        "attachments": _attachments(said.get("attachments")),
        "in_reply_to": replied_to.get("mid") if isinstance(replied_to, dict) else None,
    }
    if event["text"] is None and event["attachments"] is None:
        if said.get("is_deleted") or said.get("is_unsupported"):
            return Reading()
        raise Odd("message: has neither text nor attachments")
    if not said.get("is_echo"):
        kind = "button" if isinstance(said.get("quick_reply"), dict) else "typed"
        event |= {"sender": "user", "kind": kind, "language": page.language}
        return Reading((_event(event, received_at),))
    metadata = _word(said.get("metadata"))
    if metadata.startswith("bot:") or str(said.get("app_id")) in page.bot_apps:
        return Reading((_event(event | {"sender": "bot", "language": page.language}, received_at),))
    if not metadata.startswith("agent:"):
        return Reading((_event(event | {"sender": "agent", "agent": ANOTHER_TOOL}, received_at),))
    who, _, reply_id = metadata.removeprefix("agent:").rpartition(":")
    at = common["at"].astimezone(UTC).replace(tzinfo=None)
    return Reading(
        (_event(event | {"sender": "agent", "agent": who[:256] or ANOTHER_TOOL}, received_at),),
        (Receipt(Delivery.SENT, at, reply_id=reply_id, message_id=mid),),
    )


def _passed(said: dict[str, Any], common: dict[str, Any], body: str, page: Page, received_at: datetime) -> Reading:
    """The bot has handed the conversation over: to a person, unless it is one of the bot's own apps."""
    if str(said.get("new_owner_app_id")) in page.bot_apps:
        return Reading()
    words = _word(said.get("metadata"))
    reason = f"Handed over on Messenger: {words}" if words else "Handed over on Messenger"
    event = {"type": "status", "status": "need_help", "reason": reason[:4096], "id": _derived(body)}
    return Reading((_event(common | event, received_at),))


def _receipts(said: dict[str, Any], state: Delivery, at: datetime) -> tuple[Receipt, ...]:
    when = at.astimezone(UTC).replace(tzinfo=None)
    mids = said.get("mids")
    found = [
        Receipt(state, when, message_id=mid)
        for mid in (mids if isinstance(mids, list) else ())
        if isinstance(mid, str) and 0 < len(mid) <= 256
    ]
    watermark = _milliseconds(said.get("watermark"))
    if watermark is not None:
        found.append(Receipt(state, watermark))
    if not found:
        raise Odd(f"{'delivery' if state is Delivery.DELIVERED else 'read'}: names no message and no time")
    return tuple(found)


def _event(raw: dict[str, Any], now: datetime) -> Event:
    event, _ = read_event({"type": "message"} | raw, channels=frozenset((CHANNEL,)), now=now)
    return event


def _attachments(found: Any) -> list[dict[str, str | None]] | None:
    """Recorded, never fetched."""
    if not isinstance(found, list):
        return None
    read = []
    for one in found[:100]:
        if isinstance(one, dict):
            payload = one.get("payload")
            url = payload.get("url") if isinstance(payload, dict) else None
            kind = one.get("type")
            read.append(
                {
                    "type": kind[:256] if isinstance(kind, str) else "unknown",
                    "url": url if isinstance(url, str) and len(url) <= 8192 else None,
                }
            )
    return read or None


def _mid(said: dict[str, Any], body: str) -> str:
    mid = said.get("mid")
    return mid if isinstance(mid, str) and 0 < len(mid) <= 256 else _derived(body)


def _derived(body: str) -> str:
    """A name for what came without one: the same words have the same."""
    return f"derived:{hashlib.sha256(body.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _time(stated: Any, received_at: datetime) -> datetime:
    """When Meta says that it was, else when it reached us."""
    when = _milliseconds(stated)
    usable = when is not None and EARLIEST <= when <= received_at + LATEST
    return (when if usable and when else received_at).replace(tzinfo=UTC)


def _milliseconds(stated: Any) -> datetime | None:
    if isinstance(stated, str) and re.fullmatch(r"[0-9]{1,15}", stated):
        stated = int(stated)
    if isinstance(stated, bool) or not isinstance(stated, (int, float)):
        return None
    try:
        return datetime(1970, 1, 1) + timedelta(milliseconds=int(stated))
    except (OverflowError, ValueError):
        return None


def _word(found: Any) -> str:
    return found if isinstance(found, str) else ""
