"""``/webchat-demo``: a website of nobody's that embeds the widget, where the demo world is in the store."""

import base64
import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from routes.answers import Refused, answering
from routes.toy_bot import ToyBot

PAGE = Path(__file__).with_suffix(".html")


def routes(toy_bot: ToyBot) -> list[Route]:
    page = PAGE.read_text(encoding="utf-8")
    headers = headers_of(page)

    async def demo(_: Request) -> Response:
        if not await toy_bot.wake():
            raise Refused(404, "not_found", "There is nothing at this address: the demo world is not in the store.")
        return Response(page, headers=headers, media_type="text/html; charset=utf-8")

    return [answering("/webchat-demo", get=demo)]


def headers_of(page: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": _policy(page),
    }


def _policy(page: str) -> str:
    """The page may run what it brings itself, and the widget; it asks nobody but its own server."""
    scripts = " ".join(f"'{_hash(text)}'" for text in re.findall(r"<script>(.*?)</script>", page, re.DOTALL))
    styles = " ".join(f"'{_hash(text)}'" for text in re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src {styles}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
