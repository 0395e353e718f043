"""A document sealed by the store: whoever has the store can tell whether it gave this one, and that nobody changed it.

The seal is an HMAC under a key made of the store's secret, and not a signature with a public key: whom would a stranger
ask for that key, if not the one who could have signed anything with the other half? It says "this store gave this".
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SEAL = "seal"


def sealed(secret: bytes, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its seal."""
    return dict(document) | {SEAL: _seal(secret, document)}


def is_sealed(secret: bytes, document: Mapping[str, Any]) -> bool:
    """Whether the seal is this store's, and the document is what it was put under."""
    given = document.get(SEAL)
    bare = {name: value for name, value in document.items() if name != SEAL}
    return isinstance(given, str) and hmac.compare_digest(given.encode(), _seal(secret, bare).encode())


def _seal(secret: bytes, document: Mapping[str, Any]) -> str:
    key = hmac.digest(secret, b"misheard seal", "sha256")
    said = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
