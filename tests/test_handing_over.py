"""Downloads over our own route: to whoever asked for them, once, soon, and with what they may do by then."""

import json
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from convdata import downloads
from convdata.database import Store
from convdata.errors import MisheardError, NotForYou
from convdata.periods import now_utc
from convdata.rights import Actor, Role
from convdata.settings import PROJECT
from convdata.sign_in import SignIn, Way, proof_of
from convdata.tickets import GOOD_FOR, MOST, Parcel, Passes, Tickets
from routes import downloads as route
from tests.story import NOON, key, message, rows, tell

ADA = Actor("Ada", Role.AGENT)
SECOND = timedelta(seconds=1)


def parcel(content: bytes = b"x", by: Actor = ADA, by_then: Actor = ADA) -> Parcel:
    return Parcel(lambda: content, "misheard-user.json", "application/json", by, lambda: by_then)


def client(tickets: Tickets) -> TestClient:
    return TestClient(Starlette(routes=route.routes(tickets)), base_url="http://localhost", headers=OURS)


OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
AT = "/api/v1/downloads"


def test_a_ticket_is_good_once() -> None:
    tickets = Tickets()
    browser, ticket = client(tickets), tickets.leave(parcel(b"mine"), now_utc())
    got = browser.post(AT, content=ticket)
    assert (got.status_code, got.content) == (200, b"mine")
    again = browser.post(AT, content=ticket)
    assert again.status_code == 404
    assert "ask for it again" in again.json()["error"]["message"]


def test_where_a_proxy_says_who_asks_a_ticket_is_its_owners_alone() -> None:
    tickets, by = Tickets(), Actor("ada@example.org", Role.AGENT)
    behind = Starlette(routes=route.routes(tickets, lambda: SignIn(Way.PROXY, header="x-forwarded-email")))
    browser = TestClient(behind, base_url="http://localhost", headers=OURS)

    def got(who: dict[str, str]) -> int:
        return browser.post(AT, content=tickets.leave(parcel(by=by, by_then=by), now_utc()), headers=who).status_code

    assert got({"X-Forwarded-Email": "Ada@Example.org"}) == 200  # as the sign-in itself reads it
    assert [got(who) for who in ({}, {"X-Forwarded-Email": ""}, {"X-Forwarded-Email": "eve@example.org"})] == [404] * 3


def test_where_people_sign_in_by_openid_connect_a_ticket_is_that_sign_ins_alone() -> None:
    tickets, ann = Tickets(), {"_streamlit_user": "ann", "_streamlit_user__1": "and the rest"}
    browser = TestClient(
        Starlette(routes=route.routes(tickets, lambda: SignIn(Way.OIDC))), base_url="http://localhost", headers=OURS
    )

    def got(shown: dict[str, str], asked: dict[str, str] = ann) -> int:
        ticket = tickets.leave(
            Parcel(lambda: b"x", "a.json", "text/plain", ADA, lambda: ADA, proof_of(asked)), now_utc()
        )
        browser.cookies.clear()
        browser.cookies.update(shown)
        return browser.post(AT, content=ticket).status_code

    assert got(ann) == got(ann | {"_streamlit_user_tokens": "refreshed", "_xsrf": "x"}) == 200
    for other in (
        {},
        {"_streamlit_user": "ann"},
        ann | {"_streamlit_user": "eve"},
        {"_streamlit_user": "annand the rest"},
    ):
        assert got(other) == 404
    assert got({}, {}) == got({"_xsrf": "x"}, {"_xsrf": "x"}) == 404  # who has no sign-in has no download


def test_a_ticket_is_good_for_two_minutes() -> None:
    tickets = Tickets()
    soon, late = tickets.leave(parcel(), NOON), tickets.leave(parcel(), NOON)
    assert tickets.take(soon, NOON + GOOD_FOR - SECOND) is not None
    assert tickets.take(late, NOON + GOOD_FOR) is None


def test_nothing_keeps_it_and_nothing_runs_it() -> None:
    tickets = Tickets()
    got = client(tickets).post(AT, content=tickets.leave(parcel(), now_utc()))
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "sandbox"
    assert got.headers["Content-Disposition"] == 'attachment; filename="misheard-user.json"'


def test_a_name_cannot_bring_in_a_header() -> None:
    tickets = Tickets()
    evil = Parcel(lambda: b"x", 'a"\r\nSet-Cookie: x=1\r\n\u202egpj.html', "text/html", ADA, lambda: ADA)
    got = client(tickets).post(AT, content=tickets.leave(evil, now_utc()))
    assert "Set-Cookie" not in got.headers
    assert got.headers["Content-Disposition"] == 'attachment; filename="a---Set-Cookie--x-1---gpj.html"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "", "Sec-Fetch-Site": "none"},
    ],
)
def test_only_our_own_pages_ask_and_the_ticket_is_not_spent_by_others(headers: dict[str, str]) -> None:
    tickets = Tickets()
    browser, ticket = client(tickets), tickets.leave(parcel(), now_utc())
    assert browser.post(AT, content=ticket, headers=headers).status_code == 403
    assert browser.post(AT, content=ticket).status_code == 200


