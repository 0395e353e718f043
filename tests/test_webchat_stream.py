"""Stories of the webchat's stream: what is new comes by itself, and nothing is lost when the connection breaks."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from convdata.delivery import deliver_due
from convdata.erasure import erase
from convdata.errors import StoreAway
from convdata.outbox import replies_to
from convdata.periods import now_utc
from convdata.presence import presence
from convdata.replying import new_reply_id, reply
from convdata.vocabulary import Delivery
from routes import webchat_listeners
from tests.http import EVENTS, TOKENS, Box, an_event, asked, until
from tests.story import admin, key, opened
from tests.webchat import BOT, SITE, STREAM, Visitor


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(store_url, INTAKE_TOKEN=TOKENS, WEBCHAT_ORIGINS=SITE)
    yield Box(store)
    store.close()


@pytest.fixture
def client(box: Box) -> Iterator[TestClient]:
    with asked(box, box.store.settings) as client:
        yield client


class Tab:
    """One tab: shows each message once, as the widget does, and remembers its place."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.shown: dict[str, str] = {}
        self.after = "0"

    def listen(self, many: int) -> None:
        """Connect, and stay until there are so many messages."""
        with self.visitor.stream() as socket:
            socket.send_json(self.visitor.hello(self.after))
            self.take(socket)
            while len(self.shown) < many:
                self.take(socket)

    def take(self, socket: Any) -> None:
        said = socket.receive_json()
        self.shown |= {m["id"]: m["text"] for m in said["messages"]}
        self.after = said["after"]


def test_what_is_new_comes_by_itself_in_order(client: TestClient) -> None:
    ada = Visitor(client)
    ada.write("Hello")
    tab = Tab(ada)
    with ada.stream() as socket:
        socket.send_json(ada.hello())
        tab.take(socket)
        for n in range(5):
            client.post(BOT, json={"customer_id": ada.id, "text": f"b{n}"})
        while len(tab.shown) < 6:
            tab.take(socket)
    assert list(tab.shown.values()) == ["Hello", "b0", "b1", "b2", "b3", "b4"]


def test_who_has_just_come_does_not_wait_for_the_next_look(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat_listeners, "LOOK", 60)
    for _ in range(3):  # the first listener, and the first again after the last has gone
        ada = Visitor(client)
        tab = Tab(ada)
        with ada.stream() as socket:
            socket.send_json(ada.hello())
            tab.take(socket)
            client.post(BOT, json={"customer_id": ada.id, "text": "Welcome"})
            began = time.monotonic()
            while not tab.shown:
                tab.take(socket)
        assert time.monotonic() - began < 10


def test_two_at_once_get_their_own_only(client: TestClient) -> None:
    ada, eve = Visitor(client), Visitor(client)
    tabs = Tab(ada), Tab(eve)
    with ada.stream() as hers, eve.stream() as other:
        for socket, visitor, tab in ((hers, ada, tabs[0]), (other, eve, tabs[1])):
            socket.send_json(visitor.hello())
            tab.take(socket)
        for n in range(4):
            for visitor, name in ((ada, "a"), (eve, "e")):
                client.post(BOT, json={"customer_id": visitor.id, "text": f"{name}{n}"})
        for socket, tab in ((hers, tabs[0]), (other, tabs[1])):
            while len(tab.shown) < 4:
                tab.take(socket)
    assert [list(tab.shown.values()) for tab in tabs] == [[f"{name}{n}" for n in range(4)] for name in "ae"]


def test_nothing_is_lost_when_the_connection_breaks_and_the_server_restarts(store_url: str) -> None:
    token, tab = None, None
    for restart in range(3):
        store = opened(store_url, INTAKE_TOKEN=TOKENS, WEBCHAT_ORIGINS=SITE)
        with asked(Box(store), store.settings) as client:
            ada = Visitor(client, token)
            token = ada.token
            tab = tab or Tab(ada)
            tab.visitor = ada
            for n in range(4):
                client.post(BOT, json={"customer_id": ada.id, "text": f"away {restart}.{n}"})
            tab.listen((restart + 1) * 6 - 2)  # cut off before the last two
            for n in range(2):
                client.post(EVENTS, json=an_event(customer_id=ada.id, sender="bot", text=f"cut {restart}.{n}"))
        store.close()
    store = opened(store_url, WEBCHAT_ORIGINS=SITE)
    assert tab is not None
    with asked(Box(store), store.settings) as client:
        tab.visitor = Visitor(client, token)
        tab.listen(18)
    store.close()
    assert list(tab.shown.values()) == [
        text for r in range(3) for text in (*(f"away {r}.{n}" for n in range(4)), *(f"cut {r}.{n}" for n in range(2)))
    ]


