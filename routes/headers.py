"""The security headers of every answer: a second wall behind literal text, should any of it ever be read as HTML.

The policy was tried with everything the dashboard shows (tables, Plotly, our components, downloads). A route that needs
another one sets its own.
"""

from collections.abc import Callable, Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The one inline script of Streamlit 1.67's page; without it the page works too, but the console complains.
STREAMLITS_OWN = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def policy(photo_hosts: Iterable[str] = ()) -> str:
    """The content security policy; photos may come from these hosts and the hosts below them."""
    photos = " ".join(f"https://{host} https://*.{host}" for host in sorted(set(photo_hosts)))
    return "; ".join(
        (
            "default-src 'self'",
            f"img-src 'self' data: blob: {photos}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            f"script-src 'self' blob: {STREAMLITS_OWN}",  # blob: our components' scripts
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """ASGI middleware that adds the headers where a route has not set its own."""

    def __init__(self, app: ASGIApp, photo_hosts: Callable[[], Iterable[str]] = tuple) -> None:
        self.app = app
        self._headers = FIXED | {"Content-Security-Policy": policy(photo_hosts())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name not in headers:
                        headers[name] = value
                if scope["path"].startswith("/media/"):
                    headers["Cache-Control"] = "no-store"  # a download is somebody's conversation
            await send(message)

        await self.app(scope, receive, with_headers)
