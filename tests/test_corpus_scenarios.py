"""The corpus's ordered steps, each told on both stores, with the end that its file asks for.

Every file of the folder has its story here, by its name: one without is a red test. After each story hold those of the
corpus's ten conditions that apply to steps rather than to one body; their numbers are in the asserts.
"""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import streamlit as st
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from convdata import downloads
from convdata.conversations import details, said
from convdata.database import Store
from convdata.delivery import deliver_due
from convdata.erasure import HELD, erase
from convdata.muting import mute, muted_until, sweep, unmute
from convdata.outbox import replies_to
from convdata.periods import now_utc
from convdata.replying import new_reply_id, reply
from convdata.rewriting import rewrite
from convdata.settings import PROJECT
from convdata.vocabulary import Delivery
from examples.fake_graph import FakeGraph
from pages.parts import desk
from tests.full_disk import fill_and_make_room, small_disk
from tests.http import BEARER, EVENTS, TOKENS, Box, an_event, asked
from tests.killing import cycles
from tests.messenger import MAYA, Clock, answered, facebook, milliseconds, on_messenger, wrote
from tests.postgres import Postgres, _ordinary_user
from tests.shared import shared_path
from tests.story import HOUR, NOON, READER, admin, customer, key, message, muted, rows, status, tables, tell
from tests.test_conversation_page import components
from tests.test_messenger_route import post as signed_post
from tests.test_messenger_route import said as written_on_messenger
from tests.test_messenger_route import webhook
from tests.test_rewriting import base_of, found, marked

FOLDER = shared_path("corpus", "scenarios")
FILES = sorted(file.stem.replace("__", "/") for file in FOLDER.iterdir())
FRAME = PROJECT / "pages" / "frame.py"
SECRET_TEXT = "zebra umbrella 47"  # what people write in these stories: it is in no line of the log
MOMENT = timedelta(milliseconds=1)


class Scene(NamedTuple):
    """Where a story is told: a store with its routes, and a pretend Facebook at noon."""

    store: Store
    client: TestClient
    fake: FakeGraph
    folder: Path
    other: Callable[..., Any]  # the address of another empty store of this kind
    posted: list[dict[str, Any]]

    def post(self, events: Any) -> Any:
        self.posted.append(events)
        return self.client.post(EVENTS, json=events)


Story = Callable[[Scene], Any]
STORIES: dict[str, Story] = {}


def story(tell_it: Story) -> Story:
    """Told once on each store; what it gives is the same on both."""
    STORIES[f"flow/{tell_it.__name__}"] = tell_it
    return tell_it


# -- the stories --------------------------------------------------------------------------------------------------------


@story
def dup_3x_parallel(scene: Scene) -> Any:
    event = an_event(id="m1", at="2026-08-09T12:00:00Z", text=SECRET_TEXT)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: scene.post(event), range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    assert sorted(answer.json()["stored"] for answer in answers) == [0, 0, 1]
    assert len(rows(scene.store, "messages")) == len(rows(scene.store, "customers")) == 1


@story
def out_of_order(scene: Scene) -> Any:
    for n in (3, 1, 2):
        scene.post(an_event(id=f"t-{n}", at=f"2026-08-09T12:00:0{n}Z", text=f"{SECRET_TEXT} {n}"))
    found = details(scene.store, key(scene.store), by=READER)
    assert found.last_message_at == NOON + timedelta(seconds=3)
    told = said(scene.store, found, latest=10, now=now_utc(), by=READER).messages
    assert [m.text for m in told] == [f"{SECRET_TEXT} {n}" for n in (1, 2, 3)]


@story
def receipt_before_message(scene: Scene) -> Any:
    store, fake = scene.store, scene.fake
    fake.person(MAYA).wrote_at = NOON
    for what in (
        {"delivery": {"mids": ["m_1"], "watermark": milliseconds(NOON)}},
        {"read": {"watermark": milliseconds(NOON)}},
    ):
        answer = signed_post(scene.client, webhook(fake._item(MAYA, "Page", what)), secret=fake.app_secret)
        assert answer.status_code == 200
    signed_post(scene.client, webhook(written_on_messenger(SECRET_TEXT, "m_1")), secret=fake.app_secret)
    assert [m.text for m in rows(store, "messages")] == [SECRET_TEXT]
    # Nor is a receipt of our own reply that is quicker than Meta's answer to it.
    maya, answers = key(store, MAYA, "messenger"), fake._send

    def read_first(body: dict[str, Any]) -> Any:
        early = webhook(fake._item(MAYA, "Page", {"read": {"watermark": milliseconds(NOON + 2 * HOUR)}}))
        assert signed_post(scene.client, early, secret=fake.app_secret).status_code == 200
        return answers(body)

    fake._send = read_first  # type: ignore[method-assign]
    assert answered(store, maya).state is Delivery.READ


