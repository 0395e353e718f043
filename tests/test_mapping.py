"""Anybody's CSV or JSON, by a mapping: what it makes of a file, and what it never guesses."""

import json

import pytest

from convdata.__main__ import main
from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import recognise
from convdata.importers._mapping import rules_of
from convdata.importers._objects import moment
from convdata.previewing import preview
from convdata.settings import PROJECT
from tests.imports import LATER, imported, jsonl
from tests.story import admin, opened, rows

CSV_MAP = """
source = "helpdesk"
times = "day-first"
timezone = "Europe/Paris"
decimal = ","

[[events]]
id = { join = "{Ticket}-{Nr}" }
channel = { is = "webchat" }
customer_id = "Kunde"
at = { join = "{Tag} {Zeit}" }
sender = { from = "Wer", words = { kunde = "user", bot = "bot" } }
text = "Text"
understood = { from = "Erkannt", words = { ja = true, nein = false } }
confidence = "Sicherheit"
seq = "Nr"
"""
HEADER = "Ticket;Nr;Kunde;Tag;Zeit;Wer;Text;Erkannt;Sicherheit"
ROW = "007;1;anna;03/04/2026;09:15;Kunde;Fährt der Bus?;nein;0,3"

JSON_MAP = """
times = "unix-ms"

[[events]]
only_if = { from = "role", is = ["user", "assistant"] }
id = { join = "{thread.id}:{n}" }
channel = { from = "thread.via", words = { fb = "messenger", site = "webchat" } }
customer_id = { from = "thread.person", after = "/" }
at = "time"
sender = { from = "role", words = { user = "user", assistant = "bot" } }
text = ["body", "parts[0].text"]
"""


def turn(**more):
    said = {"role": "user", "n": 1, "thread": {"id": "t", "via": "site", "person": "x/p-1"}, "time": 1775207700123}
    return said | {"body": "Hello"} | more


def mapped(store, data, text, name="export.csv"):
    data = data if isinstance(data, bytes) else "\n".join(data).encode()
    return imported(store, data, name, format="mapped", options={"map": text})


def test_columns_become_fields_as_the_mapping_says(store):
    result, rejected = mapped(store, [HEADER, ROW, "007;2;anna;03/04/2026;09:15;Bot;Bitte?;;"], CSV_MAP)
    assert (result.counts.stored, rejected) == (2, [])
    columns = ("source", "event_id", "sender", "text", "understood", "confidence", "sent_at::varchar")
    found = [tuple(row) for row in sorted(rows(store, "messages", *columns))]
    assert found == [
        ("helpdesk", "007-1", "user", "Fährt der Bus?", False, 0.3, "2026-04-03 07:15:00"),
        ("helpdesk", "007-2", "bot", "Bitte?", None, None, "2026-04-03 07:15:00"),
    ]
    assert rows(store, "people", "customer_id") == [("anna",)]
    again, _ = mapped(store, [HEADER, ROW], CSV_MAP)
    assert again.counts.duplicate == 1


def test_json_paths_become_fields_and_rows_of_which_nothing_is_made_count_as_nothing(store):
    data = jsonl(turn(), turn(n=2, role="assistant", body="", parts=[{"text": "What?"}]), turn(n=3, role="system"))
    result, rejected = mapped(store, data, JSON_MAP, "export.jsonl")
    assert (result.counts.read, result.counts.stored, rejected) == (2, 2, [])
    assert sorted(row[0] for row in rows(store, "messages", "text")) == ["Hello", "What?"]
    assert rows(store, "people", "customer_id") == [("p-1",)]
    whole = json.dumps([turn(), turn(n=9)], indent=2).encode()
    assert mapped(store, whole, JSON_MAP, "export.json")[0].counts.duplicate == 1


@pytest.mark.parametrize(
    ("was", "becomes", "field", "reason"),
    [
        ("03/04/2026", "31/04/2026", "at", "no day"),
        ("03/04/2026", "2026-04-03", "at", "31/12/2026"),
        ("03/04/2026", "03/04/26", "at", "31/12/2026"),
        ("03/04/2026", "04/13/2026", "at", "no day"),
        ("0,3", "0.3", "confidence", "0,87"),
        ("0,3", "30", "confidence", "1"),
        ("nein", "nicht ganz", "understood", "ja, nein"),
        ("Kunde", "Chef", "sender", "kunde, bot"),
        (";1;", ";one;", "seq", "whole number"),
        ("anna", "", "customer_id", ""),
    ],
)
def test_what_is_not_as_stated_is_rejected_with_its_line_and_never_guessed(store, was, becomes, field, reason):
    result, rejected = mapped(store, [HEADER, ROW.replace(was, becomes, 1), ROW.replace(";1;", ";2;")], CSV_MAP)
    assert result.counts.stored == 1
    assert [(r["line"], r["field"]) for r in rejected] == [(2, field)]
    assert reason in rejected[0]["reason"]
    assert becomes in rejected[0]["raw"]


