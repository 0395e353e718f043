"""Meta's Graph API, as far as Misheard asks it: one host, no redirects, ten seconds, the token in a header only."""

from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx

from convdata.messenger_page import Page
from convdata.outgoing import Answer, Server, Silent

VERSION = "v25.0"
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LARGEST = 256 * 1024


class GraphSaid(NamedTuple):
    """An answer: ``data`` where it did what was asked, else ``code`` and what belongs to it."""

    data: dict[str, Any] | None
    code: int | None = None
    subcode: int | None = None
    transient: bool = False

    @property
    def number(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


class Graph:
    """One Page's way to the API. Thread-safe."""

    def __init__(self, page: Page) -> None:
        self._page = page
        here = urlsplit(page.graph_url).hostname in ("localhost", "127.0.0.1", "::1")
        self._server = Server(
            {"Authorization": f"Bearer {page.token}"},
            timeout=TIMEOUT,
            largest=LARGEST,
            by_proxy=not here,  # an operator's proxy is theirs to choose, but nothing on this machine is behind one
        )

    def of_page(self, what: str, body: dict[str, Any]) -> GraphSaid:
        """``POST /<page>/<what>``. Raises Silent."""
        return self._ask("POST", f"{quote(self._page.id, safe='')}/{what}", json=body)

    def profile(self, customer_id: str) -> GraphSaid:
        """The three fields that are kept of a person, and no others are asked for. Raises Silent."""
        fields = {"fields": "first_name,last_name,profile_pic"}
        return self._ask("GET", quote(customer_id, safe=""), params=fields)

    def _ask(self, method: str, path: str, **more: Any) -> GraphSaid:
        return _said(self._server.ask(method, f"{self._page.graph_url}/{VERSION}/{path}", **more))


@cache
def graph(page: Page) -> Graph:
    """One for a Page, so that its connections are used again."""
    return Graph(page)


def _said(answer: Answer) -> GraphSaid:
    try:
        found = answer.json()
    except ValueError:
        # Not from Meta's API but from something before it: below 500 it was surely not obeyed.
        raise Silent(began=answer.status < 400 or answer.status >= 500) from None
    if not isinstance(found, dict):
        raise Silent(began=True)
    error = found.get("error")
    if isinstance(error, dict):
        return GraphSaid(
            None, _number(error.get("code")), _number(error.get("error_subcode")), bool(error.get("is_transient"))
        )
    if answer.status >= 400:
        raise Silent(began=answer.status >= 500)
    return GraphSaid(found)


def _number(found: Any) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None
