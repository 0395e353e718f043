"""Meta's Graph API, as far as Misheard asks it: one host, no redirects, ten seconds, the token in a header only."""

import logging
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx

from convdata.messenger_page import Page

VERSION = "v25.0"
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LARGEST = 256 * 1024

# httpx would write each address into the log, and an address may hold a customer's id.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class GraphSaid(NamedTuple):
    """An answer: ``data`` where it did what was asked, else ``code`` and what belongs to it."""

    data: dict[str, Any] | None
    code: int | None = None
    subcode: int | None = None
    transient: bool = False

    @property
    def number(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


class GraphSilent(Exception):
    """No answer that could be read. ``began``: the request may have reached Meta and been obeyed."""

    def __init__(self, began: bool) -> None:
        super().__init__("no answer")
        self.began = began


class Graph:
    """One Page's way to the API. Thread-safe."""

    def __init__(self, page: Page) -> None:
        self._page = page
        here = urlsplit(page.graph_url).hostname in ("localhost", "127.0.0.1", "::1")
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {page.token}", "User-Agent": "misheard"},
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=not here,  # an operator's proxy is theirs to choose, but nothing on this machine is behind one
            limits=httpx.Limits(max_connections=8),
        )

    def of_page(self, what: str, body: dict[str, Any]) -> GraphSaid:
        """``POST /<page>/<what>``. Raises GraphSilent."""
        return self._ask("POST", f"{quote(self._page.id, safe='')}/{what}", json=body)

    def profile(self, customer_id: str) -> GraphSaid:
        """The three fields that are kept of a person, and no others are asked for. Raises GraphSilent."""
        fields = {"fields": "first_name,last_name,profile_pic"}
        return self._ask("GET", quote(customer_id, safe=""), params=fields)

    def _ask(self, method: str, path: str, **more: Any) -> GraphSaid:
        try:
            with self._client.stream(method, f"{self._page.graph_url}/{VERSION}/{path}", **more) as response:
                if response.is_redirect:
                    raise GraphSilent(began=False)
                text = b""
                for part in response.iter_bytes():
                    text += part
                    if len(text) > LARGEST:
                        raise GraphSilent(began=True)
                return _said(response, text)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise GraphSilent(began=False) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise GraphSilent(began=True) from None


@cache
def graph(page: Page) -> Graph:
    """One for a Page, so that its connections are used again."""
    return Graph(page)


def _said(response: httpx.Response, text: bytes) -> GraphSaid:
    try:
        found = httpx.Response(200, content=text).json()
    except (ValueError, UnicodeDecodeError):
        # Not from Meta's API but from something before it: below 500 it was surely not obeyed.
        raise GraphSilent(began=response.status_code < 400 or response.status_code >= 500) from None
    if not isinstance(found, dict):
        raise GraphSilent(began=True)
    error = found.get("error")
    if isinstance(error, dict):
        return GraphSaid(
            None, _number(error.get("code")), _number(error.get("error_subcode")), bool(error.get("is_transient"))
        )
    if response.status_code >= 400:
        raise GraphSilent(began=response.status_code >= 500)
    return GraphSaid(found)


def _number(found: Any) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) else None