@story
def delete_then_new_contact(scene: Scene) -> Any:
    store = scene.store
    body = webhook(written_on_messenger(f"{SECRET_TEXT} old", "m_old"))
    tell(store, customer(MAYA, channel="messenger", first_name="Oldname", email="old@example.org"))
    signed_post(scene.client, body, secret=scene.fake.app_secret)
    maya = key(store, MAYA, "messenger")
    erase(store, maya, by=READER, now=now_utc())
    tombstone = rows(store, "erased")
    signed_post(scene.client, body, secret=scene.fake.app_secret)
    assert rows(store, "customers") == [], "the old message must not bring anybody back"
    later = now_utc() + HOUR
    signed_post(scene.client, webhook(written_on_messenger(SECRET_TEXT, "m_new", later)), secret=scene.fake.app_secret)
    assert [m.text for m in rows(store, "messages")] == [SECRET_TEXT]
    fresh = details(store, maya, by=READER)
    assert (fresh.first_name, fresh.email, fresh.message_count) == (None, None, 1)
    assert rows(store, "erased") == tombstone


@story
def mute_unmute_race(scene: Scene) -> Any:
    store = scene.store
    tell(store, message())
    whose, barrier = key(store), threading.Barrier(3)

    def does(act: Callable[[datetime], Any]) -> None:
        for n in range(200):
            barrier.wait()
            act(NOON + n * timedelta(minutes=1))

    with ThreadPoolExecutor(3) as pool:
        for done in (
            pool.submit(does, lambda now: mute(store, whose, by=admin("Ada"), now=now)),
            pool.submit(does, lambda now: unmute(store, whose, by=admin("Bob"), now=now)),
            pool.submit(does, lambda now: sweep(store, now)),
        ):
            done.result()
    acts = [r.act for r in sorted(rows(store, "activity"), key=lambda r: (r.done_at, r.recorded_at))]
    counted = {act: acts.count(act) for act in set(acts)}
    mutes = rows(store, "mutes", "ended_by")
    assert counted["mute"] == len(mutes) == 200
    # One unmuting for each mute that it ended, and none that ended nothing.
    assert counted.get("unmute", 0) == sum(m.ended_by == "person" for m in mutes)
    assert "unmute_automatic" not in counted
    still = sum(m.ended_by is None for m in mutes)
    assert still == (details(store, whose, by=READER).muted_until is not None) <= 1


@story
def sweep_boundary(scene: Scene) -> Any:
    store = scene.store
    tell(store, message())
    mute(store, key(store), by=READER, now=NOON)
    end = NOON + 72 * HOUR
    asked_at = (end - MOMENT, end, end + MOMENT)
    assert [muted_until(store, "webchat", "v-1", now) for now in asked_at] == [end, None, None]
    assert [sweep(store, now) for now in asked_at] == [0, 1, 0]
    return [r.act for r in rows(store, "activity")].count("unmute_automatic")


@story
def sweep_dst(scene: Scene) -> Any:
    store = scene.store
    noon = datetime(2026, 3, 27, 12, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC).replace(tzinfo=None)
    tell(store, message(at=noon))
    mute(store, key(store), by=READER, now=noon)
    wall = datetime(2026, 3, 30, 12, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC).replace(tzinfo=None)
    assert wall == noon + 71 * HOUR
    assert [sweep(store, now) for now in (wall, noon + 72 * HOUR - MOMENT, noon + 72 * HOUR)] == [0, 0, 1]


@story
def clock_back(scene: Scene) -> Any:
    store, skew = scene.store, 2 * HOUR
    tell(store, message())
    mute(store, key(store), by=READER, now=NOON + skew)  # it is noon, and the clock says two
    end = NOON + 72 * HOUR
    assert sweep(store, NOON) == sweep(store, end) == 0, "never early, and late by the skew at most"
    assert muted_until(store, "webchat", "v-1", end) == end + skew
    assert sweep(store, end + skew) == 1
    assert muted_until(store, "webchat", "v-1", end + skew) is None
    assert mute(store, key(store), by=READER, now=NOON) == end, "and it can be muted again by the right clock"
    assert unmute(store, key(store), by=READER, now=NOON + MOMENT)
    assert muted_until(store, "webchat", "v-1", NOON + MOMENT) is None


@story
def reply_double_click(scene: Scene) -> Any:
    store = scene.store
    maya, reply_id = wrote(store, scene.fake), new_reply_id()

    def press(_: int) -> None:
        reply(store, maya, SECRET_TEXT, by=READER, now=NOON + HOUR, reply_id=reply_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(press, range(2)))
    press(3)  # the page runs anew
    deliver_due(store, NOON + HOUR)
    assert len(rows(store, "outbox")) == len(scene.fake.sent) == len(rows(store, "mutes")) == 1


