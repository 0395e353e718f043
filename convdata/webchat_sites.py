"""Which websites may embed the webchat: an exact list of origins, and the server's own pages."""

import re
from urllib.parse import urlsplit

from convdata.errors import SettingWrong

_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def sites_of(words: tuple[str, ...]) -> frozenset[str]:
    """The origins of the setting, as browsers say them. Raises SettingWrong for what is none: a pattern or a path that
    let in nobody would be found out late, and one that let in everybody never.
    """
    return frozenset(_site(word) for word in words)


def is_ours(origin: str, host: str) -> bool:
    """Whether a browser's ``Origin`` is the server itself, which was asked as ``host``. Whether it was asked by TLS only
    the proxy before it knows.
    """
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower() and origin != "null"
    except ValueError:
        return False


def _site(word: str) -> str:
    origin = word.lower().removesuffix("/")
    try:
        parts = urlsplit(origin)
        fine = bool(_ORIGIN.fullmatch(origin)) and bool(parts.hostname)
        parts.port  # noqa: B018  a port that is none is found out by asking for it
    except ValueError:
        fine = False
    if not fine:
        raise SettingWrong(
            "MISHEARD_WEBCHAT_ORIGINS must list origins such as https://www.example.org, comma-separated, "
            "without paths and without *."
        )
    return origin.removesuffix(_USUAL_PORTS[parts.scheme])
