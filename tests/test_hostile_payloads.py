"""Rules for whatever may come as a body: after every case ten things hold, on both stores at once.

The cases are our own few, and those of ../shared/corpus where it lies beside this checkout. The numbers in the asserts
are those of that corpus's README.
"""

import csv
import io
import json
import logging
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import streamlit as st
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from convdata import downloads
from convdata.database import Store
from convdata.downloads import without_guard
from convdata.events import mended
from convdata.settings import PROJECT
from pages.parts import desk
from tests.http import EVENTS, TOKENS, Box, asked
from tests.postgres import Postgres
from tests.shared import SHARED
from tests.story import admin, key, opened, rows, tables

FRAME = PROJECT / "pages" / "frame.py"
NOW = datetime(2026, 8, 9, 12)
GOOD = (200,)
BAD = (400, 413, 415, 422)
EITHER = GOOD + BAD
WRITTEN_BY_PEOPLE = ("text", "customer_id", "first_name", "last_name", "email", "phone_number", "photo_url", "comments")


class Case(NamedTuple):
    name: str
    body: bytes
    status: tuple[int, ...]
    messages: int | str | None = None  # how many are stored; "0|1": either; None: not said
    text: str | None = None


def _message(n: int, **more: Any) -> dict[str, Any]:
    common = {"type": "message", "id": f"own-{n}", "channel": "webchat", "customer_id": f"own-{n}"}
    return common | {"at": "2026-03-10T09:15:00Z", "sender": "user", "text": "hello there"} | more


def _own() -> Iterator[Case]:
    texts = [
        "<img src=http://beacon.invalid/x>",
        "![x](http://beacon.invalid/y)",
        "=1+1",
        "a\x00b",
        "x\ud800y",
        "\u202egnp.exe",
    ]
    for n, text in enumerate(texts):
        yield Case(f"text {n}", json.dumps(_message(n, text=text)).encode(), GOOD, 1, mended(text))
    yield Case(
        "customer with a hostile name",
        json.dumps([_message(20), _customer(20, "$\\href{javascript:1}{x}$")]).encode(),
        GOOD,
        1,
    )
    yield Case(
        "customer with a deep value", json.dumps([_message(21), _customer(21, "Ada", data=_deep(100))]).encode(), BAD, 0
    )
    yield Case("a very long name", json.dumps([_message(22), _customer(22, "n" * 100_000)]).encode(), EITHER, "0|1")
    yield Case("a text of a mebibyte", json.dumps(_message(23, text="x" * 1_000_000)).encode(), BAD, 0)
    yield Case("a blank customer", json.dumps(_message(24, customer_id=" \u3000")).encode(), BAD, 0)
    yield Case("the same field twice", json.dumps(_message(25)).encode()[:-1] + b',"text":"second"}', BAD, 0)
    yield Case("no number", json.dumps(_message(26, confidence=float("nan"))).encode(), BAD, 0)
    yield Case("not UTF-8", json.dumps(_message(27)).encode().replace(b"hello", b"\xff\xfe"), BAD, 0)
    yield Case("the end of time", json.dumps(_message(28, at="9999-12-31T23:59:59-23:59")).encode(), BAD, 0)
    yield Case("before time", json.dumps(_message(29, at="0001-01-01T00:00:00+23:59")).encode(), BAD, 0)
    yield Case("nothing", b"", BAD, 0)


def _customer(n: int, first_name: str, **more: Any) -> dict[str, Any]:
    return _message(n) | {"type": "customer", "id": f"own-c-{n}", "first_name": first_name} | more


def _deep(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = {"d": value}
    return value


def _corpus() -> Iterator[Case]:
    folder = SHARED / "corpus"
    if not folder.exists():
        return
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case.get("endpoint") != "bot_event":
            continue
        found = [Path(folder, case["file"]), Path(folder, "payloads", case["file"])]
        body = next(path for path in found if path.exists()).read_bytes()
        status = tuple(status for status in case["status"] if status in EITHER)
        stored = case["stored"]
        text = stored.get("text")
        yield Case(case["id"], body, status, stored.get("messages"), text)


CASES = [*_own(), *_corpus()]


class World:
    """Both stores behind the same routes, for all cases one after the other."""

    def __init__(self, clients: dict[str, TestClient], stores: dict[str, Store]) -> None:
        self.clients = clients
        self.stores = stores
        self.good = 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres) -> Iterator[World]:
    file = tmp_path_factory.mktemp("hostile") / "store.duckdb"
    with postgres_server.database() as postgres:
        stores = {url.split(":")[0]: opened(url, INTAKE_TOKEN=TOKENS) for url in (f"duckdb:///{file}", postgres)}
        stores = {store.kind: store for store in stores.values()}
        with (
            asked(Box(stores["duckdb"]), stores["duckdb"].settings) as duck,
            asked(Box(stores["postgresql"]), stores["postgresql"].settings) as post,
        ):
            yield World({"duckdb": duck, "postgresql": post}, stores)
        for store in stores.values():
            store.close()
    st.cache_data.clear()


