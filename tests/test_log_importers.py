"""What other systems' logs become: each importer on a small sample of our own, and on genuine ones where they are there."""

import json
import re
import sqlite3
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from convdata.database import Store
from convdata.errors import FileUnreadable, ImportStopped
from convdata.following import read_on
from convdata.importers import importers, recognise
from convdata.importing import import_file
from tests.imports import LATER, imported
from tests.shared import shared_path
from tests.story import admin, opened, rows

SAMPLES = Path(__file__).parent / "samples" / "logs"

# Of each sample: what is imported of it, as (sender, text, understood, intent).
SAID: dict[str, list[tuple[Any, ...]]] = {
    "alexa": [
        ("user", "BookTicket(city=Vienna)", True, "BookTicket"),
        ("user", None, False, "AMAZON.FallbackIntent"),
    ],
    "lex": [("user", "where is my coach", False, "FallbackIntent"), ("bot", "Sorry, can you repeat that?", None, None)],
    "dialogflow_cx": [
        ("user", "is there wifi", True, "wifi"),
        ("bot", "Yes, in every coach.", None, None),
        ("user", "mumble", False, None),
        ("bot", "I didn't get that.", None, None),
    ],
    "dialogflow_es": [
        ("user", "Fährt der Bus heute?", True, "bus.times"),
        ("bot", "Ja, um 9.", None, None),
        ("user", "blubb", False, "Default Fallback Intent"),
        ("bot", "Wie bitte?", None, None),
        ("user", "Tschüss", True, "bye"),
    ],
    "botframework": [("user", "Hello", False, "None"), ("bot", "Sorry?", None, None)],
    "botpress": [("user", "xyz", False, "none"), ("bot", "Sorry?", None, None)],
    "chatwoot": [
        ("user", "Where is it?", None, None),
        ("bot", "No idea.", None, None),
        ("agent", "Jane here.", None, None),
    ],
    "langfuse": [("user", "where is my train", None, None), ("bot", "On its way.", None, None)],
    "watson": [("user", "turn it on", True, "turn_on"), ("bot", "Done.", None, None), ("user", "mumble", False, None)],
    "rasa": [
        ("user", "hi", True, "greet"),
        ("bot", "Hello!", None, None),
        ("user", "mumble", False, None),
        ("user", "blub", False, "greet"),
        ("agent", "Jane here", None, None),
    ],
}
OURS = {"events_csv", "events_jsonl", "events_parquet"}
OTHERS = {"mapped"}  # tests/test_mapping.py
# What a sample does not say itself.
STATED = {"dialogflow_es": {"times": "day-first", "timezone": "Europe/Vienna", "decimal": ","}}


def sample(name: str) -> Path:
    (file,) = SAMPLES.glob(f"{name}.*")
    return file


def said(store: Store) -> list[tuple[Any, ...]]:
    found = rows(store, "messages", "sender", "text", "understood", "intent", "sent_at", "coalesce(seq, 0)", "arrived")
    return [tuple(row[:4]) for row in sorted(found, key=lambda row: (row[4], row[5], row[6]))]


def test_every_importer_has_a_sample() -> None:
    assert set(importers()) - OURS - OTHERS == set(SAID)
    for name in SAID:
        assert sample(name)


@pytest.mark.parametrize("name", SAID)
def test_each_log_is_recognised_and_becomes_its_messages(name: str, store: Store) -> None:
    file = sample(name)
    assert name == recognise(file.read_bytes()[:65536], file.name).NAME
    result, rejected = imported(store, file, options=STATED.get(name))
    assert not rejected
    assert result.format == name
    assert said(store) == SAID[name]
    again, _ = imported(store, file, options=STATED.get(name))
    assert again.counts.duplicate == again.counts.read


def test_a_handover_becomes_need_help(store: Store) -> None:
    imported(store, sample("dialogflow_cx"))
    assert [row[0] for row in rows(store, "customers", "status")] == ["need_help"]