def test_what_another_process_stores_comes_too(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat_listeners, "LOOK", 0.3)
    here, there = opened(postgres_url, WEBCHAT_ORIGINS=SITE), opened(postgres_url)
    with asked(Box(here), here.settings) as client:
        ada = Visitor(client)
        ada.write("Hello")
        tab = Tab(ada)
        with ada.stream() as socket:
            socket.send_json(ada.hello())
            tab.take(socket)
            reply(there, key(there, ada.id), "From elsewhere", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
            while len(tab.shown) < 2:
                tab.take(socket)
    assert list(tab.shown.values()) == ["Hello", "From elsewhere"]
    here.close()
    there.close()


def test_a_reply_is_acknowledged_over_the_stream(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine, tab = key(box.store, ada.id), Tab(ada)
    with ada.stream() as socket:
        socket.send_json(ada.hello())
        tab.take(socket)
        stored = reply(box.store, mine, "On its way.", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
        deliver_due(box.store, now_utc())

        def state() -> Delivery:
            return replies_to(box.store, mine)[stored.event_key].state

        while len(tab.shown) < 2:
            tab.take(socket)
        assert state() is Delivery.SENT
        socket.send_json({"have": list(tab.shown), "hidden": True})
        until(lambda: state() is Delivery.DELIVERED)
        socket.send_json({"have": list(tab.shown), "read": True})
        until(lambda: state() is Delivery.READ)


def test_who_closes_one_of_two_tabs_has_not_left(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    mine = key(box.store, ada.id)

    def there() -> Any:
        found = presence(box.store, mine)
        assert found is not None
        return found

    with ada.stream() as first:
        first.send_json(ada.hello(tab="one"))
        first.receive_json()
        with ada.stream() as second:
            second.send_json(ada.hello(tab="two", hidden=True))
            second.receive_json()
            assert there().hidden_since is None  # one of the tabs is before them
            first.send_json({"hidden": True})
            until(lambda: there().hidden_since is not None)
            ada.post("presence", {"tab": "two", "left": True})
            assert there().is_there(now_utc())
        until(lambda: ada.post("presence", {"tab": "one", "left": True}) and not there().is_there(now_utc()))


def closing_code(socket: Any) -> int:
    """How the server ends it, after whatever it still says."""
    try:
        while True:
            socket.receive_json()
    except WebSocketDisconnect as closed:
        return closed.code


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", None, "http://testserver.evil"])
def test_a_page_of_another_website_is_not_even_accepted(origin: str | None, client: TestClient) -> None:
    headers = {} if origin is None else {"Origin": origin}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM, headers=headers):
        raise AssertionError("it was accepted")


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"session":"w-aaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}', 4401),
        ('{"session":"1"}', 4401),
        ('{"session":null}', 1008),
        ("{}", 1008),
        ("[]", 1008),
        ("x", 1008),
        ("[" * 30_000, 1008),
        ('"' + "x" * 100_000 + '"', 1008),
    ],
)
def test_who_does_not_say_who_they_are_is_cut_off(first: str, code: int, client: TestClient) -> None:
    with client.websocket_connect(STREAM, headers={"Origin": SITE}) as socket:
        socket.send_text(first)
        assert closing_code(socket) == code


def test_an_erased_visitor_is_told_that_the_session_is_over(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    with ada.stream() as socket:
        socket.send_json(ada.hello())
        socket.receive_json()
        erase(box.store, key(box.store, ada.id), by=admin("Bob"), now=now_utc())
        assert closing_code(socket) == 4401


def test_a_browser_that_says_too_much_is_cut_off(client: TestClient) -> None:
    ada = Visitor(client)
    with ada.stream() as socket:
        socket.send_json(ada.hello())
        socket.receive_json()
        for _ in range(80):
            socket.send_text(json.dumps({"hidden": False}))
        assert closing_code(socket) == 1008


def test_a_visitor_has_so_many_tabs_and_not_more(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webchat_listeners, "MOST_EACH", 1)
    ada = Visitor(client)
    with ada.stream() as first:
        first.send_json(ada.hello(tab="one"))
        first.receive_json()
        with ada.stream() as second:
            second.send_json(ada.hello(tab="two"))
            assert closing_code(second) == 1013


def test_while_the_store_is_away_the_stream_waits_or_tells_to_come_again(
    client: TestClient, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webchat_listeners, "LOOK", 0.1)
    ada = Visitor(client)
    tab = Tab(ada)
    with ada.stream() as socket:
        socket.send_json(ada.hello())
        tab.take(socket)
        box.away = StoreAway("away")
        refused = ada.write("Now?")
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (503, SITE)
        time.sleep(0.3)
        box.away = None
        assert ada.write("Now!").status_code == 200
        with suppress(WebSocketDisconnect):
            while not tab.shown:
                tab.take(socket)
    tab.listen(1)
    assert list(tab.shown.values()) == ["Now!"]