@pytest.fixture(autouse=True)
def nobody_else_is_contacted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """(8)"""
    elsewhere: list[Any] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            elsewhere.append(address)
            raise OSError("not in this test")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    yield
    assert not elsewhere


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_after_every_body_ten_things_hold(
    case: Case, world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    became = {}
    for kind, client in world.clients.items():
        store = world.stores[kind]
        before = _how_many(store)
        caplog.clear()
        with caplog.at_level(logging.INFO):
            answer = client.post(EVENTS, content=case.body, headers={"Content-Type": "application/json"})
        assert answer.status_code in case.status, answer.text  # (1)
        _log_is_one_harmless_line(case, [r for r in caplog.records if r.name.startswith(("routes", "convdata"))])  # (7)
        assert client.get("/healthz").json() == {"status": "ok", "store": kind}  # (2)
        after = _how_many(store)
        if answer.status_code == 200:
            new = after["messages"] - before["messages"]
            assert case.messages in (None, "0|1") or new == case.messages
            for event in _messages_of(case.body):
                _can_be_read(store, event, case.text)  # (5), (6)
            after = _how_many(store)  # a download is an act
        else:
            assert after == before  # (5)
            _names_field_and_reason(case, answer.status_code, answer.json()["error"])
        for written in _written(case.body):
            assert written not in answer.text  # (5)
        again = client.post(EVENTS, content=case.body, headers={"Content-Type": "application/json"})
        assert (again.status_code == 200) == (answer.status_code == 200)
        assert _how_many(store) == after  # (9)
        world.good += 1
        good = client.post(EVENTS, json=_message(1, id=f"good-{world.good}", customer_id="good"))
        assert good.json()["stored"] == 1  # (3)
        became[kind] = (answer.status_code, answer.json())
    assert became["duckdb"] == became["postgresql"]  # (10)
    if became["duckdb"][0] == 200:  # otherwise nothing has changed for the pages to show
        monkeypatch.setattr(desk, "store", lambda: world.stores["duckdb"])
        for event in _messages_of(case.body)[:1]:
            _pages_open(key(world.stores["duckdb"], mended(event["customer_id"])))  # (4)


def test_both_stores_end_with_the_same_rows(world: World) -> None:
    """(10) Runs last in this file, over all that the cases left behind."""
    for table, columns in {
        "messages": "event_id, source, channel, language, sender, kind, text, sent_at, understood, intent, confidence",
        "people": "customer_id, first_name, last_name, photo_url, email, phone_number, comments, further_data, last_text",
        "customers": "channel, status, language, last_message_at, search_key, message_count",
        "other_events": "event_id, type, sent_at",
        "daily_counts": "day, channel, language, cast(sum(eligible) as bigint), cast(sum(not_understood) as bigint)",
    }.items():
        grouped = " group by day, channel, language" if table == "daily_counts" else ""
        both = [
            sorted(str(tuple(row)) for row in rows(store, f"{table}{grouped}", columns))
            for store in world.stores.values()
        ]
        ours = [[row for row in some if "'good" not in row] for some in both]
        assert ours[0] == ours[1], table


def _how_many(store: Store) -> dict[str, int]:
    return {table: rows(store, table, "count(*) as many")[0].many for table in tables(store) if table != "store_facts"}


def _log_is_one_harmless_line(case: Case, records: list[logging.LogRecord]) -> None:
    lines = [record.getMessage() for record in records]
    assert len(lines) == 1, lines
    assert lines[0].startswith("POST /api/v1/events ")
    assert lines[0].isprintable()
    assert not any(written in lines[0] for written in _written(case.body))
    assert not any(token.strip() in lines[0] for token in TOKENS.split(","))


def _names_field_and_reason(case: Case, status: int, error: dict[str, Any]) -> None:
    assert error["code"]
    assert error["message"].isprintable()
    assert "Traceback" not in error["message"]
    assert "/" not in error["message"].replace("application/", "")
    if status == 422:
        assert error["field"]
        assert error["field"] in error["message"]


def _messages_of(body: bytes) -> list[dict[str, Any]]:
    value = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    return [event for event in (value if isinstance(value, list) else [value]) if event["type"] == "message"]


def _written(body: bytes) -> set[str]:
    """What people wrote in it, as far as that can be told: nothing of it is to appear in an answer or the log."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    events = [event for event in (value if isinstance(value, list) else [value]) if isinstance(event, dict)]
    found = {event.get(name) for event in events for name in WRITTEN_BY_PEOPLE if isinstance(event.get(name), str)}
    return {text for text in found if isinstance(text, str) and len(text.strip()) >= 5}


def _can_be_read(store: Store, event: dict[str, Any], text: str | None) -> None:
    expected = mended(event["text"]) if event.get("text") is not None else None
    assert text is None or expected == text
    whose = key(store, mended(event["customer_id"]))
    as_json = json.loads(downloads.conversation(store, whose, "json", by=admin("test"), now=NOW))
    assert expected in [m["text"] for m in as_json["messages"] if m["id"] == mended(event["id"])]
    as_csv = downloads.conversation(store, whose, "csv", by=admin("test"), now=NOW).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(as_csv, newline="")))
    field = next(row["text"] for row in read if without_guard(row["id"]) == mended(event["id"]))
    assert without_guard(field) == expected
    assert not field.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


def _pages_open(customer: str) -> None:
    for page, query in (("customers.py", {}), ("conversation.py", {"customer": customer})):
        app = AppTest.from_file(str(FRAME), default_timeout=60).run()
        app.switch_page(str(FRAME.parent / page))
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        assert not any("went wrong" in element.value for element in app.error)
