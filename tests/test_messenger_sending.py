"""What goes out to Messenger, and what is made of everything that comes back."""

import json
import logging
from datetime import timedelta

import pytest

from convdata.delivery import deliver_due
from convdata.errors import NotAllowed, SettingWrong
from convdata.messenger_profiles import ask_profiles
from convdata.outbox import replies_to
from convdata.replying import can_reply
from convdata.settings import SETTINGS, read_settings
from convdata.vocabulary import Delivery
from examples.fake_graph import FAULTS, PAGE_ID, PAGE_TOKEN
from tests.messenger import MAYA, answer, answered, facebook, on_messenger, wrote
from tests.story import HOUR, NOBODYS_SECRETS, NOON, admin, key, rows, tell

DAY = 24 * HOUR


@pytest.fixture
def fake():
    with facebook() as fake:
        yield fake


@pytest.fixture
def store(store_url, fake):
    store = on_messenger(store_url, fake)
    yield store
    store.close()


def messages(fake):
    return [r for r in fake.requests if r[1].endswith("/messages")]


# -- what goes out --------------------------------------------------------------------------------------------------------


def test_an_ordinary_answer_within_24_hours(store, fake):
    maya = wrote(store, fake)
    reply = answered(store, maya, text="Hello, Ada here.")
    ((method, path, headers, body),) = messages(fake)
    assert (method, path) == ("POST", f"/v25.0/{PAGE_ID}/messages")
    assert body == {
        "recipient": {"id": MAYA},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hello, Ada here.", "metadata": f"agent:Ada:{reply.reply_id}"},
    }
    assert headers["authorization"] == f"Bearer {PAGE_TOKEN}"
    assert (reply.state, reply.message_id) == (Delivery.SENT, fake.sent[0]["mid"])


def test_a_human_agent_s_answer_within_7_days_where_it_is_granted(store_url, fake):
    fake.human_agent = True
    store = on_messenger(store_url, fake)
    fake.clock.now = NOON + 3 * DAY
    maya = wrote(store, fake)
    assert answered(store, maya, now=NOON + 3 * DAY).state is Delivery.SENT
    body = messages(fake)[0][3]
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    store.close()


def test_where_meta_s_clock_is_ahead_the_tag_is_used_at_once(store_url, fake):
    fake.human_agent = True
    store = on_messenger(store_url, fake)
    fake.clock.now = NOON + DAY + timedelta(seconds=5)
    maya = wrote(store, fake)
    assert answered(store, maya, now=NOON + DAY - timedelta(seconds=5)).state is Delivery.SENT
    assert [m[3]["messaging_type"] for m in messages(fake)] == ["RESPONSE", "MESSAGE_TAG"]
    store.close()


def test_an_answer_whose_time_ran_out_while_it_waited_is_not_sent(store, fake):
    maya = wrote(store, fake)
    answer(store, maya, now=NOON + DAY - timedelta(seconds=10))
    deliver_due(store, NOON + DAY)
    (reply,) = replies_to(store, maya).values()
    assert (reply.state, messages(fake)) == (Delivery.TOO_LATE, [])
    assert "24 hours" in (reply.reason or "")


# -- what comes back ------------------------------------------------------------------------------------------------------

TABLE = {
    "outside_window": (Delivery.TOO_LATE, "opens again when the customer writes"),
    "unavailable": (Delivery.FAILED, "does not receive messages"),
    "unavailable_200": (Delivery.FAILED, "does not receive messages"),
    "restricted": (Delivery.FAILED, "restricted the Page"),
    "rate_limit": (Delivery.PENDING, "no more messages"),
    "app_limit": (Delivery.PENDING, "no more messages"),
    "token_expired": (Delivery.FAILED, "MISHEARD_MESSENGER_PAGE_TOKEN"),
    "logged_out": (Delivery.FAILED, "MISHEARD_MESSENGER_PAGE_TOKEN"),
    "not_live": (Delivery.FAILED, "pages_messaging"),
    "no_permission": (Delivery.FAILED, "pages_messaging"),
    "no_such_user": (Delivery.FAILED, "no such person"),
    "bad_parameter": (Delivery.FAILED, "does not take this message"),
    "temporary": (Delivery.PENDING, "problem of its own"),
    "service": (Delivery.PENDING, "problem of its own"),
    "new_error": (Delivery.FAILED, "error 4711"),
    "garbage": (Delivery.UNKNOWN, "may have arrived"),
    "no_mid": (Delivery.UNKNOWN, "may have arrived"),
    "hang": (Delivery.UNKNOWN, "may have arrived"),
    "drop": (Delivery.UNKNOWN, "may have arrived"),
    "drop_after": (Delivery.UNKNOWN, "may have arrived"),
    "redirect": (Delivery.PENDING, "cannot be reached"),
}


