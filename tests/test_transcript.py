"""What a transcript says: the order, the words for what was not understood, and each automatic unmute exactly once."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from convdata import conversations, muting, standing
from convdata.errors import NotFound
from convdata.events import Alternative, Attachment
from convdata.filters import Choices
from convdata.transcript import Entry, entries
from tests.story import HOUR, NOON, READER, admin, key, many_messages, message, muted, status, tell

MINUTE = timedelta(minutes=1)


def read(store, customer_id="v-1", now=NOON + 100 * HOUR, latest=200, zone="UTC", name="Ada") -> list[Entry]:
    customer = conversations.details(store, key(store, customer_id), by=READER)
    return entries(conversations.said(store, customer, latest=latest, now=now, by=READER), ZoneInfo(zone), name)


def texts(lines: list[Entry], kind="message") -> list[str | None]:
    return [line.text for line in lines if line.kind == kind]


def test_messages_stand_in_the_order_of_time_then_seq_then_arrival(store):
    tell(
        store,
        message(text="third", at=NOON, seq=2),
        message(text="second", at=NOON, seq=1),
        message(text="fourth", at=NOON, seq=2),
        message(text="first", at=NOON),
        message(text="last", at=NOON + MINUTE),
        message(text="before all", at=NOON - MINUTE),
    )
    assert texts(read(store)) == ["before all", "first", "second", "third", "fourth", "last"]


def test_the_latest_part_is_read_first_and_says_how_much_comes_before(store):
    tell(store, *many_messages(["v-1"], 25))
    customer = conversations.details(store, key(store), by=READER)
    part = conversations.said(store, customer, latest=10, now=NOON + HOUR, by=READER)
    assert ([m.text for m in part.messages], part.earlier) == ([f"Hello v-1 {n}" for n in range(15, 25)], 15)
    whole = conversations.said(store, customer, latest=25, now=NOON + HOUR, by=READER)
    assert (len(whole.messages), whole.earlier) == (25, 0)


def test_a_part_shows_only_the_records_of_its_time(store):
    tell(store, muted(True, at=NOON - HOUR, reason="long ago"), *many_messages(["v-1"], 25))
    assert texts(read(store, now=NOON + HOUR, latest=10), "record") == []
    assert len(texts(read(store, now=NOON + HOUR, latest=25), "record")) == 1


def test_a_link_to_a_message_tells_how_many_must_be_read_to_see_it(store):
    tell(store, *many_messages(["v-1", "v-2"], 25))
    customer = conversations.details(store, key(store), by=READER)
    old = conversations.said(store, customer, latest=25, now=NOON + HOUR, by=READER).messages[3]
    assert conversations.messages_since(store, customer, int(old.event_key)) == 22
    somebody_else = conversations.details(store, key(store, "v-2"), by=READER)
    assert conversations.messages_since(store, somebody_else, int(old.event_key)) == 0


def test_days_are_days_of_the_dashboards_zone(store):
    tell(store, message(at=NOON.replace(hour=21)), message(at=NOON.replace(hour=23)))
    assert texts(read(store), "day") == ["Sunday 9 August 2026"]
    assert texts(read(store, zone="Europe/Paris"), "day") == ["Sunday 9 August 2026", "Monday 10 August 2026"]


def test_sessions_of_the_source_draw_separators_within_a_day(store):
    tell(
        store,
        message(session="a"),
        message(at=NOON + MINUTE),
        message(at=NOON + 2 * MINUTE, session="a"),
        message(at=NOON + 3 * MINUTE, session="b"),
        message(at=NOON + 24 * HOUR, session="c"),
    )
    assert [line.kind for line in read(store)] == [
        "day", "message", "message", "message", "session", "message", "day", "message",
    ]  # fmt: skip


def test_who_wrote_is_named(store):
    tell(
        store,
        message(),
        message(sender="bot", at=NOON + MINUTE),
        message(sender="agent", agent="Chen", at=NOON + 2 * MINUTE),
        message(sender="agent", at=NOON + 3 * MINUTE),
    )
    said = [(line.sender, line.name) for line in read(store) if line.kind == "message"]
    assert said == [("user", "Ada"), ("bot", "Bot"), ("agent", "Chen"), ("agent", "Agent")]


@pytest.mark.parametrize(
    ("verdict", "mark", "hint"),
    [
        (
            {"intent": "nlu_fallback", "confidence": 0.3, "alternatives": [Alternative("goodbye", 0.29)]},
            "not understood · best guess goodbye 29 %",
            "intent nlu_fallback 30 %",
        ),
        (
            {
                "intent": "nlu_fallback",
                "confidence": 0.3,
                "alternatives": [
                    Alternative("nlu_fallback", 0.3),
                    Alternative("goodbye", 0.29),
                    Alternative("greet"),
                ],
            },
            "not understood · best guess goodbye 29 %",
            "runner-up greet · intent nlu_fallback 30 %",
        ),
        (
            {"intent": "greet", "confidence": 0.4, "alternatives": [Alternative("goodbye", 0.2)]},
            "not understood · best guess greet 40 %",
            "runner-up goodbye 20 %",
        ),
        (
            {"alternatives": [Alternative("HassTurnOn", 0.281)]},
            "not understood · best guess HassTurnOn 28 %",
            "",
        ),
        (
            {"intent": "AMAZON.FallbackIntent"},
            "not understood · best guess AMAZON.FallbackIntent",
            "",
        ),
        ({}, "not understood", ""),
    ],
)
def test_a_message_that_was_not_understood_says_the_best_guess_and_the_runner_up(store, verdict, mark, hint):
    tell(store, message(understood=False, **verdict))
    (line,) = (line for line in read(store) if line.kind == "message")
    assert (line.mark, line.hint) == (mark, hint)


def test_an_understood_message_tells_its_intent_only_as_a_hint(store):
    tell(store, message(understood=True, intent="greet", confidence=0.934), message(at=NOON + MINUTE))
    assert [(line.mark, line.hint) for line in read(store) if line.kind == "message"] == [
        ("", "intent greet 93 %"),
        ("", ""),
    ]


def test_a_message_without_text_a_button_and_an_attachment_are_told_apart(store):
    tell(
        store,
        message(text=None),
        message(text="Yes", kind="button", at=NOON + MINUTE),
        message(text=None, attachments=[Attachment("image", "https://x.example/1.png")], at=NOON + 2 * MINUTE),
        message(text="", at=NOON + 3 * MINUTE),
    )
    said = [(line.text, line.note, line.attachments) for line in read(store) if line.kind == "message"]
    assert said == [
        (None, "", []),
        ("Yes", "button", []),
        (None, "", ["image: https://x.example/1.png"]),
        ("", "", []),
    ]


def test_what_was_done_stands_between_the_messages(store):
    tell(store, message(text="help"), status("need_help", at=NOON + MINUTE, reason="asked for a human", source="rasa"))
    whose = key(store)
    muting.mute(store, whose, by=admin("Chen"), now=NOON + 2 * MINUTE, reason="angry")
    tell(store, message(text="hello?", at=NOON + 3 * MINUTE))
    muting.unmute(store, whose, by=admin("Ada"), now=NOON + 4 * MINUTE)
    standing.clear_need_help(store, whose, by=admin("Ada"), now=NOON + 5 * MINUTE)
    said = [(line.text, line.quote) for line in read(store) if line.kind != "day"]
    assert said == [
        ("help", ""),
        ("Need Help set by rasa", "asked for a human"),
        ("the bot was muted by Chen for 72 h", "angry"),
        ("hello?", ""),
        ("the bot answers again, unmuted by Ada", ""),
        ("Need Help cleared by Ada", ""),
    ]


def test_the_automatic_unmute_is_there_from_the_moment_it_passes_and_never_twice(store):
    tell(store, message())
    whose = key(store)
    until = muting.mute(store, whose, by=admin("Chen"), now=NOON + MINUTE, hours=0.5)
    again = "the bot answers again (automatic, after 30 min)"
    assert texts(read(store, now=until - MINUTE), "record") == ["the bot was muted by Chen for 30 min"]
    assert texts(read(store, now=until), "record")[1:] == [again]
    assert muting.sweep(store, until + HOUR) == 1
    assert texts(read(store, now=until + HOUR), "record")[1:] == [again]
    assert [line.at for line in read(store) if line.text == again] == [until]


def test_a_mute_that_another_took_the_place_of_does_not_end_by_itself(store):
    tell(store, message())
    whose = key(store)
    muting.mute(store, whose, by=admin("Chen"), now=NOON + MINUTE, hours=1)
    muting.mute(store, whose, by=admin("Chen"), now=NOON + 2 * MINUTE, hours=4)
    assert texts(read(store), "record") == [
        "the bot was muted by Chen for 1 h",
        "the bot was muted by Chen for 4 h",
        "the bot answers again (automatic, after 4 h)",
    ]


@pytest.mark.parametrize(
    "wrong", [None, "", "7", "'; drop table customers --", "%", "00000000-0000-0000-0000-000000000000", "x" * 5000]
)
def test_a_mangled_or_unknown_key_is_a_sentence(store, wrong):
    with pytest.raises(NotFound, match="customer"):
        conversations.details(store, wrong, by=READER)


def test_neighbours_follow_the_filtered_list(store):
    for n, channel in enumerate(["webchat", "alexa", "webchat", "webchat"]):
        tell(store, message(f"v-{n}", NOON + n * MINUTE, channel=channel))
    keys = [key(store, f"v-{n}", "alexa" if n == 1 else "webchat") for n in range(4)]
    middle = conversations.details(store, keys[2], by=READER)
    beside = conversations.neighbours(store, middle, Choices())
    assert (beside.place, beside.picked, beside.previous, beside.next) == (2, 4, keys[3], keys[1])
    only_webchat = Choices({"channel": ("webchat",)})
    beside = conversations.neighbours(store, middle, only_webchat)
    assert (beside.place, beside.picked, beside.previous, beside.next) == (2, 3, keys[3], keys[0])
    # One that the filters no longer pick still has a way on.
    beside = conversations.neighbours(store, conversations.details(store, keys[1], by=READER), only_webchat)
    assert (beside.place, beside.picked, beside.previous, beside.next) == (None, 3, keys[2], keys[0])
    first = conversations.neighbours(store, conversations.details(store, keys[3], by=READER), Choices())
    assert (first.place, first.previous) == (1, None)
