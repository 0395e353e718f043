"""Stories of `/webhooks/messenger`: Meta's verification, and what customers, the bot and other tools say, on both stores."""

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from convdata import inbox, messenger, messenger_webhook, receipts
from convdata.delivery import deliver_due
from convdata.erasure import erase
from convdata.errors import StoreAway
from convdata.intake import take_within
from convdata.outbox import replies_to
from convdata.periods import now_utc
from convdata.replying import reply
from convdata.settings import read_settings
from convdata.vocabulary import Delivery
from examples.fake_graph import APP_SECRET, PAGE_ID, VERIFY_TOKEN
from tests.http import BEARER, Box, asked
from tests.messenger import MAYA, answered, facebook, milliseconds, on_messenger, wrote
from tests.shared import shared_path
from tests.story import HOUR, NOBODYS_SECRETS, NOON, admin, key, opened, rows

HOOK = "/webhooks/messenger"
HOOK_SETTINGS = {"MESSENGER_BOT_APPS": "100000000000001, 42", "MESSENGER_LANGUAGE": "en", "INTAKE_TOKEN": "a-token"}


@pytest.fixture
def fake():
    with facebook() as fake:
        yield fake


@pytest.fixture
def box(store_url, fake):
    store = on_messenger(store_url, fake, **HOOK_SETTINGS)
    yield Box(store)
    store.close()


@pytest.fixture
def client(box):
    with asked(box, box.store.settings) as client:
        del client.headers["Authorization"]
        yield client


def post(client, payload, secret=APP_SECRET, **headers):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return client.post(HOOK, content=body, headers={"X-Hub-Signature-256": signature} | headers)


def webhook(*items, where="messaging"):
    return {"object": "page", "entry": [{"id": PAGE_ID, "time": milliseconds(NOON), where: list(items)}]}


def item(what, at=NOON, who=MAYA, echo=False):
    ends = [{"id": who}, {"id": PAGE_ID}]
    sender, recipient = ends[::-1] if echo else ends
    return {"sender": sender, "recipient": recipient, "timestamp": milliseconds(at), **what}


def said(text="Hello", mid="m_1", at=NOON, who=MAYA, **more):
    return item({"message": {"mid": mid, "text": text, **more}}, at, who)


def echo(mid="m_9", text="Hi", **more):
    return item({"message": {"mid": mid, "text": text, "is_echo": True, **more}}, echo=True)


def messages(store, *columns):
    return rows(store, "messages order by sent_at, arrived", *(columns or ("sender", "text")))


def odd(store):
    return rows(store, "inbox", "state", "reason")


# -- verification (E1) ------------------------------------------------------------------------------------------------------


def verified(client, **asks):
    names = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444"} | asks
    return client.get(HOOK, params={f"hub.{name}": value for name, value in names.items() if value is not None})


def test_meta_s_verification_is_answered_with_its_number(client):
    answer = verified(client)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "wrong",
    [
        {"verify_token": "guess"},
        {"verify_token": ""},
        {"verify_token": None},
        {"verify_token": VERIFY_TOKEN + "x"},
        {"verify_token": "ünïcode"},
        {"mode": "unsubscribe"},
        {"mode": None},
        {"challenge": "<script>alert(1)</script>"},
        {"challenge": "1" * 33},
        {"challenge": ""},
        {"challenge": "١٢٣"},
        {"challenge": "12\n"},
        {"challenge": None},
    ],
)
def test_every_other_question_is_refused_and_never_repeated(client, wrong):
    answer = verified(client, **wrong)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("application/json")
    assert "script" not in answer.text


def test_where_messenger_is_not_set_up_nothing_is_taken(store_url):
    store = opened(store_url)
    with asked(Box(store), store.settings) as client:
        assert verified(client).status_code == 503
        assert post(client, webhook(said()), secret="").status_code == 503
        assert client.post(HOOK, content=b"{}").status_code == 503
    assert messages(store) == []
    store.close()


def test_half_of_it_takes_nothing_either(store_url):
    store = opened(store_url)

    def half():
        return read_settings({"MISHEARD_MESSENGER_PAGE_ID": "1"}, NOBODYS_SECRETS)

    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    from convdata.letterbox import Letterbox
    from routes import all_routes

    app = Starlette(routes=all_routes(lambda: store, Letterbox(lambda: store), half))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert post(client, webhook(said()), secret="").status_code == 503
    store.close()


