"""The Facebook Page that Misheard reads and answers for, as the settings describe it: all of it, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from convdata.errors import SettingWrong

TOGETHER = ("APP_SECRET", "VERIFY_TOKEN", "PAGE_ID", "PAGE_TOKEN")
_WORDS = {
    "true": True,
    "yes": True,
    "1": True,
    "on": True,
    "false": False,
    "no": False,
    "0": False,
    "off": False,
    "": False,
}


@dataclass(frozen=True)
class Page:
    """What is secret of it is in no ``repr``."""

    id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    token: str = field(repr=False)
    human_agent: bool = False
    graph_url: str = "https://graph.facebook.com"
    bot_apps: tuple[str, ...] = ()
    language: str | None = None


def page_of(values: Mapping[str, str]) -> Page | None:
    """The Page, or None where Messenger is not set up. Raises SettingWrong for half of it: with a missing secret
    everybody's word would be taken for Meta's, so that Misheard does not start.
    """
    missing = [name for name in TOGETHER if not values[name]]
    human_agent = _yes_or_no(values["HUMAN_AGENT"])
    graph_url = _address(values["GRAPH_URL"] or Page.graph_url)
    if len(missing) == len(TOGETHER):
        return None
    if missing:
        names = ", ".join(f"MISHEARD_MESSENGER_{name}" for name in missing)
        raise SettingWrong(f"Messenger is half set up: set {names} too, or none of {_all_names()}.")
    for name in TOGETHER:
        if not (values[name].isascii() and values[name].isprintable()) or " " in values[name]:
            raise SettingWrong(f"MISHEARD_MESSENGER_{name} holds a space or another character that cannot be in it.")
    return Page(
        id=values["PAGE_ID"],
        app_secret=values["APP_SECRET"],
        verify_token=values["VERIFY_TOKEN"],
        token=values["PAGE_TOKEN"],
        human_agent=human_agent,
        graph_url=graph_url,
        bot_apps=tuple(word.strip() for word in values["BOT_APPS"].split(",") if word.strip()),
        language=values["LANGUAGE"] or None,
    )


def _all_names() -> str:
    return f"MISHEARD_MESSENGER_{TOGETHER[0]}, " + ", ".join(f"_{name}" for name in TOGETHER[1:])


def _yes_or_no(word: str) -> bool:
    try:
        return _WORDS[word.lower()]
    except KeyError:
        raise SettingWrong("MISHEARD_MESSENGER_HUMAN_AGENT must be true or false.") from None


def _address(text: str) -> str:
    """The token goes there with every request: encrypted, or not out of this machine."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        )
        fine = fine and bool(parts.hostname) and parts.username is None and not parts.query and not parts.fragment
        parts.port  # noqa: B018  a port that is none is found out by asking for it
    except ValueError:
        fine = False
    if not fine:
        raise SettingWrong(
            "MISHEARD_MESSENGER_GRAPH_URL must be an https:// address without user, query or fragment "
            "(http:// only on this machine)."
        )
    return text.rstrip("/")
