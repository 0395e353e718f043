"""Stories of `POST /api/v1/events`: what is stored, what is refused and how it is said, on both stores."""

import gzip
import json
import logging
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from convdata import letterbox as letterbox_module
from convdata.database import Store
from convdata.errors import StoreAway
from convdata.intake import Counts, take_together
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.settings import read_settings
from routes import bodies, storing
from tests.http import (
    EVENTS,
    NEXT_TOKEN,
    TOKEN,
    TOKENS,
    Box,
    an_event,
    answer_to,
    app_over,
    asked,
    head,
    read_answer,
    served,
    stamp,
    until,
)
from tests.story import NOBODYS_SECRETS, admin, opened, rows

NOTHING = {"stored": 0, "updated": 0, "duplicate": 0, "suppressed": 0, "rejected": []}
LINES = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(store_url, INTAKE_TOKEN=TOKENS)
    yield Box(store)
    store.close()


@pytest.fixture
def client(box: Box) -> Iterator[TestClient]:
    with asked(box, box.store.settings) as client:
        yield client


@pytest.fixture
def duck(duckdb_url: str) -> Iterator[Box]:
    """For what has nothing to do with the kind of store."""
    store = opened(duckdb_url, INTAKE_TOKEN=TOKENS)
    yield Box(store)
    store.close()


@pytest.fixture
def to_duck(duck: Box) -> Iterator[TestClient]:
    with asked(duck, duck.store.settings) as client:
        yield client


def messages(box: Box) -> set[str]:
    return {row.event_id for row in rows(box.store, "messages", "event_id")}


# What is taken


def test_one_event_is_stored_before_the_answer(client: TestClient, box: Box) -> None:
    answer = client.post(EVENTS, json=an_event(id="m-1", text="xqzt blorp", understood=False))
    assert (answer.status_code, answer.json()) == (200, NOTHING | {"stored": 1})
    assert [tuple(row) for row in rows(box.store, "messages", "event_id", "text")] == [("m-1", "xqzt blorp")]
    assert rows(box.store, "customers", "status")[0].status == "not_understood"


def test_an_array_and_lines_are_the_same(client: TestClient, box: Box) -> None:
    several = [an_event(id=f"m-{n}", customer_id=f"v-{n % 3}") for n in range(7)]
    assert client.post(EVENTS, json=several).json() == NOTHING | {"stored": 7}
    lines = "\r\n".join(json.dumps(event) for event in several) + "\n\n"
    again = client.post(EVENTS, content=lines.encode(), headers=LINES)
    assert (again.status_code, again.json()) == (200, NOTHING | {"duplicate": 7})
    assert len(messages(box)) == 7


def test_a_verdict_comes_later_and_the_rest_stays(client: TestClient, box: Box) -> None:
    first = an_event(id="m-1", text="Where is my parcel?")
    assert client.post(EVENTS, json=first).json()["stored"] == 1
    verdict = first | {"text": "something else", "understood": False, "intent": "nlu_fallback", "confidence": 0.3}
    assert client.post(EVENTS, json=verdict).json() == NOTHING | {"updated": 1}
    assert client.post(EVENTS, json=verdict).json() == NOTHING | {"duplicate": 1}
    row = rows(box.store, "messages", "text", "understood", "confidence")[0]
    assert tuple(row) == ("Where is my parcel?", False, 0.3)


def test_every_kind_of_event_is_taken(client: TestClient, box: Box) -> None:
    kinds = [
        an_event(id="m"),
        an_event("customer", id="c", first_name="Ada", data={"plan": "gold", "seats": [1, 2]}),
        an_event("status", id="s", status="need_help", reason="asked for a human"),
        an_event("mute", id="u", muted=True),
    ]
    assert client.post(EVENTS, json=kinds).json() == NOTHING | {"stored": 4}
    assert rows(box.store, "customers", "status")[0].status == "need_help"
    assert rows(box.store, "people", "first_name")[0].first_name == "Ada"


