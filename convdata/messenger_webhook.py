"""Meta's webhook: whether it is Meta who calls, and what it brought, item by item, so that a poisoned one spares the rest."""

import hmac
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from convdata.messenger_page import Page


class Item(NamedTuple):
    """One thing that a webhook brought: whose it is, where that can be told, and its text, to be kept and read later."""

    customer_id: str | None
    body: str


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
                yield Item(customer_id_of(item), _text(item))


def customer_id_of(item: Any) -> str | None:
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


def _text(found: Any) -> str:
    return json.dumps(found, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