def test_other_verbs_are_refused(client):
    for verb in ("PUT", "DELETE", "PATCH"):
        answer = client.request(verb, HOOK)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


# -- signatures (E2) ----------------------------------------------------------------------------------------------------------


def test_a_signed_message_is_stored(client, box):
    answer = post(client, webhook(said("Where is my train?")))
    assert answer.status_code == 200
    assert messages(box.store, "sender", "text", "source", "event_id", "kind", "language", "sent_at", "understood") == [
        ("user", "Where is my train?", "messenger", "m_1", "typed", "en", NOON, None)
    ]
    assert odd(box.store) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
    ],
)
def test_what_is_not_signed_is_refused_and_leaves_nothing(client, box, headers):
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client.post(HOOK, content=json.dumps(webhook(said())).encode(), headers=encoded)
    assert answer.status_code == 401
    assert messages(box.store) == odd(box.store) == []


def test_another_s_signature_is_refused(client, box):
    assert post(client, webhook(said()), secret="guess").status_code == 401
    assert post(client, webhook(said()), secret="").status_code == 401
    assert messages(box.store) == []


def test_the_bytes_are_signed_and_not_their_meaning(client, box):
    sample = json.loads(shared_path("payloads", "messenger_signature_example.json").read_text())
    raw, header = sample["raw_body"].encode(), sample["X-Hub-Signature-256"].encode()
    assert messenger_webhook.signature_is_right(sample["app_secret"], raw, header)
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    assert not messenger_webhook.signature_is_right(sample["app_secret"], again, header)


def test_an_empty_secret_signs_nothing():
    header = b"sha256=" + hmac.new(b"", b"{}", "sha256").hexdigest().encode()
    assert not messenger_webhook.signature_is_right("", b"{}", header)


# -- what customers do --------------------------------------------------------------------------------------------------------


def test_the_samples_of_the_platform_are_understood(client, box):
    names = [f"messenger_{n}.json" for n in (
        "message_text", "message_quick_reply_reply_to", "message_attachment", "postback", "echo_own_bot",
        "echo_page_inbox_human", "standby", "delivery", "read", "pass_thread_control", "take_thread_control",
    )]  # fmt: skip
    for name in names:
        assert post(client, shared_path("payloads", name).read_bytes()).status_code == 200
    found = messages(box.store, "sender", "text", "kind", "agent", "in_reply_to", "attachments")
    assert found == [
        ("user", "测试私信", "typed", None, None, None),
        ("user", "Red", "button", None, "m_1", None),
        ("user", None, "typed", None, None, '[{"type":"image","url":"https://scontent.example/x.jpg"}]'),
        ("user", "Get Started", "button", None, None, None),
        ("bot", "Hello, how can I help?", "typed", None, None, None),
        ("agent", "Hi, Jane here. Let me look.", "typed", "another tool", None, None),
        ("user", "still waiting", "typed", None, None, None),
    ]
    assert odd(box.store) == []
    assert rows(box.store, "customers", "status") == [("need_help",)]
    assert rows(box.store, "people", "need_help_reason") == [("Handed over on Messenger: need help",)]
    again = [post(client, shared_path("payloads", name).read_bytes()).status_code for name in names]
    assert set(again) == {200}
    assert messages(box.store, "sender", "text", "kind", "agent", "in_reply_to", "attachments") == found
    assert len(rows(box.store, "other_events")) == 1


def test_the_bot_s_verdict_joins_the_message_by_its_mid(client, box):
    post(client, webhook(said("xqzt", mid="m_1", at=now_utc())))
    event = {
        "type": "message", "source": "messenger", "id": "m_1", "channel": "messenger", "customer_id": MAYA,
        "at": f"{now_utc().isoformat()}Z", "sender": "user", "text": "xqzt", "understood": False, "intent": "nlu_fallback",
    }  # fmt: skip
    answer = client.post("/api/v1/events", json=event, headers=BEARER)
    assert answer.json()["updated"] == 1
    assert rows(box.store, "customers", "status") == [("not_understood",)]


