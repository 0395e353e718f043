"""Every setting: name, default, and a sentence. The README's table is tested against this list."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from convdata.errors import SettingWrong
from convdata.messenger_page import Page, page_of
from convdata.webchat_sites import sites_of

PREFIX = "MISHEARD_"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    """One setting. ``secret`` ones are never shown, in no message and no ``repr``."""

    name: str
    default: str
    sentence: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "STORE",
        "duckdb:///data/misheard.duckdb",
        "Where everything is kept, as a SQLAlchemy URL; `postgresql+psycopg://…` for a server.",
        secret=True,
    ),
    Setting("TIMEZONE", "UTC", "The one time zone for days, charts and filters."),
    Setting("MUTE_HOURS", "72", "The longest mute in hours, and its default."),
    Setting("CHANNELS", "", "Further channel names that events may carry, comma-separated."),
    Setting("PHOTO_HOSTS", "", "Hosts from which customers' photos may be shown, comma-separated; otherwise initials."),
    Setting("AGENT", "", "The name under which acts are recorded when nobody is signed in."),
    Setting(
        "RASA_STORE",
        "",
        "Rasa's SQL tracker store, as a SQLAlchemy URL; what is new in it is read every minute.",
        secret=True,
    ),
    Setting(
        "INTAKE_TOKEN",
        "",
        "Bearer token of bots that send events; several, comma-separated, while rotating. None: intake answers 503.",
        secret=True,
    ),
    Setting(
        "MESSENGER_APP_SECRET",
        "",
        "The Meta app's secret, with which webhooks are signed. This one and the next three go together: all or none.",
        secret=True,
    ),
    Setting(
        "MESSENGER_VERIFY_TOKEN",
        "",
        "The word that Meta shows when it verifies the webhook; you make it up.",
        secret=True,
    ),
    Setting("MESSENGER_PAGE_ID", "", "The Facebook Page that customers write to."),
    Setting("MESSENGER_PAGE_TOKEN", "", "The Page's access token, with which replies are sent.", secret=True),
    Setting(
        "MESSENGER_HUMAN_AGENT",
        "false",
        "Whether Meta has granted the Human Agent permission: people may then answer for 7 days instead of 24 hours.",
    ),
    Setting(
        "MESSENGER_GRAPH_URL", "https://graph.facebook.com", "Where Meta's Graph API is; another one for trying out."
    ),
    Setting(
        "MESSENGER_BOT_APPS",
        "",
        "App ids of your bot, comma-separated: what other apps send in the Page's name is shown as a person's.",
    ),
    Setting("MESSENGER_LANGUAGE", "", "The bot's language on Messenger, such as en; Messenger itself does not say."),
    Setting(
        "WEBCHAT_ORIGINS",
        "",
        "Websites that may embed the webchat, such as https://www.example.org, comma-separated. None: only pages of Misheard.",
    ),
    Setting(
        "WEBCHAT_SECRET",
        "",
        "The key with which a website signs what it states about its visitor; signed details are shown as such.",
        secret=True,
    ),
)


@dataclass(frozen=True)
class Settings:
    """The settings as read at start: plain text by name, and the few that need more than text."""

    store: str = field(repr=False)
    timezone: ZoneInfo
    mute_hours: float
    channels: tuple[str, ...]
    photo_hosts: tuple[str, ...]
    agent: str
    values: Mapping[str, str] = field(repr=False, default_factory=dict)
    messenger: Page | None = None
    webchat_sites: frozenset[str] = frozenset()

    def value(self, name: str) -> str:
        """A setting's text, ``""`` where it is not set."""
        return self.values[name]

    def is_set(self, name: str) -> bool:
        return bool(self.values[name])


def read_settings(environment: Mapping[str, str] | None = None, secrets: Path | None = None) -> Settings:
    """Read all settings; the environment wins over the ``[misheard]`` table of ``.streamlit/secrets.toml``.

    Raises SettingWrong for a value that cannot be used, naming the setting and what it should be.
    """
    environment = os.environ if environment is None else environment
    table = _secrets_table(secrets or PROJECT / ".streamlit" / "secrets.toml")
    values = {}
    for setting in SETTINGS:
        text = environment.get(PREFIX + setting.name)
        if text is None:
            text = str(table.get(setting.name, table.get(setting.name.lower(), setting.default)))
        values[setting.name] = text.strip()
    return Settings(
        store=values["STORE"] or "duckdb:///data/misheard.duckdb",
        timezone=_zone(values["TIMEZONE"]),
        mute_hours=_hours(values["MUTE_HOURS"]),
        channels=_words(values["CHANNELS"]),
        photo_hosts=_words(values["PHOTO_HOSTS"]),
        agent=values["AGENT"],
        values=values,
        messenger=page_of(
            {name.removeprefix("MESSENGER_"): values[name] for name in values if name.startswith("MESSENGER_")}
        ),
        webchat_sites=sites_of(_words(values["WEBCHAT_ORIGINS"])),
    )


def _secrets_table(path: Path) -> Mapping[str, object]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("misheard", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as wrong:
        raise SettingWrong(f"{path.name} cannot be read: {wrong}. Mend it or move it away.") from None
    if not isinstance(table, dict):
        raise SettingWrong(f"[misheard] in {path.name} must be a table of settings.")
    return table


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingWrong(
            f"MISHEARD_TIMEZONE is “{name}”, which is no time zone; use a name such as Europe/Paris."
        ) from None


def _hours(text: str) -> float:
    try:
        hours = float(text or 72)
    except ValueError:
        hours = 0
    # A week is what Meta's longest thread control lasts; more would silence a bot that nobody remembers.
    if not 0 < hours <= 168:
        raise SettingWrong(f"MISHEARD_MUTE_HOURS is “{text}”; it must be a number of hours above 0 and up to 168.")
    return hours


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
