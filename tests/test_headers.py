"""The headers that stand behind literal text as a second wall."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from routes.headers import FIXED, SecurityHeaders, policy


def answer(_: object) -> PlainTextResponse:
    return PlainTextResponse("x")


def own_policy(_: object) -> PlainTextResponse:
    return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'none'"})


CLIENT = TestClient(
    Starlette(
        routes=[Route("/", answer), Route("/own", own_policy), Route("/media/a.json", answer)],
        middleware=[Middleware(SecurityHeaders, photo_hosts=lambda: ("fbcdn.net",))],
    )
)


def test_every_answer_carries_them() -> None:
    headers = CLIENT.get("/").headers
    for name, value in FIXED.items():
        assert headers[name] == value
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_pictures_come_from_here_and_from_the_allowed_hosts_only() -> None:
    assert "img-src 'self' data: blob:;" in policy()
    assert "img-src 'self' data: blob: https://fbcdn.net https://*.fbcdn.net;" in policy(["fbcdn.net"])
    assert "unsafe-eval" not in policy()


def test_a_route_may_have_its_own_policy() -> None:
    assert CLIENT.get("/own").headers["Content-Security-Policy"] == "default-src 'none'"


def test_a_download_is_kept_by_no_cache() -> None:
    assert CLIENT.get("/media/a.json").headers["Cache-Control"] == "no-store"