@story
def reply_send_timeout(scene: Scene) -> Any:
    store, fake = scene.store, scene.fake
    fake.hang_seconds = 4
    maya = wrote(store, fake)
    fake.faults[MAYA].append("hang")
    sent = reply(store, maya, SECRET_TEXT, by=READER, now=NOON + HOUR, reply_id=new_reply_id())
    sending = threading.Thread(target=deliver_due, args=(store, NOON + HOUR))
    sending.start()
    began = time.monotonic()
    while replies_to(store, maya)[sent.event_key].state is not Delivery.SENDING:
        time.sleep(0.01)
    began = time.monotonic()
    assert said(store, details(store, maya, by=READER), latest=10, now=NOON + HOUR, by=READER).messages
    assert replies_to(store, maya)[sent.event_key].state is Delivery.SENDING
    assert time.monotonic() - began < 2
    sending.join(30)
    assert replies_to(store, maya)[sent.event_key].state is Delivery.UNKNOWN
    deliver_due(store, NOON + 2 * HOUR)
    assert len([r for r in fake.requests if r[0] == "POST" and r[1].endswith("/messages")]) == 1, "not sent twice"
    return "unknown"


@story
def kill9_ingest(scene: Scene) -> Any:
    with scene.other() as url:  # 100 cycles: python -m tests.killing
        survived = cycles(url, scene.folder, 1)
    return survived.kills


@story
def disk_full(scene: Scene) -> Any:
    """On Postgres the disk is that of the tables; when that of the log is full, the server itself stops."""
    with scene.other(on_small_disk=True) as (url, disk):
        assert fill_and_make_room(url, disk) > 0


@story
def erase_bytes(scene: Scene) -> Any:
    store = scene.store
    markers = marked(store, "v-9")
    store.outside_transactions("checkpoint")
    if store.kind == "duckdb":
        folder = scene.folder
    else:
        store.outside_transactions("analyze people, messages")
        folder = base_of(store)
    assert found(folder, markers)[0] >= len(markers) - 2, "a scan that cannot find them proves nothing"
    erase(store, key(store, "v-9"), by=READER, now=NOON + 24 * HOUR)
    assert rewrite(store)
    store.outside_transactions("checkpoint")
    assert found(folder, markers) == (0, 0)


@story
def export_complete(scene: Scene) -> Any:
    store = scene.store
    maya = wrote(store, scene.fake)
    about: dict[str, Any] = {"channel": "messenger", "source": "test"}
    names: dict[str, Any] = {
        "first_name": "Maya",
        "last_name": "Okafor",
        "photo_url": "https://x.example/a.png",
        "comments": "none",
    }
    reached: dict[str, Any] = {
        "email": "maya@example.org",
        "phone_number": "+33 6 12",
        "gtu_accepted": True,
        "data": {"plan": "gold"},
    }
    tell(store, customer(MAYA, **about, **names, **reached), status("need_help", MAYA, reason="lost", **about))
    tell(store, muted(True, MAYA, NOON + HOUR, **about), message("somebody else", text="nobody's business"))
    answered(store, maya)
    data = json.loads(downloads.user_data(store, maya, by=READER, now=NOON + 2 * HOUR))
    assert data["schema_version"]
    assert "nobody's business" not in json.dumps(data)
    assert "somebody else" not in json.dumps(data)
    for held in (h for h in HELD if h.downloaded_by):
        stored = rows(store, f"{held.table} where customer_key = '{maya}'")
        assert len(data[held.table]) == len(stored) - (held.table == "activity" and len(stored) > len(data["activity"]))
        if stored:
            missing = set(stored[0]._mapping) - set(data[held.table][0])
            assert all(name in held.sentence or name == "customer_key" or name in INSIDE for name in missing), missing
    kinds = [name for name in tables(store, "customer_key") if data.get(name)]
    return sorted(kinds)


INSIDE = ("chain", "event_key", "salt")


@story
def cross_session_cache(scene: Scene) -> Any:
    """There is one bot for each store; two agents who each see their bot's channel stand for the agents of two bots."""
    store = scene.store
    tell(store, customer("a", channel="messenger", first_name="Ofbota"), message("a", text="A", channel="messenger"))
    tell(store, customer("b", first_name="Ofbotb"), message("b", text="B"))
    names = {"messenger": "Ofbota", "webchat": "Ofbotb"}
    sessions = {channel: AppTest.from_file(str(FRAME), default_timeout=60) for channel in names}
    for _ in range(2):
        for channel, app in sessions.items():
            app.query_params["channel"] = channel
            app.switch_page(str(FRAME.parent / "customers.py")).run()
            assert not app.exception
            listed = next(component["rows"] for component in components(app) if component and "rows" in component)
            assert [row["name"] for row in listed] == [names[channel]]