def test_rasas_threshold_is_not_taken_for_a_confidence(store: Store) -> None:
    imported(store, sample("rasa"))
    kept = {row[0]: row[1:] for row in rows(store, "messages", "text", "confidence", "alternatives")}
    assert kept["mumble"][0] == 0.41
    assert json.loads(kept["mumble"][1])[0] == {"intent": "goodbye", "confidence": 0.41}


def tracker_store(file: Path, events: list[dict[str, Any]]) -> str:
    """A tracker store as Rasa makes it."""
    with sqlite3.connect(file) as connection:
        connection.execute(
            "create table if not exists events (id integer primary key, sender_id varchar(255) not null, "
            "type_name varchar(255) not null, timestamp float, intent_name varchar(255), action_name varchar(255), data text)"
        )
        for event in events:
            data = json.dumps({k: v for k, v in event.items() if k != "sender_id"})
            connection.execute(
                "insert into events (sender_id, type_name, timestamp, data) values (?, ?, ?, ?)",
                (event["sender_id"], event["event"], event["timestamp"], data),
            )
    return f"sqlite:///{file}"


def test_a_tracker_store_is_read_on_from_where_it_was_left(store: Store, tmp_path: Path) -> None:
    events = [json.loads(line) for line in sample("rasa").read_text().splitlines()]
    address = tracker_store(tmp_path / "tracker.db", events[:3])
    first = import_file(store, address, now=LATER, by=admin("Test"))
    tracker_store(tmp_path / "tracker.db", events[3:])
    second = import_file(store, address, now=LATER, by=admin("Test"))
    third = import_file(store, address, now=LATER, by=admin("Test"))
    assert (first.counts.read > 0, second.counts.duplicate, third.counts.read) == (True, 0, 0)
    by_file, _ = imported(store, sample("rasa"))
    assert by_file.counts.duplicate == by_file.counts.read, "the same event by two ways is stored once"


def test_a_table_of_the_same_name_that_is_no_tracker_store_is_said(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "broker.db") as connection:
        connection.execute("create table events (id integer, sender_id text, data text)")
    with pytest.raises(FileUnreadable, match="SQL event broker"):
        import_file(store, f"sqlite:///{tmp_path / 'broker.db'}", now=LATER, by=admin("Test"))


def test_a_database_that_is_not_there_is_not_made(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="There is no file"):
        import_file(store, f"sqlite:///{tmp_path / 'none.db'}", now=LATER, by=admin("Test"))
    assert not (tmp_path / "none.db").exists()


