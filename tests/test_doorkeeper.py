"""What stands before the dashboard: names, networks, the proxy; and that it does not start towards a network unguarded."""

import os
import subprocess
import sys
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from convdata.errors import SettingWrong
from convdata.settings import PROJECT, read_sign_in
from convdata.sign_in import SignIn, Way
from pages.parts import front_door
from routes.doorkeeper import Doorkeeper
from routes.pace import Pace
from tests.story import NOBODYS_SECRETS

SECRET = "a-secret-of-the-proxy"
BY_PROXY = read_sign_in(
    {
        "MISHEARD_SIGN_IN": "proxy",
        "MISHEARD_PROXY_SECRET": SECRET,
        "MISHEARD_ROLES": "@example.org=agent",
        "MISHEARD_PROXY_GROUPS_HEADER": "X-Groups",
    },
    NOBODYS_SECRETS,
)
PROVED = {"X-Misheard-Proxy": SECRET}
ADA = {"X-Forwarded-Email": "ada@example.org"}
LOCAL = ("127.0.0.1", 8501)


async def seen(request: Request) -> JSONResponse:
    """What reaches the dashboard of the headers."""
    return JSONResponse({name: request.headers.getlist(name) for name in ("x-misheard-proxy", "x-forwarded-email")})


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")
    await socket.close()


def behind(sign_in: SignIn, server: tuple[str, int | None] | None = LOCAL, **more: Any) -> TestClient:
    inner = Starlette(
        routes=[WebSocketRoute("/_stcore/stream", stream), Route("/{rest:path}", seen, methods=["GET", "POST"])],
        middleware=[Middleware(Doorkeeper, sign_in=lambda: sign_in, **more)],
    )

    async def at(scope: Any, receive: Any, send: Any) -> None:
        await inner(scope | {"server": server} if scope["type"] != "lifespan" else scope, receive, send)

    return TestClient(at, base_url="http://127.0.0.1:8501")


def status(client: TestClient, path: str = "/customers", **headers: str) -> int:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}).status_code


@pytest.mark.parametrize("host", ["evil.rebind.example", "misheard.example.org", "127.0.0.1.evil.example"])
def test_without_sign_in_no_other_name_leads_to_the_dashboard(host: str) -> None:
    client = behind(SignIn())
    assert status(client) == status(client, host="localhost:8501") == 200
    for path in ("/", "/customers", "/_stcore/host-config", "/media/x.csv", "/api/v1/live", "/api/v1/downloads"):
        assert status(client, path, host=host) == 421, path
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers={"host": host}):
        pass
    assert "evil" not in client.get("/", headers={"host": host}).text


@pytest.mark.parametrize("sign_in", [SignIn(), BY_PROXY], ids=["none", "proxy"])
def test_only_our_own_pages_open_a_line_and_no_other_page_of_this_computer(sign_in: SignIn) -> None:
    client, host = behind(sign_in), {"host": "127.0.0.1:8501"}
    for origin in ("http://127.0.0.1:8501", "https://127.0.0.1:8501"):
        with client.websocket_connect("/_stcore/stream", headers=PROVED | ADA | host | {"origin": origin}) as socket:
            assert socket.receive_text() == "in"
    for origin in (
        "http://127.0.0.1:3000",
        "http://localhost:8501",
        "http://localhost:3000",
        "null",
        "http://[",
        "",
        "http://x",
    ):
        with (
            pytest.raises(WebSocketDisconnect),
            client.websocket_connect("/_stcore/stream", headers=PROVED | ADA | host | {"origin": origin}),
        ):
            pass


def test_what_bots_and_channels_ask_for_is_let_by_under_any_name() -> None:
    client = behind(SignIn(), server=("192.0.2.7", 8501))
    for path in ("/api/v1/events", "/api/v1/webchat/messages", "/webhooks/messenger", "/webchat.js", "/healthz"):
        assert status(client, path, host="bots.example.org") == 200, path
    for path in ("/healthz2", "/webchat.js.map", "/metrics/x", "/_stcore/healthy", "/apis", "/api", "/webhooks"):
        assert status(client, path, host="bots.example.org") != 200, path  # begins like one, and is none


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (LOCAL, 200), (("::1", 8501), 200), (("/run/misheard.sock", None), 200), (None, 200),
        (("192.0.2.7", 8501), 403), (("0.0.0.0", 8501), 403), (("fe80::1%eth0", 8501), 403), (("example.org", 80), 403),
    ],
)  # fmt: skip
def test_without_sign_in_only_this_computer_is_answered_however_the_server_was_started(
    server: Any, expected: int
) -> None:
    assert status(behind(SignIn(), server)) == expected
    assert status(behind(SignIn(anybody=True), server)) == 200
    assert status(behind(SignIn(Way.OIDC), server)) == 200


