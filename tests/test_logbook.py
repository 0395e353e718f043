"""The log is one line of JSON an event, and secrets are in no line, no page, no answer and no repr (threat model E15, E18)."""

import io
import json
import logging
import os
import threading
import urllib.error
import urllib.request

import pytest

from convdata.logbook import MASK, OneLine, secrets_in, write_one_line_each
from convdata.settings import SETTINGS, read_settings
from tests.shared import SHARED
from tests.story import NOBODYS_SECRETS, message, opened, tell


def line(text, name="routes", **more):
    return OneLine(("s3cr3t-word",)).format(logging.LogRecord(name, logging.INFO, "f", 1, text, None, None, **more))


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines",
        "\r\n",
        "\x1b[31mred",
        "\u2028\u2029",
        "\u202egnp.exe",
        "\x00",
        "\x85",
        '"}, {"level": "error"',
        "día 😀",
        "\ud800",
    ],
)
def test_one_event_is_one_line_that_obeys_nothing(text):
    said = line(text)
    assert said.isascii()
    assert said.isprintable()
    assert "\n" not in said
    assert json.loads(said)["event"] == text
    assert set(json.loads(said)) == {"at", "level", "logger", "event"}


def test_of_an_error_its_type_and_places_are_written_and_never_what_it_says():
    try:
        raise ValueError("what the customer wrote")
    except ValueError as wrong:
        record = logging.LogRecord("streamlit.x", logging.ERROR, "f", 1, "Uncaught\nwhat she said", None, None)
        record.exc_info = (type(wrong), wrong, wrong.__traceback__)
    said = json.loads(OneLine().format(record))
    assert (said["error"], said["event"]) == ("ValueError", "Uncaught")
    assert "test_logbook.py:" in said["where"][0]
    assert "customer" not in json.dumps(said)


def test_a_mistake_in_a_line_is_no_mistake_in_what_it_is_about():
    record = logging.LogRecord("routes", logging.INFO, "f", 1, "%d of %s", ("x",), None)
    assert json.loads(OneLine().format(record))["event"] == "%d of %s"


def test_secrets_are_masked_wherever_they_appear():
    assert json.loads(line("token s3cr3t-word, s3cr3t-word!"))["event"] == f"token {MASK}, {MASK}!"
    found = secrets_in(("tok-one, tok-two", "postgresql+psycopg://me:p%40ss-word@host/db", "duckdb:///x"))
    assert found == {"tok-one, tok-two", "tok-one", "tok-two", "p%40ss-word", "p@ss-word"}


def test_what_nobody_catches_in_a_thread_is_a_line_too(monkeypatch):
    out = io.StringIO()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    write_one_line_each(stream=out)

    def fail():
        raise RuntimeError("her words")

    try:
        thread = threading.Thread(target=fail, name="t-1")
        thread.start()
        thread.join()
        logging.getLogger("streamlit.a").warning("Thread 'x': missing ScriptRunContext! This can be ignored.")
    finally:
        logging.captureWarnings(False)
    (said,) = map(json.loads, out.getvalue().splitlines())
    assert (said["event"], said["error"], said["level"]) == ("A thread ended: t-1", "RuntimeError", "error")
    assert "her words" not in out.getvalue()


# -- secrets ------------------------------------------------------------------------------------------------------------

CANARY = "canary-5f3a9d17c2-"


def canaries():
    planted = {s.name: f"{CANARY}{n}-{s.name.lower()}" for n, s in enumerate(SETTINGS) if s.secret}
    planted |= {
        "STORE": "",
        "RASA_STORE": f"postgresql+psycopg://me:{CANARY}pw@127.0.0.1:1/rasa",
        "MESSENGER_PAGE_ID": "1",
        "RASA_URL": "http://127.0.0.1:9",
    }
    return {name: value for name, value in planted.items() if value}


def test_no_repr_of_anything_that_is_configured_shows_a_secret(duckdb_url):
    environment = {f"MISHEARD_{name}": value for name, value in canaries().items()} | {"MISHEARD_STORE": duckdb_url}
    settings = read_settings(environment, NOBODYS_SECRETS)
    assert CANARY in str(settings.values)  # they are planted
    store = opened(duckdb_url)
    shown = [settings, store, store.url, store.engine, *vars(settings).items()]
    for thing in shown:
        if isinstance(thing, tuple) and thing[0] == "values":
            continue  # a plain mapping, which repr of the settings leaves out
        assert CANARY not in repr(thing), thing[0] if isinstance(thing, tuple) else type(thing)
    store.close()


def test_planted_secrets_are_in_no_log_no_page_and_no_answer_of_the_real_dashboard(tmp_path):
    from tests.browser.dashboard import running_dashboard

    store = opened(f"duckdb:///{tmp_path / 'store.duckdb'}")
    tell(store, message())
    store.close()
    planted = canaries()
    with running_dashboard(
        f"duckdb:///{tmp_path / 'store.duckdb'}", tmp_path, **{f"MISHEARD_{n}": v for n, v in planted.items()}
    ) as dashboard:
        bodies = [b"{", b"[]", b'{"type":"message"}', b"\xff" * 100, b"[" * 5000, b'{"a":"\\ud800"}']
        answers = []
        for path in (
            "/",
            "/healthz",
            "/metrics",
            "/api/v1/events",
            "/webhooks/messenger",
            "/webchat.js",
            "/api/v1/nothing",
            "/api/v1/bot/webchat/v-1",
        ):
            for body in (None, *bodies):
                for token in ("", planted["INTAKE_TOKEN"], "wrong"):
                    answers.append(asked(dashboard.url + path, body, token))
        for body in hostile():
            for path in ("/api/v1/events", "/webhooks/messenger", "/api/v1/webchat/sessions"):
                answers.append(asked(dashboard.url + path, body, planted["INTAKE_TOKEN"]))
        assert any(b"unreadable" in a for a in answers)
        assert any(b"misheard_" in a for a in answers)  # with the right token it answers
    assert not [a for a in answers if CANARY.encode() in a]
    log = dashboard.log.read_text()
    assert CANARY not in log
    lines = [one for one in log.splitlines() if one.strip()]
    banner = [one for one in lines if not one.startswith("{")]
    assert len(banner) <= 3, banner  # Streamlit prints where it is
    said = [json.loads(one) for one in lines if one.startswith("{")]
    assert len(said) > 50
    assert not any("ScriptRunContext" in one["event"] for one in said)
    if os.name == "posix":
        assert (tmp_path / "store.duckdb").stat().st_mode & 0o077 == 0


def hostile():
    """The bodies of the corpus, where it lies beside this checkout."""
    folder = SHARED / "corpus" / "payloads"
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.exists() else []
    return [file.read_bytes() for file in files if file.stat().st_size < 200_000]


def asked(url, body, token):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            return answer.read() + str(answer.headers).encode()
    except urllib.error.HTTPError as error:
        return error.read() + str(error.headers).encode()
    except (TimeoutError, OSError):
        return b""
