"""Rasa's HTTP API, as far as Misheard asks it: one host, no redirects, few seconds, and the token in no log."""

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from convdata.outgoing import Answer, Server, Silent
from convdata.rasa_server import RasaServer

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
LOOK = httpx.Timeout(2.0)  # while a page is being drawn
LARGEST = 1024 * 1024


class RasaSaid(NamedTuple):
    """An answer. ``tracker`` is how the conversation stands then, where it did what was asked; else only ``status``."""

    status: int
    tracker: dict[str, Any] | None = None

    @property
    def connector(self) -> str | None:
        """Over which of Rasa's connectors the customer last wrote."""
        found = (self.tracker or {}).get("latest_input_channel")
        return found if isinstance(found, str) else None


class RasaApi:
    """The way to one Rasa. Thread-safe. Each verb raises Silent."""

    def __init__(self, server: RasaServer) -> None:
        self._url = server.url
        signed = server.token_is_signed
        self._token = {"token": server.token} if server.token and not signed else {}
        self._server = Server(
            {"Authorization": f"Bearer {server.token}"} if signed else {},
            timeout=TIMEOUT,
            largest=LARGEST,
            by_proxy=False,  # Rasa stands in a network of one's own
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
        return _said(self._server.ask(method, address, params=params, **more))


@cache
def rasa_api(server: RasaServer) -> RasaApi:
    """One for a server, so that its connections are used again."""
    return RasaApi(server)


def _said(answer: Answer) -> RasaSaid:
    if answer.status >= 300:
        return RasaSaid(answer.status)
    try:
        found = answer.json()
    except ValueError:
        raise Silent(began=True) from None
    if not isinstance(found, dict) or "sender_id" not in found:
        raise Silent(began=True)  # something else answers there
    return RasaSaid(answer.status, found)
