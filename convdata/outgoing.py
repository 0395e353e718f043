"""Requests to one server of somebody else's: no redirects, few seconds, no large answers, and no address in a log."""

import logging
from typing import Any, NamedTuple

import httpx

# httpx would write each address into the log, and an address may hold a customer's id or a token.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class Silent(Exception):
    """No answer that could be read. ``began``: the request may have reached the server and been obeyed."""

    def __init__(self, began: bool) -> None:
        super().__init__("no answer")
        self.began = began


class Answer(NamedTuple):
    status: int
    body: bytes

    def json(self) -> Any:
        """Raises ValueError for what is not JSON."""
        return httpx.Response(200, content=self.body).json()


class Server:
    """The way to one server, over connections that stay open. Thread-safe. ``largest`` is bytes of an answer.

    ``by_proxy``: whether a proxy that the operator names in the environment is used.
    """

    def __init__(self, headers: dict[str, str], *, timeout: httpx.Timeout, largest: int, by_proxy: bool) -> None:
        self._largest = largest
        self._client = httpx.Client(
            headers={"User-Agent": "misheard"} | headers,
            timeout=timeout,
            follow_redirects=False,
            trust_env=by_proxy,
            limits=httpx.Limits(max_connections=8),
        )

    def ask(self, method: str, address: str, **more: Any) -> Answer:
        """What the server answers, whatever it is. Raises Silent."""
        try:
            with self._client.stream(method, address, **more) as response:
                if response.is_redirect:
                    raise Silent(began=False)
                body = b""
                for part in response.iter_bytes():
                    body += part
                    if len(body) > self._largest:
                        raise Silent(began=True)
                return Answer(response.status_code, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise Silent(began=False) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Silent(began=True) from None
