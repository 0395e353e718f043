"""Who a customer is stays hidden from those who need not know it: on every page, behind every door, in every file."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from convdata import (
    check_digits,
    conversations,
    customer_pages,
    downloads,
    muting,
    personal,
    revealing,
    standing,
    topics,
)
from convdata.activity import latest
from convdata.chain import verify
from convdata.database import Store
from convdata.downloads import Format
from convdata.erasure import HELD
from convdata.errors import NotAllowed, NotForYou, SettingWrong
from convdata.filters import Choices
from convdata.masking import PLAIN, SAID, WHO, seeking, short_name
from convdata.periods import now_utc
from convdata.review import decisions, exporting, queue, suggestions
from convdata.review.exports import formats
from convdata.review.queue import Wanted
from convdata.rights import Actor, Right, Role
from convdata.settings import PROJECT, read_settings
from convdata.sight import MaskTexts, Sight
from convdata.vocabulary import Act
from pages.parts import desk, signed_in
from tests.failures import groups, join
from tests.story import HOUR, NOBODYS_SECRETS, NOON, admin, customer, key, message, muted, opened, status, tell
from tests.test_every_page import FRAME, PAGES
from tests.test_rights import ACTS

NAMES = ("Zarniwoop", "Quillfeather")
EMAIL, PHONE, PHOTO = "zq.canary@example.org", "+44 7700 900999", "https://photos.example.org/canary.png"
CANARIES = (*NAMES, *(name.lower() for name in NAMES), EMAIL, PHONE, "447700900999", PHOTO, "canary-")
SEEING = [role for role in Role if Actor("A", role).may(Right.SEE_PERSONAL)]
MASKED = [role for role in Role if role not in SEEING]
FAILED = f"I am {NAMES[0]} {NAMES[1]}, write to {EMAIL} or call {PHONE} about my refund"


def canary(store: Store, now: Any = NOON) -> Store:
    """A customer of whom everything says who they are, in their details and in every text; and one whose id does."""
    who = {"first_name": NAMES[0], "last_name": NAMES[1], "email": EMAIL, "phone_number": PHONE, "photo_url": PHOTO}
    tell(
        store,
        customer(at=now - 3 * HOUR, comments="canary-comment", data={"plan": "canary-plan", EMAIL: 1}, **who),
        message(at=now - 3 * HOUR, text=FAILED, understood=False, intent="fallback", language="en"),
        message(
            at=now - 2 * HOUR, text=f"Hello {NAMES[0]}!", sender="bot", attachments=[{"type": "image", "url": PHOTO}]
        ),
        status("need_help", at=now - HOUR, reason=f"{NAMES[1]} is angry"),
        muted(True, at=now - HOUR, reason=f"call {PHONE}"),
        *(message(f"v-{n}", now - HOUR, "I want my refund now", understood=False, language="en") for n in (2, 3)),
        message(PHONE, now - HOUR, FAILED, understood=False, language="en", channel="alexa", id=f"{PHONE}/1"),
        customer(PHONE, now - HOUR, channel="alexa", **who),
        now=now,
    )
    join(store, now)
    muting.mute(store, key(store, "v-2"), by=admin("Ada"), now=now)
    standing.need_help(store, key(store), by=admin("Ada"), now=now, reason=f"{NAMES[0]} asked for {EMAIL}")
    return store


@pytest.fixture
def told(store: Store) -> Store:
    return canary(store)


def found(given: Any) -> set[str]:
    """The canaries in anything that was given, files inside of files too."""
    if isinstance(given, bytes):
        if given.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(given)) as archive:
                return set().union(*(found(archive.read(name)) for name in archive.namelist()))
        given = given.decode("utf-8", "replace")
    text = given if isinstance(given, str) else repr(given)
    return {one for one in CANARIES if one in text or one.replace("+", "\\u002b") in text}


# -- behind every door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", ACTS)
def test_no_door_gives_away_who_somebody_is(right: Right, told: Store) -> None:
    """The doors are those of tests/test_rights.py, which wants every right to have its own."""
    for act in ACTS[right]:
        for actor in (*(Actor("Tim", role) for role in MASKED), admin("Ada").with_sight(Sight(private=True))):
            try:
                given = act(told, actor)
            except Exception as refusal:
                given = str(refusal)
            assert not found(given), f"{right} as {sorted(actor.roles)}"


def test_the_scan_finds_them_where_somebody_may_see_them(told: Store) -> None:
    whose = key(told)
    assert found(downloads.user_data(told, whose, by=admin("Ada"), now=NOON)) == set(CANARIES)
    assert found(downloads.user_data(told, whose, by=Actor("Gus", Role.AGENT), now=NOON)) == set(CANARIES)
    for format in Format:
        assert NAMES[0] in found(downloads.conversation(told, whose, format, by=admin("Ada"), now=NOON))


def test_what_is_downloaded_equals_what_is_stored_for_those_who_may_see_it(told: Store) -> None:
    given = json.loads(downloads.user_data(told, key(told), by=Actor("Gus", Role.AGENT), now=NOON))
    assert given["people"][0]["email"] == EMAIL
    assert [m["text"] for m in given["messages"]] == [FAILED, f"Hello {NAMES[0]}!"]


def test_a_masked_download_says_what_there_is_and_not_what_it_says(told: Store) -> None:
    by, whose = Actor("Mia", Role.MANAGER), key(told)
    given = json.loads(downloads.user_data(told, whose, by=by, now=NOON))
    assert {held.table for held in HELD if held.downloaded_by} <= set(given)
    person = given["people"][0]
    assert (person["last_name"], person["email"], person["customer_id"]) == (short_name(whose), "masked", "v-1")
    assert person["further_data"] == {"plan": "masked", "masked": "masked"}
    assert given["messages"][0]["text"] == "I am NAME NAME, write to EMAIL or call PHONE about my refund"
    assert given["messages"][1]["attachments"] == [{"type": "image", "url": "masked"}]


def test_all_formats_of_an_export_are_masked_whatever_is_asked(told: Store) -> None:
    ids = [group.group_id for group in groups(told)]
    decisions.decide(told, ids, "refund", by=admin("Ada"), now=NOON)
    trainer = Actor("Tim", Role.TRAINER)
    assert NAMES[0] in found(exporting.prepare(told, by=admin("Ada")))
    for number, name in enumerate(formats()):
        prepared = exporting.prepare(told, again=True, by=admin("Ada") if number % 2 else trainer)
        assert not found(exporting.export(told, prepared, name, mask=False, by=trainer, now=NOON))
        again = exporting.past(told)[0].export_id
        assert not found(exporting.made_again(told, again, name, mask=False, by=trainer, now=NOON))


def test_an_id_that_says_who_somebody_is_is_masked_in_an_export_too(store: Store) -> None:
    said = message("zarniwoop.q", NOON, "zarniwoop.q here, my refund please", understood=False, language="en")
    tell(store, said, customer("zarniwoop.q", NOON))
    join(store, NOON)
    decisions.decide(store, [group.group_id for group in groups(store)], "refund", by=admin("Ada"), now=NOON)
    (line,) = exporting.prepare(store, by=TRAINER).lines
    assert "zarniwoop" not in repr(line)
    assert line.text.endswith("here, my refund please")


def test_what_is_masked_is_masked_for_whoever_said_it(store: Store) -> None:
    """Equal sentences of two customers are one: what it shows is of one of them, with that one's names."""
    for n in range(20):
        whose = (f"v-{n}", f"w-{n}")
        tell(
            store,
            message(whose[0], NOON, f"I am Zarni number {n}", understood=False, language="en"),
            customer(whose[0], NOON, first_name="Zarni"),
            message(whose[1], NOON + HOUR, f"i am ZARNI number {n}", understood=False, language="en"),
        )
    join(store, NOON + HOUR)
    for group in queue.listed(store, Wanted(states=(), singles=None), NOON.date(), by=TRAINER).groups:
        assert re.fullmatch(r"I am NAME number \d+|i am ZARNI number \d+", group.name)