# -- what holds after each ------------------------------------------------------------------------------------------------


@pytest.fixture
def stores(
    duckdb_url: str, postgres_url: str, postgres_server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Scene]]:
    others = {"duckdb": _another_file(tmp_path), "postgresql": _another_database(postgres_server)}
    with ExitStack() as stack:
        scenes = []
        for kind, url in (("duckdb", duckdb_url), ("postgresql", postgres_url)):
            fake = stack.enter_context(facebook(Clock()))
            store = on_messenger(url, fake, INTAKE_TOKEN=TOKENS)
            stack.callback(store.close)
            client = stack.enter_context(asked(Box(store), store.settings))
            scenes.append(Scene(store, client, fake, tmp_path, others[kind], []))
        yield scenes
    st.cache_data.clear()


def test_every_scenario_has_its_story() -> None:
    assert sorted(STORIES) == FILES


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", FILES)
def test_the_end_is_the_one_that_the_scenario_asks_for(
    name: str, stores: list[Scene], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = []
    for scene in stores:
        monkeypatch.setattr(desk, "store", lambda scene=scene: scene.store)
        st.cache_data.clear()
        caplog.clear()
        with caplog.at_level(logging.INFO), _nobody_else_is_contacted(monkeypatch):  # (8)
            end = STORIES[name](scene)
            _the_conditions_hold(scene)
        for record in caplog.records:  # (7)
            if record.name.startswith(("routes", "convdata")):
                assert record.getMessage().isprintable()
                assert SECRET_TEXT not in record.getMessage()
                assert scene.fake.page_token not in record.getMessage()
        ends.append((end, _what_is_stored(scene.store)))
    assert ends[0] == ends[1]  # (10)


def _the_conditions_hold(scene: Scene) -> None:
    store, client = scene.store, scene.client
    assert client.get("/healthz").json() == {"status": "ok", "store": store.kind}  # (2)
    before = _what_is_stored(store)
    for events in scene.posted:
        assert client.post(EVENTS, json=events).json()["stored"] == 0
    assert _what_is_stored(store) == before  # (9)
    good = client.post(EVENTS, json=an_event(id="good", customer_id="good", at="2026-08-09T11:00:00Z"), headers=BEARER)
    assert good.json()["stored"] == 1  # (3)
    for whose in [row.k for row in rows(store, "customers", "cast(customer_key as varchar) as k")]:
        texts = sorted(str(m.text) for m in rows(store, f"messages where customer_key = '{whose}'"))
        told = json.loads(downloads.conversation(store, whose, "json", by=READER, now=now_utc()))
        assert sorted(str(m["text"]) for m in told["messages"]) == texts  # (5), (6)
        page = AppTest.from_file(str(FRAME), default_timeout=60)
        page.query_params["customer"] = whose
        page.switch_page(str(FRAME.parent / "conversation.py")).run()
        assert not page.exception  # (4)
        assert not any("went wrong" in error.value for error in page.error)


def _what_is_stored(store: Store) -> dict[str, Any]:
    """What must be the same on both stores: all but keys, and the moments that a clock on the wall gives."""
    return {
        "messages": sorted(map(str, rows(store, "messages", "source", "sender", "text"))),
        "customers": sorted(map(str, rows(store, "customers", "channel", "status", "message_count"))),
        "outbox": sorted(map(str, rows(store, "outbox", "state", "attempts"))),
        "erased": len(rows(store, "erased")),
    }


@contextmanager
def _nobody_else_is_contacted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    elsewhere: list[Any] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            elsewhere.append(address)
            raise OSError("not in this test")
        connect(self, address)

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", watched)
        yield
    assert not elsewhere


def _another_file(folder: Path) -> Callable[..., Any]:
    @contextmanager
    def other(on_small_disk: bool = False) -> Iterator[Any]:
        if not on_small_disk:
            yield f"duckdb:///{folder / 'other.duckdb'}"
            return
        with small_disk(folder / "small") as disk:
            yield f"duckdb:///{disk / 'store.duckdb'}", disk

    return other


def _another_database(server: Postgres) -> Callable[..., Any]:
    @contextmanager
    def other(on_small_disk: bool = False) -> Iterator[Any]:
        if not on_small_disk:
            with server.database() as url:
                yield url
            return
        with small_disk(server.folder / "small", "24m") as disk:
            space = disk / "space"
            space.mkdir()
            owner = _ordinary_user(space)  # gives it to them
            assert owner
            server._tell(f"create tablespace small location '{space}'")
            try:
                with server.database() as url:
                    server._tell(f"alter database {url.split('@/')[1].split('?')[0]} set tablespace small")
                    yield url, disk
            finally:
                server._tell("drop tablespace small")

    return other
