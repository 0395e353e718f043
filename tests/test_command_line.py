"""The command line: 0 is done, 2 is not, with one sentence on stderr and never a traceback; --json is one document."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from convdata.__main__ import COMMANDS, main
from convdata.command_line import printing
from convdata.filters import FILTERS
from convdata.muting import mute
from convdata.periods import now_utc
from tests.imports import event, jsonl
from tests.story import admin, customer, key, message, opened, rows, status, tell

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(monkeypatch, capsys, store_url):
    """Run a command in this process on a store of either kind; gives exit code, stdout and stderr."""
    monkeypatch.setenv("MISHEARD_STORE", store_url)
    monkeypatch.setenv("MISHEARD_AGENT", "Grace")
    return _runner(capsys)


def _runner(capsys):
    def run(*arguments: str):
        code = main(arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def shell(*arguments: str, url: str = "", **more):
    """Run a command as a person does, in a process of its own."""
    environment = os.environ | {"MISHEARD_STORE": url, "PYTHONWARNINGS": "error::ResourceWarning"}
    return subprocess.run(
        [sys.executable, "-m", "convdata", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, **more,
    )  # fmt: skip


def is_one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.rstrip().endswith((".", "…")) and "Traceback" not in text


@pytest.fixture
def told(store_url):
    """A store with three customers: one not understood, one who needs help, one without a message."""
    store = opened(store_url)
    tell(
        store,
        customer("v-1", first_name="Ada", last_name="Lovelace", email="ada@example.org"),
        message("v-1", text="xqzt", language="en", understood=False),
        message("v-2", language="fr", channel="messenger", understood=True),
        status("need_help", "v-2", channel="messenger", reason="asked for a human"),
        customer("v-3", first_name="Nobody"),
    )
    store.close()


def test_customers_as_json(run, told):
    code, out, err = run("customers", "--json")
    found = {one["customer_id"]: one for one in json.loads(out)}
    assert (code, err) == (0, "")
    assert found["v-1"] | {"first_name": "Ada", "status": "not_understood", "language": "en"} == found["v-1"]
    assert found["v-1"]["last_message_at"] == "2026-08-09T12:00:00.000Z"
    assert found["v-2"] | {"channel": "messenger", "status": "need_help", "message_count": 1} == found["v-2"]
    assert found["v-3"] | {"language": None, "last_message_at": None, "muted_until": None} == found["v-3"]


def test_every_filter_is_an_option(run, told):
    for arguments, expected in (
        (["--status", "need_help", "--status", "not_understood"], {"v-1", "v-2"}),
        (["--status", "need_help", "--channel", "webchat"], set()),
        (["--language", "fr"], {"v-2"}),
        (["--search", "lovel"], {"v-1"}),
        (["--from", "2026-08-09", "--to", "2026-08-09"], {"v-1", "v-2"}),
        (["--failed-from", "2026-08-09", "--failed-to", "2026-08-09"], {"v-1"}),
        (["--failed-from", "2026-08-10"], set()),
    ):
        code, out, _ = run("customers", "--json", *arguments)
        assert code == 0
        assert {one["customer_id"] for one in json.loads(out)} == expected


def test_the_list_for_people_is_aligned_and_limited(run, store_url):
    store = opened(store_url)
    tell(store, *(message(f"visitor-{n:03}", text="\x1b[31mred") for n in range(60)))
    tell(store, customer("visitor-000", first_name="Ada\x1b]0;title\x07\u202e"))
    store.close()
    code, out, _ = run("customers")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 52
    assert lines[-1] == "… and 10 more; --json gives all."
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert len(json.loads(run("customers", "--json")[1])) == 60


@pytest.mark.parametrize(
    "arguments",
    [
        ["customers", "--status", "angry"],
        ["customers", "--from", "yesterday"],
        ["customers", "--channel", "telex"],
        ["customers", "--search", "x" * 300],
        ["customers", "--sta", "ok"],
        ["stats", "--by", "weather"],
        ["mute", "webchat", "nobody"],
        ["mute", "webchat", "v-1", "--hours", "100"],
        ["mute", "webchat", "v-1", "--hours", "nan"],
        ["mute", "webchat", "v-1", "--hours", "many"],
        ["erase", "webchat", "v-1"],
        ["erase", "webchat", "*", "--yes"],
        ["erase", "webchat", "", "--yes"],
        ["download", "everything", "webchat", "v-1"],
        ["download", "user", "webchat", "v-1", "--format", "csv"],
        ["download", "user", "webchat", "v-1", "-o", "/nonexistent/file"],
        ["demo"],
        ["demo", "--customers", "0"],
        ["import", "/nonexistent/file.jsonl"],
        ["import", "/tmp"],
        ["import", __file__],
        ["import", "--format", "nonsense", __file__],
        ["import", __file__, "--rejects", "/nonexistent/file"],
        ["import", __file__, "--rejects", __file__],
        ["import", __file__, "--option", "nonsense"],
        ["import"],
        ["nonsense"],
        [],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, told, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert is_one_sentence(err), err


def test_help_says_every_command_and_option(capsys):
    for command in COMMANDS:
        with pytest.raises(SystemExit) as stopped:
            main([command.name, "--help"])
        assert stopped.value.code == 0
        shown = capsys.readouterr().out
        if command.name in ("customers", "stats"):
            assert all(f"--{f.name.replace('_', '-')} " in shown for f in FILTERS)
            own_day = "The day of the message itself" in " ".join(shown.split())
            assert own_day == (command.name == "stats"), "what the days of --from look at"


def test_stats(run, told):
    code, out, _ = run("stats", "--by", "channel,language", "--json")
    assert code == 0
    assert [(one["channel"], one["language"], one["eligible"], one["not_understood"]) for one in json.loads(out)] == [
        ("messenger", "fr", 1, 0),
        ("webchat", "en", 1, 1),
    ]
    (all_of_it,) = json.loads(run("stats", "--json")[1])
    assert all_of_it == {
        "eligible": 2,
        "not_understood": 1,
        "rate": 0.5,
        "rate_low": pytest.approx(0.0945, abs=1e-4),
        "rate_high": pytest.approx(0.9055, abs=1e-4),
        "conversations": 2,
        "conversations_not_understood": 1,
        "conversation_rate": 0.5,
        "conversation_rate_low": pytest.approx(0.0945, abs=1e-4),
        "conversation_rate_high": pytest.approx(0.9055, abs=1e-4),
    }
    printed = run("stats")[1]
    assert printed.count("too few") == 2
    assert "%" not in printed.partition("In brackets")[0], "1 of 2 never reads as 50 %"


def test_mute_unmute_and_sweep(run, told, store_url):
    code, out, _ = run("mute", "webchat", "v-1", "--hours", "1", "--json")
    assert code == 0
    until = json.loads(out)["muted_until"]
    (ada,) = json.loads(run("customers", "--search", "ada", "--json")[1])
    assert ada["muted_until"] == until
    assert run("unmute", "webchat", "v-1")[:2] == (0, "The bot answers this customer again.\n")
    assert run("unmute", "webchat", "v-1")[:2] == (0, "The bot was not muted for this customer.\n")
    assert json.loads(run("sweep", "--json")[1]) == {"closed": 0}
    store = opened(store_url)
    assert {row[0] for row in rows(store, "activity where act in ('mute', 'unmute')", "actor")} == {"Grace"}
    store.close()


def test_a_mute_that_is_over_is_not_shown_and_is_swept_once(run, told, store_url):
    store = opened(store_url)
    mute(store, key(store, "v-1"), by=admin("Grace"), now=now_utc() - timedelta(hours=2), hours=1)
    store.close()
    assert [one["muted_until"] for one in json.loads(run("customers", "--json")[1])] == [None, None, None]
    assert json.loads(run("sweep", "--json")[1]) == {"closed": 1}
    assert json.loads(run("sweep", "--json")[1]) == {"closed": 0}


def test_downloads(run, told, tmp_path):
    target = tmp_path / "conversation.csv"
    assert run("download", "conversation", "webchat", "v-1", "--format", "csv", "-o", str(target))[0] == 0
    assert "xqzt" in target.read_text("utf-8-sig")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert run("download", "user", "webchat", "v-1", "-o", str(target))[0] == 0
    assert "ada@example.org" in target.read_text()


def test_erasing_asks_first_and_gives_a_receipt(run, told, tmp_path):
    file = tmp_path / "again.jsonl"
    file.write_bytes(jsonl(event(1, customer_id="v-1", at="2026-08-09T11:00:00Z")))
    _, _, asked = run("erase", "webchat", "v-1")
    assert "Ada Lovelace" in asked
    assert "--yes" in asked
    code, out, _ = run("erase", "webchat", "v-1", "--yes")
    assert code == 0
    assert "Receipt" in out
    assert "Ada" not in out
    assert run("mute", "webchat", "v-1")[0] == 2
    assert json.loads(run("import", str(file), "--json")[1])["suppressed"] == 1


def test_importing(run, told, tmp_path):
    file, rejects = tmp_path / "events.jsonl", tmp_path / "rejects.jsonl"
    file.write_bytes(jsonl(event(1), event(2, sender="robot"), event(3, mood="good")))
    code, out, err = run("import", str(file), str(file), "--rejects", str(rejects), "--json")
    counts = json.loads(out)
    assert (code, err) == (0, "")
    wanted = {"read": 6, "stored": 2, "updated": 0, "duplicate": 2, "rejected": 2, "suppressed": 0, "unknown_fields": 2}
    assert {name: counts[name] for name in wanted} == wanted
    assert [one["format"] for one in counts["files"]] == ["events_jsonl", "events_jsonl"]
    assert [json.loads(line)["line"] for line in rejects.read_text().splitlines()] == [2, 2]
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    code, out, _ = run("import", str(file))
    assert code == 0
    assert out.startswith("3 read = 0 stored + 0 updated + 2 duplicate + 1 rejected + 0 suppressed")


def test_an_import_that_stops_says_how_far_it_came(run, tmp_path):
    good, cut = tmp_path / "good.jsonl", tmp_path / "none.jsonl"
    good.write_bytes(jsonl(event(1)))
    code, out, err = run("import", str(good), str(cut), "--json")
    assert code == 2
    assert json.loads(out)["stored"] == 1
    assert is_one_sentence(err)


def test_the_demo_goes_into_an_empty_store_only(run):
    code, out, _ = run("demo", "--customers", "20", "--days", "20", "--seed", "3")
    assert code == 0
    assert "20 customers" in out
    assert run("demo")[0] == 2
    assert run("demo", "--if-empty") == (0, "", "")


def test_check_names_what_is_configured_and_no_secret(run, monkeypatch):
    monkeypatch.setenv("MISHEARD_INTAKE_TOKEN", "very-secret")
    code, out, _ = run("check", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["store"] in ("duckdb", "postgresql")
    assert "MISHEARD_INTAKE_TOKEN" in found["configured"]
    assert "very-secret" not in out + run("check")[1]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "not a URL"),
        ("mysql://somewhere/x", "does not speak|keeps its data in"),
        ("postgresql+psycopg://nobody@127.0.0.1:1/none", "does not answer"),
        ("duckdb:////proc/misheard/x.duckdb", "cannot be made|cannot be written|cannot be opened"),
        (f"duckdb:///{__file__}", "not a Misheard store"),
    ],
)
def test_a_store_that_is_away_is_said_in_one_sentence(capsys, monkeypatch, url, words):
    monkeypatch.setenv("MISHEARD_STORE", url)
    for command in ("check", "customers", "sweep"):
        code, out, err = _runner(capsys)(command)
        assert (code, out) == (2, "")
        assert is_one_sentence(err), err
        assert re.search(words, err)


def test_a_store_that_is_open_in_another_program(tmp_path):
    url = f"duckdb:///{tmp_path / 'store.duckdb'}"
    store = opened(url)
    done = shell("check", url=url)
    store.close()
    assert (done.returncode, done.stdout) == (2, "")
    assert "open in another program" in done.stderr
    assert is_one_sentence(done.stderr)


def test_a_reader_who_has_seen_enough_is_no_mistake(tmp_path):
    url = f"duckdb:///{tmp_path / 'store.duckdb'}"
    store = opened(url)
    tell(store, *(message(f"v-{n}") for n in range(3000)))
    store.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "convdata", "customers", "--json"],
        cwd=ROOT, env=os.environ | {"MISHEARD_STORE": url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 0
    process.stderr.close()
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "convdata", "customers", "--json"],
            cwd=ROOT, env=os.environ | {"MISHEARD_STORE": url}, stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 2
    assert is_one_sentence(done.stderr), done.stderr


# What a shell starts in the background does not hear Control-C, nor does what it starts in turn.
HEARS_CONTROL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from convdata.__main__ import main
sys.exit(main())
"""


def test_control_c_in_an_import_keeps_what_is_stored_and_says_so(tmp_path):
    url = f"duckdb:///{tmp_path / 'store.duckdb'}"
    opened(url).close()
    pipe = tmp_path / "endless.jsonl"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS_CONTROL_C, "import", str(pipe)],
        cwd=ROOT, env=os.environ | {"MISHEARD_STORE": url}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with open(pipe, "wb") as endless:
        for start in range(0, 60_000, 1000):
            endless.write(jsonl(*(event(n) for n in range(start, start + 1000))))
        endless.flush()
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "interrupted" in err.lower()
    assert is_one_sentence(err), err


def test_a_moment_is_said_as_everywhere():
    assert printing.moment(datetime(2026, 8, 9, 10, 17, 19, 867_000)) == "2026-08-09T10:17:19.867Z"
    assert printing.moment(datetime(2026, 8, 9)) == "2026-08-09T00:00:00.000Z"
    assert printing.moment(None) is None
