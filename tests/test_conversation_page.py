"""The Conversation page in each state that a conversation can be in; see also tests/browser/test_conversation.py."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from convdata import erasure, muting, standing
from convdata.database import Store
from convdata.periods import now_utc
from convdata.settings import PROJECT
from pages.parts import desk
from tests.story import admin, customer, key, many_messages, message, opened, rows, status, tell
from tests.texts import HOSTILE

FRAME = PROJECT / "pages" / "frame.py"
MINUTE = timedelta(minutes=1)
AGO = now_utc().replace(microsecond=0) - timedelta(hours=2)


@pytest.fixture
def story(duckdb_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that the page reads too: DuckDB, in this very process."""
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    monkeypatch.setenv("MISHEARD_AGENT", "Ada Agent")
    store = opened(duckdb_url, AGENT="Ada Agent")
    monkeypatch.setattr(desk, "store", lambda: store)
    yield store
    store.close()
    st.cache_data.clear()


def page(**query: str) -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=60).run()
    app.switch_page(str(FRAME.parent / "conversation.py"))
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def elements(app: AppTest, kind: str) -> list[Any]:
    return list(app.get(kind))


def components(app: AppTest) -> list[dict[str, Any]]:
    """What the components of the page were given."""
    return [json.loads(c.proto.json) for c in elements(app, "bidi_component") if c.proto.json]


def transcript(app: AppTest) -> list[dict[str, Any]]:
    return next(c["entries"] for c in components(app) if c and "entries" in c)


def head(app: AppTest) -> dict[str, Any]:
    return next(c for c in components(app) if c and "head" in c)


def known(app: AppTest) -> dict[str, str]:
    groups = next(c["groups"] for c in components(app) if c and "groups" in c)
    return {name: value for group in groups for name, value in group["fields"]}


def buttons(app: AppTest) -> set[str]:
    return {b.label for b in elements(app, "button")}


def sentences(app: AppTest) -> list[str]:
    return [e.value for kind in ("error", "info", "warning", "success") for e in elements(app, kind)]


def click(app: AppTest, label: str) -> AppTest:
    next(b for b in elements(app, "button") if b.label == label).click().run()
    assert not app.exception
    return app


def test_an_ordinary_conversation(story):
    tell(story, customer(at=AGO, first_name="Ada", last_name="Byron"), message(at=AGO, text="Hello", language="en"))
    app = page(customer=key(story))
    assert [line["text"] for line in transcript(app) if line["kind"] == "message"] == ["Hello"]
    shown = head(app)
    assert (shown["head"]["name"], shown["head"]["initials"], shown["head"]["status_label"]) == (
        "Ada Byron",
        "AB",
        "OK",
    )
    assert (shown["head"]["channel"], shown["head"]["language"], shown["head"]["photo"]) == ("Webchat", "English", None)
    assert [n["text"] for n in shown["notices"]] == ["The bot is answering."]
    assert {"Mute bot", "Set Need Help", "Delete user and conversation"} <= buttons(app)
    assert not {"Unmute bot", "Clear Need Help"} & buttons(app)
    assert {"Download user data", "JSON", "CSV", "Printable page"} <= buttons(app)
    assert not elements(app, "download_button"), "Streamlit's own are open to whoever has the link"
    assert any("it would be too late" in component.get("sentence", "") for component in components(app) if component)


def test_need_help_says_since_when_and_why(story):
    tell(story, message(at=AGO), status("need_help", at=AGO + MINUTE, reason="asked for a human"))
    app = page(customer=key(story))
    need = head(app)["notices"][0]
    assert need["text"].startswith("Need Help since ")
    assert need["quote"] == "asked for a human"
    click(app, "Clear Need Help")
    assert head(app)["head"]["status_label"] == "OK"
    assert "Set Need Help" in buttons(app)
    assert [r.actor for r in rows(story, "activity where act = 'status_ok'")] == ["Ada Agent"]


