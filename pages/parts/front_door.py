"""Whether the server may start as it is: never open to a network without sign-in, never with Streamlit's guards off."""

import importlib.util
import ipaddress
import logging
import sys
from collections.abc import Mapping
from typing import Any

import streamlit as st

from convdata.errors import SettingWrong
from convdata.settings import read_sign_in
from convdata.sign_in import SignIn, Way

log = logging.getLogger("misheard")

# What Streamlit is to be asked, what it must answer wherever people sign in, and why.
GUARDS: tuple[tuple[str, bool, str], ...] = (
    ("server.enableXsrfProtection", True, "other websites could act in the name of whoever is signed in"),
    ("server.enableCORS", True, "other websites could open a signed-in session"),
    ("server.enableAgentApi", False, "programs could drive the dashboard past the sign-in"),
    ("server.enableStaticServing", False, "files would be served without sign-in"),
    ("client.disableDataExport", True, "tables could be taken away without a record"),
)
IN_AUTH = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_COOKIE_SECRET = 32


def refuse_or_open() -> None:
    """Leaves the process with a sentence where it may not start; else says in the log how people sign in."""
    try:
        sign_in = read_sign_in()
        check(sign_in, st.get_option("server.address"), st.get_option, _auth())
    except SettingWrong as wrong:
        print(f"Misheard does not start. {wrong}", file=sys.stderr)
        raise SystemExit(2) from None
    log.warning(_standing(sign_in)) if sign_in.anybody else log.info(_standing(sign_in))


def check(sign_in: SignIn, address: str | None, option: Any, auth: Mapping[str, Any]) -> None:
    """Raises SettingWrong. ``address`` is where the server listens; None is everywhere."""
    if sign_in.way is Way.NONE:
        if not (is_loopback(address) or sign_in.anybody):
            raise SettingWrong(
                f"It would listen on {address or 'every address of this computer'}, where others can reach it, and nobody "
                "would have to sign in. Set MISHEARD_SIGN_IN and MISHEARD_ROLES (README, Sign-in and roles), or listen on "
                "127.0.0.1 (server.address)."
            )
        return
    for name, wanted, otherwise in GUARDS:
        if bool(option(name)) is not wanted:
            raise SettingWrong(f"{name} must be {str(wanted).lower()} where people sign in, or {otherwise}.")
    if sign_in.way is Way.OIDC:
        _check_auth(auth)


def is_loopback(address: str | None) -> bool:
    """Whether only this computer reaches what listens there."""
    if not address:
        return False
    if address == "localhost" or address.startswith("unix://"):
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_auth(auth: Mapping[str, Any]) -> None:
    missing = [name for name in IN_AUTH if not auth.get(name)]
    if missing:
        raise SettingWrong(
            f"MISHEARD_SIGN_IN is oidc, and the [auth] table of .streamlit/secrets.toml lacks {', '.join(missing)}."
        )
    if len(str(auth["cookie_secret"])) < SHORTEST_COOKIE_SECRET:
        raise SettingWrong(
            f"cookie_secret in [auth] must have {SHORTEST_COOKIE_SECRET} random characters or more: whoever guesses it is "
            "anybody they like."
        )
    if importlib.util.find_spec("authlib") is None:
        raise SettingWrong("Sign-in by OpenID Connect needs Authlib; install it with: pip install Authlib")


def _auth() -> Mapping[str, Any]:
    try:
        return dict(st.secrets.get("auth", {}))
    except FileNotFoundError:
        return {}


def _standing(sign_in: SignIn) -> str:
    if sign_in.anybody and sign_in.way is Way.NONE:
        return "MISHEARD_LET_ANYBODY_IN is yes: everybody who reaches this server reads and does everything."
    if sign_in.way is Way.NONE:
        return "No sign-in: only this computer reaches the dashboard, and whoever uses it reads and does everything."
    how = {Way.OIDC: "OpenID Connect", Way.PROXY: "the proxy in front"}[sign_in.way]
    return f"People sign in by {how}; {len(sign_in.grants)} rules give roles."
