"""The pretend Messenger of the demo world, with nothing configured: written there, answered here, and it arrives."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.testclient import TestClient

from convdata.database import Store
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.vocabulary import Delivery
from tests.http import Box, app_over, served, until
from tests.messenger import MAYA, answered, facebook, on_messenger
from tests.story import NOON, customer, key, message, opened, rows, tell

Client = httpx.Client
ARRIVED = (Delivery.SENT, Delivery.DELIVERED)  # what follows comes by webhook, and may be quicker


@pytest.fixture
def page(demo: Store) -> Iterator[Client]:
    yield from over(demo)


def over(store: Store) -> Iterator[Client]:
    letterbox = Letterbox(Box(store))
    with (
        served(app_over(Box(store), letterbox, store.settings)) as port,
        Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client
    letterbox.close()


def writes(page: Client, text: str, **more: str) -> None:
    said = page.post("/messenger-demo/say", json={"psid": MAYA, "text": text, "first_name": "Maya", **more})
    assert said.json() == {"webhook": 200}


def thread(page: Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.get("/messenger-demo/thread", params={"psid": MAYA}).json()["thread"]
    return found


def test_a_newcomer_writes_on_messenger_and_is_answered(page: Client, demo: Store) -> None:
    shown = page.get("/messenger-demo")
    assert shown.status_code == 200
    assert "unsafe" not in shown.headers["content-security-policy"]
    writes(page, "Where is my train?")
    maya = key(demo, MAYA, "messenger")
    assert [r.text for r in rows(demo, f"messages where customer_key = '{maya}'")] == ["Where is my train?"]
    assert answered(demo, maya, now=now_utc()).state in ARRIVED
    assert thread(page) == [{"who": "person", "text": "Where is my train?"}, {"who": "page", "text": "On its way."}]
    until(lambda: rows(demo, f"outbox where customer_key = '{maya}'")[0].state == Delivery.DELIVERED)
    page.post("/messenger-demo/say", json={"psid": MAYA, "read": True})
    until(lambda: rows(demo, f"outbox where customer_key = '{maya}'")[0].state == Delivery.READ)


def test_the_next_answer_meets_what_was_chosen(page: Client, demo: Store) -> None:
    writes(page, "Where is my train?", fault="unavailable")
    reply = answered(demo, key(demo, MAYA, "messenger"), now=now_utc())
    assert reply.state is Delivery.FAILED
    assert len(thread(page)) == 1


def test_somebody_of_the_demo_world_can_be_answered_too(page: Client, demo: Store) -> None:
    page.get("/messenger-demo")
    tell(demo, message("of the demo", now_utc(), channel="messenger"))
    assert answered(demo, key(demo, "of the demo", "messenger"), now=now_utc()).state in ARRIVED


def test_only_this_machine_and_only_where_messenger_is_not_set_up(demo: Store, store_url: str) -> None:
    box = Box(demo)
    with facebook() as fake:
        real = on_messenger(store_url, fake)
        tell(real, customer(source="demo", at=NOON, first_name="Ada"))
        for store in (real, opened("duckdb:///:memory:")):
            for client in over(store):
                assert client.get("/messenger-demo").status_code == 404
                assert client.post("/messenger-demo/say", json={"psid": MAYA, "text": "Hi"}).status_code == 404
            assert (store.settings.messenger is None) == (store is not real)
            store.close()
    with TestClient(app_over(box, Letterbox(box), demo.settings), client=("192.0.2.1", 5000)) as elsewhere:
        assert elsewhere.get("/messenger-demo").status_code == 404


def test_another_websites_page_cannot_write(page: Client, demo: Store) -> None:
    plain = page.post(
        "/messenger-demo/say", content='{"psid": "1", "text": "x"}', headers={"Content-Type": "text/plain"}
    )
    assert plain.status_code == 415
    assert page.post("/messenger-demo/say", json=[1]).status_code == 422
    assert thread(page) == []