@pytest.mark.parametrize(
    ("times", "written", "stored"),
    [
        ("day-first", "03/04/2026 09:15", "2026-04-03 09:15:00"),
        ("month-first", "03/04/2026 09:15", "2026-03-04 09:15:00"),
        ("day-first", "3.4.2026 9:15:07,25", "2026-04-03 09:15:07.25"),
        ("%Y%m%d-%H%M", "20260403-0915", "2026-04-03 09:15:00"),
        ("iso", "2026-04-03T11:15:00+02:00", "2026-04-03 09:15:00"),
        ("unix", "1775207700.5", "2026-04-03 09:15:00.5"),
    ],
)
def test_how_times_are_written_is_stated_for_the_whole_file(duckdb_url, times, written, stored):
    store = opened(duckdb_url)
    text = CSV_MAP.replace('"day-first"', f'"{times}"').replace("Europe/Paris", "UTC")
    text = text.replace('{ join = "{Tag} {Zeit}" }', '"Tag"')
    _, rejected = mapped(store, [HEADER, ROW.replace("03/04/2026", written)], text)
    assert rejected == []
    ((found,),) = rows(store, "messages", "sent_at")
    assert str(found).rstrip("0") == stored.rstrip("0")
    store.close()


def test_a_time_without_an_offset_needs_a_stated_time_zone(store):
    _, rejected = mapped(store, [HEADER, ROW], CSV_MAP.replace('timezone = "Europe/Paris"', ""))
    assert "timezone" in rejected[0]["reason"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_at_either_end_of_the_calendar_rejects_its_line_and_the_rest_goes_on(store, at):
    row = ROW.replace("03/04/2026;09:15", f"{at[:10]};{at[11:]}")
    text = CSV_MAP.replace('"day-first"', '"iso"').replace("{Tag} {Zeit}", "{Tag}T{Zeit}")
    good = ROW.replace(";1;", ";2;").replace("03/04/2026;09:15", "2026-04-03;09:15")
    result, rejected = mapped(store, [HEADER, row, good], text)
    assert (result.counts.stored, [line["field"] for line in rejected]) == (1, ["at"])
    with pytest.raises(EventRejected, match="not a time"):
        moment(at)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("[[events]]", "[[events", "not TOML"),
        ("[[events]]", "[[event]]", "“event”"),
        ('text = "Text"', 'txt = "Text"', "“txt”"),
        ('text = "Text"', 'text = "Nachricht"', "no column “Nachricht”"),
        ('text = "Text"', "text = 7", "text must name a column"),
        ('text = "Text"', 'text = { from = "Text", is = "x" }', "one of from, join and is"),
        ('text = "Text"', 'text = { form = "Text" }', "“form”"),
        ('customer_id = "Kunde"', "", "lacks customer_id"),
        ('"day-first"', '"european"', "times are written must be one of"),
        ("Europe/Paris", "Europe/Pari", "no time zone"),
        ('decimal = ","', 'decimal = ";"', "decimal mark must be"),
        ('source = "helpdesk"', 'file = "xml"', "csv or json"),
        ('source = "helpdesk"', 'delimiter = ";;"', "one character"),
        ('source = "helpdesk"', "source = 7", "source must be a text"),
        ("[[events]]", '[[events]]\ntype = "mood"', "type must be one of"),
        ("[[events]]", '[[events]]\ntype = ["message"]', "type must be one of"),
        ('"day-first"', '"%Y %Y"', "each of its parts once"),
        ('"day-first"', '"%Q"', "pattern of times cannot be read"),
        ('source = "helpdesk"', f"source = {'[' * 5000}", "too deep"),
        ('source = "helpdesk"', f"source = {'9' * 5000}", "too long"),
        ("Europe/Paris", "../../../etc/passwd", "no time zone"),
    ],
)
def test_a_mapping_that_is_wrong_is_said_in_a_sentence(duckdb_url, was, becomes, says):
    store = opened(duckdb_url)
    with pytest.raises(FileUnreadable, match=says):
        mapped(store, [HEADER, ROW], CSV_MAP.replace(was, becomes, 1))
    store.close()


def test_a_column_that_is_there_twice_is_said_and_one_that_is_not_used_does_no_harm(store):
    with pytest.raises(FileUnreadable, match="two columns named Text"):
        mapped(store, [f"{HEADER};text", f"{ROW};x"], CSV_MAP)
    result, _ = mapped(store, [f"{HEADER};note;note", f"{ROW};x;y"], CSV_MAP)
    assert result.counts.stored == 1


def test_a_mapping_makes_all_types_of_events(store):
    text = """
[[events]]
type = "customer"
id = { join = "{id}:c" }
channel = { is = "webchat" }
customer_id = "id"
at = "at"
email = "mail"

[[events]]
type = "status"
only_if = { from = "help", is = true }
id = { join = "{id}:s" }
channel = { is = "webchat" }
customer_id = "id"
at = "at"
status = { is = "need_help" }
"""
    people = [{"id": n, "at": "2026-04-03T09:15:00Z", "mail": f"{n}@example.org", "help": n == 1} for n in (1, 2)]
    result, rejected = mapped(store, jsonl(*people), text, "people.jsonl")
    assert (result.counts.stored, rejected) == (3, [])
    assert sorted(row[0] for row in rows(store, "customers", "status")) == ["need_help", "ok"]