def test_a_bot_s_own_echo_and_another_tool_s(client, box):
    post(
        client,
        webhook(
            echo("m_1", "by metadata", metadata="bot:greet", app_id=7),
            echo("m_2", "by app", app_id=42),
            echo("m_3", "by a person", app_id=263902037430900),
            echo("m_4", "by another Misheard", metadata="agent:jane:42", app_id=7),
            echo("m_5", "by nobody knows"),
        ),
    )
    assert messages(box.store, "text", "sender", "agent") == [
        ("by metadata", "bot", None),
        ("by app", "bot", None),
        ("by a person", "agent", "another tool"),
        ("by another Misheard", "agent", "jane"),
        ("by nobody knows", "agent", "another tool"),
    ]


def test_our_own_reply_is_known_by_its_echo_and_not_stored_twice(client, box, fake):
    maya = wrote(box.store, fake)
    done = answered(box.store, maya, text="On its way.")
    metadata = fake.sent[0]["message"]["metadata"]
    for _ in range(2):
        assert (
            post(client, webhook(echo(done.message_id, "On its way.", metadata=metadata, app_id=7))).status_code == 200
        )
    assert [s for s, _ in messages(box.store)] == ["user", "agent"]
    assert replies_to(box.store, maya)[done.event_key].state is Delivery.SENT


def test_an_echo_tells_what_became_of_an_unknown_reply(client, box, fake):
    maya = wrote(box.store, fake)
    fake.faults[MAYA].append("drop_after")
    lost = answered(box.store, maya)
    assert lost.state is Delivery.UNKNOWN
    post(client, webhook(echo("m_77", "On its way.", metadata=fake.sent[0]["message"]["metadata"])))
    found = replies_to(box.store, maya)[lost.event_key]
    assert (found.state, found.message_id, found.reason) == (Delivery.SENT, "m_77", None)
    assert len(messages(box.store)) == 2


def test_delivered_and_read_are_shown_whatever_comes_first(client, box, fake):
    maya = wrote(box.store, fake)
    done = answered(box.store, maya)
    later = NOON + 2 * HOUR
    post(client, webhook(item({"read": {"watermark": milliseconds(later)}}, later)))
    post(client, webhook(item({"delivery": {"mids": [done.message_id], "watermark": milliseconds(later)}}, later)))
    assert replies_to(box.store, maya)[done.event_key].state is Delivery.READ


def test_a_receipt_before_its_message_is_lost_by_nobody(client, box):
    """Scenario flow__receipt_before_message: of a message that is nobody's reply nothing is to be shown."""
    post(client, webhook(item({"delivery": {"mids": ["m_1"], "watermark": milliseconds(NOON)}})))
    post(client, webhook(item({"read": {"watermark": milliseconds(NOON)}})))
    assert rows(box.store, "customers") == odd(box.store) == []
    post(client, webhook(said(mid="m_1")))
    assert messages(box.store) == [("user", "Hello")]


def test_out_of_order_is_put_in_order(client, box):
    """Scenario flow__out_of_order."""
    for n in (3, 1, 2):
        post(client, webhook(said(str(n), mid=f"m_{n}", at=NOON + timedelta(seconds=n))))
    assert [text for _, text in messages(box.store)] == ["1", "2", "3"]
    assert rows(box.store, "customers", "last_message_at") == [(NOON + timedelta(seconds=3),)]


def test_handing_back_to_a_bot_s_own_app_asks_for_nobody(client, box):
    handed = {"pass_thread_control": {"new_owner_app_id": "42", "metadata": "done"}}
    post(client, webhook(said(), item(handed)))
    assert rows(box.store, "customers", "status") == [("ok",)]


# -- what is odd --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b"not json", b'{"object":"page","entry":[{}]}', b"\xff\xfe", b"[" * 100_000,
     b'{"object":"page","object":"page","entry":[]}', b'{"object":"page","entry":[null,1,"x"]}', b"\x00"],
)  # fmt: skip
def test_signed_but_odd_is_taken_put_aside_and_counted(client, box, body):
    for _ in range(2):
        assert post(client, body).status_code == 200
    assert messages(box.store) == []
    assert {state for state, _ in odd(box.store)} == {"quarantined"}
    first = len(odd(box.store))
    assert post(client, body).status_code == 200
    assert len(odd(box.store)) == first
    assert [(row.state, row.items) for row in box.store.ask("inbox/counts")] == [("quarantined", first)]