def test_what_is_wrong_is_named_by_place_field_and_reason_and_the_rest_goes_on(client: TestClient, box: Box) -> None:
    good = an_event(id="good")
    batch: list[Any] = [an_event(sender="robot"), good, an_event(at=stamp(ago=timedelta(days=-3))), None]
    answer = client.post(EVENTS, json=batch)
    assert answer.status_code == 200
    assert answer.json() == NOTHING | {
        "stored": 1,
        "rejected": [
            {"index": 0, "field": "sender", "reason": "must be one of user, bot, agent"},
            {"index": 2, "field": "at", "reason": "is more than 24 hours in the future"},
            {"index": 3, "field": "event", "reason": "not an object"},
        ],
    }
    assert messages(box) == {"good"}


def test_a_damaged_line_is_one_rejection(client: TestClient, box: Box) -> None:
    lines = [json.dumps(an_event(id="one")), '{"type":"message",', json.dumps(an_event(id="two"))]
    answer = client.post(EVENTS, content="\n".join(lines).encode() + b"\n\xff\xfe", headers=LINES)
    assert answer.status_code == 200
    assert [(r["index"], r["field"]) for r in answer.json()["rejected"]] == [(1, "event"), (3, "event")]
    assert messages(box) == {"one", "two"}


def test_unknown_fields_are_ignored_also_such_as_would_give_rights(client: TestClient, box: Box) -> None:
    answer = client.post(EVENTS, json=an_event(muted=True, role="admin", muted_until=stamp(ago=timedelta(days=-1))))
    assert answer.json() == NOTHING | {"stored": 1}
    assert rows(box.store, "customers", "muted_until")[0].muted_until is None


def test_an_empty_array_is_nothing(to_duck: TestClient) -> None:
    assert to_duck.post(EVENTS, json=[]).json() == NOTHING


def test_gzip_is_read_as_is(to_duck: TestClient, duck: Box) -> None:
    packed = gzip.compress(json.dumps([an_event(id="m-1")]).encode())
    answer = to_duck.post(EVENTS, content=packed, headers=JSON | {"Content-Encoding": "gzip"})
    assert answer.json() == NOTHING | {"stored": 1}
    assert messages(duck) == {"m-1"}


def test_erased_history_does_not_come_back(client: TestClient, box: Box) -> None:
    from convdata.erasure import erase
    from tests.story import key

    old = an_event(id="old", customer_id="v-9", at=stamp(ago=timedelta(hours=1)))
    client.post(EVENTS, json=old)
    erase(box.store, key(box.store, "v-9"), by=admin("test"), now=now_utc())
    assert client.post(EVENTS, json=old).json() == NOTHING | {"suppressed": 1}


# What is refused, and how


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b" \n ", "unreadable"),
        (b"{", "unreadable"),
        (b"a=1&b=2", "unreadable"),
        (b"{} {}", "unreadable"),
        (b'{"a":1,"a":2}', "unreadable"),
        (b'[{"b":{"a":1,"c":2,"a":1}}]', "unreadable"),
        (b'{"a":NaN}', "unreadable"),
        (b'{"a":-Infinity}', "unreadable"),
        (b'{"a":1e999}', "unreadable"),
        (b'{"a":' + b"9" * 5000 + b"}", "unreadable"),
        (b'{"a":"\xff"}', "unreadable"),
        (b'{"a":"\x01"}', "unreadable"),
        (b"[" * 65 + b"]" * 65, "unreadable"),
        (b"[" * 100_000 + b"]" * 100_000, "unreadable"),
        (b'{"a":' * 50_000, "unreadable"),
        (b"null", "rejected"),
        (b"42", "rejected"),
        (b"{}", "rejected"),
        (b"[null,null]", "rejected"),
        (b"[" * 64 + b"]" * 64, "rejected"),
    ],
)
def test_what_is_no_batch_of_events_is_refused(content: bytes, code: str, to_duck: TestClient, duck: Box) -> None:
    answer = to_duck.post(EVENTS, content=content, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == ({"unreadable": 400, "rejected": 422}[code], code)
    assert answer.json()["error"]["message"]
    assert messages(duck) == set()


def test_a_batch_of_which_nothing_can_be_taken_is_422_with_every_reason(to_duck: TestClient) -> None:
    answer = to_duck.post(EVENTS, json=[an_event(id=""), an_event(customer_id=" \t ")])
    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "code": "rejected",
        "message": "None of 2 events can be taken; the first: id expected str of length >= 1",
        "field": "id",
    }
    assert [(r["index"], r["field"]) for r in answer.json()["rejected"]] == [(0, "id"), (1, "customer_id")]


