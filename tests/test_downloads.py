"""What is downloaded equals what is stored; a spreadsheet runs nothing of it; each download is recorded (product rule 13)."""

import csv
import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from convdata import downloads, erasure, muting, standing
from convdata.downloads import COLUMNS, Format, guarded, without_guard
from convdata.erasure import HELD
from convdata.errors import NotFound
from convdata.events import Alternative, Attachment, read_event
from tests.story import HOUR, NOON, admin, customer, key, message, rows, status, tell
from tests.texts import HOSTILE

LATER = NOON + 10 * HOUR


@pytest.fixture
def whose(store) -> str:
    """A customer about whom there is something in every table, and who writes what attackers write."""
    tell(
        store,
        customer(first_name="Ada", last_name="=HYPERLINK(1)", email="ada@example.org", data={"plan": "gold", "n": [1, None]}),
        *(
            message(text=text, id=f"h-{n}", at=NOON + timedelta(seconds=n), seq=n - 3, session=text[:200] or None)
            for n, text in enumerate(HOSTILE)
        ),
        message(
            id="v",
            text="xqzt",
            at=NOON + HOUR,
            language="en",
            understood=False,
            intent="nlu_fallback",
            confidence=0.1 + 0.2,
            alternatives=[Alternative("=cmd", 0.29), Alternative("b")],
            attachments=[Attachment("image", "https://x.example/1.png"), Attachment("file")],
        ),
        message(id="b", text="Sorry", sender="bot", at=NOON + HOUR, seq=1, in_reply_to="v"),
        message(id="none", text=None, kind="none", at=NOON + HOUR, seq=2),
        message(id="agent", text="Hello", sender="agent", agent="Chen", at=NOON + HOUR, seq=3),
        status("need_help", reason="asked for a human"),
        message("v-2", text="somebody else"),
    )  # fmt: skip
    muting.mute(store, key(store), by=admin("Chen"), now=NOON + 2 * HOUR, reason="angry")
    return key(store)


def stored_messages(store, whose):
    names = ("event_id", "text", "sender", "session", "seq", "understood", "confidence", "sent_at")
    return {row[0]: row for row in rows(store, f"messages where customer_key = '{whose}'", *names)}


def test_user_data_is_everything_that_is_held_table_by_table(store, whose):
    data = json.loads(downloads.user_data(store, whose, by=admin("Ada"), now=LATER))
    assert set(data) == {"downloaded_at", "schema_version"} | {h.table for h in HELD if h.downloaded_by}
    assert re.fullmatch(r"\d{3}_\w+", data["schema_version"])
    for table in set(data) - {"downloaded_at", "schema_version", "activity"}:
        assert len(data[table]) == len(rows(store, f"{table} where customer_key = '{whose}'")), table
    for table in ("customers", "people", "messages", "mutes", "other_events", "customer_days", "activity"):
        assert data[table], table
    assert data["people"][0]["further_data"] == {"plan": "gold", "n": [1, None]}
    assert data["customers"][0]["need_help_since"] == "2026-08-09T12:00:00.000Z"
    assert [m["text"] for m in data["messages"]][: len(HOSTILE)] == list(HOSTILE)
    assert "somebody else" not in json.dumps(data)


def test_json_gives_back_every_message_character_for_character(store, whose):
    data = json.loads(downloads.conversation(store, whose, "json", by=admin("Ada"), now=LATER))
    stored = stored_messages(store, whose)
    assert {m["id"] for m in data["messages"]} == set(stored)
    for m in data["messages"]:
        _, text, sender, session, seq, understood, confidence, sent_at = stored[m["id"]]
        assert (m["text"], m["sender"], m["session"], m["seq"], m["understood"], m["confidence"]) == (
            text, sender, session, seq, understood, confidence,
        )  # fmt: skip
        assert m["at"].endswith("Z")
        assert m["at"].startswith(sent_at.isoformat(timespec="milliseconds"))
    assert {r["act"] for r in data["records"]} == {"mute", "status_need_help"}
    assert data["conversation"]["last_name"] == "=HYPERLINK(1)"


def test_a_message_downloaded_as_json_is_an_event_again(store, whose):
    data = json.loads(downloads.conversation(store, whose, "json", by=admin("Ada"), now=LATER))
    for m in data["messages"]:
        event, unknown = read_event({"type": "message"} | m, channels=frozenset(["webchat"]), now=LATER)
        assert (event.id, unknown) == (m["id"], 0)
    assert tell(store, event, now=LATER).duplicate == 1