def test_the_table_knows_every_fault():
    assert TABLE.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", TABLE)
def test_every_answer_is_a_state_and_a_sentence(store, fake, fault):
    maya = wrote(store, fake)
    fake.faults[MAYA].append(fault)
    reply = answered(store, maya)
    state, words = TABLE[fault]
    assert reply.state is state
    assert words in (reply.reason or "")
    assert (reply.reason or "").endswith(".")
    assert len(messages(fake)) == 1
    for tell_tale in (PAGE_TOKEN, "127.0.0.1", MAYA, "Traceback"):
        assert tell_tale not in (reply.reason or "")


def test_the_corpus_of_real_errors_is_understood():
    from convdata.graph import GraphSaid
    from convdata.graph_errors import Remedy, refusal
    from tests.shared import shared_path

    said = [error["error"] for error in json.loads(shared_path("payloads", "messenger_errors.json").read_text())]
    remedies = [
        refusal(GraphSaid(None, e["code"], e.get("error_subcode"), e.get("is_transient", False))).remedy for e in said
    ]
    assert remedies == [
        Remedy.TAG, Remedy.PERSON, Remedy.PERSON, Remedy.AGAIN, Remedy.AGAIN, Remedy.PERSON, Remedy.STOP,
    ]  # fmt: skip


def test_nobody_there_is_waited_for(store, fake):
    maya = wrote(store, fake)
    fake.stop()
    reply = answered(store, maya)
    assert (reply.state, reply.attempts) == (Delivery.PENDING, 1)
    assert "cannot be reached" in (reply.reason or "")


@pytest.mark.parametrize("fault", ["token_expired", "restricted", "not_live"])
def test_what_an_admin_has_to_mend_stops_everything_and_is_said_before_typing(store_url, fake, fault):
    store = on_messenger(store_url, fake)
    maya, jonas = wrote(store, fake), wrote(store, fake, who="6780000000000002")
    fake.faults[MAYA].append(fault)
    failed = answered(store, maya)
    said = can_reply(store, jonas, NOON + HOUR)
    assert (said.yes, said.sentence) == (False, failed.reason)
    with pytest.raises(NotAllowed):
        answer(store, jonas)
    assert can_reply(store, jonas, NOON + 2 * HOUR).yes
    store.close()
    store = on_messenger(store_url, fake, MESSENGER_PAGE_TOKEN="another")
    assert can_reply(store, jonas, NOON + HOUR).yes
    store.close()


def test_a_wrong_token_is_said(store_url, fake):
    store = on_messenger(store_url, fake, MESSENGER_PAGE_TOKEN="old")
    assert "MISHEARD_MESSENGER_PAGE_TOKEN" in (answered(store, wrote(store, fake)).reason or "")
    store.close()


def test_tokens_and_customers_are_in_no_address_and_no_log(store, fake, caplog):
    caplog.set_level(logging.DEBUG)
    maya = wrote(store, fake)
    for fault in ("token_expired", "hang", "garbage"):
        fake.faults[MAYA].append(fault)
        try:
            answered(store, maya, text="a secret answer")
        except NotAllowed:
            break
    ask_profiles(store, NOON)
    assert all(PAGE_TOKEN not in r[1] for r in fake.requests)
    ours = "\n".join(
        r.getMessage() for r in caplog.records if r.name.split(".")[0] in ("convdata", "routes", "httpx", "httpcore")
    )
    for secret in (PAGE_TOKEN, MAYA, "a secret answer", "pretend-app-secret"):
        assert secret not in ours
    assert PAGE_TOKEN not in repr(store.settings)


# -- profiles (rule 14) ---------------------------------------------------------------------------------------------------


def person(store, who=MAYA):
    mine = key(store, who, "messenger")
    return rows(
        store, f"people where customer_key = '{mine}'", "first_name", "last_name", "photo_url", "email", "further_data"
    )[0]


def test_the_three_fields_are_kept_and_nothing_else(store, fake):
    wrote(store, fake)
    assert ask_profiles(store, NOON) == 1
    first, last, photo, email, data = person(store)
    assert (first, last, email, data) == ("Maya", "Okafor", None, None)
    assert photo.startswith("https://platform-lookaside.fbsbx.com/")
    held = json.dumps([[str(v) for v in row] for table in ("people", "other_events") for row in rows(store, table)])
    assert "en_GB" not in held
    assert "gender" not in held
    assert fake.requests[-1][1] == f"/v25.0/{MAYA}?fields=first_name%2Clast_name%2Cprofile_pic"


