"""Who somebody is: roles by address, domain and claim, as the settings say at this moment; and for how long."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from convdata import settings
from convdata.errors import NotForYou, SettingWrong
from convdata.rights import Role
from convdata.settings import read_sign_in
from convdata.sign_in import SignIn, Way
from tests.story import NOBODYS_SECRETS

NOW = datetime(2026, 8, 9, 12)
EPOCH = datetime(1970, 1, 1)
ROLES = "ada@example.org=admin, @example.org=agent, groups:care=agent+trainer, realm_access.roles:boss=manager"


def read(roles: str = ROLES, way: str = "oidc", **more: str) -> SignIn:
    named = {f"MISHEARD_{name}": value for name, value in ({"SIGN_IN": way, "ROLES": roles} | more).items()}
    return read_sign_in(named, NOBODYS_SECRETS)


def roles(claims: dict[str, Any], given: str = ROLES) -> set[Role]:
    try:
        return set(read(given).actor(claims).roles)
    except NotForYou:
        return set()


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"email": "ada@example.org"}, {Role.ADMIN, Role.AGENT}),
        ({"email": "  Ada@Example.ORG "}, {Role.ADMIN, Role.AGENT}),
        ({"email": "bob@example.org"}, {Role.AGENT}),
        ({"email": "bob@example.org", "groups": ["care", "other"]}, {Role.AGENT, Role.TRAINER}),
        ({"sub": "u-1", "groups": "care"}, {Role.AGENT, Role.TRAINER}),
        ({"sub": "u-1", "realm_access": {"roles": ["boss"]}}, {Role.MANAGER}),
        ({"sub": "u-1", "realm_access.roles": ["boss"]}, {Role.MANAGER}),
        # Nobody: another domain that only ends alike, below it, or holds it; no address; one that is not verified.
        ({"email": "ada@evil-example.org"}, set()),
        ({"email": "ada@sub.example.org"}, set()),
        ({"email": "ada@example.org.evil.example"}, set()),
        ({"email": "ada@evil.example@example.org"}, set()),
        ({"email": "ada@example.org\n@evil.example"}, set()),
        ({"email": "ada@example.org", "email_verified": False}, set()),
        ({"email": "ada@example.org", "email_verified": "false"}, set()),
        ({"email": ["ada@example.org"]}, set()),
        ({"preferred_username": "ada@example.org", "sub": "ada@example.org"}, set()),
        ({"sub": "u-1", "groups": ["car", "care2", {"care": 1}, None]}, set()),
        ({}, set()),
    ],
)
def test_roles_come_from_the_address_the_domain_and_claims_and_add_up(
    claims: dict[str, Any], expected: set[Role]
) -> None:
    assert roles(claims) == expected


def test_acts_are_recorded_under_the_address() -> None:
    assert read().actor({"email": "Ada@example.org", "name": "Somebody Else"}) == "ada@example.org"
    assert read().actor({"sub": "u-1", "groups": ["care"]}) == "u-1"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SIGN_IN": "saml"}, "MISHEARD_SIGN_IN"),
        ({"ROLES": ""}, "MISHEARD_ROLES"),
        ({"ROLES": "ada@example.org"}, "MISHEARD_ROLES"),
        ({"ROLES": "ada@example.org=root"}, "MISHEARD_ROLES"),
        ({"ROLES": "ada=admin"}, "MISHEARD_ROLES"),
        ({"ROLES": ":care=admin"}, "MISHEARD_ROLES"),
        ({"ROLES": "groups:=admin"}, "MISHEARD_ROLES"),
        ({"ROLES": "=admin"}, "MISHEARD_ROLES"),
        ({"SIGN_IN": "proxy"}, "MISHEARD_PROXY_SECRET"),
        ({"SIGN_IN": "proxy", "PROXY_SECRET": "short"}, "MISHEARD_PROXY_SECRET"),
        ({"SESSION_HOURS": "0"}, "MISHEARD_SESSION_HOURS"),
        ({"SESSION_HOURS": "x"}, "MISHEARD_SESSION_HOURS"),
    ],
)
def test_what_cannot_be_meant_is_said_and_not_guessed(wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingWrong, match=named):
        read(**{"roles": ROLES} | {{"SIGN_IN": "way", "ROLES": "roles"}.get(k, k): v for k, v in wrong.items()})


def test_the_secret_of_the_proxy_is_in_no_repr() -> None:
    assert "a-secret-of-the-proxy" not in repr(read(way="proxy", PROXY_SECRET="a-secret-of-the-proxy"))


def test_a_sign_in_is_over_after_some_hours_and_when_it_does_not_say_since_when() -> None:
    sign_in = read(SESSION_HOURS="8")
    began = (NOW - EPOCH).total_seconds()
    for hours, over in ((0, False), (7.9, False), (8.1, True), (9000, True)):
        assert sign_in.is_over({"iat": began}, NOW + timedelta(hours=hours)) is over
    assert sign_in.is_over({}, NOW)
    assert sign_in.is_over({"iat": "soon"}, NOW)


@pytest.mark.parametrize(
    ("host", "alone", "signed_in", "listed"),
    [
        ("localhost:8501", True, True, True),
        ("127.0.0.1", True, True, True),
        ("[::1]:8501", True, True, True),
        ("LOCALHOST", True, True, True),
        ("misheard.example.org", False, True, True),
        ("Misheard.example.org:443", False, True, True),
        ("misheard.example.org.", False, True, True),
        ("evil.rebind.example", False, True, False),
        ("127.0.0.1.evil.example", False, True, False),
        ("localhost.evil.example:80", False, True, False),
        ("", False, True, False),
    ],
)
def test_without_sign_in_only_this_computers_names_lead_here(
    host: str, alone: bool, signed_in: bool, listed: bool
) -> None:
    assert SignIn().answers_as(host) is alone
    assert read().answers_as(host) is signed_in
    assert read(ALLOWED_HOSTS="misheard.example.org").answers_as(host) is listed
    assert SignIn(anybody=True).answers_as(host)


def test_a_role_that_is_taken_away_in_the_file_is_gone_with_the_next_question(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    now = time.time()

    def write(roles: str, at: float) -> None:
        file.write_text(f'[misheard]\nSIGN_IN = "oidc"\nROLES = """\n{roles}\n"""\n')
        os.utime(file, (at, at))

    ada = {"email": "ada@example.org"}
    write("ada@example.org=admin\nbob@example.org=agent", now)
    assert read_sign_in({}, file).actor(ada).roles == {Role.ADMIN}
    write("ada@example.org=agent\nbob@example.org=agent", now + 1)
    assert read_sign_in({}, file).actor(ada).roles == {Role.AGENT}
    write("bob@example.org=agent", now + 2)
    with pytest.raises(NotForYou, match="no role"):
        read_sign_in({}, file).actor(ada)
    file.write_text("[misheard\n")
    with pytest.raises(SettingWrong):  # nobody is let in by a file that is being written
        read_sign_in({}, file)


def test_without_settings_nobody_signs_in_and_nobody_else_is_let_in() -> None:
    assert settings.read_sign_in({}, NOBODYS_SECRETS) == SignIn(Way.NONE)