def test_half_a_database_and_a_missing_driver_are_said_in_a_sentence(store: Store, tmp_path: Path) -> None:
    turn = {"event": "user", "sender_id": "v", "input_channel": "rest", "parse_data": {"intent": {"name": "greet"}}}
    events = [turn | {"timestamp": 1754730000.0 + n, "text": f"{n} " + "x" * 900} for n in range(400)]
    address = tracker_store(tmp_path / "tracker.db", events)
    whole = (tmp_path / "tracker.db").read_bytes()
    (tmp_path / "tracker.db").write_bytes(whole[: len(whole) // 2])
    with pytest.raises((FileUnreadable, ImportStopped), match="cannot be read"):
        import_file(store, address, now=LATER, by=admin("Test"))
    (tmp_path / "tracker.db").write_bytes(whole)
    result = import_file(store, address, now=LATER, by=admin("Test"))
    assert len(rows(store, "messages")) == 400
    assert result.counts.rejected == 0
    with pytest.raises(FileUnreadable, match="driver for that database is not installed"):
        import_file(store, "mysql+pymysql://rasa@localhost/rasa", now=LATER, by=admin("Test"))


def test_the_old_dialect_is_refused_with_a_sentence(store: Store) -> None:
    old = b'{"py/object": "rasa.core.conversation.Dialogue", "name": "moodbot", "events": []}\n'
    with pytest.raises(FileUnreadable, match="before 2020"):
        imported(store, old, "old.json")


def test_a_password_in_an_address_is_kept_by_nobody(store: Store) -> None:
    with pytest.raises(FileUnreadable) as said_so:
        import_file(store, "postgresql+psycopg://rasa:geheim@127.0.0.1:1/rasa", now=LATER, by=admin("Test"))
    assert "geheim" not in str(said_so.value)
    assert "geheim" not in str(rows(store, "activity", "details"))


def test_a_genuine_tracker_store_gives_the_answers_read_from_it(store: Store) -> None:
    expected = json.loads(shared_path("data", "rasa", "expected_formats.json").read_text())["fin_events.db"]
    result = import_file(
        store, f"sqlite:///{shared_path('data', 'rasa', 'fin_events.db')}", now=LATER, by=admin("Test")
    )
    senders = [row[0] for row in rows(store, "messages", "sender")]
    failed = sum(1 for row in rows(store, "messages", "understood") if row[0] is False)
    assert senders.count("user") == expected["user_messages"]
    assert senders.count("bot") == expected["bot_messages"]
    assert failed == expected["not_understood_any"]
    assert len(rows(store, "customers")) == expected["senders"]
    exported, _ = imported(store, shared_path("data", "rasa", "fin_events.jsonl.gz"))
    assert exported.counts.duplicate == exported.counts.read == result.counts.stored


def test_a_genuine_tracker_store_gives_the_store_that_its_events_give(duckdb_url: str, tmp_path: Path) -> None:
    shared_path("data", "rasa")
    columns = ("customer_id", "messages.channel", "sender", "text", "understood")
    joined = "messages join people on people.customer_key = messages.customer_key"
    stores = [opened(duckdb_url), opened(f"duckdb:///{tmp_path / 'other.duckdb'}")]
    import_file(stores[0], f"sqlite:///{shared_path('data', 'rasa', 'fin_events.db')}", now=LATER, by=admin("Test"))
    imported(stores[1], shared_path("data", "rasa", "fin_as_events.jsonl.gz"))
    first, second = (sorted(map(repr, rows(store, joined, *columns))) for store in stores)
    for store in stores:
        store.close()
    assert first == second


# Of each genuine sample, by the names in their README: how many events are stored of it, or words of its refusal.
NOBODYS = "in no format that Misheard knows"
GENUINE: dict[str, int | str] = {
    "alexa_intent_request.json": 1,
    "alexa_fallback_request.json": 1,
    "lex_v2_missed_utterance.json": 2,
    "dialogflow_cx_bigquery_rows.jsonl": 5,
    "dialogflow_es_webhook_fallback.json": "does not say when it was",
    "botframework_sample.transcript": 4,
    "botpress_v12_events.jsonl": 2,
    "botpress_cloud_messages.jsonl": 2,
    "botpress_v12_hitl_messages.jsonl": "do not say to whom they belong",
    "botpress_v12_hitlnext_webhook.json": "as a status event",
    "botpress_v12_misunderstood_row.json": "a work list and no log",
    "chatwoot_webhooks.jsonl": 5,
    "chatwoot_message_created_docs.json": 2,
    "chatwoot_out_requests.json": NOBODYS,
    "langfuse_observations_v2.jsonl": 2,
    "otel_genai_span_attributes.json": "not stable yet",
    "rasa_event_broker.jsonl": 31,
    "rasa_export.jsonl": 18,
    "rasa_tracker_cust-1.json": 14,
    "rasa_tracker_store.sqlite": 31,
    "rasa_tracker_store.schema.sql": NOBODYS,
    "rasa_callback_channel_out.jsonl": "callback connector",
    "rasa_out_requests.json": NOBODYS,
    "rasa_repo_tracker_moodbot_excerpt.json": 1,
    "rasa_repo_legacy_pyobject_excerpt.json": "before 2020",
    "rasa_nlu_export.yml": "training data",
    "messenger_errors.json": NOBODYS,
    "messenger_send_requests.json": NOBODYS,
    "messenger_send_responses.json": NOBODYS,
    "messenger_signature_example.json": NOBODYS,
    "messenger_*.json": "/webhooks/messenger",
    "smartly_user_data.*": NOBODYS,
}


def genuine() -> list[Path]:
    """Every sample there is, none where there are none."""
    try:
        return sorted(file for file in shared_path("payloads").iterdir() if file.name != "README.md")
    except pytest.skip.Exception:
        return []


def expected_of(name: str) -> int | str:
    """What is said of a sample above, first by its name, then by the first pattern that fits."""
    return GENUINE.get(name) or next(outcome for pattern, outcome in GENUINE.items() if fnmatch(name, pattern))


def test_the_readme_of_the_samples_speaks_of_every_one_and_so_do_we() -> None:
    readme = shared_path("payloads", "README.md").read_text(encoding="utf-8")
    named = " ".join(line.split("|")[1] + line.split("|")[2] for line in readme.splitlines() if line.startswith("| "))
    patterns = re.findall(
        r"[a-z0-9_*-]+\.?[a-z{},.()*]*", named.replace("json(l)", "json*").replace("{sqlite,schema.sql}", "*")
    )
    for file in genuine():
        assert any(fnmatch(file.name, pattern.rstrip(",;:")) for pattern in patterns), (
            f"the README leaves out {file.name}"
        )
        assert expected_of(file.name)


@pytest.mark.parametrize("file", genuine(), ids=lambda file: file.name)
def test_genuine_samples_are_imported_or_refused_with_a_sentence(file: Path, duckdb_url: str) -> None:
    expected, what = expected_of(file.name), file if file.suffix != ".sqlite" else f"sqlite:///{file}"
    store = opened(duckdb_url)
    if isinstance(expected, str):
        with pytest.raises(FileUnreadable, match=re.escape(expected)):
            imported(store, what)
        assert rows(store, "messages") == []
    else:
        result, rejected = imported(store, what)
        assert (result.counts.stored, rejected) == (expected, [])
    store.close()


def test_a_tracker_store_named_as_a_file_is_told_to_be_named_by_its_address(store: Store, tmp_path: Path) -> None:
    tracker_store(tmp_path / "tracker.db", [])
    with pytest.raises(FileUnreadable, match=r"sqlite:///tracker\.db"):
        imported(store, tmp_path / "tracker.db")


def test_the_tracker_store_of_the_settings_is_read_on_each_minute(store_url: str, tmp_path: Path) -> None:
    events = [json.loads(line) for line in sample("rasa").read_text().splitlines()]
    store = opened(store_url, RASA_STORE=tracker_store(tmp_path / "tracker.db", events))
    assert read_on(store, LATER) > 0
    assert read_on(store, LATER) == 0
    assert len(rows(store, "activity", "act")) == len([e for e in events if e["event"] == "pause"]) + 1
    store.close()
    assert read_on(opened(f"duckdb:///{tmp_path / 'other.duckdb'}"), LATER) == 0


def test_how_the_tracker_store_of_the_settings_is_read_is_a_setting(duckdb_url: str, tmp_path: Path) -> None:
    asked = {"event": "user", "sender_id": "v", "timestamp": 1754730000.0, "text": "Hi", "input_channel": "rest"}
    asked |= {"parse_data": {"intent": {"name": "greet", "confidence": 0.9}}}
    events = [asked, {"event": "action", "sender_id": "v", "timestamp": 1754730001.0, "name": "action_sorry"}]
    address = tracker_store(tmp_path / "tracker.db", events)
    store = opened(duckdb_url, RASA_STORE=address, RASA_OPTIONS="fallback_actions=action_x,action_sorry; language=fr")
    assert read_on(store, LATER) == 1
    assert [tuple(row) for row in rows(store, "messages", "understood", "language")] == [(False, "fr")]
    store.close()
    store = opened(f"duckdb:///{tmp_path / 'other.duckdb'}", RASA_STORE=address, RASA_OPTIONS="langage=fr")
    with pytest.raises(FileUnreadable, match="no option “langage”; it has channel, language"):
        read_on(store, LATER)
    store.close()