def test_a_profile_is_asked_for_once_and_again_when_the_photo_runs_out(store, fake):

    wrote(store, fake)
    ask_profiles(store, NOON)
    ask_profiles(store, NOON + HOUR)
    assert len(fake.requests) == 1
    (until,) = rows(store, "profiles_asked", "due_at")[0]
    assert until > NOON
    wrote(store, fake, at=until - HOUR)
    ask_profiles(store, until)
    assert len(fake.requests) == 2


def test_a_page_that_may_not_ask_gets_nothing_and_clears_nothing(store, fake):
    wrote(store, fake)
    ask_profiles(store, NOON)
    fake.profiles_permitted = False
    (until,) = rows(store, "profiles_asked", "due_at")[0]
    wrote(store, fake, at=until - HOUR)
    ask_profiles(store, until)
    assert person(store)[:2] == ("Maya", "Okafor")
    ask_profiles(store, until + HOUR)
    assert len(fake.requests) == 2
    assert rows(store, "profiles_asked", "outcome") == [("not permitted",)]


def test_an_account_made_with_a_phone_number_has_no_profile(store, fake):
    wrote(store, fake)
    fake.people[MAYA].phone_account = True
    ask_profiles(store, NOON)
    ask_profiles(store, NOON + 6 * DAY)
    assert len(fake.requests) == 1
    assert rows(store, "profiles_asked", "outcome") == [("refused 100/2018218",)]


def test_long_gone_customers_are_not_asked_about(store, fake):
    wrote(store, fake, at=NOON - 8 * DAY)
    assert ask_profiles(store, NOON) == 0


def test_a_graph_that_does_not_answer_is_left_alone(store, fake):
    for n in range(5):
        wrote(store, fake, who=f"678000000000100{n}")
    fake.stop()
    assert ask_profiles(store, NOON) == 0
    assert len(rows(store, "profiles_asked")) == 1


def test_who_was_erased_while_we_asked_stays_erased(store, fake, monkeypatch):
    from convdata import messenger_profiles
    from convdata.erasure import erase

    maya = wrote(store, fake)
    keep = messenger_profiles._keep

    def late(*given):
        erase(store, maya, by=admin("Bob"), now=NOON + HOUR)
        keep(*given)

    monkeypatch.setattr(messenger_profiles, "_keep", late)
    ask_profiles(store, NOON + HOUR)
    assert rows(store, "people") == rows(store, "profiles_asked") == []


# -- settings -------------------------------------------------------------------------------------------------------------

WHOLE = {
    "MISHEARD_MESSENGER_APP_SECRET": "s",
    "MISHEARD_MESSENGER_VERIFY_TOKEN": "v",
    "MISHEARD_MESSENGER_PAGE_ID": "1",
    "MISHEARD_MESSENGER_PAGE_TOKEN": "t",
}


@pytest.mark.parametrize("missing", WHOLE)
@pytest.mark.parametrize("empty", [True, False])
def test_half_of_messenger_does_not_start(missing, empty):
    half = {name: value for name, value in WHOLE.items() if name != missing} | ({missing: " "} if empty else {})
    with pytest.raises(SettingWrong, match=missing):
        read_settings(half, NOBODYS_SECRETS)


def test_all_and_nothing_start():
    assert read_settings({}, NOBODYS_SECRETS).messenger is None
    assert read_settings(WHOLE, NOBODYS_SECRETS).messenger is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUMAN_AGENT", "perhaps"),
        ("GRAPH_URL", "http://graph.facebook.com"),
        ("GRAPH_URL", "https://user:pass@graph.facebook.com"),
        ("GRAPH_URL", "https://x/?a=1"),
        ("GRAPH_URL", "file:///etc/passwd"),
        ("GRAPH_URL", "https:///nowhere"),
        ("GRAPH_URL", "http://127.0.0.1:99999"),
        ("APP_SECRET", "two words"),
        ("PAGE_TOKEN", "naïve"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_repeated(name, value):
    with pytest.raises(SettingWrong, match=name) as said:
        read_settings(WHOLE | {f"MISHEARD_MESSENGER_{name}": value}, NOBODYS_SECRETS)
    assert value not in str(said.value)


def test_secrets_are_declared_as_such():
    secret = {s.name for s in SETTINGS if s.secret and s.name.startswith("MESSENGER")}
    assert secret == {"MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN", "MESSENGER_PAGE_TOKEN"}


def test_nothing_is_asked_where_messenger_is_not_set_up(store_url):
    from tests.story import message, opened

    store = opened(store_url)
    tell(store, message(MAYA, channel="messenger"))
    assert ask_profiles(store, NOON) == 0
    store.close()
