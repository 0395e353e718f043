"""Who somebody is: from what the sign-in says about them, and the roles that the settings give, to an Actor.

Three ways: OpenID Connect, a header that a proxy sets after its own sign-in, or none, where only this computer can reach
the dashboard. Settings are read anew for every question, so a role that is taken away is gone with the next click.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from convdata.errors import NotForYou, SettingWrong
from convdata.rights import Actor, Role
from convdata.sight import MaskTexts, Sight

LONGEST_NAME = 200
SHORTEST_SECRET = 16
COOKIE = "_streamlit_user"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

SIGN_IN_FIRST = "Sign in first."
OVER = "Your sign-in is over; sign in again."


class Way(StrEnum):
    """How people sign in."""

    NONE = "none"
    OIDC = "oidc"
    PROXY = "proxy"


@dataclass(frozen=True)
class Grant:
    """``ada@example.org=admin``: an e-mail address, ``@`` and a domain, or a claim and its value; and the roles."""

    claim: str
    value: str
    roles: tuple[Role, ...]

    def fits(self, claims: Mapping[str, Any]) -> bool:
        if self.claim != "email":
            return self.value in _values(claims, self.claim)
        email = email_of(claims)
        return email.endswith(self.value) if self.value.startswith("@") else email == self.value


@dataclass(frozen=True)
class SignIn:
    """The settings of the sign-in."""

    way: Way = Way.NONE
    grants: tuple[Grant, ...] = ()
    header: str = "x-forwarded-email"
    groups_header: str = ""
    proxy_secret: str = field(default="", repr=False)
    length: timedelta = timedelta(hours=12)
    hosts: frozenset[str] = frozenset()
    anybody: bool = False
    sight: Sight = field(default_factory=Sight)

    def actor(self, claims: Mapping[str, Any]) -> Actor:
        """Who signed in with these claims. Raises NotForYou for one without a name that is to be trusted, or a role."""
        name = (email_of(claims) or str(claims.get("sub") or ""))[:LONGEST_NAME]
        if not name:
            raise NotForYou("The sign-in does not say who you are; ask your administrator to let it send the e-mail.")
        roles = {role for grant in self.grants if grant.fits(claims) for role in grant.roles}
        if not roles:
            raise NotForYou("You are signed in and have no role here yet; ask your administrator for one.")
        return Actor(name, *roles).with_sight(self.sight)

    def is_over(self, claims: Mapping[str, Any], now: datetime) -> bool:
        """Whether somebody has been signed in for longer than one may. What does not say since when is over."""
        since = claims.get("iat")
        if not isinstance(since, int | float):
            return True
        return now - datetime(1970, 1, 1) > timedelta(seconds=since) + self.length

    def is_the_proxy(self, shown: str) -> bool:
        """Whether this is the secret that only the proxy knows."""
        right = hmac.compare_digest(shown.encode("utf-8", "replace"), self.proxy_secret.encode())
        return self.way is Way.PROXY and bool(self.proxy_secret) and right

    def answers_as(self, host: str) -> bool:
        """Whether the dashboard may be asked for under this name (the Host header). Without sign-in it is this computer's
        only: no website may make a name of its own lead here, and no tunnel put it on the internet.
        """
        if self.hosts:
            return _without_port(host) in self.hosts | LOCAL_HOSTS
        return self.way is not Way.NONE or self.anybody or _without_port(host) in LOCAL_HOSTS


def email_of(claims: Mapping[str, Any]) -> str:
    """The e-mail address in small letters; "" for none, and for one of which the provider says it is not verified."""
    email = claims.get("email")
    verified = claims.get("email_verified", True)
    if not isinstance(email, str) or verified in (False, "false", "False", 0):
        return ""
    email = email.strip().casefold()
    return email if email.count("@") == 1 and email.isprintable() and " " not in email else ""


def proof_of(cookies: Mapping[str, str]) -> str:
    """What tells one sign-in by OpenID Connect from every other: a hash of Streamlit's cookie, which it signs and may split.
    "" without one.
    """
    shown = sorted((name, value) for name, value in cookies.items() if name == COOKIE or name.startswith(f"{COOKIE}__"))
    return hashlib.sha256(repr(shown).encode("utf-8", "replace")).hexdigest() if shown else ""


def sign_in_of(values: Mapping[str, str]) -> SignIn:
    """From the texts of the settings. Raises SettingWrong."""
    try:
        way = Way((values["SIGN_IN"] or "none").lower())
    except ValueError:
        raise SettingWrong(f"MISHEARD_SIGN_IN is “{values['SIGN_IN']}”; it is none, oidc or proxy.") from None
    grants = tuple(_grants(values["ROLES"]))
    secret = values["PROXY_SECRET"]
    if way is Way.PROXY and len(secret) < SHORTEST_SECRET:
        raise SettingWrong(
            f"MISHEARD_SIGN_IN is proxy, so MISHEARD_PROXY_SECRET must be set, to {SHORTEST_SECRET} characters or more "
            "that only the proxy knows."
        )
    if way is not Way.NONE and not grants:
        raise SettingWrong(
            "MISHEARD_SIGN_IN is set and MISHEARD_ROLES gives nobody a role; begin with yourself: "
            "MISHEARD_ROLES=you@example.org=admin."
        )
    return SignIn(
        way,
        grants,
        values["PROXY_HEADER"].lower() or "x-forwarded-email",
        values["PROXY_GROUPS_HEADER"].lower(),
        secret,
        _length(values["SESSION_HOURS"]),
        frozenset(_without_port(host) for host in values["ALLOWED_HOSTS"].replace(",", " ").split()),
        values["LET_ANYBODY_IN"].lower() == "yes",
        _sight(values["PRIVACY_MODE"], values["MASK_TEXTS"]),
    )


def _grants(text: str) -> Iterable[Grant]:
    for entry in text.replace("\n", ",").split(","):
        who, sign, what = (part.strip() for part in entry.rpartition("="))
        if not entry.strip():
            continue
        claim, colon, value = who.partition(":")
        words = [word.strip().lower() for word in what.split("+")]
        wrong = not sign or not who or not set(words) <= set(Role) or (not colon and "@" not in who)
        if wrong or (colon and not (claim and value)):
            raise SettingWrong(
                f"MISHEARD_ROLES holds “{entry.strip()}”; write ada@example.org=admin, @example.org=agent or "
                f"groups:care-team=agent+trainer, and commas between; roles are {', '.join(Role)}."
            )
        roles = tuple(Role(word) for word in words)
        yield Grant(claim, value, roles) if colon else Grant("email", who.casefold(), roles)


def _values(claims: Mapping[str, Any], path: str) -> set[str]:
    """What a claim says; ``realm_access.roles`` is a claim inside a claim, unless one is called just so."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list | tuple) else [found]
    return {str(one) for one in listed if isinstance(one, str | int)}


def _sight(privacy_mode: str, mask_texts: str) -> Sight:
    try:
        private = {"": False, "false": False, "no": False, "true": True, "yes": True}[privacy_mode.lower()]
    except KeyError:
        raise SettingWrong(f"MISHEARD_PRIVACY_MODE is “{privacy_mode}”; it is true or false.") from None
    try:
        return Sight(private, MaskTexts(mask_texts.lower() or "role"))
    except ValueError:
        raise SettingWrong(f"MISHEARD_MASK_TEXTS is “{mask_texts}”; it is role, true or false.") from None


def _length(text: str) -> timedelta:
    try:
        hours = float(text or 12)
    except ValueError:
        hours = 0
    if not 0 < hours <= 720:
        raise SettingWrong(f"MISHEARD_SESSION_HOURS is “{text}”; it must be a number of hours above 0 and up to 720.")
    return timedelta(hours=hours)


def _without_port(host: str) -> str:
    """A name as hosts are compared: without port and case."""
    host = host.strip().casefold()
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() and (not host.count(":") > 1 or name.endswith("]")) else host).rstrip(".")
