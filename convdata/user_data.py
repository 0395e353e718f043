"""What a website states about its visitor (``SMARTLY_USER_DATA``), made fit to be kept, and whether it has signed it.

Nothing in here is proof of anything: an e-mail address never finds a customer. Signed means that the website's server,
which knows the secret, vouches for it.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from convdata.events import DEEPEST, mended

KNOWN = ("first_name", "last_name", "email", "phone_number", "gtu_accepted", "comments")
LONGEST_VALUE = 4_000
MOST_KEYS = 100
LARGEST = 32 * 1024  # characters of JSON, all together


@dataclass(frozen=True)
class UserData:
    """``fields`` are those of a *customer* event, all of them: what is no longer stated is None, and so cleared."""

    fields: dict[str, Any] = field(default_factory=lambda: dict.fromkeys((*KNOWN, "data")))
    verified: bool = False


def stated(raw: Any, signature: Any, secret: str) -> UserData:
    """The user data in what a page sent. What cannot be kept is left out: a website's mistake must not keep its visitor
    from writing.
    """
    if not isinstance(raw, dict) or not raw:
        return UserData()
    verified = is_signed(raw, signature, secret)
    known: dict[str, Any] = dict.fromkeys(KNOWN)
    further: dict[str, Any] = {}
    room = LARGEST
    for name, value in list(raw.items())[:MOST_KEYS]:
        if name in KNOWN:
            value = _known(name, value)
        if value is None:
            continue
        size = _size(name, value)
        if size is None or size > room:
            continue
        room -= size
        (known if name in KNOWN else further)[mended(name)] = value
    return UserData(known | {"data": further or None}, verified)


def canonical(raw: dict[str, Any]) -> bytes:
    """What is signed: the object as JSON with sorted keys, without blanks, in UTF-8 and without escapes for letters."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def signature_of(raw: dict[str, Any], secret: str) -> str:
    return hmac.new(secret.encode(), canonical(raw), hashlib.sha256).hexdigest()


def is_signed(raw: dict[str, Any], signature: Any, secret: str) -> bool:
    if not secret or not isinstance(signature, str):
        return False
    try:
        right = signature_of(raw, secret)
    except (ValueError, RecursionError):
        return False
    return hmac.compare_digest(right.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _known(name: str, value: Any) -> str | bool | None:
    """One of the six: a text. Websites send the boolean as a text too."""
    if name == "gtu_accepted":
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word in ("true", "false"):
            return word == "true"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = mended(str(value))
    if name != "comments":
        text = " ".join(text.split())  # one line: a header or a table of somebody's must not be broken by it
    text = text.strip()
    return text if text and len(text) <= LONGEST_VALUE else None


def _size(name: str, value: Any) -> int | None:
    """How much room it takes; None for what cannot be kept: nested too deep, or a name too long."""
    if len(name) > 256 or not _shallow(value, DEEPEST // 2):
        return None
    return len(name) + len(json.dumps(value, ensure_ascii=False))


def _shallow(value: Any, levels: int) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return levels > 0 and all(_shallow(one, levels - 1) for one in inner)
    return True
