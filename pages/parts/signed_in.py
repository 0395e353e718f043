"""Who is at the desk: asked anew with every click and every redraw, so that a role that is taken away is gone at once."""

import getpass
import time
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from convdata.errors import NotForYou
from convdata.periods import now_utc
from convdata.rights import Actor, Role
from convdata.settings import read_settings, read_sign_in
from convdata.sign_in import OVER, SIGN_IN_FIRST, SignIn, Way
from convdata.tickets import SIGNED_OUT
from pages.parts.sight import of_this_session


class Outside(NotForYou):
    """Somebody who may not come in: without a role, or not signed in."""


class SignInFirst(Outside):
    """Nobody is signed in, or no longer."""


def reader() -> Actor:
    """Who is at the desk. Raises Outside for whoever is not signed in or has no role."""
    sign_in = read_sign_in()
    found = _whoever(sign_in) if sign_in.way is Way.NONE else _signed_in(sign_in, _claims(sign_in))
    return found.with_sight(of_this_session(found.sight))


def as_of_now() -> Callable[[], Actor]:
    """A question for later, where there is no session: who this reader is by then. It raises as ``reader`` does."""
    sign_in = read_sign_in()
    claims = None if sign_in.way is Way.NONE else dict(_claims(sign_in))

    def later() -> Actor:
        by_then = read_sign_in()
        if by_then.way is not sign_in.way:
            raise SignInFirst(SIGN_IN_FIRST)
        return _whoever(by_then) if claims is None else _signed_in(by_then, claims)

    return later


def sign_out() -> None:
    """Of this tab and every other of this sign-in, those that are open too."""
    sign_in = read_sign_in()
    SIGNED_OUT.note(_which(_claims(sign_in)), now_utc() + sign_in.length, now_utc())
    # The page that follows is drawn once and not anew: a run that starts takes back what its session was just told.
    st.session_state.outside = True
    st.logout()


def _which(claims: Mapping[str, Any]) -> str:
    return f"{claims.get('iss')} {claims.get('sub')} {claims.get('iat')}"


def _signed_in(sign_in: SignIn, claims: Mapping[str, Any]) -> Actor:
    if sign_in.is_over(claims, now_utc()) or _which(claims) in SIGNED_OUT:
        raise SignInFirst(OVER)
    try:
        return sign_in.actor(claims)
    except NotForYou as why:
        raise Outside(str(why)) from None


def _whoever(sign_in: SignIn) -> Actor:
    """Without sign-in it is whoever sits at this computer: all of it is theirs anyway."""
    name = read_settings().agent or ("anybody" if sign_in.anybody else _of_the_system())
    return Actor(name, Role.ADMIN).with_sight(sign_in.sight)


def _claims(sign_in: SignIn) -> Mapping[str, Any]:
    """What the sign-in says of whoever is at this session."""
    if sign_in.way is Way.OIDC:
        if not getattr(st.user, "is_logged_in", False):
            raise SignInFirst(SIGN_IN_FIRST)
        return dict(st.user.items())
    # routes/doorkeeper.py has taken these headers away from whoever is not the proxy.
    email = st.context.headers.get(sign_in.header)
    if not email:
        raise SignInFirst("Open Misheard through the address that your administrator gave you; it signs you in.")
    if st.session_state.setdefault("signed_in_as", email) != email:
        raise SignInFirst("Somebody else has signed in meanwhile; load the page anew.")
    groups = (st.context.headers.get(sign_in.groups_header) if sign_in.groups_header else None) or ""
    # The header came when this session began, and the proxy is asked again when it is loaded anew.
    began = st.session_state.setdefault("signed_in_at", time.time())
    return {"email": email, "groups": [group.strip() for group in groups.split(",")], "iat": began}


def _of_the_system() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "somebody"
