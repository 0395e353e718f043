"""Which photo addresses may be shown: https, from a host that the channel or the operator names. Otherwise initials.

Nothing is fetched by the server. An address is data from outside: a path, a ``file:`` or a name with a password in it
must never reach an element that would read it (facts of the trust study, finding 6).
"""

from urllib.parse import urlsplit

from convdata.channels import CHANNELS, channel
from convdata.errors import MisheardError
from convdata.settings import Settings, read_settings

LONGEST = 2048


def photo_to_show(address: str | None, channel_key: str, settings: Settings) -> str | None:
    """The address if it may be put before a reader's browser, else None."""
    if not address or len(address) > LONGEST or not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username is not None or parts.password is not None or port not in (None, 443):
        return None
    if "\\" in address or "@" in parts.netloc:
        return None
    host = (parts.hostname or "").rstrip(".")
    allowed = (*channel(channel_key).photo_hosts, *settings.photo_hosts)
    return address if any(host == name or host.endswith(f".{name}") for name in allowed) else None


def hosts_of_photos() -> tuple[str, ...]:
    """All hosts from which a photo may come: the channels' and the operator's."""
    try:
        named = read_settings().photo_hosts
    except MisheardError:  # the dashboard says so itself
        named = ()
    return (*(host for one in CHANNELS for host in one.photo_hosts), *named)
