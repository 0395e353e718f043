"""An import reads what it can, says what it cannot, and puts every line into exactly one count."""

import gc
import io
import json
import random
import stat
import sys
from contextlib import ExitStack

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from convdata.erasure import erase
from convdata.errors import FileUnreadable, ImportStopped
from convdata.importers import LONGEST_LINE, importers
from convdata.importing import import_file
from convdata.previewing import preview
from convdata.rights import Actor, Role
from convdata.tidying import SELDOM, less_tidying_up
from tests.imports import LATER, SAMPLES, csv, event, imported, jsonl, packed, standing
from tests.shared import shared_path
from tests.story import admin, rows


def corpus_cases():
    try:
        manifest = shared_path("corpus", "manifest.jsonl").read_text()
    except pytest.skip.Exception:
        return []
    cases = [json.loads(line) for line in manifest.splitlines()]
    return [pytest.param(c, id=c["id"]) for c in cases if c.get("endpoint") == "importer" and "precondition" not in c]


def allowed(said) -> set[int]:
    if isinstance(said, int):
        return {said}
    first, dots, last = said.partition("..")
    return set(range(int(first), int(last) + 1)) if dots else {int(part) for part in said.split("|")}


@pytest.mark.parametrize("case", corpus_cases())
def test_the_hostile_corpus_ends_as_it_must(store, case):
    try:
        result, rejected = imported(store, shared_path("corpus", case["file"]))
    except FileUnreadable:
        assert case["outcome"] in ("rejected", "normalised")
        assert 0 in allowed(case["rows_stored"])
        assert rows(store, "messages") == []
        return
    assert result.counts.stored in allowed(case["rows_stored"])
    assert result.counts.read == case["rows_in"]
    assert result.counts.rejected == case.get("rows_rejected", result.counts.rejected)
    assert result.counts.duplicate == case.get("rows_duplicate", result.counts.duplicate)
    assert all(r["line"] and r["field"] and r["reason"] for r in rejected)
    again, _ = imported(store, shared_path("corpus", case["file"]))
    assert (again.counts.stored, again.counts.rejected) == (0, result.counts.rejected)


def test_of_the_hostile_corpus_every_file_is_walked():
    files = {f"imports/{file.name}" for file in shared_path("corpus", "imports").iterdir()}
    manifest = [json.loads(line) for line in shared_path("corpus", "manifest.jsonl").read_text().splitlines()]
    erased = {case["file"] for case in manifest if "precondition" in case and case["group"] == "imports"}
    assert {param.values[0]["file"] for param in corpus_cases()} | erased >= files
    assert erased == {"imports/ids__reimport_after_erase.csv"}, "another case needs a test of its own"


def test_the_hostile_corpus_does_not_bring_back_who_was_erased(store):
    file = shared_path("corpus", "imports", "ids__reimport_after_erase.csv")
    result, _ = imported(store, file)
    assert result.counts.stored == 1, "before, it is an ordinary message"
    ((whose,),) = rows(store, "customers", "cast(customer_key as varchar)")
    erase(store, whose, by=admin("Ada"), now=LATER)
    result, rejected = imported(store, file)
    assert (result.counts.read, result.counts.stored, result.counts.suppressed, rejected) == (1, 0, 1, [])
    assert rows(store, "messages") == rows(store, "customers") == rows(store, "people") == []


@pytest.mark.parametrize(
    "file", sorted(file for file in SAMPLES.iterdir() if file.is_file()), ids=lambda file: file.name
)
def test_our_samples_end_as_their_names_say(store, file):
    """`<what>.<stored>-of-<read>.<ending>`; `refused` where nothing can be read of it."""
    outcome = file.name.split(".")[1]
    if outcome == "refused":
        with pytest.raises(FileUnreadable, match=r"\.$"):
            imported(store, file)
        return
    stored, read = map(int, outcome.split("-of-"))
    counts = imported(store, file)[0].counts
    assert (counts.stored, counts.read) == (stored, read)


