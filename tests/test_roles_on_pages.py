"""What each role is shown, page by page; and that what one reader sees never reaches another, nor stays after they are out."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from convdata.rights import ALLOWED, Role
from convdata.settings import PROJECT
from pages.parts import desk
from pages.parts.menu import PAGES
from tests.story import NOON, customer, key, message, opened, tell

FRAME = PROJECT / "pages" / "frame.py"
SESSIONS = {role: f"{role}@example.org" for role in Role}
ROLES = ",".join(f"{email}={role}" for role, email in SESSIONS.items())
NAMES = [f"Zq{n}family" for n in range(4)]

Open = Callable[..., AppTest]


@pytest.fixture
def filled(duckdb_url: str) -> str:
    store = opened(duckdb_url)
    for n, name in enumerate(NAMES):
        tell(
            store,
            message(f"v-{n}", NOON, "xqzt blorp", understood=False, language="en"),
            customer(f"v-{n}", NOON, first_name="Ada", last_name=name, email=f"{name}@example.org"),
        )
    store.close()
    return duckdb_url


@pytest.fixture
def signed_in(filled: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """`signed_in("ann@example.org")` is a session of that person's."""
    monkeypatch.setenv("MISHEARD_STORE", filled)
    monkeypatch.setenv("MISHEARD_SIGN_IN", "oidc")
    monkeypatch.setenv("MISHEARD_ROLES", ROLES)

    def session(email: str | None, **claims: Any) -> AppTest:
        app = AppTest.from_file(str(FRAME), default_timeout=60)
        app.secrets["auth"] = {"cookie_secret": "x"}
        app.user = {"is_logged_in": email is not None} | (
            {"email": email, "iat": time.time(), "sub": email} | claims if email else {}
        )
        return app.run()

    yield session
    st.cache_data.clear()
    desk.the_store.clear()


def visit(app: AppTest, page: str, **query: str) -> AppTest:
    app.switch_page(str(FRAME.parent / page))
    for name in list(app.query_params):
        del app.query_params[name]
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def told(app: AppTest) -> str:
    """Everything that this session was given, components' data too."""
    return "\n".join(_all_of(app))


def _all_of(app: AppTest) -> Iterator[str]:
    stack: list[Any] = [app._tree]
    while stack:
        node = stack.pop()
        stack.extend(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None:
            yield str(proto)


def sentences(app: AppTest) -> list[str]:
    return [e.value.replace("\\", "") for e in (*app.error, *app.info, *app.warning, *app.markdown)]


@pytest.mark.parametrize("role", Role)
def test_each_role_is_shown_the_pages_it_may_see_and_a_sentence_for_the_others(role: Role, signed_in: Open) -> None:
    app = signed_in(SESSIONS[role])
    for page, (right, _, _) in PAGES.items():
        query = {"customer": _key_of(0)} if page == "conversation.py" else {}
        visit(app, page, **query)
        assert not app.exception
        assert not any("went wrong" in s for s in sentences(app)), (page, sentences(app))
        refused = any("Your role does not let you" in s for s in sentences(app))
        assert refused is (role not in ALLOWED[right]), (page, sentences(app))


def test_somebody_without_a_role_or_not_signed_in_is_given_nothing(signed_in: Open) -> None:
    for email in ("eve@example.com", None):
        app = signed_in(email)
        for page in PAGES:
            visit(app, page, customer=_key_of(0))
            assert not app.exception
            given = told(app)
            assert not [name for name in NAMES if name in given]
            assert not app.title
        assert [b.label for b in app.button] == (["Sign in"] if email is None else ["Sign out"])


def test_two_readers_at_once_are_never_given_each_others(signed_in: Open) -> None:
    """In the suite a few rounds; `make trust` has an agent and a trainer at a real server for 1,000."""
    agent, trainer = signed_in(SESSIONS[Role.AGENT]), signed_in(SESSIONS[Role.TRAINER])
    for n in range(6):
        page = ("customers.py", "conversation.py", "trends.py")[n % 3]
        query = {"customer": _key_of(n % 4)} if page == "conversation.py" else {}
        to_agent, to_trainer = told(visit(agent, page, **query)), told(visit(trainer, page, **query))
        assert not [name for name in NAMES if name in to_trainer], page
        if page != "trends.py":
            assert [name for name in NAMES if name in to_agent], "or nothing was shown at all"


def test_whose_role_is_taken_away_is_out_with_the_next_click(signed_in: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = visit(signed_in(SESSIONS[Role.AGENT]), "customers.py")
    assert NAMES[0] in told(app)
    monkeypatch.setenv("MISHEARD_ROLES", "somebody.else@example.org=agent")
    app.run()
    assert NAMES[0] not in told(app)
    assert any("no role here yet" in s for s in sentences(app))
    monkeypatch.setenv("MISHEARD_ROLES", ROLES)
    app.run()
    assert app.title


def test_after_some_hours_one_signs_in_anew(signed_in: Open) -> None:
    app = signed_in(SESSIONS[Role.AGENT], iat=time.time() - 13 * 3600)
    assert any("Your sign-in is over" in s for s in sentences(app))
    assert [b.label for b in app.button] == ["Sign in"]


def _key_of(number: int) -> str:
    return key(desk.the_store(), f"v-{number}")