def test_the_proxy_says_who_asks_and_nobody_else_can() -> None:
    client = behind(BY_PROXY, server=("192.0.2.7", 8501))
    came = client.get("/customers", headers=PROVED | ADA)
    assert came.json() == {"x-misheard-proxy": [], "x-forwarded-email": ["ada@example.org"]}, "the secret stays outside"
    with client.websocket_connect("/_stcore/stream", headers=PROVED | ADA) as socket:
        assert socket.receive_text() == "in"
    for without in ({}, ADA, PROVED, ADA | {"X-Misheard-Proxy": SECRET[:-1]}, ADA | {"X-Misheard-Proxy": ""}):
        assert client.get("/customers", headers=without).status_code == 401, without
        with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=without):
            pass
    assert status(client, "/_stcore/health") == 200, "for whoever looks whether it is alive"


@pytest.mark.parametrize(
    "doubled",
    [
        [("X-Forwarded-Email", "admin@example.org")],
        [("X-Groups", "care"), ("X-Groups", "boss")],
        [("X-Misheard-Proxy", SECRET)],
    ],
)
def test_a_header_that_came_twice_is_nobodys(doubled: list[tuple[str, str]]) -> None:
    """A proxy that adds its header to the browser's own would let the browser choose."""
    client = behind(BY_PROXY)
    assert client.get("/customers", headers=[*PROVED.items(), *ADA.items(), *doubled]).status_code == 401


def test_whoever_guesses_the_secret_soon_has_to_wait() -> None:
    client = behind(BY_PROXY, pace=Pace(3, 0.1, clock=lambda: 0.0))
    found = [client.get("/", headers=ADA | {"X-Misheard-Proxy": f"guess {n}"}).status_code for n in range(6)]
    assert found == [401, 401, 401, 429, 429, 429]
    assert client.get("/", headers=ADA | PROVED).status_code == 200, "the proxy itself goes on"


def test_settings_that_cannot_be_read_let_nobody_in() -> None:
    def wrong() -> SignIn:
        raise SettingWrong("MISHEARD_ROLES holds nonsense")

    client = TestClient(Starlette(routes=[Route("/", seen)], middleware=[Middleware(Doorkeeper, sign_in=wrong)]))
    answer = client.get("/")
    assert answer.status_code == 503
    assert "nonsense" not in answer.text


@pytest.mark.parametrize("path", ["/webchat-demo", "/messenger-demo", "/messenger-demo/say"])
def test_the_demos_are_for_this_computer_alone(path: str) -> None:
    assert status(behind(SignIn()), path) == 200
    assert status(behind(SignIn()), path, host="evil.example") == 421
    assert status(behind(SignIn(Way.OIDC)), path) == 404


def test_streamlits_numbers_of_itself_are_nobodys() -> None:
    assert status(behind(SignIn()), "/_stcore/metrics") == 404


# -- the start -----------------------------------------------------------------------------------------------------------

GUARDED = {name: wanted for name, wanted, _ in front_door.GUARDS}
AUTH = dict.fromkeys(front_door.IN_AUTH, "x") | {"cookie_secret": "x" * 32}


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.0.2.7", "misheard.example.org", "[::]"])
def test_it_does_not_start_towards_a_network_without_sign_in(address: str | None) -> None:
    with pytest.raises(SettingWrong, match="MISHEARD_SIGN_IN"):
        front_door.check(SignIn(), address, GUARDED.get, {})
    front_door.check(SignIn(anybody=True), address, GUARDED.get, {})
    front_door.check(SignIn(Way.PROXY), address, GUARDED.get, {})
    front_door.check(SignIn(Way.OIDC), address, GUARDED.get, AUTH)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]", "unix:///run/x.sock"])
def test_on_this_computer_alone_it_starts_without(address: str) -> None:
    front_door.check(SignIn(), address, GUARDED.get, {})


@pytest.mark.parametrize("guard", GUARDED)
def test_where_people_sign_in_streamlits_guards_must_be_up(guard: str) -> None:
    with pytest.raises(SettingWrong, match=guard):
        front_door.check(SignIn(Way.PROXY), "0.0.0.0", (GUARDED | {guard: not GUARDED[guard]}).get, {})


@pytest.mark.parametrize("missing", front_door.IN_AUTH)
def test_openid_connect_is_set_up_whole_or_it_does_not_start(missing: str) -> None:
    with pytest.raises(SettingWrong, match=missing):
        front_door.check(SignIn(Way.OIDC), "0.0.0.0", GUARDED.get, AUTH | {missing: ""})
    with pytest.raises(SettingWrong, match="cookie_secret"):
        front_door.check(SignIn(Way.OIDC), "0.0.0.0", GUARDED.get, AUTH | {"cookie_secret": "short"})


def test_an_address_on_the_command_line_is_caught_and_refused_in_one_sentence(duckdb_url: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MISHEARD_", "STREAMLIT_"))}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "0"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=environment | {"MISHEARD_STORE": duckdb_url},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Misheard does not start. It would listen on 0.0.0.0" in done.stderr
    assert "Traceback" not in done.stderr