def test_every_importer_says_what_it_is():
    for name, one in importers().items():
        assert one is sys.modules[f"convdata.importers.{name}"]
        assert one.TITLE
        assert one.SENTENCE.endswith(".")
        assert one.recognises(b"", "") == 0


def test_a_second_import_of_the_same_file_is_all_duplicates(store):
    data = jsonl(event(1, understood=False), event(2, sender="bot"), event(3, type="customer", first_name="Ada"))
    assert imported(store, data)[0].counts.stored == 3
    before = standing(store)
    assert imported(store, data)[0].counts.duplicate == 3
    assert standing(store) == before


def test_the_order_of_the_lines_does_not_matter(store):
    events = [event(n, customer_id=f"v-{n % 3}", understood=n % 4 > 0, language="fr") for n in range(40)]
    random.Random(1).shuffle(events)
    imported(store, jsonl(*events))
    status = dict(rows(store, "customers join people using (customer_key)", "customer_id", "status"))
    assert status == {"v-0": "ok", "v-1": "ok", "v-2": "ok"} | {f"v-{36 % 3}": "ok"}
    assert {r[0] for r in rows(store, "customers", "message_count")} == {13, 14}


def test_a_late_verdict_is_an_update_and_a_file_of_verdicts_moves_the_status(store):
    imported(store, jsonl(event(1), event(2)))
    result, _ = imported(store, jsonl(event(2, understood=False, intent="nlu_fallback")))
    assert (result.counts.updated, result.counts.stored) == (1, 0)
    assert rows(store, "customers", "status") == [("not_understood",)]


def test_unknown_fields_are_ignored_and_counted(store):
    result, _ = imported(store, jsonl(event(1, mood="good", colour="red"), event(2)))
    assert (result.counts.stored, result.counts.unknown_fields) == (2, 2)


def test_a_rejected_line_is_written_down_with_its_place_its_reason_and_itself(store):
    bad = event(2, sender="robot", text="Grüße")
    result, rejected = imported(store, jsonl(event(1), b"\n", bad, b"not json\n", event(3)))
    assert (result.counts.read, result.counts.stored) == (4, 2)
    assert [(r["line"], r["field"]) for r in rejected] == [(3, "sender"), (4, "line")]
    assert rejected[0]["reason"] == "must be one of user, bot, agent"
    assert json.loads(rejected[0]["raw"]) == bad
    assert rejected[1]["raw"] == "not json"


def test_a_line_that_is_too_long_is_rejected_and_the_next_is_read(store):
    long = event(1, text="x" * (3 * LONGEST_LINE))
    result, rejected = imported(store, jsonl(long, event(2)))
    assert (result.counts.stored, rejected[0]["reason"]) == (1, "is longer than 1024 KiB")
    assert len(rejected[0]["raw"]) <= 4096


def test_lines_end_at_line_feeds_only(store):
    data = b"\xef\xbb\xbf" + jsonl(event(1, text="a\u2028b\u0085c")).replace(b"\\u2028", "\u2028".encode())
    assert imported(store, data.replace(b"\n", b"\r\n"))[0].counts.stored == 1
    assert rows(store, "messages", "text") == [("a\u2028b\u0085c",)]


def test_an_array_in_a_file_is_taken_element_by_element(store):
    data = json.dumps([event(1), event(2, text="\ud800"), 7, event(3)], indent=2).encode()
    result, rejected = imported(store, data, "events.json")
    assert (result.counts.stored, [r["line"] for r in rejected]) == (3, [3])
    with pytest.raises(FileUnreadable, match="one JSON array that cannot be read"):
        imported(store, data[:-20], "events.json")


def test_gzip_is_seen_in_the_bytes_and_not_in_the_name(store):
    assert imported(store, packed(jsonl(event(1))), "events.jsonl")[0].counts.stored == 1
    assert imported(store, jsonl(event(2)), "events.jsonl.gz")[0].counts.stored == 1
    two = packed(jsonl(event(3))) + packed(jsonl(event(4))) + b"\0" * 512
    assert imported(store, two)[0].counts.stored == 2