@pytest.mark.parametrize(
    ("what", "stored"),
    [
        ({"message": {"mid": None, "text": "hello"}}, 1),
        ({"message": {"mid": "m" * 10_000, "text": "hello"}}, 1),
        ({"message": {"mid": "m_1", "text": {"a": 1}}}, 0),
        ({"message": {"mid": "m_1", "text": "x" * 70_000}}, 0),
        ({"message": {"mid": "m_1"}}, 0),
        ({"message": {"mid": "m_1", "text": "a\u0000b\ud800c"}}, 1),
        ({"message": {"mid": "m_1", "attachments": [{"type": 1, "payload": {"url": 5}}, 7, {"payload": None}]}}, 1),
        ({"message": {"mid": "m_1", "text": "x", "reply_to": "m_0", "quick_reply": 1}}, 1),
        ({"message": {"mid": "m_1", "text": "x", "is_echo": True, "metadata": ["agent:x"]}}, 1),
        ({"message": "x"}, 0),
        ({"postback": {"title": "Go"}}, 1),
        ({"postback": {}}, 1),
        ({"delivery": {}}, 0),
        ({"read": {"watermark": "never"}}, 0),
        ({"game_play": {}}, 0),
        ({}, 0),
    ],
)  # fmt: skip
def test_odd_items_are_stored_or_put_aside_and_their_neighbours_are_stored(client, box, what, stored):
    is_echo = bool(isinstance(what.get("message"), dict) and what["message"].get("is_echo"))
    payload = webhook(said("first", mid="m_a"), item(what, echo=is_echo), said("third", mid="m_c"))
    assert post(client, payload).status_code == 200
    assert len(messages(box.store)) == 2 + stored
    assert len(odd(box.store)) == 1 - stored
    assert all(reason for _, reason in odd(box.store))
    post(client, payload)
    assert (len(messages(box.store)), len(odd(box.store))) == (2 + stored, 1 - stored)


@pytest.mark.parametrize("stamp", [None, "soon", -5, 0, 1, 1e300, True, [], 9e18, milliseconds(NOON + 50_000 * HOUR)])
def test_a_time_that_cannot_be_used_is_the_time_of_receipt(client, box, stamp):
    before = now_utc()
    post(client, webhook(said() | {"timestamp": stamp}))
    ((at,),) = messages(box.store, "sent_at")
    assert before <= at <= now_utc()


def test_what_is_silent_leaves_nothing(client, box):
    for kind in messenger.SILENT:
        post(client, webhook(item({kind: {"x": 1}})))
    post(client, webhook(item({"message": {"mid": "m_1", "is_deleted": True}})))
    assert messages(box.store) == odd(box.store) == rows(box.store, "customers") == []


def test_a_large_webhook_is_taken_in_time(client, box):
    items = [said(f"Hello {n}", mid=f"m_{n}", who=f"67800000{n % 300:08}") for n in range(1000)]
    began = time.monotonic()
    assert post(client, webhook(*items)).status_code == 200
    assert time.monotonic() - began < 5
    deadline = time.monotonic() + 20
    while len(messages(box.store)) < 1000 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(messages(box.store)) == 1000
    assert odd(box.store) == []


def test_three_at_once_are_stored_once(client, box):
    with ThreadPoolExecutor(3) as pool:
        assert [r.status_code for r in pool.map(lambda _: post(client, webhook(said())), range(3))] == [200] * 3
    assert messages(box.store) == [("user", "Hello")]
    assert odd(box.store) == []


def test_what_would_not_fit_is_refused(client):
    assert post(client, b" " * (9 * 1024 * 1024)).status_code == 413


# -- nothing is lost between keeping and working on ---------------------------------------------------------------------------


def test_a_store_that_is_away_is_said_so_that_meta_comes_again(client, box):
    box.away = StoreAway("away")
    assert post(client, webhook(said())).status_code == 503
    box.away = None
    assert post(client, webhook(said())).status_code == 200
    assert messages(box.store) == [("user", "Hello")]