def test_a_ticket_stands_in_no_address() -> None:
    tickets = Tickets()
    ticket = tickets.leave(parcel(), now_utc())
    assert client(tickets).get(f"{AT}?ticket={ticket}").status_code == 405
    assert client(tickets).get(f"{AT}/{ticket}").status_code == 404


def test_guesses_find_nothing() -> None:
    tickets = Tickets()
    right = tickets.leave(parcel(), now_utc())
    for guess in ("", "x", right[:-1], right + "x", right.swapcase(), "\x00", "é" * 30, "x" * 101):
        assert client(tickets).post(AT, content=guess.encode()).status_code in (404, 413)
    assert tickets.take(right, now_utc()) is not None


@pytest.mark.parametrize("by_then", [Actor("Ada"), Actor("Ada", Role.TRAINER)])
def test_whose_role_was_taken_away_since_the_click_gets_nothing(by_then: Actor) -> None:
    tickets = Tickets()
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"x"

    ours = Parcel(make, "a.json", "application/json", ADA, lambda: by_then)
    got = client(tickets).post(AT, content=tickets.leave(ours, now_utc()))
    assert got.status_code == 403
    assert not made


def test_who_is_signed_out_since_the_click_gets_nothing() -> None:
    def over() -> Actor:
        raise NotForYou("Your sign-in is over; sign in again.")

    tickets = Tickets()
    ours = Parcel(lambda: b"x", "a.json", "application/json", ADA, over)
    got = client(tickets).post(AT, content=tickets.leave(ours, now_utc()))
    assert got.status_code == 403
    assert got.json()["error"]["message"] == "Your sign-in is over; sign in again."


def test_what_cannot_be_made_is_said_in_its_sentence() -> None:
    def fails() -> bytes:
        raise MisheardError("There is nothing to export yet.")

    tickets = Tickets()
    ours = Parcel(fails, "a.json", "application/json", ADA, lambda: ADA)
    got = client(tickets).post(AT, content=tickets.leave(ours, now_utc()))
    assert (got.status_code, got.json()["error"]["message"]) == (409, "There is nothing to export yet.")


def test_the_right_is_asked_for_and_the_act_recorded_when_the_file_is_fetched(store: Store) -> None:
    tell(store, message())
    tickets = Tickets()

    def ask(by: Actor) -> Parcel:
        return Parcel(
            lambda: downloads.user_data(store, key(store), by=by, now=NOON),
            "a.json",
            "application/json",
            by,
            lambda: by,
        )

    ticket = tickets.leave(ask(ADA), now_utc())
    assert not rows(store, "activity")
    got = client(tickets).post(AT, content=ticket)
    assert json.loads(got.content)["messages"]
    assert [tuple(row) for row in rows(store, "activity", "actor", "act")] == [("Ada", "download_user")]
    refused = client(tickets).post(AT, content=tickets.leave(ask(Actor("Tom", Role.TRAINER)), now_utc()))
    assert refused.status_code == 403
    assert len(rows(store, "activity")) == 1


def test_files_that_differ_in_the_middle_only_are_never_taken_for_each_other() -> None:
    """Of equal length, equal at the beginning, middle and end: Streamlit's own downloads would share one link."""
    tickets = Tickets()
    both = [b"a" * 200_000 + who + b"a" * 1_000_000 for who in (b"alice", b"bobby")]
    left = [tickets.leave(parcel(content), now_utc()) for content in both]
    assert [client(tickets).post(AT, content=ticket).content for ticket in left] == both


def test_tickets_that_nobody_fetches_are_forgotten() -> None:
    tickets = Tickets()
    for n in range(MOST + 50):
        tickets.leave(parcel(), NOON + n * timedelta(microseconds=1))
    assert len(tickets._waiting) == MOST
    tickets.leave(parcel(), NOON + timedelta(hours=1))
    assert len(tickets._waiting) == 1


def test_a_pass_is_good_for_as_long_as_its_bearer_is_let_in() -> None:
    passes, let_in = Passes(), [True]

    def by_then() -> Actor:
        if not let_in[0]:
            raise NotForYou("no")
        return ADA

    word = passes.give(by_then, NOON + timedelta(hours=12), NOON)
    assert passes.are_good(word, NOON)
    assert not passes.are_good(word, NOON + timedelta(hours=12))
    assert not passes.are_good(word + "x", NOON)
    let_in[0] = False
    assert not passes.are_good(word, NOON)


def test_no_page_uses_streamlits_own_downloads() -> None:
    pages = (PROJECT / "pages").rglob("*.py")
    assert not [page.name for page in pages if "st.download_button" in page.read_text(encoding="utf-8")]