def test_of_a_file_that_is_cut_off_everything_before_is_kept_and_a_second_import_goes_on(store):
    events = [event(n, text=random.Random(n).randbytes(40).hex()) for n in range(3000)]
    whole = packed(jsonl(*events))
    with pytest.raises(ImportStopped, match="is cut off") as stopped:
        imported(store, whole[: len(whole) // 2])
    kept = stopped.value.result.counts.stored
    assert 1000 < kept < 2000
    assert len(rows(store, "messages", "event_id")) == kept
    result, _ = imported(store, whole)
    assert (result.counts.stored, result.counts.duplicate) == (3000 - kept, kept)


def test_damage_in_a_packed_file_stops_the_import_with_a_sentence(store):
    whole = bytearray(packed(jsonl(*(event(n, text=random.Random(n).randbytes(40).hex()) for n in range(3000)))))
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(ImportStopped, match="damaged"):
        imported(store, bytes(whole))


def test_a_bomb_does_not_go_off(store):
    lines = jsonl(event(1)) + b" " * 64 * 1024 * 1024
    with pytest.raises((FileUnreadable, ImportStopped), match="unpacks to more than 100 times its size"):
        imported(store, packed(lines))


def test_an_import_that_stops_is_recorded_with_what_it_did(store):
    with pytest.raises(ImportStopped):
        imported(store, packed(jsonl(event(1)))[:-9], "half.jsonl.gz")
    imported(store, jsonl(event(2)), "/somewhere/private/whole.jsonl")
    details = [json.loads(row[0]) for row in rows(store, "activity where act = 'import'", "details")]
    told = {(d["file"], d["finished"], d["stored"]) for d in details}
    assert told == {("half.jsonl.gz", False, 1), ("whole.jsonl", True, 1)}


def test_interrupting_keeps_the_batches_that_are_stored(store, monkeypatch):
    monkeypatch.setattr("convdata.batches.EVENTS", 100)

    def stop(done: int, total: int, counts) -> None:
        if counts.read >= 300:
            raise KeyboardInterrupt

    data = jsonl(*(event(n) for n in range(1000)))
    with pytest.raises(ImportStopped, match="run the same import again to go on") as stopped:
        imported(store, data, progress=stop)
    assert stopped.value.result.counts.stored == 300 == len(rows(store, "messages", "event_id"))
    assert imported(store, data)[0].counts.stored == 700


def test_progress_is_told_in_bytes_of_the_file_as_it_is(store, monkeypatch):
    monkeypatch.setattr("convdata.batches.EVENTS", 1000)
    data = packed(jsonl(*(event(n, text=random.Random(n).randbytes(300).hex()) for n in range(5000))))
    told = []
    imported(store, data, progress=lambda done, total, counts: told.append((done, total, counts.read)))
    assert [read for _, _, read in told] == [1000, 2000, 3000, 4000, 5000]
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1][:2] == (len(data), len(data))
    assert told[0][0] < len(data)


def test_csv_cells_are_read_strictly(store):
    result, rejected = imported(
        store,
        csv(
            "007,webchat,c1,2026-03-10T09:15:00.123+01:00,user,hello,FALSE,0.25,",
            "8,webchat,c1,2026-03-10T09:15:00Z,user,hello,perhaps,,",
            "9,webchat,c1,2026-03-10T09:15:00Z,user,hello,,0x1,",
            "10,webchat,c1,2026-03-10T09:15:00Z,user,hello,,inf,",
            '11,webchat,c1,2026-03-10T09:15:00Z,bot,"a ""b""\nc",,,"[{""intent"":""x"",""confidence"":0.5}]"',
            "12,webchat,c1,2026-03-10T09:15:00Z,user,hello,,,[",
            ",webchat,c1,2026-03-10T09:15:00Z,user,hello,,,",
        ),
        "messages.csv",
    )
    assert result.counts.stored == 2
    assert [(r["line"], r["field"]) for r in rejected] == [
        (3, "understood"), (4, "confidence"), (5, "confidence"), (8, "alternatives"), (9, "id"),
    ]  # fmt: skip
    stored = sorted(rows(store, "messages", "event_id", "text", "understood", "confidence", "sent_at"))
    assert [row[:4] for row in stored] == [("007", "hello", False, 0.25), ("11", 'a "b"\nc', None, None)]
    assert stored[0][4].isoformat() == "2026-03-10T08:15:00.123000"


def test_a_quote_that_is_never_closed_costs_its_line_and_not_the_file(store):
    row = "{},webchat,c1,2026-03-10T09:15:00Z,user,{},,,"
    lines = [row.format(n, "hello") for n in range(6000)]
    lines[10] = row.format(10, '"never closed')
    lines[40] = row.format(40, '"closed, but much later"')
    lines[5990] = row.format(5990, '"never closed')
    result, rejected = imported(store, csv(*lines), "messages.csv")
    assert result.counts.stored == 5998
    assert [(r["line"], r["reason"]) for r in rejected] == [
        (12, "opens a quote that is not closed"),
        (5992, "opens a quote that is not closed"),
    ]


def test_semicolons_tabs_and_decimal_commas_are_told_from_the_header(store):
    row = "1,webchat,c1,2026-03-10T09:15:00Z,user,hello,true,0~5,"
    for number, sign in enumerate(";\t"):
        data = (
            csv(row.replace("1,", f"{number},", 1))
            .decode()
            .replace(",", sign)
            .replace("~", "," if sign == ";" else ".")
        )
        assert imported(store, data.encode(), "messages.csv")[0].counts.stored == 1
    assert rows(store, "messages", "confidence") == [(0.5,), (0.5,)]


def test_parquet_keeps_times_truths_and_ids(store, tmp_path):
    table = pa.table(
        {
            " ID ": pa.array(["007", "8"]),
            "channel": pa.array(["webchat", "webchat"]).dictionary_encode(),
            "customer_id": pa.array([42, 43]),
            "at": pa.array(
                [1_773_134_100_123_456_789, 1_773_134_100_000_000_000], pa.timestamp("ns", tz="Europe/Paris")
            ),
            "sender": ["user", "user"],
            "text": ["hello", None],
            "understood": [False, None],
            "confidence": pa.array([0.5, float("nan")], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "messages.parquet")
    result, rejected = imported(store, tmp_path / "messages.parquet")
    assert (result.format, result.counts.stored) == ("events_parquet", 1)
    assert (rejected[0]["line"], rejected[0]["field"]) == (2, "confidence")
    (stored,) = rows(store, "messages", "event_id", "understood", "sent_at")
    assert (*stored[:2], stored[2].isoformat()) == ("007", False, "2026-03-10T09:15:00.123456")
    assert imported(store, packed((tmp_path / "messages.parquet").read_bytes()), "m")[0].counts.duplicate == 1


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "nothing.jsonl", "nothing.jsonl is empty"),
        (b"\x1f\x8b\x08", "half.gz", "is cut off"),
        (b"\x1f\x8b\x08nonsense that is no gzip", "bad.gz", "cannot be unpacked"),
        (b"%PDF-1.7 ...", "letter.pdf", "in no format that Misheard knows"),
        ("id,channel".encode("utf-16"), "messages.csv", "UTF-16"),
        (b"id,channel,customer_id,at,sender\n", "messages.csv", "lacks the column text"),
        (b"id,id,channel,customer_id,at,sender,text\n", "messages.csv", "two columns named id"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused_in_a_sentence(store, data, name, sentence):
    with pytest.raises(FileUnreadable, match=sentence):
        imported(store, data, name)
    assert rows(store, "activity") == []


def test_a_file_is_named_in_records_without_its_folder(store, tmp_path):
    (tmp_path / "events.jsonl").write_bytes(jsonl(event(1)))
    assert imported(store, tmp_path / "events.jsonl")[0].name == "events.jsonl"
    with pytest.raises(FileUnreadable, match="There is no file"):
        imported(store, tmp_path / "none.jsonl")
    with pytest.raises(FileUnreadable, match="is a folder"):
        imported(store, tmp_path)
    with pytest.raises(FileUnreadable, match="There is no format"):
        imported(store, tmp_path / "events.jsonl", format="nonsense")
    with pytest.raises(FileUnreadable, match=r"no format that Misheard knows|cannot be read"):
        imported(store, "gopher://somewhere")


def test_text_never_comes_back_changed(store):
    texts = ["  spaces  ", "a\x00b", "\ud83d", "😀", "=1+1", "\\", '"', "", "مرحبا", "x" * 16000, "é" * 30000]
    result, _ = imported(store, jsonl(*(event(n, text=text) for n, text in enumerate(texts))))
    assert result.counts.stored == len(texts)
    stored = {row[0]: row[1] for row in rows(store, "messages", "event_id", "text")}
    mended = ["a\ufffdb" if t == "a\x00b" else "\ufffd" if t == "\ud83d" else t for t in texts]
    assert [stored[f"m-{n}"] for n in range(len(texts))] == mended


def test_a_stream_that_cannot_go_back_is_read_too(store, tmp_path):
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._data = io.BytesIO(data)

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            return self._data.readinto(memoryview(buffer)[:1000])

    result = import_file(
        store, io.BufferedReader(Pipe(jsonl(*(event(n) for n in range(200))))), now=LATER, by=admin("Test")
    )
    assert result.counts.stored == 200


def test_the_stores_own_files_stay_private_after_an_import(tmp_path, duckdb_url):
    from tests.story import opened

    store = opened(duckdb_url)
    imported(store, jsonl(event(1)))
    assert store.file is not None
    assert stat.S_IMODE(store.file.stat().st_mode) == 0o600
    store.close()


def test_the_last_of_several_imports_lets_python_tidy_up_as_before() -> None:
    usual = gc.get_threshold()
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(less_tidying_up())
        second.enter_context(less_tidying_up())
        first.close()
        assert gc.get_threshold() == SELDOM
        second.close()
        assert gc.get_threshold() == usual


# -- who imports --------------------------------------------------------------------------------------------------------

TODAY, LAST_YEAR = "2026-11-23T10:00:00Z", "2025-11-23T10:00:00Z"


@pytest.mark.parametrize(
    "act",
    [
        {"type": "mute", "muted": True},
        {"type": "mute", "muted": False},
        {"type": "status", "status": "need_help", "reason": "asked for a human"},
        {"type": "status", "status": "ok"},
    ],
)
def test_nobody_does_by_an_import_what_they_may_not_do(store, act):
    def file(at):
        lines = [event(1), {"channel": "webchat", "customer_id": "v-1", "at": at, "id": f"a-{at}"} | act]
        source = io.BytesIO("\n".join(map(json.dumps, lines)).encode())
        source.name = "events.jsonl"
        return source

    def by_trainer(at):
        rejects = io.StringIO()
        trainer = Actor("Tim", Role.TRAINER)
        looked = preview(store.settings, file(at), now=LATER, by=trainer)
        counts = import_file(store, file(at), now=LATER, by=trainer, rejects=rejects).counts
        assert looked.rejected == counts.rejected
        return counts.rejected, rejects.getvalue()

    refused, why = by_trainer(TODAY)
    assert refused == 1
    assert "which your role may not" in why
    assert "an agent" in why
    assert rows(store, "mutes") == []
    assert rows(store, "customers", "status") == [("ok",)]
    assert by_trainer(LAST_YEAR)[0] == 0  # that is history
    assert import_file(store, file(TODAY), now=LATER, by=Actor("Ann", Role.TRAINER, Role.AGENT)).counts.rejected == 0
