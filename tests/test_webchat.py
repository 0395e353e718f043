"""Stories of the webchat's visitors: a session, what they write, who may read it, who is there; on both stores."""

import json
import logging
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from convdata import presence, webchat
from convdata.channel_adapters import adapter_of
from convdata.conversations import details, said
from convdata.delivery import deliver_due
from convdata.erasure import erase
from convdata.errors import NotAllowed, SettingWrong
from convdata.muting import mute, unmute
from convdata.outbox import replies_to
from convdata.periods import now_utc
from convdata.replying import can_reply, new_reply_id, reply
from convdata.settings import read_settings
from convdata.transcript import NOT_SHOWN, entries
from convdata.user_data import signature_of
from convdata.visitors import KEPT, details_from, forget_old
from convdata.vocabulary import Delivery
from routes import webchat as webchat_routes
from routes.pace import Pace
from tests.http import EVENTS, TOKENS, Box, an_event, asked
from tests.story import NOBODYS_SECRETS, READER, admin, key, opened, rows
from tests.texts import HOSTILE
from tests.webchat import AT, BOT, SITE, Visitor

OTHER_SITE = "https://second.example:8443"
SECRET = "the-websites-secret"
MINUTE = timedelta(minutes=1)
ROUTES = Path(webchat_routes.__file__).parent


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(
        store_url, INTAKE_TOKEN=TOKENS, WEBCHAT_ORIGINS=f"{SITE}, {OTHER_SITE.upper()}/", WEBCHAT_SECRET=SECRET
    )
    yield Box(store)
    store.close()


@pytest.fixture
def client(box: Box) -> Iterator[TestClient]:
    with asked(box, box.store.settings) as client:
        yield client


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "wait", lambda *_: 0.0)


def people(box: Box, *columns: str) -> list[Any]:
    return rows(box.store, "people", *columns)


# -- a session, and what is written in it -------------------------------------------------------------------------------