def test_the_nearest_utterance_of_a_suggestion_is_masked_too(told: Store) -> None:
    said = f"{NAMES[0]} {NAMES[1]} wants a refund now"
    tell(told, message(at=NOON, text=said, understood=True, intent="refund", confidence=0.9, language="en"))
    now = NOON + HOUR
    for by, seen in ((Actor("Tim", Role.TRAINER), False), (admin("Ada"), True)):
        given = suggestions.advice(told, groups(told)[0].group_id, "en", ["I want a refund now"], now, by=by)
        assert any(one.nearest for one in given.suggestions)
        assert (NAMES[0] in found(given)) is seen


def test_topics_that_are_not_grouped_yet_are_masked_too(store: Store) -> None:
    tell(store, customer(first_name=NAMES[0], last_name=NAMES[1]), message(text=FAILED, understood=False))
    for by, seen in ((Actor("Mia", Role.MANAGER), False), (admin("Ada"), True)):
        given = topics.topics(store, Choices(), by=by)
        assert given.question == "trends/utterances"
        assert (NAMES[0] in found(given)) is seen


def test_an_id_that_says_who_somebody_is_is_masked_too(told: Store) -> None:
    whose = key(told, PHONE, "alexa")
    by = Actor("Mia", Role.MANAGER)
    given = downloads.conversation(told, whose, "csv", by=by, now=NOON).decode()
    assert not found(given)
    assert whose[:8] in given
    assert [personal.looks_personal(one) for one in ("v-42", "w-3hJ_k9", "007", "24031987654321987")] == [False] * 4
    assert all(personal.looks_personal(one) for one in ("ada.byron", "ada@example.org", "0612345678", "wa-33612345678"))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("pay it to FR76 3000 6000 0112 3456 7890 189 please", "pay it to ACCOUNT please"),
        ("iban:GB82WEST12345698765432.", "iban:ACCOUNT."),
        ("card 4111-1111-1111-1111 until 12/27", "card CARD until 12/27"),
        ("DNI 54362315-K, Italy RSSMRA85T10A562S", "DNI ID, Italy ID"),
        ("card 4111 1111 1111 1112", "card 4111 1111 1111 1112"),
        ("order 44712345678901234 of 2026-08-09 at 10:30", "order 44712345678901234 of 2026-08-09 at 10:30"),
        ("call 06 12 34 56 78 or mail ada+1@example.org", "call PHONE or mail EMAIL"),
        ("Byron's dog, ADA-louise, adage", "NAME's dog, NAME-louise, adage"),
    ],
)
def test_personal_data_in_texts_is_found_and_other_numbers_are_left_alone(text: str, masked: str) -> None:
    assert check_digits.is_there(), "the extra privacy is installed for tests"
    assert personal.masked(text, personal.found(text, ["Ada", "Byron"])) == masked