# -- tried out ------------------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_first_twenty_and_what_would_be_rejected_and_stores_nothing(tmp_path, monkeypatch, capsys):
    file, text = tmp_path / "export.csv", tmp_path / "mapping.toml"
    good = [ROW.replace(";1;", f";{n};") for n in range(30)]
    file.write_text("\n".join([HEADER, *good, ROW.replace("nein", "nun")]), encoding="utf-8")
    text.write_text(CSV_MAP, encoding="utf-8")
    monkeypatch.setenv("MISHEARD_STORE", f"duckdb:///{tmp_path / 'store.duckdb'}")
    assert main(["import", str(file), "--map", str(text), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["files"][0]
    assert (found["read"], found["would_be_taken"], found["would_be_rejected"]) == (31, 30, 1)
    assert (len(found["events"]), found["rejects"][0]["line"]) == (20, 32)
    assert found["events"][0]["at"] == "2026-04-03T07:15:00.000Z"
    assert main(["import", str(file), "--map", str(text), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "30 would be taken, 1 rejected. Nothing was stored." in said
    assert "line 32, understood: is none of the words" in said
    assert not (tmp_path / "store.duckdb").exists()
    assert main(["import", str(file), "--map", str(text), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stored"] == 30


def test_a_mapping_that_is_not_there_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MISHEARD_STORE", f"duckdb:///{tmp_path / 'store.duckdb'}")
    assert main(["import", "x.csv", "--map", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read (no such file" in capsys.readouterr().err
    (tmp_path / "a.toml").write_text(CSV_MAP)
    assert main(["import", "x.csv", "--map", str(tmp_path / "a.toml"), "--format", "lex"]) == 2
    assert "use one" in capsys.readouterr().err


def test_a_preview_of_a_large_file_stops_and_says_so(duckdb_url, tmp_path):
    store = opened(duckdb_url)
    file = tmp_path / "a.jsonl"
    file.write_bytes(jsonl(*(turn(n=n) for n in range(100))))
    found = preview(
        store.settings, file, now=LATER, by=admin("Ada"), format="mapped", options={"map": JSON_MAP}, most=50
    )
    assert (found.read, found.whole) == (50, False)
    store.close()


# -- what is nobody's -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"hello": "world", "items": [1, 2]}, indent=2).encode(),
        json.dumps({"hello": "world"}).encode(),
        json.dumps([{"a": 1}, {"a": 2}], indent=2).encode(),
        b'{"log": "x"}\n{"log": "y"}\n',
    ],
)
def test_json_of_somebody_elses_is_refused_and_not_rejected_line_by_line(store, data):
    with pytest.raises(FileUnreadable, match=r"JSON, but in no format that Misheard knows.*mapping"):
        imported(store, data, "export.json")
    with pytest.raises(FileUnreadable, match="in no format that Misheard knows"):
        imported(store, data, "export.jsonl")


def test_one_event_spread_over_several_lines_is_refused_with_a_sentence(store):
    event = {"type": "message", "id": "m", "channel": "webchat", "customer_id": "v", "at": "2026-04-03T09:15:00Z"}
    with pytest.raises(FileUnreadable, match="spread over several lines"):
        imported(store, json.dumps(event, indent=2).encode(), "event.json")
    assert rows(store, "messages") == []


def test_a_csv_with_other_columns_is_told_of_mappings(store):
    with pytest.raises(FileUnreadable, match=r"mapping \(docs/import.md\)"):
        imported(store, "\n".join([HEADER, ROW]).encode(), "export.csv")


def test_dialogflows_csv_is_recognised_by_its_columns_and_the_users_names_for_them_are_taken(store):
    header = "Antwort,session,timestamp,Frage,queryResult.languageCode,intent"
    row = "r-1,projects/p/agent/sessions/anna,2026-04-03T09:15:00Z,Hallo,de,Default Fallback Intent"
    options = {"responseId": "Antwort", "queryText": "Frage", "channel": "messenger"}
    result, rejected = imported(store, f"{header}\n{row}\n".encode(), "es.csv", format="dialogflow_es", options=options)
    assert (result.counts.stored, rejected) == (1, [])
    found = rows(store, "messages", "channel", "language", "understood")
    assert [tuple(row) for row in found] == [("messenger", "de", False)]
    head = b"queryResult.queryText;responseId;session\n"
    assert recognise(head, "log.csv").NAME == "dialogflow_es"


def test_the_documented_mappings_are_mappings():
    text = (PROJECT / "docs" / "import.md").read_text(encoding="utf-8")
    found = [block.split("```")[0] for block in text.split("```toml")[1:]]
    assert len(found) >= 2
    for block in found:
        assert rules_of(block).columns