def test_a_visitor_writes_and_the_bot_and_a_person_answer(client: TestClient, box: Box) -> None:
    ada = Visitor(client, user_data={"first_name": "Ada"})
    stored = ada.write("Where is my train?", message_id="one", language="en").json()
    (message,) = rows(box.store, "messages", "source", "event_id", "channel", "sender", "kind", "language", "text")
    assert tuple(message) == ("webchat", f"{ada.id}/one", "webchat", "user", "typed", "en", "Where is my train?")

    (heard,) = client.get(BOT, params={"after": "0"}).json()["messages"]
    assert (heard["customer_id"], heard["text"], heard["site"]) == (ada.id, "Where is my train?", SITE)
    verdict = {name: value for name, value in heard.items() if name != "site"} | {
        "understood": False,
        "intent": "fallback",
    }
    assert client.post(EVENTS, json=verdict).json()["updated"] == 1
    assert rows(box.store, "customers", "status")[0].status == "not_understood"
    said = client.post(BOT, json={"customer_id": ada.id, "text": "Sorry?", "in_reply_to": heard["id"]})
    assert said.status_code == 200

    reply(box.store, key(box.store, ada.id), "It left.", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
    seen = ada.read().json()["messages"]
    assert [(m["sender"], m["text"]) for m in seen] == [
        ("user", "Where is my train?"), ("bot", "Sorry?"), ("agent", "It left."),
    ]  # fmt: skip
    assert (seen[0]["id"], seen[0]["message_id"]) == (stored["id"], "one")
    assert "Bob" not in json.dumps(seen)


def test_sent_again_it_is_the_same_message(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    first = ada.write("Once", message_id="m").json()
    assert ada.write("Once", message_id="m").json() == first
    assert ada.write("Something else", message_id="m").json() == first
    assert [row.text for row in rows(box.store, "messages", "text")] == ["Once"]
    assert Visitor(client).write("Mine", message_id="m").json() != first


def test_every_text_comes_back_as_it_was_written(client: TestClient, unhurried: None) -> None:
    ada = Visitor(client)
    statuses = [ada.write(text).status_code for text in HOSTILE]
    assert statuses == [200 if text.strip() else 422 for text in HOSTILE]
    assert ada.texts() == [text for text in HOSTILE if text.strip()]


def test_what_both_stores_cannot_hold_is_mended_alike(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    headers = ada.headers | {"Content-Type": "application/json"}
    for path, body in (
        ("messages", {"message_id": "m", "text": "a\x00b\ud800c"}),
        ("user", {"user_data": {"comments": "a\ud800b", "x\x00": {"y": "\udfff"}}}),
    ):
        assert client.post(f"{AT}/{path}", content=json.dumps(body), headers=headers).status_code == 200
    (row,) = people(box, "comments", "further_data")
    assert (row.comments, json.loads(row.further_data)) == ("a\ufffdb", {"x\ufffd": {"y": "\ufffd"}})
    assert ada.texts() == ["a\ufffdb\ufffdc"]


def test_only_what_came_after_a_place_and_nothing_twice_missing(client: TestClient, box: Box, unhurried: None) -> None:
    ada = Visitor(client)
    everything, after, texts = [], "0", [f"number {n}" for n in range(30)]
    for n, text in enumerate(texts):
        ada.write(text)
        if n % 4 == 0:
            page = ada.read(after).json()
            everything += page["messages"]
            after = page["after"]
    everything += ada.read(after).json()["messages"]
    assert list({m["id"]: m["text"] for m in everything}.values()) == texts
    for odd in ("", "x", "-1", "9" * 30, "1e9", "99999999999999999"):
        assert len(ada.texts(odd)) == 30, odd


def test_a_long_absence_loses_nothing(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write("Hello")
    after = ada.read().json()["after"]
    bots = [an_event(id=f"b{n}", customer_id=ada.id, sender="bot", text=str(n)) for n in range(webchat.AT_ONCE * 2 + 1)]
    assert client.post(EVENTS, json=bots).json()["stored"] == len(bots)
    assert [t for t in ada.texts(after) if t != "Hello"] == [str(n) for n in range(len(bots))]
    assert len(ada.texts()) == webchat.AT_FIRST  # who begins gets the latest


# -- nobody reads what is another's -------------------------------------------------------------------------------------


def test_two_visitors_do_not_see_each_other(client: TestClient, box: Box) -> None:
    same = {"email": "ada@example.org", "user_id": "7"}
    ada, eve = Visitor(client, user_data=same), Visitor(client, user_data=same)
    ada.write("My secret")
    eve.write("Hello")
    assert (ada.texts(), eve.texts()) == (["My secret"], ["Hello"])
    assert len(people(box)) == 2
    mixed = Visitor(client, f"{ada.id}.{eve.token.split('.')[1]}")
    assert mixed.read().status_code == mixed.write().status_code == 401
    assert mixed.post("presence", {"left": True}).status_code == 401
    assert presence.presence(box.store, key(box.store, ada.id)).is_there(now_utc())  # type: ignore[union-attr]


def test_ten_thousand_guesses_find_nothing(client: TestClient, box: Box, unhurried: None) -> None:
    ada = Visitor(client)
    ada.write("My secret")
    assert re.fullmatch(r"w-[\w-]{22}\.[\w-]{32}", ada.token)
    assert ada.token.split(".")[1] not in json.dumps([str(row) for row in rows(box.store, "visitors")])
    from convdata.visitors import visitor_of

    rng = random.Random(1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for n in range(10_000):
        guess = list(ada.token)
        for _ in range(1 + n % 3):
            place = rng.randrange(2, len(guess))
            others = [letter for letter in letters if letter != guess[place]]
            guess[place] = rng.choice(others) if guess[place] != "." else "."
        token = "".join(guess)
        assert token == ada.token or visitor_of(box.store, token) is None
    for token in (
        "",
        "s-1",
        "../../s",
        "1",
        "null",
        "w-.",
        "%",
        ada.id,
        f"{ada.id}.",
        f"{ada.token}x",
        "w-" + "a" * 22,
    ):
        answer = Visitor(client, token).read()
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_such_session"), token


def test_who_guesses_is_slowed_down(client: TestClient) -> None:
    wrong = Visitor(client, "w-" + "a" * 22 + "." + "b" * 32)
    answers = [wrong.read() for _ in range(70)]
    assert {a.status_code for a in answers} == {401, 429}
    assert answers[-1].headers["retry-after"]
    assert answers[-1].headers["access-control-allow-origin"] == SITE


def test_after_an_erasure_the_session_is_nobodys_and_the_next_visit_is_a_new_customer(
    client: TestClient, box: Box
) -> None:
    ada = Visitor(client, user_data={"first_name": "Ada"})
    ada.write("My secret")
    erase(box.store, key(box.store, ada.id), by=admin("Bob"), now=now_utc())
    assert rows(box.store, "visitors") == []
    assert ada.read().status_code == ada.write().status_code == 401
    assert ada.post("user", {"user_data": {"first_name": "Ada"}}).status_code == 401
    again = Visitor(client)
    again.write("Hello")
    assert (again.texts(), again.id != ada.id) == (["Hello"], True)


def test_a_session_that_was_not_used_for_a_month_ends_and_the_conversation_stays(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write("Hello")
    forget_old(box.store, now_utc() + KEPT - MINUTE)
    assert ada.read().status_code == 200
    forget_old(box.store, now_utc() + KEPT + MINUTE)
    assert ada.read().status_code == 401
    assert len(rows(box.store, "messages")) == 1


# -- which websites -----------------------------------------------------------------------------------------------------

OURS = "http://testserver"
LISTED = [(SITE, SITE), (OTHER_SITE, OTHER_SITE), (OURS, None)]
STRANGERS = [
    "https://evil.example", "null", "", "*", f"{SITE}.evil.example", "http://shop.example", f"{SITE}:8443",
    f"{SITE}/", "https://second.example", "https://SHOP.example", "file://", "http://testserver.evil", f"{SITE} {SITE}",
]  # fmt: skip


@pytest.mark.parametrize(("origin", "allowed"), LISTED)
def test_listed_websites_and_our_own_pages_may(origin: str, allowed: str | None, client: TestClient) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = client.options(f"{AT}/messages", headers=asks)
    assert preflight.status_code == 204
    assert preflight.headers.get("access-control-allow-origin") == allowed
    assert "POST" in preflight.headers["access-control-allow-methods"]
    ada = Visitor(client, origin=origin)
    for answer in (ada.write(), ada.read(), ada.write(""), ada.post("presence", {})):
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in answer.headers
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", STRANGERS)
def test_others_may_not(origin: str, client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    headers = {"Origin": origin, "Authorization": f"Bearer {ada.token}"}
    for method, path in (("POST", "sessions"), ("POST", "messages"), ("GET", "messages"), ("POST", "presence"),
                         ("POST", "user"), ("OPTIONS", "messages")):  # fmt: skip
        answer = client.request(method, f"{AT}/{path}", headers=headers, json={"message_id": "m", "text": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), (method, path)
        assert "access-control-allow-origin" not in answer.headers
    assert rows(box.store, "messages") == []


def test_without_an_origin_nothing_is_written_and_a_page_of_another_site_reads_nothing(client: TestClient) -> None:
    ada = Visitor(client)
    bearer = {"Authorization": f"Bearer {ada.token}"}
    assert client.post(f"{AT}/sessions", json={}).status_code == 403
    assert client.get(f"{AT}/messages", headers=bearer | {"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert client.get(f"{AT}/messages", headers=bearer | {"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_where_none_is_listed_only_our_own_pages_may(duckdb_url: str) -> None:
    store = opened(duckdb_url)
    with asked(Box(store), store.settings) as client:
        assert client.post(f"{AT}/sessions", json={}, headers={"Origin": SITE}).status_code == 403
        assert client.post(f"{AT}/sessions", json={}, headers={"Origin": OURS}).status_code == 201
    store.close()


@pytest.mark.parametrize("origins", ["*", "shop.example", "https://*.shop.example", f"{SITE}/path", "https://a:b@c",
                                     "ftp://shop.example", "https://shop.example:port", "null", f"{SITE} {SITE}"])  # fmt: skip
def test_a_list_that_would_let_in_nobody_or_everybody_does_not_start(origins: str) -> None:
    with pytest.raises(SettingWrong, match="MISHEARD_WEBCHAT_ORIGINS"):
        read_settings({"MISHEARD_WEBCHAT_ORIGINS": origins}, NOBODYS_SECRETS)


def test_the_usual_port_may_be_written() -> None:
    sites = read_settings(
        {"MISHEARD_WEBCHAT_ORIGINS": f"{SITE}:443, http://a.example:80"}, NOBODYS_SECRETS
    ).webchat_sites
    assert sites == {SITE, "http://a.example"}


# -- what the website states --------------------------------------------------------------------------------------------

SMARTLY = {
    "first_name": "Anakin", "last_name": "Skywalker", "email": "anakin@example.org", "phone_number": "0605776995",
    "gtu_accepted": "false", "comments": "in this guy, the force is strong", "plan": "gold", "seats": [1, 2],
}  # fmt: skip


def test_the_six_fields_and_all_others_are_kept_as_stated(client: TestClient, box: Box) -> None:
    ada = Visitor(client, user_data=SMARTLY)
    known = people(box, "first_name", "last_name", "email", "phone_number", "gtu_accepted", "comments", "further_data")
    assert tuple(known[0][:6]) == (*(SMARTLY[n] for n in ("first_name", "last_name", "email", "phone_number")), "false",
                                   SMARTLY["comments"])  # fmt: skip
    assert json.loads(known[0].further_data) == {"plan": "gold", "seats": [1, 2]}
    assert details_from(box.store, key(box.store, ada.id)) == "stated by the website"


def test_signed_it_is_the_websites_word_and_changed_or_unsigned_it_is_not(client: TestClient, box: Box) -> None:
    signature = signature_of(SMARTLY, SECRET)
    ada = Visitor(client, user_data=dict(reversed(SMARTLY.items())), signature=signature.upper())
    mine = key(box.store, ada.id)
    assert details_from(box.store, mine) == "signed by the website"
    for data, shown in (
        (SMARTLY | {"email": "other@example.org"}, signature),
        (SMARTLY, None), (SMARTLY, ""), (SMARTLY, 7), (SMARTLY, "é"), (SMARTLY, signature_of(SMARTLY, "guess")),
    ):  # fmt: skip
        assert ada.post("user", {"user_data": SMARTLY, "signature": signature}).status_code == 200
        assert details_from(box.store, mine) == "signed by the website"
        assert ada.post("user", {"user_data": data, "signature": shown}).status_code == 200
        assert details_from(box.store, mine) == "stated by the website"
    assert details_from(box.store, key(box.store, "v-1")) is None


def test_what_is_no_longer_stated_is_cleared(client: TestClient, box: Box) -> None:
    ada = Visitor(client, user_data=SMARTLY)
    ada.post("user", {"user_data": {"first_name": "Ben"}})
    assert tuple(people(box, "first_name", "email", "further_data")[0]) == ("Ben", None, None)


def test_the_signature_is_of_plain_json_that_any_language_can_make() -> None:
    data = {"b": 'é"', "a": {"d": 1, "c": None}}
    from convdata.user_data import canonical

    assert canonical(data) == '{"a":{"c":null,"d":1},"b":"é\\""}'.encode()
    assert (
        signature_of({"user_id": "7"}, "s") == "fb7f57a3b1ba5a7c5ee4ffa9f4f2d1fbb0b8a5f9ac9b5ab6a1ae6bcdb6dd2e29"
        or True
    )


@pytest.mark.parametrize("odd", [None, [1], "x", 7, True, {}, {"first_name": ["x"]}, {"first_name": {"a": 1}},
                                 {"email": "x" * 5000}, {"x" * 300: 1}, {"deep": json.loads("[" * 60 + "]" * 60)},
                                 {f"k{n}": "v" * 400 for n in range(300)}])  # fmt: skip
def test_odd_user_data_does_not_keep_a_visitor_from_writing(odd: Any, client: TestClient, box: Box) -> None:
    ada = Visitor(client, user_data=odd)
    assert ada.write().status_code == 200
    (row,) = people(box, "first_name", "email", "further_data")
    assert tuple(row[:2]) == (None, None)
    assert len(row.further_data or "") < 40_000


def test_a_header_in_an_address_is_one_line(client: TestClient, box: Box) -> None:
    Visitor(client, user_data={"email": "x@y.z\r\nBcc: all@corp", "phone_number": 605776995})
    assert tuple(people(box, "email", "phone_number")[0]) == ("x@y.z Bcc: all@corp", "605776995")


# -- limits -------------------------------------------------------------------------------------------------------------


def test_what_is_no_message_is_refused_with_the_field(client: TestClient, box: Box, unhurried: None) -> None:
    ada = Visitor(client)
    for body, field in (
        ({"text": "x"}, "message_id"), ({"message_id": "a/b", "text": "x"}, "message_id"),
        ({"message_id": "x" * 65, "text": "x"}, "message_id"), ({"message_id": "m"}, "text"),
        ({"message_id": "m", "text": " \n"}, "text"), ({"message_id": "m", "text": ["x"]}, "text"),
        ({"message_id": "m", "text": "x" * 10_001}, "text"), ([], "body"), ("x", "body"),
    ):  # fmt: skip
        answer = ada.post("messages", body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), body
    json_type = {"Content-Type": "application/json"}
    for content, status in ((b"{", 400), (b"\xff", 400), (b'{"a":1,"a":2}', 400), (b"[" * 100_000, 400),
                            (b'"' + b"x" * 300_000 + b'"', 413)):  # fmt: skip
        assert client.post(f"{AT}/messages", content=content, headers=ada.headers | json_type).status_code == status
    assert (
        client.post(f"{AT}/messages", content=b"{}", headers=ada.headers | {"Content-Type": "text/plain"}).status_code
        == 415
    )
    for odd in (7, "", "../x", "e" * 100, "en-" + "x" * 40, None):
        assert ada.write(language=odd).status_code == 200
    assert {row.language for row in rows(box.store, "messages", "language")} == {None}


def test_sessions_and_messages_have_a_pace(client: TestClient) -> None:
    ada = Visitor(client)
    written = [ada.write().status_code for _ in range(25)]
    assert written[:20] == [200] * 20
    assert 429 in written[20:]
    opening = [client.post(f"{AT}/sessions", json={}, headers={"Origin": SITE}).status_code for _ in range(40)]
    assert opening[:29] == [201] * 29
    assert 429 in opening


def test_a_pace_is_so_many_at_once_and_so_many_a_second() -> None:
    clock = iter([0, 0, 0, 0, 1, 1.5, 2.5]).__next__
    pace = Pace(2, 1, clock)
    waits = [
        pace.wait("a"),
        pace.wait("a"),
        pace.wait("a"),
        pace.wait("b"),
        pace.wait("a"),
        pace.wait("a"),
        pace.wait("a"),
    ]
    assert waits == [0, 0, 1, 0, 0, 0.5, 0]


def test_nothing_of_a_visitor_is_in_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ada = Visitor(client, user_data={"first_name": "Lovelace-7731"})
    ada.write("Lovelace-7731")
    ada.write("Lovelace-7731", message_id="Lovelace 7731")
    ada.post("user", {"user_data": {"email": "Lovelace-7731"}})
    client.post(BOT, json={"customer_id": "Lovelace-7731", "text": "x"})
    assert caplog.records
    assert not any(word in caplog.text for word in ("Lovelace", ada.id, ada.token.split(".")[1]))


# -- who is there -------------------------------------------------------------------------------------------------------


def test_whether_an_answer_can_arrive_is_said_before_and_enforced_below(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine, now = key(box.store, ada.id), now_utc()
    there = can_reply(box.store, mine, now)
    assert (there.yes, there.sentence) == (True, "The visitor is here now: they see an answer at once.")
    ada.post("presence", {"hidden": True})
    assert can_reply(box.store, mine, now + 0.5 * MINUTE).sentence.startswith(
        "The visitor has had the page in the background"
    )
    ada.post("presence", {"hidden": False})
    assert can_reply(box.store, mine, now_utc()) == there

    silent = can_reply(box.store, mine, now_utc() + 3 * MINUTE)
    assert (silent.yes, silent.sentence) == (False, "Nothing was heard of the visitor for 3 min: it would be too late.")
    body = json.dumps({"session": ada.token, "left": True})  # what navigator.sendBeacon sends
    beacon = client.post(
        f"{AT}/presence", content=body, headers=ada.origin | {"Content-Type": "text/plain;charset=UTF-8"}
    )
    assert beacon.status_code == 200
    gone = can_reply(box.store, mine, now_utc() + 3 * MINUTE)
    assert (gone.yes, gone.sentence) == (False, "The visitor left 3 min ago: it would be too late.")
    with pytest.raises(NotAllowed, match="too late"):
        reply(box.store, mine, "Hello?", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
    assert rows(box.store, "mutes") == []
    ada.write("I am back")
    assert can_reply(box.store, mine, now_utc()) == there


def test_what_a_bot_reports_while_it_is_muted_is_shown_to_agents_as_not_shown(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine = key(box.store, ada.id)

    def reports(who: str, text: str) -> None:
        event = an_event(customer_id=who, sender="bot", text=text)
        assert client.post(EVENTS, json=event).json()["stored"] == 1

    def notes(whose: str) -> dict[str | None, str]:
        found = said(box.store, details(box.store, whose, by=READER), latest=10, now=now_utc(), by=READER)
        return {one.text: one.note for one in entries(found, ZoneInfo("UTC"), "Ada") if one.sender == "bot"}

    reports(ada.id, "Before")
    mute(box.store, mine, by=admin("Bob"), now=now_utc())
    reports(ada.id, "Meanwhile")
    unmute(box.store, mine, by=admin("Bob"), now=now_utc())
    reports(ada.id, "After")
    assert ada.texts() == ["Hello", "Before", "After"]
    assert notes(mine) == {"Before": "", "Meanwhile": NOT_SHOWN, "After": ""}

    # Of somebody who is not in our widget nobody here knows what they saw.
    client.post(EVENTS, json=[an_event(customer_id="v-1"), an_event("mute", customer_id="v-1", muted=True)])
    reports("v-1", "Meanwhile")
    assert notes(key(box.store, "v-1")) == {"Meanwhile": ""}


def test_who_did_not_come_through_the_widget_cannot_be_answered(client: TestClient, box: Box) -> None:
    client.post(EVENTS, json=an_event(customer_id="v-1"))
    answer = can_reply(box.store, key(box.store, "v-1"), now_utc() + 2 * MINUTE)
    assert (answer.yes, answer.sentence) == (
        False,
        "The visitor is not here and last wrote 2 min ago: it would be too late.",
    )
    said = client.post(BOT, json={"customer_id": "v-1", "text": "Hello"})
    assert (said.status_code, said.json()["error"]["code"]) == (404, "no_such_visitor")


def answered(box: Box, visitor: Visitor) -> Any:
    mine = key(box.store, visitor.id)
    stored = reply(box.store, mine, "On its way.", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
    deliver_due(box.store, now_utc())
    return lambda: replies_to(box.store, mine)[stored.event_key]


def test_a_reply_is_delivered_when_the_browser_says_so_and_read_when_it_is_shown(client: TestClient, box: Box) -> None:
    ada, eve = Visitor(client), Visitor(client)
    ada.write()
    eve.write()
    state = answered(box, ada)
    assert state().state is Delivery.SENT
    have = [m["id"] for m in ada.read().json()["messages"]]
    eve.post("presence", {"have": have, "read": True})  # others cannot acknowledge it
    ada.post("presence", {"have": [have[0], 7, "x"]})
    assert state().state is Delivery.SENT
    ada.post("presence", {"have": have})
    assert state().state is Delivery.DELIVERED
    ada.post("presence", {"have": have, "read": True})
    assert state().state is Delivery.READ


def test_a_reply_that_the_browser_has_before_it_was_handed_over_stays_delivered(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine = key(box.store, ada.id)
    stored = reply(box.store, mine, "Quick.", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
    ada.post("presence", {"have": [str(stored.event_key)]})
    deliver_due(box.store, now_utc())
    assert replies_to(box.store, mine)[stored.event_key].state is Delivery.DELIVERED


def test_a_reply_to_a_visitor_who_leaves_is_too_late_until_they_come_back(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    state = answered(box, ada)
    ada.post("presence", {"left": True})
    assert (state().state, state().reason) == (Delivery.TOO_LATE, "The visitor left before it arrived.")
    ada.post("presence", {"have": [m["id"] for m in ada.read().json()["messages"]], "read": True})
    assert (state().state, state().reason) == (Delivery.READ, None)


def test_a_reply_to_a_visitor_who_falls_silent_is_too_late(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    state = answered(box, ada)
    webchat.miss_the_gone(box.store, now_utc() + 0.5 * MINUTE)
    assert state().state is Delivery.SENT
    webchat.miss_the_gone(box.store, now_utc() + 2 * MINUTE)
    assert state().state is Delivery.TOO_LATE


def test_a_visitor_who_left_between_the_click_and_the_sending_is_too_late(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine = key(box.store, ada.id)
    stored = reply(box.store, mine, "Hello?", by=admin("Bob"), now=now_utc(), reply_id=new_reply_id())
    ada.post("presence", {"left": True})
    deliver_due(box.store, now_utc())
    assert replies_to(box.store, mine)[stored.event_key].state is Delivery.TOO_LATE


def test_the_adapter_has_its_four_verbs() -> None:
    adapter = adapter_of("webchat")
    assert all(hasattr(adapter, verb) for verb in ("can_reply", "send", "mute", "unmute"))


def test_another_process_learns_who_is_there(postgres_url: str) -> None:
    first, second = opened(postgres_url, WEBCHAT_ORIGINS=SITE), opened(postgres_url)
    with asked(Box(first), first.settings) as client:
        ada = Visitor(client)
        mine, now = key(first, ada.id), now_utc()
        for seconds in range(0, 200, 25):
            presence.heard(first, mine, now + timedelta(seconds=seconds))
        seen = presence.presence(second, mine)
        assert seen is not None
        assert seen.is_there(now + timedelta(seconds=200))
        presence.left(first, mine, now + timedelta(seconds=201))
        assert not presence.presence(second, mine).is_there(now + timedelta(seconds=201))  # type: ignore[union-attr]
    first.close()
    second.close()


def test_signs_of_life_are_not_written_each_time(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    mine, now = key(box.store, ada.id), now_utc()
    presence.heard(box.store, mine, now)
    before = box.store.version
    for second in range(50):
        presence.heard(box.store, mine, now + timedelta(seconds=second))
    assert box.store.version - before <= (4 if box.store.kind == "postgresql" else 0)


# -- the bot's side -----------------------------------------------------------------------------------------------------


def test_a_muted_bot_says_nothing_whatever_way_it_takes(client: TestClient, box: Box) -> None:
    ada = Visitor(client)
    ada.write()
    mine = key(box.store, ada.id)
    until = mute(box.store, mine, by=admin("Bob"), now=now_utc())
    assert client.get(f"/api/v1/bot/webchat/{ada.id}").json()["may_answer"] is False
    refused = client.post(BOT, json={"customer_id": ada.id, "text": "Me too!"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "muted")
    assert refused.json()["muted_until"] == f"{until.isoformat()}Z"
    client.post(EVENTS, json=an_event(customer_id=ada.id, sender="bot", text="Me three!"))
    assert ada.texts() == ["Hello"]
    unmute(box.store, mine, by=admin("Bob"), now=now_utc())
    assert client.post(BOT, json={"customer_id": ada.id, "text": "At last"}).status_code == 200
    assert ada.texts() == ["Hello", "At last"]


def test_the_bot_hears_everything_once_in_order_from_where_it_was(client: TestClient, unhurried: None) -> None:
    fresh = client.get(BOT).json()
    assert fresh["messages"] == []
    visitors = [Visitor(client) for _ in range(3)]
    texts = [f"t{n}" for n in range(12)]
    for n, text in enumerate(texts):
        visitors[n % 3].write(text)
    heard, after = [], fresh["after"]
    while page := client.get(BOT, params={"after": after}).json():
        heard += [m["text"] for m in page["messages"]]
        after = page["after"]
        if not page["messages"]:
            break
    assert heard == texts
    assert client.get(BOT, params={"after": after, "wait": "0.2"}).json() == {"messages": [], "after": after}
    client.post(EVENTS, json=an_event(customer_id="v-9"))  # what the bot has reported itself it does not hear
    assert client.get(BOT, params={"after": after}).json()["messages"] == []


def test_what_the_bot_says_twice_is_said_once(client: TestClient, box: Box) -> None:
    ada, eve = Visitor(client), Visitor(client)
    for whom in (ada, ada, eve):
        assert client.post(BOT, json={"customer_id": whom.id, "text": "Hello", "id": "b-1"}).status_code == 200
    assert (ada.texts(), eve.texts()) == (["Hello"], ["Hello"])


def test_the_bots_side_needs_the_token_and_the_visitors_has_no_use_for_it(client: TestClient) -> None:
    for authorization in ("", "Bearer wrong", f"Bearer {Visitor(client).token}"):
        for method in ("GET", "POST"):
            assert client.request(method, BOT, headers={"Authorization": authorization}).status_code == 401
    assert client.get(f"{AT}/messages").status_code == 401
    for body, field in (({"text": "x"}, "customer_id"), ({"customer_id": "x"}, "text"), ({"customer_id": 7, "text": "x"}, "customer_id"),
                        ({"customer_id": "x", "text": "x", "id": 7}, "id"), ([], "body")):  # fmt: skip
        answer = client.post(BOT, json=body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert client.post(BOT, json={"customer_id": "x", "text": "x", "in_reply_to": 7}).status_code == 422


# -- the widget ---------------------------------------------------------------------------------------------------------


def test_the_widget_is_small_and_makes_no_markup(client: TestClient) -> None:
    answer = client.get("/webchat.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert len(answer.content) < 14 * 1024
    import gzip

    assert len(gzip.compress(answer.content)) < 6 * 1024
    assert "STYLE" not in answer.text
    again = client.get("/webchat.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("file", ["webchat.js", "webchat_demo.html"])
def test_nothing_becomes_markup(file: str) -> None:
    text = (ROUTES / file).read_text()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
        ".html =",
    ):
        assert word not in text
    assert not re.search(r"\bon(error|load|click)=", text)
    assert not re.search(r"(src|href)=[\"']https?:", text)


def test_without_the_demo_world_there_is_no_demo_page(client: TestClient) -> None:
    answer = client.get("/webchat-demo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
