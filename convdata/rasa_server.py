"""The Rasa server that Misheard mutes, resumes and replies through, as the settings describe it."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from convdata.errors import SettingWrong


@dataclass(frozen=True)
class RasaServer:
    """``token`` is in no ``repr``. ``pushing`` are the connectors beyond Rasa's own that can deliver unasked."""

    url: str
    token: str = field(repr=False, default="")
    pushing: frozenset[str] = frozenset()

    @property
    def token_is_signed(self) -> bool:
        """Rasa takes a plain token in the address and a JWT in a header, and neither where the other belongs."""
        return re.fullmatch(r"ey[\w-]+\.[\w-]+\.[\w-]+", self.token) is not None


def rasa_server_of(url: str, token: str, connectors: tuple[str, ...]) -> RasaServer | None:
    """The server, or None where none is named. Raises SettingWrong."""
    if not url:
        if token:
            raise SettingWrong("MISHEARD_RASA_TOKEN is set and MISHEARD_RASA_URL is not: set both, or neither.")
        return None
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise SettingWrong("MISHEARD_RASA_TOKEN holds a space or another character that cannot be in it.")
    return RasaServer(_address(url), token, frozenset(connectors))


def _address(text: str) -> str:
    # http too: Rasa speaks nothing else by itself, and usually stands beside Misheard in a network of one's own.
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
        fine = fine and not parts.query and not parts.fragment and text.isascii() and text.isprintable()
        parts.port  # noqa: B018  a port that is none is found out by asking for it
    except ValueError:
        fine = False
    if not fine:
        raise SettingWrong(
            "MISHEARD_RASA_URL must be an address such as http://rasa:5005, without user, query or fragment; "
            "the token goes into MISHEARD_RASA_TOKEN."
        )
    return text.rstrip("/")