def test_setting_need_help_with_a_reason(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    app.text_input(key=f"help_reason_{key(story)}").set_value("  please call  ")
    click(app, "Set Need Help")
    assert head(app)["head"]["status_label"] == "Need Help"
    assert head(app)["notices"][0]["quote"] == "please call"


def test_a_muted_bot_counts_down_and_is_unmuted(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    app.text_input(key=f"mute_reason_{key(story)}").set_value("angry")
    click(app, "Mute bot")
    (bot,) = head(app)["notices"]
    assert bot["text"].startswith("The bot is muted until ")
    assert 72 * 3600 - 60 < bot["seconds"] <= 72 * 3600
    assert (bot["by"], bot["quote"]) == ("by Ada Agent", "angry")
    assert transcript(app)[-1]["text"] == "the bot was muted by Ada Agent for 72 h"
    click(app, "Unmute bot")
    assert [n["text"] for n in head(app)["notices"]] == ["The bot is answering."]
    assert transcript(app)[-1]["text"] == "the bot answers again, unmuted by Ada Agent"


def test_the_chosen_time_counts_and_never_more_than_the_setting(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    choice = next(b for b in elements(app, "segmented_control") if b.key == f"mute_hours_{key(story)}")
    assert choice.options == ["30 min", "1 h", "4 h", "24 h", "72 h"]
    choice.set_value(0.5)
    click(app, "Mute bot")
    assert transcript(app)[-1]["text"] == "the bot was muted by Ada Agent for 30 min"


def test_a_click_on_a_page_that_is_behind_mutes_nothing_anew(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    until = muting.mute(story, key(story), by=admin("Chen"), now=now_utc(), hours=1)
    click(app, "Mute bot")
    assert head(app)["notices"][0]["by"] == "by Chen"
    assert [r.muted_until for r in rows(story, "mutes")] == [until]


def test_a_mute_that_has_passed_is_shown_as_over_before_any_sweep(story, monkeypatch):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    muting.mute(story, key(story), by=admin("Chen"), now=now_utc() - 2 * MINUTE, hours=1 / 60)
    app.run()
    assert [n["text"] for n in head(app)["notices"]] == ["The bot is answering."]
    assert transcript(app)[-1]["text"] == "the bot answers again (automatic, after 1 min)"


def test_anonymous_is_found_by_a_short_id(story):
    tell(story, message("visitor-7f3a-0123456789", at=AGO))
    app = page(customer=key(story, "visitor-7f3a-0123456789"))
    assert head(app)["head"]["name"] == "Anonymous · …456789"
    assert known(app)["Customer id"] == "visitor-7f3a-0123456789"


def test_all_user_data_is_shown_with_whose_word_it_is(story):
    tell(
        story,
        message(at=AGO),
        customer(
            at=AGO,
            first_name="Ada",
            last_name="Byron",
            email="ada@example.org",
            phone_number="+44 20 7946 0000",
            gtu_accepted=True,
            comments="VIP\nsince 1843",
            photo_url="/etc/passwd",
            data={"plan": "gold", "seats": 3, "tags": ["a", "é"], "<b>": None},
        ),
    )
    app = page(customer=key(story))
    assert known(app) | {"Last message": "", "First contact": ""} == {
        "First name": "Ada",
        "Last name": "Byron",
        "E-mail": "ada@example.org",
        "Phone": "+44 20 7946 0000",
        "Terms accepted": "yes",
        "Comments": "VIP\nsince 1843",
        "Photo": "/etc/passwd",
        "plan": "gold",
        "seats": "3",
        "tags": '["a", "é"]',
        "<b>": "null",
        "Customer id": "v-1",
        "Messages": "1",
        "First contact": "",
        "Last message": "",
    }
    groups = next(c["groups"] for c in components(app) if c and "groups" in c)
    assert (groups[0]["title"], groups[0]["from"]) == ("Details", "stated by the website")
    assert head(app)["head"]["photo"] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_written_is_handed_on_as_text_and_nowhere_else(story, text):
    tell(
        story,
        customer(at=AGO, first_name=text, last_name=text, comments=text, data={text: text}),
        message(at=AGO, text=text, understood=False, intent=text[:200] or None),
        message(at=AGO + MINUTE, text=text, sender="agent", agent=text[:200] or None),
        status("need_help", at=AGO + MINUTE, reason=text),
    )
    muting.mute(story, key(story), by=admin("Chen"), now=now_utc(), reason=text)
    app = page(customer=key(story))
    said = [line["text"] for line in transcript(app) if line["kind"] == "message"]
    assert said[0] == said[1]
    turned = any(c in text for c in "\u202e\u2066")
    assert (said[0] == text) is not turned  # marks that turn the text around are named, not obeyed
    assert not any("went wrong" in s for s in sentences(app))


@pytest.mark.parametrize("address", ["", "7", "%", "' or 1=1 --", "00000000-0000-0000-0000-000000000000", "x" * 2000])
def test_an_address_that_names_nobody_is_one_good_sentence(story, address):
    (sentence,) = sentences(page(customer=address))
    assert "customer" in sentence
    assert "went wrong" not in sentence


def test_an_erased_customer_is_not_found(story):
    tell(story, message(at=AGO))
    erasure.erase(story, key(story), by=admin("Chen"), now=now_utc())
    (sentence,) = sentences(page(customer=key(story)))
    assert "no such customer" in sentence


def test_a_long_conversation_loads_its_latest_part_first(story):
    tell(story, *many_messages(["v-1"], 450, at=AGO))
    app = page(customer=key(story))
    data = next(c for c in components(app) if c and "entries" in c)
    assert (data["messages"], data["earlier"]) == (200, 250)
    assert data["entries"][-1]["text"] == "Hello v-1 449"
    oldest = rows(story, "messages where text = 'Hello v-1 10'", "event_key")[0].event_key
    app = page(customer=key(story), message=str(oldest))
    data = next(c for c in components(app) if c and "entries" in c)
    assert data["jump"] == str(oldest)
    assert data["messages"] >= 440
    assert str(oldest) in [line["id"] for line in data["entries"]]


@pytest.mark.parametrize("message_id", ["x", "--1", "-", "9" * 40, "½"])
def test_a_mangled_message_in_the_address_does_not_matter(story, message_id):
    tell(story, message(at=AGO))
    assert transcript(page(customer=key(story), message=message_id))


def test_the_way_through_the_list_carries_the_filters(story):
    for n, word in enumerate(["a", "b", "c", "d"]):
        tell(story, message(word, at=AGO + n * MINUTE, channel="alexa" if word == "b" else "webchat"))
    ways = ways_of(page(customer=key(story, "c"), channel="webchat"))
    assert ways["place"] == "2 of 3"
    assert f"customer={key(story, 'd')}" in ways["previous"]["href"]
    assert f"customer={key(story, 'a')}" in ways["next"]["href"]
    assert all("channel=webchat" in ways[name]["href"] for name in ("list", "previous", "next"))
    first = ways_of(page(customer=key(story, "d")))
    assert first["previous"]["href"] is None
    assert first["next"]["href"]
    assert ways_of(page(customer=key(story, "b", "alexa"), channel="webchat"))["place"] == (
        "not in this list any more · 3 conversations"
    )


def ways_of(app: AppTest) -> dict[str, Any]:
    return next(c for c in components(app) if c and "place" in c)


def test_leaving_a_conversation_that_one_has_muted_says_dont_forget(story):
    tell(story, message(at=AGO), message("v-2", at=AGO), customer(at=AGO, first_name="Ada"))
    app = page(customer=key(story))
    click(app, "Mute bot")
    assert not any("forget" in m.value for m in app.markdown)
    app.query_params["customer"] = key(story, "v-2")
    app.run()
    assert any("forget" in m.value and "Ada" in m.value for m in app.markdown)
    assert any("forget" in m.value for m in app.run().markdown), "until it is acted upon"
    app.switch_page(str(FRAME.parent / "customers.py")).run()
    assert any("forget" in m.value for m in app.markdown)
    click(app, "Unmute bot")
    assert not any("forget" in m.value for m in app.markdown)
    assert [r.ended_by for r in rows(story, "mutes")] == ["person"]


def test_a_mute_may_be_left_on_purpose(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    click(app, "Mute bot")
    app.switch_page(str(FRAME.parent / "customers.py")).run()
    click(app, "Leave it muted")
    assert not any("forget" in m.value for m in app.run().markdown)
    assert rows(story, "customers")[0].muted_until is not None


def test_a_mute_of_somebody_else_is_not_held_against_one(story):
    tell(story, message(at=AGO))
    app = page(customer=key(story))
    muting.mute(story, key(story), by=admin("Chen"), now=now_utc())
    app.switch_page(str(FRAME.parent / "customers.py")).run()
    assert not any("forget" in m.value for m in app.markdown)


def test_deleting_asks_by_name_and_with_the_counts(story):
    tell(story, customer(at=AGO, first_name="Ada", last_name="*Byron*"), *many_messages(["v-1"], 3, at=AGO))
    standing.need_help(story, key(story), by=admin("Chen"), now=now_utc())
    app = click(page(customer=key(story)), "Delete user and conversation")
    asked = " ".join(m.value for m in app.markdown)
    assert r"Ada \*Byron\*" in asked
    assert "3 messages" in asked
    assert "1 record " in asked
    assert {"Cancel", ":red[Delete for good]"} <= buttons(app)
    assert len(rows(story, "customers")) == 1


def test_nothing_on_the_page_is_asked_for_from_elsewhere(story):
    """A photo only from the channel's own hosts."""
    tell(
        story,
        message(at=AGO, channel="messenger"),
        customer(at=AGO, channel="messenger", first_name="A", photo_url="https://scontent.xx.fbcdn.net/v/1.jpg?x=1"),
        message("v-2", at=AGO, channel="messenger"),
        customer("v-2", at=AGO, channel="messenger", photo_url="https://evilfbcdn.net/1.jpg"),
    )
    photo = head(page(customer=key(story, channel="messenger")))["head"]["photo"]
    assert urlsplit(photo).hostname == "scontent.xx.fbcdn.net"
    assert head(page(customer=key(story, "v-2", "messenger")))["head"]["photo"] is None