def test_csv_equals_the_store_when_the_guard_is_taken_away(store, whose):
    body = downloads.conversation(store, whose, Format.CSV, by=admin("Ada"), now=LATER)
    assert body.startswith(b"\xef\xbb\xbf")  # without it spreadsheets read another character set
    read = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert tuple(read[0]) == COLUMNS
    stored = stored_messages(store, whose)
    assert [r["id"] for r in read] == sorted(stored, key=lambda i: (stored[i][7], stored[i][4] or 0))
    for r in read:
        _, text, sender, session, seq, understood, confidence, _ = stored[r["id"]]
        assert (without_guard(r["text"]), r["sender"], without_guard(r["session"])) == (text, sender, session)
        assert r["seq"] == ("" if seq is None else str(seq))
        assert r["understood"] == ("" if understood is None else str(understood).lower())
        assert (float(r["confidence"]) if r["confidence"] else None) == confidence
    (failed,) = (r for r in read if r["id"] == "v")
    assert json.loads(without_guard(failed["alternatives"]) or "")[0] == {"intent": "=cmd", "confidence": 0.29}


@pytest.mark.parametrize("text", ["", "'", "''x", *HOSTILE])
def test_the_guard_can_be_taken_away_again(text):
    assert without_guard(guarded(text)) == text
    assert without_guard("") is None


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1+1", "\uff1d1+1", "\u3000\uff0b1", "|calc", "%0A", "-2+3+cmd|' /C calc'!A0"],
)  # fmt: skip
def test_what_a_spreadsheet_might_run_begins_with_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Hello", "1=1", "a@b.example", '"=1+1"', "Émilie", "2 - 1"])
def test_what_is_harmless_stays_as_it_is(text):
    assert guarded(text) == text


class Texts(HTMLParser):
    """What a browser would show, and what it would ask for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: set[str] = set()
        self.asked: list[str | None] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.asked += [v for name, v in attrs if name in ("src", "href", "data", "srcset", "action", "style")]

    def handle_data(self, data):
        self.text += data


def test_the_printable_page_shows_every_text_literally_and_asks_for_nothing(store, whose):
    body = downloads.conversation(store, whose, Format.HTML, by=admin("Ada"), now=LATER).decode()
    page = Texts()
    page.feed(body)
    assert page.tags == {"html", "head", "meta", "title", "style", "body", "h1", "h2", "div", "time", "bdi", "i"}
    assert page.asked == []
    assert "default-src 'none'" in body
    for text in HOSTILE:
        assert text in page.text
    for words in ("Ada =HYPERLINK(1)", "not understood · best guess =cmd 29 %", "no text came from the channel",
                  "the bot was muted by Chen for 72 h", "angry", "asked for a human", "Sunday 9 August 2026", "Chen"):  # fmt: skip
        assert words in page.text


def test_each_download_is_recorded_with_who_and_in_which_form(store, whose):
    downloads.user_data(store, whose, by=admin("Ada"), now=LATER)
    downloads.conversation(store, whose, "csv", by=admin("Chen"), now=LATER)
    noted = rows(
        store,
        "activity where act in ('download_user', 'download_conversation')",
        "act",
        "actor",
        "details",
        "channel",
        "done_at",
    )
    assert sorted(map(tuple, noted)) == [
        ("download_conversation", "Chen", '{"format": "csv"}', "webchat", LATER),
        ("download_user", "Ada", '{"format": "json"}', "webchat", LATER),
    ]


def test_a_customer_who_was_erased_cannot_be_downloaded(store, whose):
    erasure.erase(store, whose, by=admin("Ada"), now=LATER)
    for take in (
        lambda: downloads.user_data(store, whose, by=admin("Ada"), now=LATER),
        lambda: downloads.conversation(store, whose, "json", by=admin("Ada"), now=LATER),
    ):
        with pytest.raises(NotFound):
            take()
    assert rows(store, "activity where act in ('download_user', 'download_conversation')") == []


def test_a_customer_without_messages_can_be_downloaded(store):
    tell(store, customer("quiet", first_name="Q"))
    standing.need_help(store, key(store, "quiet"), by=admin("Ada"), now=NOON)
    for form in Format:
        assert downloads.conversation(store, key(store, "quiet"), form, by=admin("Ada"), now=LATER)


def test_file_names_hold_nothing_personal_and_are_never_the_same():
    names = {downloads.file_name("user", "../Web\r\nchat", "1a2b3c4d-0000", Format.JSON) for _ in range(100)}
    assert len(names) == 100
    for name in names:
        assert name.startswith("misheard-user-")
        assert "1a2b3c4d" in name
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
        assert ".." not in name
