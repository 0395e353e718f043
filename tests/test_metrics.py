"""Stories of `/metrics` and `/healthz`: the counters add up, and go on while the store is away."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from convdata import letterbox as letterbox_module
from convdata import metrics as metrics_module
from convdata import muting
from convdata.database import Store
from convdata.errors import StoreAway
from convdata.intake import take_together
from convdata.letterbox import Letterbox
from convdata.metrics import OUTCOMES, Metric, Tally, text_of
from convdata.muting import mute, sweep
from convdata.periods import now_utc
from convdata.vocabulary import Delivery
from routes import events, metrics
from tests.http import EVENTS, TOKENS, Box, an_event, asked, stamp
from tests.story import admin, key, message, opened, tell

Samples = dict[tuple[str, str], float]


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(store_url, INTAKE_TOKEN=TOKENS)
    yield Box(store)
    store.close()


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    """A process that has just started."""
    fresh = Tally()
    for module in (metrics_module, letterbox_module, muting, events, metrics):
        monkeypatch.setattr(module, "TALLY", fresh)
    return fresh


@pytest.fixture
def client(box: Box, tally: Tally) -> Iterator[TestClient]:
    with asked(box, box.store.settings, Letterbox(box, tally=tally)) as client:
        yield client


def samples(client: TestClient) -> Samples:
    """Every sample by name and labels, from the text, every line of which must be one that Prometheus can read."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    found: Samples = {}
    for line in answer.text.splitlines():
        if line.startswith("# "):
            assert re.fullmatch(r"# (HELP \w+ .+|TYPE \w+ (counter|gauge))", line)
            continue
        sample = re.fullmatch(r'(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)+)\})? (-?[\d.]+)', line)
        assert sample, line
        found[sample.group(1), sample.group(2) or ""] = float(sample.group(3))
    return found


def test_every_event_is_counted_by_what_became_of_it_and_it_adds_up(
    client: TestClient, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = an_event(id="m-1")
    client.post(EVENTS, json=[first, first, an_event(sender="robot")])
    client.post(EVENTS, json=first | {"understood": True})
    client.post(EVENTS, json=[None])
    client.post(EVENTS, content=b"{", headers={"Content-Type": "application/json"})
    box.away = StoreAway("it is away")
    client.post(EVENTS, json=[an_event(), an_event()])
    box.away = None
    with monkeypatch.context() as patched:
        patched.setattr(letterbox_module, "take_together", poisoned)
        client.post(EVENTS, json=[an_event(id="poison"), an_event(id="good")])
    now = samples(client)
    expected = {"stored": 2, "updated": 1, "duplicate": 1, "suppressed": 0, "rejected": 3, "refused": 2}
    assert {o: now["misheard_events_total", f'outcome="{o}",route="events"'] for o in OUTCOMES} == expected
    assert now["misheard_events_received_total", 'route="events"'] == sum(expected.values()) == 9
    assert now["misheard_events_waiting", 'route="events"'] == 0


def poisoned(store: Store, batches: list[list], now: object) -> object:
    if any(event.id == "poison" for batch in batches for event in batch):
        raise ValueError
    return take_together(store, batches, now)  # type: ignore[arg-type]


def test_what_is_waiting_is_counted_as_waiting(box: Box, tally: Tally) -> None:
    letterbox = Letterbox(box, tally=tally)
    told = tell(box.store, message())
    assert told.stored == 1
    if box.store.kind != "duckdb":
        return
    with box.store.writing_stopped():
        future = letterbox.put([message(), message()], "events")
        assert waiting(tally) == 2
    future.result(10)
    assert waiting(tally) == 0
    letterbox.close()


def waiting(tally: Tally) -> float:
    return next(m for m in tally.metrics() if m.name == "misheard_events_waiting").samples[(("route", "events"),)]


def test_how_long_a_channel_has_been_silent(client: TestClient, box: Box) -> None:
    """By when its events came in; what came before this process started, by when it was said."""
    tell(box.store, message(channel="messenger", at=now_utc() - timedelta(hours=5)))
    client.post(EVENTS, json=an_event(channel="webchat", at=stamp(ago=timedelta(days=2))))
    now = samples(client)
    assert 0 <= now["misheard_last_event_age_seconds", 'channel="webchat"'] < 60
    assert 18_000 <= now["misheard_last_event_age_seconds", 'channel="messenger"'] < 18_060


def test_who_is_muted_and_who_needs_help_now_and_what_the_sweep_did(client: TestClient, box: Box) -> None:
    client.post(EVENTS, json=[an_event(customer_id=c) for c in ("v-1", "v-2", "v-3")])
    client.post(EVENTS, json=an_event("status", customer_id="v-1", status="need_help"))
    mute(box.store, key(box.store, "v-1"), by=admin("ada"), now=now_utc(), hours=1)
    mute(box.store, key(box.store, "v-2"), by=admin("ada"), now=now_utc() - timedelta(hours=2), hours=1)
    now = samples(client)
    assert (now["misheard_muted", ""], now["misheard_need_help", ""]) == (1, 1)
    assert (now["misheard_sweep_runs_total", ""], now["misheard_sweep_unmuted_total", ""]) == (0, 0)
    sweep(box.store, now_utc())
    sweep(box.store, now_utc())
    now = samples(client)
    assert (now["misheard_sweep_runs_total", ""], now["misheard_sweep_unmuted_total", ""]) == (2, 1)


def test_replies_are_counted_by_state(client: TestClient) -> None:
    now = samples(client)
    states = {state: now["misheard_deliveries", f'channel="messenger",state="{state}"'] for state in Delivery}
    assert states == dict.fromkeys(Delivery, 0)


def test_a_monitor_goes_on_while_the_store_is_away(client: TestClient, box: Box) -> None:
    assert samples(client)["misheard_up", ""] == 1
    box.away = StoreAway("it is away")
    now = samples(client)
    assert now["misheard_up", ""] == 0
    assert ("misheard_muted", "") not in now
    assert client.get("/healthz").json()["error"]["code"] == "store_away"


def test_it_needs_a_token_and_health_does_not(client: TestClient, box: Box) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/healthz", headers={"Authorization": ""}).json() == {"status": "ok", "store": box.store.kind}
    for path in ("/metrics", "/healthz"):
        assert client.post(path).status_code == 405
        assert client.head(path).status_code == 200


def test_names_of_channels_cannot_forge_a_line() -> None:
    hostile = 'a"} 1\nmisheard_muted 7\\'
    text = text_of([Metric("m", "gauge", "One.", {(("channel", hostile),): 1.5})])
    assert text.splitlines()[2:] == ['m{channel="a\\"} 1\\nmisheard_muted 7\\\\"} 1.500000']
