"""A provider of OpenID Connect for tests: whoever comes is signed in at once, as the person who stands in it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route


@dataclass
class Provider:
    """``person`` are the claims of whoever signs in next."""

    url: str
    person: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def secrets(self, file: Path, dashboard: str) -> None:
        """Write Streamlit's ``[auth]`` for a dashboard at that address."""
        told = {
            "redirect_uri": f"{dashboard}/oauth2callback",
            "cookie_secret": "only-for-tests-" * 4,
            "client_id": "misheard",
            "client_secret": "only-for-tests",
            "server_metadata_url": f"{self.url}/.well-known/openid-configuration",
        }
        file.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in told.items()))


@contextmanager
def running_provider() -> Iterator[Provider]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    provider = Provider(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(_app(provider), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)


def _app(provider: Provider) -> Starlette:
    key = RSAKey.generate_key(2048, parameters={"kid": "k1", "use": "sig", "alg": "RS256"}, private=True)
    nonces: dict[str, str | None] = {}

    async def about(_: Request) -> Response:
        at = {name: f"{provider.url}/{name}" for name in ("authorize", "token", "jwks", "logout")}
        return JSONResponse(
            {
                "issuer": provider.url,
                "authorization_endpoint": at["authorize"],
                "token_endpoint": at["token"],
                "jwks_uri": at["jwks"],
                "end_session_endpoint": at["logout"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def authorize(request: Request) -> Response:
        asked = request.query_params
        provider.asked.append("authorize")
        code = f"code-{len(provider.asked)}"
        nonces[code] = asked.get("nonce")
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    async def token(request: Request) -> Response:
        form = await request.form()
        now = int(time.time())
        claims = {"iss": provider.url, "aud": "misheard", "sub": "u-1", "iat": now, "exp": now + 3600}
        claims |= {"nonce": nonces.pop(str(form["code"]))} | provider.person
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        return JSONResponse({"access_token": "at", "id_token": signed, "token_type": "Bearer", "expires_in": 3600})

    async def jwks(_: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False)]})

    async def logout(request: Request) -> Response:
        provider.asked.append("logout")
        return RedirectResponse(request.query_params.get("post_logout_redirect_uri", "/"))

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", about),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/jwks", jwks),
            Route("/logout", logout),
        ]
    )