# -- on every page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def seen_by(duckdb_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The pages as a role sees them. A test of a page has no request, and so no header of a proxy: who is signed in is said
    in its place.
    """
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    monkeypatch.setenv("MISHEARD_SIGN_IN", "proxy")
    monkeypatch.setenv("MISHEARD_PROXY_SECRET", "x" * 16)
    monkeypatch.setenv("MISHEARD_PHOTO_HOSTS", "photos.example.org")
    monkeypatch.setenv("MISHEARD_ROLES", ",".join(f"{role}@example.org={role}" for role in Role))
    store = canary(opened(duckdb_url), now_utc().replace(microsecond=0))
    monkeypatch.setattr(desk, "the_store", lambda: store)

    def see(role: Role) -> AppTest:
        claims = {"email": f"{role}@example.org", "iat": now_utc().timestamp()}
        monkeypatch.setattr(signed_in, "_claims", lambda sign_in: claims)
        app = AppTest.from_file(str(FRAME), default_timeout=60)
        app.session_state["the_store"] = store
        return app.run()

    yield see
    store.close()
    st.cache_data.clear()


def on_screen(app: AppTest) -> set[str]:
    """The canaries in the whole tree of elements, in what tables and components were given too."""
    assert not app.exception
    nodes, said = [app._tree], []
    while nodes:
        node = nodes.pop()
        nodes += list(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None:
            said.append(proto.SerializeToString())
    return found(b"\n".join(said))


def whose_page(app: AppTest) -> str:
    return key(app.session_state["the_store"])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_who_somebody_is_to_those_who_may_not_see_it(page: str, role: Role, seen_by: Any) -> None:
    app = seen_by(role)
    queries = [{}] if page != "conversation.py" else [{"customer": whose_page(app)}]
    queries += [{"search": NAMES[0]}, {"status": "need_help", "sort": "waiting"}] if page == "customers.py" else []
    for query in queries:
        app.switch_page(str(FRAME.parent / page))
        app.query_params.clear()
        for name, value in query.items():
            app.query_params[name] = value
        shown = on_screen(app.run())
        if query.get("search"):
            shown -= {NAMES[0]}  # what was typed stays in the box
        assert role in SEEING or not shown, f"{page} {query}"
        if role in SEEING and page in ("customers.py", "conversation.py"):
            assert NAMES[1] in shown, "the scan finds them where they are"


def test_the_question_before_an_erasure_names_nobody_to_a_manager(seen_by: Any) -> None:
    app = seen_by(Role.MANAGER)
    app.switch_page(str(FRAME.parent / "conversation.py"))
    app.query_params["customer"] = whose_page(app)
    app.run()
    app.button(key="delete").click().run()
    assert any(short_name(whose_page(app)) in one.value for one in app.markdown)
    assert not on_screen(app)


def test_privacy_mode_hides_everybody_in_this_session(seen_by: Any) -> None:
    app = seen_by(Role.ADMIN)
    app.switch_page(str(FRAME.parent / "conversation.py"))
    app.query_params["customer"] = whose_page(app)
    assert on_screen(app.run())
    app.toggle(key="privacy_switch").set_value(True).run()
    assert not on_screen(app)
    for page in PAGES:
        app.switch_page(str(FRAME.parent / page))
        assert not on_screen(app.run()), page
    app.toggle(key="privacy_switch").set_value(False).run()
    app.switch_page(str(FRAME.parent / "customers.py"))
    assert on_screen(app.run())


def test_a_manager_reveals_with_a_reason_and_sees_this_customer_alone(seen_by: Any) -> None:
    app = seen_by(Role.MANAGER)
    store, whose = app.session_state["the_store"], whose_page(app)
    app.switch_page(str(FRAME.parent / "conversation.py"))
    app.query_params["customer"] = whose
    app.run()
    app.button(key=f"reveal_{whose}").click().run()
    assert not on_screen(app)
    assert not latest(store, acts=[Act.REVEAL]), "nothing is revealed without a reason"
    app.text_input(key=f"reveal_reason_{whose}").set_value("They rang and asked for their data")
    app.button(key=f"reveal_{whose}").click().run()
    assert NAMES[0] in on_screen(app)
    act = latest(store, acts=[Act.REVEAL])[0]
    assert (act.actor, act.customer_key, act.reason) == (
        "manager@example.org",
        whose,
        "They rang and asked for their data",
    )
    other = key(store, PHONE, "alexa")
    app.query_params["customer"] = other
    assert not on_screen(app.run()) - set(NAMES), "the name of the one that is revealed stands in the reminder of mutes"
    app.query_params["customer"] = whose
    assert on_screen(app.run())
    app.button(key=f"mask_again_{whose}").click().run()
    assert not on_screen(app)


def test_a_reveal_is_over_when_its_time_is_and_only_with_the_right(seen_by: Any) -> None:
    whose = None
    for role, until, seen in (
        (Role.MANAGER, now_utc() + HOUR, True),
        (Role.MANAGER, now_utc() - HOUR, False),
        (Role.TRAINER, now_utc() + HOUR, False),
    ):
        app = seen_by(role)
        whose = whose or whose_page(app)
        app.session_state["revealed"] = {whose: until}
        app.switch_page(str(FRAME.parent / "conversation.py"))
        app.query_params["customer"] = whose
        assert bool(on_screen(app.run())) is seen, (role, seen)


def test_the_setting_hides_everybody_from_everybody_and_no_session_undoes_it(
    seen_by: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISHEARD_PRIVACY_MODE", "true")
    app = seen_by(Role.ADMIN)
    whose = whose_page(app)
    app.session_state["privacy_mode"] = False
    app.session_state["revealed"] = {whose: now_utc() + HOUR}
    app.switch_page(str(FRAME.parent / "conversation.py"))
    app.query_params["customer"] = whose
    assert not on_screen(app.run())
    assert app.toggle(key="privacy_switch").disabled
    assert not [button for button in app.button if button.label == "Reveal"]


# -- reveal ---------------------------------------------------------------------------------------------------------------


def test_a_reveal_is_recorded_with_its_reason_and_ends_by_itself(told: Store) -> None:
    manager, whose = Actor("Mia", Role.MANAGER), key(told)
    until = revealing.reveal(told, whose, reason=" a complaint ", by=manager, now=NOON)
    assert until == NOON + revealing.LASTS
    act = latest(told, acts=[Act.REVEAL])[0]
    assert (act.actor, act.reason, act.customer_key, act.channel) == ("Mia", "a complaint", whose, "webchat")
    assert not verify(told).breaks
    seeing = manager.with_sight(Sight(revealed=frozenset({whose})))
    assert conversations.details(told, whose, by=seeing).email == EMAIL
    assert not found(conversations.details(told, key(told, PHONE, "alexa"), by=seeing))
    assert not found(conversations.details(told, whose, by=manager))


def test_a_reveal_needs_the_right_and_a_reason(told: Store) -> None:
    with pytest.raises(NotForYou):
        revealing.reveal(told, key(told), reason="curious", by=Actor("Tim", Role.TRAINER), now=NOON)
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(NotAllowed):
            revealing.reveal(told, key(told), reason=reason, by=Actor("Mia", Role.MANAGER), now=NOON)
    private = admin("Ada").with_sight(Sight(private=True))
    with pytest.raises(NotAllowed, match="Privacy mode"):
        revealing.reveal(told, key(told), reason="a complaint", by=private, now=NOON)
    assert not latest(told, acts=[Act.REVEAL])


def test_what_was_revealed_is_of_no_use_to_somebody_without_the_right(told: Store) -> None:
    trainer = Actor("Tim", Role.TRAINER).with_sight(Sight(revealed=frozenset({key(told)})))
    assert not found(conversations.details(told, key(told), by=trainer))


# -- searching ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sought", [*NAMES, "zarni", EMAIL, "canary", PHONE, "900999", "447700900999", "%", "customer"])
def test_who_does_not_see_names_finds_nobody_by_them(sought: str, told: Store) -> None:
    everybody = Choices({"search": sought})
    for role in MASKED:
        by = Actor("Tim", role)
        assert customer_pages.page(told, everybody, 1, 9, {}, by=by) == []
        assert customer_pages.count(told, seeking(told, everybody, by)) == 0


def test_they_find_somebody_by_the_short_id_they_read_and_by_a_whole_plain_id(told: Store) -> None:
    whose = key(told)
    for sought in (whose, whose[:8], whose[:11], whose[:24], short_name(whose), f"  {whose[:8].upper()} ", "v-1"):
        page = customer_pages.page(told, Choices({"search": sought}), 1, 9, {}, by=Actor("Tim", Role.TRAINER))
        assert [row.customer_key for row in page] == [whose], sought
    found_by_name = customer_pages.page(told, Choices({"search": "zarni"}), 1, 9, {}, by=Actor("Gus", Role.AGENT))
    assert whose in [row.customer_key for row in found_by_name]


# -- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "role", "sees", "reads"),
    [
        (MaskTexts.ROLE, Role.AGENT, True, True),
        (MaskTexts.ROLE, Role.TRAINER, False, False),
        (MaskTexts.TRUE, Role.AGENT, True, False),
        (MaskTexts.FALSE, Role.TRAINER, False, True),
    ],
)
def test_texts_are_masked_by_role_for_everybody_or_for_nobody(
    texts: MaskTexts, role: Role, sees: bool, reads: bool, told: Store
) -> None:
    by = Actor("Ada", role).with_sight(Sight(texts=texts))
    whose = key(told)
    details = conversations.details(told, whose, by=by)
    said = conversations.said(told, details, latest=9, now=NOON, by=by)
    assert (details.email == EMAIL) is sees
    assert (said.messages[0].text == FAILED) is reads
    revealed = by.with_sight(Sight(texts=texts, revealed=frozenset({whose})))
    if by.may(Right.REVEAL):
        assert conversations.said(told, details, latest=9, now=NOON, by=revealed).messages[0].text == FAILED


def test_the_settings_hide_from_everybody_and_a_wrong_one_is_said() -> None:
    def read(**settings: str) -> Sight:
        return read_settings({f"MISHEARD_{k}": v for k, v in settings.items()}, NOBODYS_SECRETS).sign_in.sight

    assert read() == Sight(False, MaskTexts.ROLE)
    assert read(PRIVACY_MODE="TRUE", MASK_TEXTS="false") == Sight(True, MaskTexts.FALSE)
    for wrong in ({"PRIVACY_MODE": "perhaps"}, {"MASK_TEXTS": "some"}):
        with pytest.raises(SettingWrong, match=next(iter(wrong))):
            read(**wrong)


def test_privacy_mode_takes_away_and_no_copy_gives_back() -> None:
    import copy
    import pickle

    private = admin("Ada").with_sight(Sight(private=True))
    revealed = Actor("Mia", Role.MANAGER).with_sight(Sight(revealed=frozenset({"k"})))
    for again in (copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))):
        assert not again(private).may(Right.SEE_PERSONAL)
        assert not again(private).may(Right.REVEAL)
        assert not again(revealed).sees("k")
    assert private.may(Right.ERASE)


# -- searching in texts -------------------------------------------------------------------------------------------------

TRAINER = Actor("Tim", Role.TRAINER)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789@.+-_ "


# What a masked reader reads of FAILED beside the masks.
READ = ("i am ", ", write to ", " or call ", " about my refund")


def searched(store: Store, text: str, by: Actor = TRAINER, **more: Any) -> int:
    """How many groups a search in Review finds."""
    wanted = Wanted(states=(), singles=None, text=text, **more)
    assert queue.count(store, queue.sought(store, wanted, by=by), by=by) == queue.count(store, wanted, by=by)
    groups = queue.listed(store, wanted, NOON.date(), by=by)
    assert queue.count(store, wanted, by=by) == groups.total == len(groups.groups)
    return groups.total


def fail(store: Store, *texts: str, **who: Any) -> None:
    """One customer, of whom ``who`` is known, says these, and is not understood."""
    said = (message("s-1", NOON + n * HOUR / 60, t, understood=False, language="en") for n, t in enumerate(texts))
    tell(store, customer("s-1", **who), *said, now=NOON + HOUR)
    join(store, NOON + HOUR)


def test_no_letter_of_what_is_masked_is_found_by_a_search(store: Store) -> None:
    fail(store, FAILED, first_name=NAMES[0], last_name=NAMES[1], email=EMAIL, phone_number=PHONE)
    for secret in (EMAIL, PHONE, *NAMES):
        assert searched(store, secret, admin("Ada")) == 1
        for start in range(len(secret)):
            for part in (secret[start : start + n] for n in range(1, len(secret))):
                there = any(" ".join(part.lower().split()) in plain for plain in READ)
                assert searched(store, part) == (1 if there else 0), part
    assert searched(store, "write to zq") == searched(store, "am z") == 0
    assert searched(store, "about my REFUND") == searched(store, "write to") == 1


def test_a_search_letter_by_letter_spells_nothing(store: Store) -> None:
    fail(store, FAILED, first_name=NAMES[0], last_name=NAMES[1], email=EMAIL, phone_number=PHONE)
    for begun in ("write to ", "call ", "i am ", "@", "zq", "+44", "q"):
        answers = {letter: searched(store, begun + letter) for letter in LETTERS.strip()}
        assert set(answers.values()) == {0}, begun
    assert searched(store, "write to z", admin("Ada")) == 1


@pytest.mark.parametrize(
    ("text", "who", "secret"),
    [
        ("bonjour, José ici", {"first_name": "José"}, "jose"),
        ("it is O'Brien again", {"last_name": "O'Brien"}, "brien"),
        ("Byron's parcel", {"last_name": "Byron"}, "byr"),
        ("ask for anna lena", {"first_name": "Anna Lena"}, "lena"),
        ("de la Cruz speaking", {"last_name": "de la Cruz"}, "cruz"),
        ("call ٠٦١٢٣٤٥٦٧٨ now", {}, "٦١٢"),
        ("call 0612 345 678 now", {}, "345"),
        ("call 0612 345 678 now", {"phone_number": "+33 6 12 34 56 78"}, "678"),
        ("WRITE TO Zoë@Example.org", {"email": "zoë@example.org"}, "zoe"),
        ("that is x@y.zz, please", {}, "x@"),
        ("long " * 199 + "me@example.org", {}, "me"),
        ("long " * 198 + "call 0612345678 now", {}, "06123"),
    ],
)
def test_what_is_masked_is_found_however_it_is_written(
    text: str, who: dict[str, Any], secret: str, store: Store
) -> None:
    fail(store, text, **who)
    assert searched(store, secret, admin("Ada")) == 1, "it is there for who may read it"
    assert searched(store, secret) == 0


def test_a_mask_is_found_by_its_own_name_and_ordinary_words_by_theirs(store: Store) -> None:
    fail(store, FAILED, "my account is closed", "what is my name", first_name=NAMES[0], email=EMAIL)
    assert [searched(store, text) for text in ("EMAIL", "write to EMAIL or", "PHONE", "am NAME")] == [1] * 4
    assert searched(store, "am NAME quill") == 1  # the last name is not known here
    assert [searched(store, text) for text in ("email", "CARD", "EMAIL zq", "ACCOUNT is zq")] == [0] * 4
    assert searched(store, "account") == searched(store, "ACCOUNT is") == searched(store, "my name") == 1


def test_a_search_finds_what_others_said_openly_beside_it(store: Store) -> None:
    fail(store, "write to canary@example.org", "write to my canary")
    assert searched(store, "canary") >= 1
    assert searched(store, "canary@") == 0
    assert searched(store, "canary", kind="doubt") == searched(store, "canary", channels=("alexa",)) == 0
    assert searched(store, "canary", since=NOON + 2 * HOUR) == 0


def test_who_has_texts_masked_by_the_setting_searches_as_they_read(store: Store) -> None:
    fail(store, FAILED, email=EMAIL)
    boss = admin("Ada")
    assert searched(store, EMAIL, boss.with_sight(Sight(texts=MaskTexts.TRUE))) == 0
    assert searched(store, EMAIL, boss.with_sight(Sight(private=True))) == 0
    assert searched(store, EMAIL, TRAINER.with_sight(Sight(texts=MaskTexts.FALSE))) == 1
    revealed = Sight(revealed=frozenset({key(store, "s-1")}))
    assert searched(store, EMAIL, Actor("Mia", Role.MANAGER).with_sight(revealed)) == 1
    assert searched(store, EMAIL, Actor("Mia", Role.MANAGER)) == 0


def test_how_alike_a_sentence_of_ones_own_is_tells_nothing_of_what_is_masked(store: Store) -> None:
    said = f"please send it to {EMAIL} of {NAMES[0]}"
    tell(
        store,
        customer("s-1", first_name=NAMES[0]),
        message("s-1", text=said, understood=True, intent="send", language="en"),
    )
    fail(store, "something else entirely")
    (group,) = groups(store)

    def alike(text: str) -> list[float]:
        suggestions.forget(store)
        given = suggestions.advice(store, group.group_id, "en", [text], NOON + HOUR, by=TRAINER)
        return [one.score for one in given.suggestions]

    assert alike("please send it to") != []
    right, wrong = alike(f"send it to {EMAIL}"), alike("send it to somebody.else@example.com")
    assert right == wrong  # an address is masked in both
    assert alike(f"{NAMES[0]}") == alike("Slartibart") == []


# -- nothing new is forgotten -------------------------------------------------------------------------------------------------


def test_every_column_about_customers_is_known_to_the_masking(store: Store) -> None:
    known = {*WHO, *SAID}
    assert not known & PLAIN
    columns = {row.name for held in HELD for row in store.ask("store/columns", name=held.table)}
    unknown = columns - known - PLAIN
    assert not unknown, f"say in convdata/masking.py how these are hidden, or that they say nothing: {sorted(unknown)}"


# Where rows that say who somebody is do not go through the masking, and why.
NOT_SHOWN_TO_ANYBODY = {
    "convdata/canned.py": "answers that people keep, about nobody",
    "convdata/delivery.py": "what is sent to the customer themselves",
    "convdata/inbox.py": "what comes in, on its way into the store",
    "convdata/intake/conversations.py": "what comes in, on its way into the store",
    "convdata/markers.py": "what people wrote on a day",
    "convdata/messenger_profiles.py": "whose profile is asked for",
    "convdata/presence.py": "the visitor's own session",
    "convdata/outbox.py": "replies on their way, and what became of them",
    "convdata/replying.py": "the customer who is answered",
    "convdata/review/arrivals.py": "grouping: nobody reads it",
    "convdata/review/exporting.py": "it masks by itself, in the words of an export; see above",
    "convdata/review/placing.py": "grouping: nobody reads it",
    "convdata/review/joining.py": "grouping: nobody reads it",
    "convdata/visitors.py": "the visitor's own session",
    "convdata/webchat.py": "the visitor's own conversation",
    "convdata/webchat_bot.py": "what the bot is to answer",
    "convdata/masking.py": "the masking itself",
    "convdata/telling.py": "what the bot is told",
    "convdata/channel_adapters/rasa.py": "what the bot is told",
}


def test_whatever_asks_for_names_or_texts_hands_them_through_the_masking() -> None:
    personal_columns = {*WHO, *SAID} - {"reason", "body", "session", "event_id", "message_id"}
    sql = PROJECT / "sql"
    telling = {
        str(file.relative_to(sql)).split(".")[0]
        for file in sql.glob("*/*.sql")
        if file.parent.name not in ("schema", "changes", "held")
        and personal_columns & set(re.findall(r"\bas (\w+),?$", file.read_text(encoding="utf-8"), re.MULTILINE))
    }
    assert {"customers/rows", "conversations/details", "review/opened", "trends/utterances"} <= telling
    forgotten = set()
    for file in (f for folder in ("convdata", "pages", "routes") for f in (PROJECT / folder).rglob("*.py")):
        text, name = file.read_text(encoding="utf-8"), str(file.relative_to(PROJECT))
        asked = telling & set(re.findall(r'"(\w+/\w+)"', text))
        if asked and not re.search(r"from convdata\.masking import .*shown", text) and name not in NOT_SHOWN_TO_ANYBODY:
            forgotten.add(f"{name}: {', '.join(sorted(asked))}")
    assert not forgotten, "hand these rows through masking.shown, or say in this test why nobody reads them"
