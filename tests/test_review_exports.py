"""Decisions leave as training data: every format, whatever customers wrote, personal data flagged."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest

from convdata import personal
from convdata.activity import latest
from convdata.erasure import erase
from convdata.errors import FileUnreadable, NotAllowed, NotFound
from convdata.review import decisions, exporting
from convdata.review.exports import Example, formats, not_a_formula, one_line
from convdata.review.exports.rasa import intent_name, sentence
from convdata.review.training import import_training, read
from convdata.vocabulary import Act
from tests.failures import DOG, REFUND, fail, group_with, groups, join, rasa_examples
from tests.shared import shared_path
from tests.story import NOON, READER, admin, customer, key, message, rows, tell

DAY = timedelta(days=1)
HOSTILE = (
    "[a](b)", "[weather]{\"entity\": \"x\"}", "- dash", "key: value # comment", "=HYPERLINK(\"http://x\")", "+1", "@cmd", "a\nb\r\nc", "line\u2028sep",
    "\ttab", "'quote' \"double\"", "|", ">-", "*alias", "&anchor", "!tag", "%directive", "{slot}", "---", "...", "null", "true", "1.0", "🙂 ok", "שלום", "\u202eevil",
    "<!-- c -->", "${x}", "[unclosed", "a](b)", "back\\slash", "x" * 5_000, " ", "", "\x00nul", "a,b;c", "[x](y) and [z](w)", "```", "\ufeffbom", "\x85nel",
)  # fmt: skip


def test_rasas_file_holds_every_text_on_a_line_of_its_own_and_no_entity():
    content = formats()["rasa"][1]([Example("greet", text, "en") for text in HOSTILE])
    found = [text for _, text in rasa_examples(content)]
    assert found == list(dict.fromkeys(filter(None, map(sentence, HOSTILE))))
    assert found[0] == "(a)(b)"
    assert "a b c" in found


def test_rasas_file_survives_every_naughty_string():
    naughty = json.loads(shared_path("data", "hostile", "blns.json").read_text())
    content = formats()["rasa"][1]([Example("naughty/one two", text, "en") for text in naughty])
    assert [text for _, text in rasa_examples(content)] == list(dict.fromkeys(filter(None, map(sentence, naughty))))
    assert intent_name("naughty/one two") == "naughty_one_two"


def test_what_was_exported_for_rasa_can_be_read_back_as_training():
    examples = [Example("refund", "money [back](now)", "en"), Example("out_of_scope", "tell me a joke: now", "en")]
    content = formats()["rasa"][1](examples).decode()
    assert [(t.intent, t.text) for t in read("nlu.yml", content, "en")] == [
        ("refund", "money (back)(now)"),
        ("out_of_scope", "tell me a joke: now"),
    ]


@pytest.mark.parametrize("key_of_format", list(formats()))
def test_every_format_takes_hostile_texts_and_is_whole(key_of_format):
    format_, write = formats()[key_of_format]
    examples = [Example("=intent", text, "en") for text in HOSTILE] + [Example("ü ö/ä", "hallo", "de")]
    content = write(examples)
    assert content == write(examples), "the same decisions give the same file"
    assert format_.sentence.endswith(".")
    if format_.ending == "csv":
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
            assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r") or "\n" in cell for cell in row)
    elif format_.ending == "json":
        assert json.loads(content)
    elif format_.ending == "jsonl":
        assert [json.loads(line)["text"] for line in content.decode().splitlines()] == [
            e.text for e in examples if e.text.strip()
        ]
    elif format_.ending == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            assert "package.json" in archive.namelist()
            assert all(re.fullmatch(r"(intents/)?[\w. -]+\.json", name) for name in archive.namelist())
            assert all(json.loads(archive.read(name)) for name in archive.namelist())


def read_back(key_of_format: str, content: bytes) -> list[str]:
    """The texts in a file, as whoever it is for would read them."""
    if key_of_format == "rasa":
        return [text for _, text in rasa_examples(content)]
    if key_of_format == "jsonl":
        return [json.loads(line)["text"] for line in content.decode().splitlines()]
    if key_of_format == "dialogflow_es":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            said = json.loads(archive.read("intents/greet_usersays_en.json"))
        return ["".join(part["text"] for part in phrase["data"]) for phrase in said]
    if key_of_format == "botpress":
        return list(json.loads(content)["intents"][0]["utterances"]["en"])
    if key_of_format == "lex":
        (locale,) = json.loads(content)["botLocales"]
        return [one["utterance"] for one in locale["intents"][0]["sampleUtterances"]]
    column = {"csv": "text", "dialogflow_cx": "Phrase"}[key_of_format]
    table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    return [row[column] for row in table]


# What a format has to leave out of a text, because it would be read as something else.
LEFT_OUT = {
    "rasa": sentence,
    "jsonl": lambda text: text if text.strip() else "",
    "dialogflow_es": one_line,
    "botpress": lambda text: one_line(text.translate(str.maketrans("[]", "()"))),
    "lex": lambda text: " ".join(re.sub(r"[{}\[\]<>\\^|=]+", " ", one_line(text)).split())[:500],
    "csv": lambda text: not_a_formula(one_line(text)),
    "dialogflow_cx": lambda text: not_a_formula(one_line(text)),
}


def hostile_texts() -> list[str]:
    """The corpus of texts that broke something somewhere, as the intake keeps them: without lone surrogates."""
    texts = [*HOSTILE, *json.loads(shared_path("data", "hostile", "blns.json").read_text())]
    for path in sorted(shared_path("corpus", "texts").glob("*.json")):
        texts += [value for value in json.loads(path.read_text(), strict=False).values() if isinstance(value, str)]
    return [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]


@pytest.mark.parametrize("key_of_format", list(formats()))
def test_every_format_gives_back_every_hostile_text(key_of_format):
    texts = hostile_texts()
    found = read_back(key_of_format, formats()[key_of_format][1]([Example("greet", text, "en") for text in texts]))
    expected = [text for text in map(LEFT_OUT[key_of_format], texts) if text]
    assert list(dict.fromkeys(found)) == list(dict.fromkeys(expected))


def test_rasas_own_reader_takes_the_file_and_finds_every_text_and_no_entity():
    """Rasa does not install beside us (it wants an older Python); where it is, its reader and its schema have the word."""
    reader = pytest.importorskip("rasa.shared.nlu.training_data.formats.rasa_yaml").RasaYAMLReader()
    content = formats()["rasa"][1]([Example("greet", text, "en") for text in hostile_texts()]).decode()
    reader.validate(content)
    taught = reader.reads(content)
    assert [example.get("text") for example in taught.intent_examples] == [
        t for _, t in rasa_examples(content.encode())
    ]
    assert taught.entity_examples == []


# -- personal data ------------------------------------------------------------------------------------------------------


def test_personal_data_is_found_and_masked():
    text = "Ada Byron here, ada@example.org or +44 7700 900123, order 12345, José's"
    spots = personal.found(text, ["Ada", "Byron", "Jose"])
    assert set(spots) == {"e-mail", "phone", "name"}
    assert personal.masked(text, spots) == "NAME NAME here, EMAIL or PHONE, order 12345, NAME's"
    assert personal.found("at 10:30 on 2026-08-09 or 9.8.2026 for 1,250.00 please") == {}


def test_an_export_flags_and_masks_what_its_own_customer_is_called(store):
    tell(store, customer("c-0", first_name="Ada", email="ada@example.org"))
    fail(store, "I am Ada and want my money back", "I want my money back", "write to ada@example.org, money back")
    join(store)
    decisions.decide(store, [g.group_id for g in groups(store)], "refund", by=admin("Bob"), now=NOON)
    prepared = exporting.prepare(store, by=READER)
    assert sorted((line.masked, line.holds) for line in prepared.lines) == [
        ("I am NAME and want my money back", ("name",)),
        ("I want my money back", ()),
        ("write to EMAIL, money back", ("e-mail",)),
    ]
    masked = exporting.export(store, prepared, "jsonl", mask=True, by=admin("Bob"), now=NOON).decode()
    assert "Ada" not in masked
    assert "ada@" not in masked


# -- the record ---------------------------------------------------------------------------------------------------------


def test_what_is_exported_is_not_exported_twice_and_can_be_had_again(store):
    fail(store, *REFUND, *DOG)
    join(store)
    decisions.decide(store, [group_with(store, REFUND[0]).group_id], "refund", by=admin("Bob"), now=NOON)
    content = exporting.export(
        store, exporting.prepare(store, by=READER), "rasa", mask=False, by=admin("Bob"), now=NOON
    )
    assert len(list(rasa_examples(content))) == len(REFUND)
    assert exporting.prepare(store, by=READER).lines == []
    with pytest.raises(NotAllowed):
        exporting.export(store, exporting.prepare(store, by=READER), "rasa", mask=False, by=admin("Bob"), now=NOON)
    past = exporting.past(store)[0]
    assert (past.format, past.examples, past.groups, past.made_by) == ("rasa", 4, 1, "Bob")
    assert exporting.made_again(store, past.export_id, "rasa", mask=False, by=admin("Bob"), now=NOON) == content
    records = [json.loads(record.details) for record in latest(store, acts=[Act.REVIEW])]
    assert [(r["format"], r["examples"]) for r in records if r["what"] == "export"] == [("rasa", 4)]
    fail(store, "money back for me", customer="n", at=NOON + DAY)
    join(store, NOON + 2 * DAY)
    assert [line.text for line in exporting.prepare(store, by=READER).lines] == ["money back for me"]
    assert len(exporting.prepare(store, again=True, by=READER).lines) == 5


def test_equal_utterances_are_one_sentence(store):
    fail(store, "My dog!", "my dog", "MY DOG?")
    join(store)
    decisions.decide(store, [groups(store)[0].group_id], "pets", by=admin("Bob"), now=NOON)
    assert len(exporting.prepare(store, by=READER).lines) == 1


def test_who_was_erased_is_in_no_export_any_more(store):
    fail(store, *REFUND)
    join(store)
    decisions.decide(store, [groups(store)[0].group_id], "refund", by=admin("Bob"), now=NOON)
    prepared = exporting.prepare(store, by=READER)
    erase(store, key(store, "c-0"), by=admin("Bob"), now=NOON + DAY)
    with pytest.raises(NotFound):
        exporting.export(store, prepared, "csv", mask=False, by=admin("Bob"), now=NOON)
    assert rows(store, "review_exports") == []
    assert REFUND[0] not in [line.text for line in exporting.prepare(store, by=READER).lines]


def test_a_training_file_takes_the_place_of_its_earlier_self(store):
    for text in (b"intent,text\na,one\na,two\n", b"intent,text\nb,three\n"):
        import_training(store, "mine.csv", text, language="en", now=NOON, by=READER)
    assert rows(store, "review_examples", "intent", "text") == [("b", "three")]
    for name, wrong in (
        ("x.yml", b"nlu: 5"),
        ("x.yml", b"\xff\xfe"),
        ("x.csv", b"a,b\n"),
        ("x.txt", b"hello"),
        ("x.jsonl", b"[]"),
        ("x.yml", b"!!python/object:os.system x"),
    ):
        with pytest.raises(FileUnreadable):
            import_training(store, name, wrong, language="en", now=NOON, by=READER)


def test_the_agents_own_words_are_no_failures(store):
    tell(store, message("v-1", NOON, "hello", sender="bot", understood=False))
    join(store)
    assert groups(store) == []


def test_small_words_of_a_name_are_not_taken_for_it():
    names = ("Eva", "van den Berg")
    text = "de fiets van Eva staat op den Berg"
    assert personal.masked(text, personal.found(text, names)) == "de fiets van NAME staat op den NAME"
    assert "name" in personal.found("ik ben Van Den Berg", names)
