"""The line over which open pages are told that something changed: our own pages' only, and of people who are let in."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from convdata.database import Store
from convdata.errors import NotForYou
from convdata.periods import now_utc
from convdata.rights import Actor, Role
from convdata.sign_in import SignIn, Way
from convdata.tickets import Passes
from routes import live
from tests.story import HOUR, NOON, message, tell

AT = "/api/v1/live"
OURS = {"origin": "http://testserver"}


@pytest.fixture
def passes() -> Passes:
    return Passes()


def line(store: Store, passes: Passes, way: Way = Way.OIDC) -> TestClient:
    return TestClient(Starlette(routes=live.routes(lambda: store, lambda: SignIn(way), passes)))


def given(passes: Passes, now_by: Callable[[], Actor]) -> str:
    return passes.give(now_by, now_utc() + HOUR, now_utc())


def ada() -> Actor:
    return Actor("Ada", Role.AGENT)


def test_a_page_with_its_pass_is_told(store: Store, passes: Passes) -> None:
    with line(store, passes).websocket_connect(AT, headers=OURS) as socket:
        socket.send_text(given(passes, ada))
        _until_told(store, socket)


@pytest.mark.parametrize("shown", ["", "x", "é" * 100])
def test_without_a_pass_nothing_is_told(store: Store, passes: Passes, shown: str) -> None:
    given(passes, ada)
    with line(store, passes).websocket_connect(AT, headers=OURS) as socket:
        socket.send_text(shown)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 1008


def test_whose_role_is_taken_away_is_told_nothing_more(store: Store, passes: Passes) -> None:
    let_in = [True]

    def by_then() -> Actor:
        if let_in[0]:
            return ada()
        raise NotForYou("no")

    with line(store, passes).websocket_connect(AT, headers=OURS) as socket:
        socket.send_text(given(passes, by_then))
        _until_told(store, socket)
        let_in[0] = False
        tell(store, message(at=NOON))
        with pytest.raises(WebSocketDisconnect) as closed:
            _read_to_the_end(socket)
    assert closed.value.code == 1008


def test_where_nobody_signs_in_our_own_pages_are_told_and_no_others(store: Store, passes: Passes) -> None:
    client = line(store, passes, Way.NONE)
    with client.websocket_connect(AT, headers=OURS) as socket:
        _until_told(store, socket)
    for origin in ("http://evil.example", "null", ""):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(AT, headers={"origin": origin}):
            pass


def _read_to_the_end(socket: Any) -> None:
    for _ in range(3):  # what was under way already
        socket.receive_text()


def _until_told(store: Store, socket: Any) -> None:
    """The line listens a moment after it was opened: something happens until it tells."""
    told = threading.Event()

    def happen() -> None:
        while not told.wait(0.2):
            tell(store, message(at=NOON))

    happening = threading.Thread(target=happen)
    happening.start()
    try:
        assert socket.receive_text() == "tick"
    finally:
        told.set()
        happening.join()


def test_dashboards_are_told_one_after_the_other_and_all_of_them_in_time():
    queue = live.Queue()
    assert [round(queue.wait(100.0, 5), 3) for _ in range(5)] == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert queue.wait(200.0, 5) == 0.0
    many = [queue.wait(300.0, 50) for _ in range(50)]
    assert many == sorted(many)
    assert many[-1] < live.LONGEST
    assert all(waited + live.quiet(50, waited) == pytest.approx(live.LONGEST) for waited in many)