def test_nothing_of_the_body_is_repeated_in_the_answer_or_the_log(
    to_duck: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "routes")
    secret = "Ada-Lovelace-7731"
    for content in (
        f'{{"{secret}":'.encode(),
        json.dumps(an_event(sender=secret, text=secret)).encode(),
        json.dumps(an_event(text=secret, customer_id=secret)).encode(),
        json.dumps(an_event("status", status=secret, reason=secret)).encode(),
        json.dumps([an_event(at=secret), an_event(channel=secret), an_event(confidence=secret)]).encode(),
        json.dumps(an_event(type_=secret) | {"type": secret}).encode(),
    ):
        assert secret not in to_duck.post(EVENTS, content=content, headers=JSON).text
    assert secret not in to_duck.get(f"/api/v1/bot/webchat/{secret}").text
    assert secret not in to_duck.get(f"/api/v1/{secret}?{secret}").text
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("routes")]
    assert len(lines) == 7  # one a request; what was asked well is not worth a line
    assert secret not in caplog.text
    assert lines[2].startswith("POST /api/v1/events 200 stored=1 ")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKENS}",
        "Bearer é",
        "Bearer ,",
    ],
)
def test_without_a_token_nothing_is_read(authorization: str | None, duck: Box) -> None:
    with TestClient(app_over(duck, Letterbox(duck), duck.store.settings)) as client:
        headers = {} if authorization is None else {"Authorization": authorization.encode("utf-8")}
        answer = client.post(EVENTS, json=an_event(), headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert messages(duck) == set()


def test_while_tokens_are_rotated_both_are_good(to_duck: TestClient) -> None:
    for token in (TOKEN, NEXT_TOKEN):
        answer = to_duck.post(EVENTS, json=an_event(), headers={"Authorization": f"bearer {token}"})
        assert answer.json()["stored"] == 1


def test_without_a_configured_token_intake_says_so(duckdb_url: str) -> None:
    for tokens in ("", " , ,"):
        settings = read_settings({"MISHEARD_STORE": duckdb_url, "MISHEARD_INTAKE_TOKEN": tokens}, NOBODYS_SECRETS)
        with asked(_not_needed, settings) as client:
            answer = client.post(EVENTS, json=an_event(), headers={"Authorization": "Bearer "})
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_configured")
            assert "MISHEARD_INTAKE_TOKEN" in answer.json()["error"]["message"]
            assert answer.headers["retry-after"]


def _not_needed() -> Store:
    raise AssertionError("the store is not asked")


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "*/*"]
)
def test_other_types_are_415(kind: str | None, to_duck: TestClient) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = to_duck.post(EVENTS, content=json.dumps(an_event()).encode(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["field"]) == (415, "Content-Type")


def test_types_may_be_written_in_their_ways(to_duck: TestClient) -> None:
    for kind in ("Application/JSON", 'application/json;charset="UTF-8"', "application/jsonl"):
        content = json.dumps(an_event()).encode()
        assert to_duck.post(EVENTS, content=content, headers={"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_other_methods_are_405_and_never_a_page(method: str, to_duck: TestClient) -> None:
    answer = to_duck.request(method, EVENTS)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert method == "HEAD" or answer.json()["error"]["code"] == "method_not_allowed"


def test_what_may_be_done_can_be_asked(to_duck: TestClient) -> None:
    answer = to_duck.options(EVENTS)
    assert (answer.status_code, answer.headers["allow"], answer.text) == (204, "OPTIONS, POST", "")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/events", "/api/v1/events/", "/webhooks/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_what_is_not_there_is_404_in_json(method: str, path: str, to_duck: TestClient) -> None:
    answer = to_duck.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


# Limits


def test_more_than_eight_mebibytes_is_413_whatever_length_is_stated(duck: Box) -> None:
    with served(app_over(duck, Letterbox(duck), duck.store.settings)) as port:
        status, said = answer_to(port, head(9 * 1024 * 1024))
        assert (status, said["error"]["code"]) == (413, "too_large")  # before a byte of it has come
        status, said = answer_to(port, head(int("9" * 20)))
        assert status in (400, 413)
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        status, said = answer_to(port, head(), *[chunk] * 9, b"0\r\n\r\n")
        assert (status, said["error"]["code"]) == (413, "too_large")
        assert answer_to(port, *_whole(json.dumps(an_event()).encode()))[0] == 200
    assert bodies.ROOM.held == 0


def test_eight_mebibytes_are_taken(to_duck: TestClient) -> None:
    content = json.dumps([an_event(text="x" * 60_000) for _ in range(130)]).encode()
    content += b" " * (8 * 1024 * 1024 - len(content))
    assert to_duck.post(EVENTS, content=content, headers=JSON).json()["stored"] == 130


@pytest.mark.parametrize("lines", [True, False])
def test_more_than_ten_thousand_events_are_413(lines: bool, to_duck: TestClient, duck: Box) -> None:
    content = b"{}\n" * 10_001 if lines else b"[" + b"{}," * 10_000 + b"{}]"
    answer = to_duck.post(EVENTS, content=content, headers=LINES if lines else JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_many")


def test_ten_thousand_events_are_stored_in_their_order(client: TestClient, box: Box) -> None:
    at = stamp()
    several = [an_event(id=f"m-{n}", at=at, customer_id=f"v-{n % 7}") for n in range(10_000)]
    assert client.post(EVENTS, json=several).json() == NOTHING | {"stored": 10_000}
    arrived = sorted((row.arrived, int(row.event_id[2:])) for row in rows(box.store, "messages", "arrived", "event_id"))
    assert [n for _, n in arrived] == list(range(10_000))


def test_gzip_bombs_and_broken_gzip_are_refused(to_duck: TestClient) -> None:
    packed = gzip.compress(b" " * 100_000_000, 1)
    good = gzip.compress(json.dumps(an_event()).encode())
    for content, status in (
        (packed, 413),
        (b"not gzip", 400),
        (good[:-4], 400),
        (good + b"more", 400),
        (good + good, 400),
        (zlib.compress(b"{}"), 400),
        (b"", 400),
    ):
        before = time.perf_counter()
        answer = to_duck.post(EVENTS, content=content, headers=JSON | {"Content-Encoding": "gzip"})
        assert (answer.status_code, time.perf_counter() - before < 5) == (status, True)
    for encoding in ("br", "deflate", "gzip, gzip"):
        answer = to_duck.post(EVENTS, content=good, headers=JSON | {"Content-Encoding": encoding})
        assert (answer.status_code, answer.json()["error"]["field"]) == (415, "Content-Encoding")
    assert bodies.ROOM.held == 0


def test_bodies_that_trickle_are_ended_and_others_are_served_meanwhile(
    duck: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 1.0)
    with served(app_over(duck, Letterbox(duck), duck.store.settings)) as port:
        slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(50)]
        for connection in slow:
            connection.sendall(head(1000) + b"[")
        began = time.perf_counter()
        assert answer_to(port, *_whole(json.dumps(an_event()).encode()))[0] == 200
        assert time.perf_counter() - began < 2
        for connection in slow:
            status, said = read_answer(connection)
            assert (status, said["error"]["code"]) == (400, "too_slow")
            connection.close()
    assert bodies.ROOM.held == 0


def test_whoever_hangs_up_in_the_middle_leaves_nothing(duck: Box) -> None:
    with served(app_over(duck, Letterbox(duck), duck.store.settings)) as port:
        for sent in (head(1000) + b'[{"type":', head() + b"5\r\n[{}"):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(sent)
        assert answer_to(port, *_whole(json.dumps(an_event(id="after")).encode()))[0] == 200
        until(lambda: bodies.ROOM.held == 0)
    assert messages(duck) == {"after"}


def test_the_process_holds_only_so_much_of_bodies(duck: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.ROOM, "largest", 100_000)
    with served(app_over(duck, Letterbox(duck), duck.store.settings)) as port:
        holding = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(2)]
        for connection in holding:
            connection.sendall(head(60_000) + b" " * 40_000)
        until(lambda: bodies.ROOM.held == 80_000)
        status, said = answer_to(port, head(30_000), b" " * 30_000)
        assert (status, said["error"]["code"]) == (503, "busy")
        for connection in holding:
            connection.close()
        until(lambda: bodies.ROOM.held == 0)
        assert answer_to(port, *_whole(json.dumps(an_event()).encode()))[0] == 200


def _whole(content: bytes) -> tuple[bytes, bytes]:
    return head(len(content)), content


# Many at once


def test_many_small_deliveries_share_transactions_and_each_has_its_own_counts(
    client: TestClient, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []

    def counted(store: Store, batches: Any, now: Any) -> list[Counts]:
        sizes.append(len(batches))
        return take_together(store, batches, now)

    monkeypatch.setattr(letterbox_module, "take_together", counted)
    known = an_event(id="known")
    client.post(EVENTS, json=known)

    def send(n: int) -> dict[str, Any]:
        mine = [an_event(id=f"m-{n}-{part}", customer_id=f"v-{n % 5}") for part in range(n % 4 + 1)]
        return client.post(EVENTS, json=[*mine, known, {"type": "nonsense"}]).json()

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(send, range(200)))
    for n, answer in enumerate(answers):
        assert (answer["stored"], answer["duplicate"]) == (n % 4 + 1, 1)
        assert [r["index"] for r in answer["rejected"]] == [n % 4 + 2]
    assert len(messages(box)) == 1 + sum(n % 4 + 1 for n in range(200))
    assert len(sizes) < 150
    assert max(sizes) > 1


def test_the_same_event_from_many_at_once_is_stored_once(client: TestClient, box: Box) -> None:
    same = an_event(id="same")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.post(EVENTS, json=same).json(), range(48)))
    assert sum(answer["stored"] for answer in answers) == 1
    assert sum(answer["duplicate"] for answer in answers) == 47
    assert [row.event_id for row in rows(box.store, "messages", "event_id")] == ["same"]


