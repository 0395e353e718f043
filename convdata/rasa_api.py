"""Rasa's HTTP API, as far as Misheard asks it: one host, no redirects, few seconds, and the token in no log."""

import logging
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from convdata.rasa_server import RasaServer

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
LOOK = httpx.Timeout(2.0)  # while a page is being drawn
LARGEST = 1024 * 1024

# httpx would write each address into the log, and Rasa's own way is the token in the address.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class RasaSaid(NamedTuple):
    """An answer. ``tracker`` is how the conversation stands then, where it did what was asked; else only ``status``."""

    status: int
    tracker: dict[str, Any] | None = None

    @property
    def connector(self) -> str | None:
        """Over which of Rasa's connectors the customer last wrote."""
        found = (self.tracker or {}).get("latest_input_channel")
        return found if isinstance(found, str) else None


class RasaSilent(Exception):
    """No answer that could be read. ``began``: the request may have reached Rasa and been obeyed."""

    def __init__(self, began: bool) -> None:
        super().__init__("no answer")
        self.began = began


class RasaApi:
    """The way to one Rasa. Thread-safe. Each verb raises RasaSilent."""

    def __init__(self, server: RasaServer) -> None:
        self._url = server.url
        signed = server.token_is_signed
        headers = {"User-Agent": "misheard"}
        if signed:
            headers["Authorization"] = f"Bearer {server.token}"
        self._token = {"token": server.token} if server.token and not signed else {}
        self._client = httpx.Client(
            headers=headers,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,  # Rasa stands in a network of one's own
            limits=httpx.Limits(max_connections=8),
        )

    def look(self, sender: str) -> RasaSaid:
        """How a conversation stands. Only of one that Rasa has: of another it would make a new one."""
        return self._ask("GET", sender, "tracker", timeout=LOOK)

    def add(self, sender: str, *events: dict[str, Any]) -> RasaSaid:
        """Write events into a conversation."""
        return self._ask("POST", sender, "tracker/events", json=list(events))

    def say(self, sender: str, event: dict[str, Any]) -> RasaSaid:
        """Write an event, and hand it to the connector over which the customer last wrote."""
        along = {"output_channel": "latest", "execute_side_effects": "true"}
        return self._ask("POST", sender, "tracker/events", along, json=[event])

    def _ask(self, method: str, sender: str, what: str, along: dict[str, str] | None = None, **more: Any) -> RasaSaid:
        address = f"{self._url}/conversations/{quote(sender, safe='')}/{what}"
        params = {"include_events": "NONE"} | (along or {}) | self._token
        try:
            with self._client.stream(method, address, params=params, **more) as response:
                if response.is_redirect:
                    raise RasaSilent(began=False)
                text = b""
                for part in response.iter_bytes():
                    text += part
                    if len(text) > LARGEST:
                        raise RasaSilent(began=True)
                return _said(response.status_code, text)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise RasaSilent(began=False) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise RasaSilent(began=True) from None


@cache
def rasa_api(server: RasaServer) -> RasaApi:
    """One for a server, so that its connections are used again."""
    return RasaApi(server)


def _said(status: int, text: bytes) -> RasaSaid:
    if status >= 300:
        return RasaSaid(status)
    try:
        found = httpx.Response(200, content=text).json()
    except (ValueError, UnicodeDecodeError):
        raise RasaSilent(began=True) from None
    if not isinstance(found, dict) or "sender_id" not in found:
        raise RasaSilent(began=True)  # something else answers there
    return RasaSaid(status, found)
