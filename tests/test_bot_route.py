"""Stories of `GET /api/v1/bot/…`: whether the bot may speak, at the moment of asking."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from convdata.letterbox import Letterbox
from convdata.muting import mute, unmute
from convdata.periods import now_utc
from routes import bot
from tests.http import BEARER, EVENTS, TOKENS, Box, an_event, app_over, asked, served, stamp
from tests.story import admin, key, opened

MAY = {"may_answer": True, "muted_until": None}


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(store_url, INTAKE_TOKEN=TOKENS, CHANNELS="kiosk")
    yield Box(store)
    store.close()


@pytest.fixture
def client(box: Box) -> Iterator[TestClient]:
    with asked(box, box.store.settings) as client:
        yield client


def test_to_whom_nobody_has_spoken_the_bot_may(client: TestClient) -> None:
    answer = client.get("/api/v1/bot/webchat/nobody")
    assert (answer.status_code, answer.json()) == (200, MAY)
    assert answer.headers["cache-control"] == "no-store"


def test_a_muted_bot_may_not_until_the_end_and_then_may_without_any_sweep(
    client: TestClient, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(EVENTS, json=an_event(customer_id="v-1"))
    now = now_utc()
    until = mute(box.store, key(box.store, "v-1"), by=admin("ada"), now=now, hours=1)
    said = client.get("/api/v1/bot/webchat/v-1").json()
    assert said["may_answer"] is False
    assert datetime.fromisoformat(said["muted_until"]).replace(tzinfo=None) == until
    for moment, may in ((until - timedelta(microseconds=1), False), (until, True), (until + timedelta(days=1), True)):
        monkeypatch.setattr(bot, "now_utc", lambda moment=moment: moment)
        assert client.get("/api/v1/bot/webchat/v-1").json()["may_answer"] is may
    monkeypatch.undo()
    unmute(box.store, key(box.store, "v-1"), by=admin("ada"), now=now_utc())
    assert client.get("/api/v1/bot/webchat/v-1").json() == MAY


def test_a_mute_said_by_an_event_holds_at_once(client: TestClient) -> None:
    client.post(EVENTS, json=an_event("mute", customer_id="v-2", muted=True, until=stamp(ago=timedelta(hours=-2))))
    assert client.get("/api/v1/bot/webchat/v-2").json()["may_answer"] is False
    client.post(EVENTS, json=an_event("mute", customer_id="v-2", muted=False))
    assert client.get("/api/v1/bot/webchat/v-2").json() == MAY


@pytest.mark.parametrize(
    "customer_id", ["a/b", "a b", "ä€😀", "a%2Fb", "?x=1", "#", "a+b", "'; drop table customers --", "a\x00b"]
)
def test_a_customer_id_may_be_anything(customer_id: str, client: TestClient, box: Box) -> None:
    client.post(EVENTS, json=an_event("mute", customer_id=customer_id, muted=True))
    app = app_over(box, Letterbox(box), box.store.settings)
    with served(app) as port:  # the test client would decode the address twice
        asking = httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1/bot", headers=BEARER)
        assert asking.get(f"webchat/{quote(customer_id, safe='')}").json()["may_answer"] is False
        assert asking.get(f"messenger/{quote(customer_id, safe='')}").json() == MAY
        asking.close()


def test_declared_channels_are_known_and_others_are_404(client: TestClient) -> None:
    assert client.get("/api/v1/bot/kiosk/1").json() == MAY
    answer = client.get("/api/v1/bot/fax/1")
    assert (answer.status_code, answer.json()["error"]["field"]) == (404, "channel")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/bot/webchat/1", 405),
        ("HEAD", "/api/v1/bot/webchat/1", 200),
        ("OPTIONS", "/api/v1/bot/webchat/1", 204),
        ("GET", "/api/v1/bot/webchat", 404),
        ("GET", "/api/v1/bot", 404),
        ("GET", "/api/v1/bot/webchat/", 200),
    ],
)
def test_methods_and_addresses(method: str, path: str, status: int, client: TestClient) -> None:
    assert client.request(method, path).status_code == status


def test_it_needs_a_token(client: TestClient) -> None:
    assert client.get("/api/v1/bot/webchat/1", headers={"Authorization": "Bearer wrong"}).status_code == 401
