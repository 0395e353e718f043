"""The keys under which customers and events are kept.

A customer's key is an HMAC under the store's own secret, 128 bits: addresses made of it cannot be guessed or read, no
sequence has to be asked, rows can be placed on any machine by it, and after an erasure the key alone remains.
"""

import hashlib
import hmac


def customer_key(secret: bytes, channel: str, customer_id: str) -> str:
    """The key of a customer, (channel, customer id), as a UUID in text."""
    digest = hmac.digest(secret, f"{channel}\x00{customer_id}".encode(), "sha256")[:16].hex()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"


def event_key(source: str, event_id: str) -> int:
    """Sixty-four bits by which a repeated event is found quickly; equal keys are compared by (source, id) after."""
    digest = hashlib.blake2b(f"{source}\x00{event_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
