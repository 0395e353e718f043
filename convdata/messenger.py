"""What Meta's webhook brings, as our events and receipts: one item of it at a time, so that a poisoned one spares the rest.

Knows the shapes of the Messenger Platform. Nothing in here is fetched, and whatever an item holds beside what is named
here is left behind (product rule 14).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from convdata.events import EARLIEST, LATEST, Event, read_event
from convdata.messenger_page import Page
from convdata.receipts import Receipt
from convdata.vocabulary import Delivery

CHANNEL = SOURCE = "messenger"
ANOTHER_TOOL = "another tool"
# Kinds of items that say nothing that was said or done in the conversation.
SILENT = (
    "reaction", "referral", "optin", "account_linking", "policy_enforcement", "app_roles", "message_edit",
    "request_thread_control", "take_thread_control", "messaging_feedback",
)  # fmt: skip


class Item(NamedTuple):
    """One thing that a webhook brought: whose it is, where that can be told, and its text, to be kept and read later."""

    customer_id: str | None
    body: str


@dataclass(frozen=True)
class Reading:
    """What an item says. Where ``receipts`` name a reply of ours, ``events`` are only for a store that does not know it."""

    events: tuple[Event, ...] = ()
    receipts: tuple[Receipt, ...] = ()


class Odd(Exception):
    """An item that cannot be read. Its text says why, and nothing of what was in it."""


def signature_is_right(secret: str, body: bytes, header: bytes) -> bool:
    """Whether Meta signed these very bytes: ``sha256=`` and the HMAC in lower-case hex, compared in constant time."""
    expected = b"sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest().encode()
    return bool(secret) and hmac.compare_digest(expected, header)


def challenge_answer(page: Page, mode: str, token: str, challenge: str) -> str | None:
    """What to answer when Meta verifies the address; None: whoever asks does not know the token. Only digits are ever
    given back, so that nobody's markup can be.
    """
    known = hmac.compare_digest(token.encode("utf-8", "replace"), page.verify_token.encode())
    return challenge if known and mode == "subscribe" and re.fullmatch(r"[0-9]{1,32}", challenge) else None


def items_of(payload: Any) -> Iterator[Item]:
    """A webhook's payload in its items; what has not the shape of one is an item that will be put aside."""
    entries = payload.get("entry") if isinstance(payload, dict) else None
    if not isinstance(entries, list) or payload.get("object") != "page":
        yield Item(None, _text(payload))
        return
    for entry in entries:
        lists = [entry.get(name) for name in ("messaging", "standby")] if isinstance(entry, dict) else []
        if not any(isinstance(found, list) for found in lists) or not _id(entry):
            # Of whose Page it is must be said: an entry without it is not one of Meta's.
            yield Item(None, _text(entry))
            continue
        for found in lists:
            for item in found if isinstance(found, list) else ():
                yield Item(_customer_id(item), _text(item))


def read(body: str, page: Page, received_at: datetime) -> Reading:
    """What an item says; nothing, for what is not about the conversation. Raises Odd, EventRejected."""
    item = json.loads(body)
    customer_id = _customer_id(item)
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


def _customer_id(item: Any) -> str | None:
    """An item is between the Page and a customer; of an echo the customer is the recipient."""
    if not isinstance(item, dict):
        return None
    said = item.get("message")
    echo = isinstance(said, dict) and bool(said.get("is_echo"))
    return _id(item.get("recipient" if echo else "sender"))


def _id(whose: Any) -> str | None:
    found = whose.get("id") if isinstance(whose, dict) else None
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    return found if isinstance(found, str) and 0 < len(found) <= 256 else None


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


def _text(found: Any) -> str:
    return json.dumps(found, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