def test_what_is_kept_and_not_worked_on_is_worked_on_later(client, box, monkeypatch):
    work_on = inbox.work_on
    monkeypatch.setattr(inbox, "work_on", lambda *_: 1 / 0)
    assert post(client, webhook(said(), echo())).status_code == 200
    assert [state for state, _ in odd(box.store)] == ["waiting", "waiting"]
    monkeypatch.setattr(inbox, "work_on", work_on)
    assert inbox.work_on_waiting(box.store, now_utc()) == 0
    assert inbox.work_on_waiting(box.store, now_utc() + timedelta(minutes=1)) == 2
    assert (len(messages(box.store)), odd(box.store)) == (2, [])


def test_work_that_takes_long_does_not_keep_meta_waiting(client, box, monkeypatch):
    from routes import messenger as route

    work_on = inbox.work_on
    monkeypatch.setattr(route, "PATIENCE", 0.2)

    def slowly(*given):
        time.sleep(1)
        return work_on(*given)

    monkeypatch.setattr(inbox, "work_on", slowly)
    began = time.monotonic()
    assert post(client, webhook(said())).status_code == 200
    assert time.monotonic() - began < 1
    time.sleep(2)
    assert messages(box.store) == [("user", "Hello")]


def test_one_that_cannot_be_stored_does_not_keep_the_others_from_it(client, box, monkeypatch):
    take = take_within

    def poisoned(store, transaction, events, now):
        if any(e.id == "m_b" for e in events):
            raise ValueError("poison")
        return take(store, transaction, events, now)

    monkeypatch.setattr(inbox, "take_within", poisoned)
    assert post(client, webhook(*(said(mid=f"m_{n}") for n in "abc"))).status_code == 200
    assert [e for (e,) in messages(box.store, "event_id")] == ["m_a", "m_c"]
    assert odd(box.store) == [("quarantined", "cannot be stored (ValueError)")]


def test_what_was_put_aside_goes_after_a_week(client, box):
    post(client, b"odd")
    inbox.forget_old(box.store, now_utc() + timedelta(days=6))
    assert len(odd(box.store)) == 1
    inbox.forget_old(box.store, now_utc() + timedelta(days=8))
    assert odd(box.store) == []


# -- erased -------------------------------------------------------------------------------------------------------------------


def test_erasing_takes_what_was_put_aside_about_them_even_where_nobody_said_whose_it_is(client, box):
    post(client, webhook(said(at=now_utc()), item({"message": {"mid": "m_2", "text": {"secret": 1}}})))
    post(client, f'{{"object":"page","entry":[{{"about":"{MAYA}"}}]}}'.encode())
    post(client, b"of somebody else")
    assert len(odd(box.store)) == 3
    erase(box.store, key(box.store, MAYA, "messenger"), by=admin("Bob"), now=now_utc())
    assert rows(box.store, "inbox", "body") == [("of somebody else",)]


def test_a_late_webhook_brings_nothing_back(client, box):
    post(client, webhook(said(at=now_utc())))
    erase(box.store, key(box.store, MAYA, "messenger"), by=admin("Bob"), now=now_utc())
    post(client, webhook(said("late", mid="m_2", at=now_utc() - timedelta(minutes=5)), echo()))
    post(client, webhook(item({"read": {"watermark": milliseconds(now_utc())}}, now_utc())))
    for table in ("messages", "customers", "people", "inbox", "receipts", "outbox"):
        assert rows(box.store, table) == [], table


# -- the whole story ------------------------------------------------------------------------------------------------------------


def test_a_customer_writes_an_agent_answers_and_sees_it_arrive(store_url):
    from convdata.letterbox import Letterbox
    from tests.http import app_over, served, until

    with facebook() as fake:
        fake.clock = now_utc
        store = on_messenger(store_url, fake)
        with served(app_over(lambda: store, Letterbox(lambda: store), store.settings)) as port:
            fake.webhook = f"http://127.0.0.1:{port}{HOOK}"
            assert fake.say(MAYA, "I want to talk to somebody") == 200
            maya = key(store, MAYA, "messenger")
            stored = reply(store, maya, "Ada here.", by=admin("Ada"), now=now_utc(), reply_id="r-1")
            deliver_due(store, now_utc())
            until(lambda: replies_to(store, maya)[stored.event_key].state is Delivery.DELIVERED)
            assert fake.read(MAYA) == 200
            until(lambda: replies_to(store, maya)[stored.event_key].state is Delivery.READ)
            assert messages(store) == [("user", "I want to talk to somebody"), ("agent", "Ada here.")]
        receipts.forget_old(store, now_utc())
        store.close()