def test_an_event_that_breaks_the_store_harms_no_other(
    client: TestClient, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()

    def poisoned(store: Store, batches: Any, now: Any) -> list[Counts]:
        gate.wait(10)
        if any(event.id == "poison" for events in batches for event in events):
            raise ValueError("what the customer wrote")
        return take_together(store, batches, now)

    monkeypatch.setattr(letterbox_module, "take_together", poisoned)
    with ThreadPoolExecutor(8) as pool:
        others = [pool.submit(client.post, EVENTS, json=[an_event(id=f"o-{n}")]) for n in range(5)]
        mixed = [an_event(id=f"x-{n}") for n in range(6)] + [an_event(id="poison")] + [an_event(id="y")]
        with_it = pool.submit(client.post, EVENTS, json=mixed)
        alone = pool.submit(client.post, EVENTS, json=an_event(id="poison"))
        time.sleep(0.3)
        gate.set()
        assert all(other.result().json() == NOTHING | {"stored": 1} for other in others)
        answer = with_it.result().json()
        assert answer["stored"] == 7
        assert [(r["index"], r["field"]) for r in answer["rejected"]] == [(6, "event")]
        # By itself nobody can tell whether it is the event or the store: nothing is said to be wrong with it.
        assert (alone.result().status_code, alone.result().json()["error"]["code"]) == (500, "internal")
    assert messages(box) == {*(f"o-{n}" for n in range(5)), *(f"x-{n}" for n in range(6)), "y"}
    assert "what the customer wrote" not in caplog.text


def test_when_too_much_waits_the_next_is_told_to_come_again(duck: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def slow(store: Store, batches: Any, now: Any) -> list[Counts]:
        gate.wait(20)
        return take_together(store, batches, now)

    monkeypatch.setattr(letterbox_module, "take_together", slow)
    box = Letterbox(duck, waiting=10)
    with asked(duck, duck.store.settings, box) as client, ThreadPoolExecutor(4) as pool:
        first = pool.submit(client.post, EVENTS, json=[an_event() for _ in range(8)])
        until(lambda: box._waiting == 8)
        refused = client.post(EVENTS, json=[an_event() for _ in range(5)])
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
        assert refused.headers["retry-after"] == "1"
        fits = pool.submit(client.post, EVENTS, json=[an_event() for _ in range(2)])
        until(lambda: box._waiting == 10)
        gate.set()
        assert (first.result().json()["stored"], fits.result().json()["stored"]) == (8, 2)


def test_while_writing_is_stopped_senders_wait_so_long_and_no_longer(
    duck: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "PATIENCE", 0.3)
    box = Letterbox(duck)
    event, second = an_event(id="kept"), an_event(id="taken back")
    with asked(duck, duck.store.settings, box) as client:
        with duck.store.writing_stopped():  # as while the file is written anew after an erasure
            first = client.post(EVENTS, json=event)
            assert (first.status_code, first.json()["error"]["code"]) == (503, "store_away")
            assert int(first.headers["retry-after"]) > 0
            assert client.post(EVENTS, json=second).status_code == 503
        until(lambda: box._waiting == 0)
        assert messages(duck) == {"kept"}  # it was in hand already; sending it again is harmless
        monkeypatch.setattr(storing, "PATIENCE", 10.0)
        assert client.post(EVENTS, json=[event, second]).json() == NOTHING | {"stored": 1, "duplicate": 1}


def test_while_the_store_is_away_it_is_503_and_then_it_goes_on(client: TestClient, box: Box) -> None:
    event = an_event(id="m-1")
    box.away = StoreAway("Postgres at secret-host:5432/db does not answer")
    answer = client.post(EVENTS, json=event)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_away")
    assert int(answer.headers["retry-after"]) > 0
    assert "secret-host" not in answer.text
    assert client.get("/healthz").status_code == 503
    assert client.get("/api/v1/bot/webchat/v-1").status_code == 503
    box.away = None
    assert client.post(EVENTS, json=event).json() == NOTHING | {"stored": 1}
    assert client.get("/healthz").json() == {"status": "ok", "store": box.store.kind}


def test_what_goes_wrong_in_us_is_500_in_json_without_its_text(duck: Box, caplog: pytest.LogCaptureFixture) -> None:
    duck.away = RuntimeError("secret text")
    with asked(duck, duck.store.settings) as client:
        for answer in (
            client.post(EVENTS, json=an_event()),
            client.get("/healthz"),
            client.get("/api/v1/bot/webchat/v"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
            assert "secret text" not in answer.text
    assert "secret text" not in caplog.text
    assert "RuntimeError at" in caplog.text


def test_closing_stores_what_waits_and_takes_nothing_more(duck: Box) -> None:
    box = Letterbox(duck)
    with asked(duck, duck.store.settings, box) as client, ThreadPoolExecutor(8) as pool:
        with duck.store.writing_stopped():
            answers = [pool.submit(client.post, EVENTS, json=an_event(id=f"m-{n}")) for n in range(8)]
            until(lambda: box._waiting == 8)
            closing = threading.Thread(target=box.close)
            closing.start()
        closing.join(10)
        assert all(answer.result().json()["stored"] == 1 for answer in answers)
        assert client.post(EVENTS, json=an_event()).status_code == 503
    assert len(messages(duck)) == 8
