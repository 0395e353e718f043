"""Every setting: name, default, and a sentence. The README's table is tested against this list."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from convdata.errors import SettingWrong
from convdata.keeping import Keeping, keeping_of
from convdata.messenger_page import Page, page_of
from convdata.rasa_server import RasaServer, rasa_server_of
from convdata.sign_in import SignIn, sign_in_of
from convdata.webchat_sites import sites_of

PREFIX = "MISHEARD_"
PROJECT = Path(__file__).resolve().parent.parent
SECRETS = PROJECT / ".streamlit" / "secrets.toml"


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
    Setting(
        "RETENTION",
        "",
        "Days after which a customer who was not heard of is erased: `365`, `webchat=90, messenger=365`, or both. None: never.",
    ),
    Setting(
        "RECORD_READS",
        "no",
        "Whether (`yes`) it is recorded too that somebody opened a conversation, once an hour for each reader and conversation.",
    ),
    Setting(
        "ERASED_LIST",
        "",
        "A file that notes who was erased, as keyed hashes, for a `restore` where the store is lost; best on another disk. "
        "None: beside a DuckDB store, and on Postgres nowhere.",
    ),
    Setting("AGENT", "", "The name under which acts are recorded when nobody is signed in."),
    Setting(
        "SIGN_IN",
        "none",
        "How people sign in: `none` (only where nobody else can reach it), `oidc` (the `[auth]` table of secrets.toml), `proxy`.",
    ),
    Setting(
        "ROLES",
        "",
        "Who may what, comma-separated: `ada@example.org=admin, @example.org=agent, groups:care=agent+trainer`. All that fit add up.",
    ),
    Setting("SESSION_HOURS", "12", "After so many hours people sign in anew."),
    Setting(
        "PROXY_HEADER",
        "X-Forwarded-Email",
        "The header in which the proxy says who signed in; it must take out what a browser sends under this name.",
    ),
    Setting(
        "PROXY_GROUPS_HEADER",
        "",
        "The header in which the proxy lists their groups, if it does, comma-separated; it must take out a browser's own.",
    ),
    Setting(
        "PROXY_SECRET",
        "",
        "What the proxy shows in `X-Misheard-Proxy`, so that nobody else can say who signed in; 16 characters or more.",
        secret=True,
    ),
    Setting(
        "ALLOWED_HOSTS",
        "",
        "Names under which the dashboard may be asked for, comma-separated. None: any with sign-in, without it this computer's own.",
    ),
    Setting(
        "LET_ANYBODY_IN",
        "no",
        "With `yes`, everybody who reaches the dashboard over the network reads and does everything, without sign-in.",
    ),
    Setting(
        "PRIVACY_MODE",
        "false",
        "With `true`, nobody is shown who customers are, whatever their role; for demos. Each session can also turn it on.",
    ),
    Setting(
        "MASK_TEXTS",
        "role",
        "Personal data inside messages is masked for whoever may not see names (`role`), for everybody until they reveal it (`true`), for nobody (`false`).",
    ),
    Setting(
        "RASA_STORE",
        "",
        "Rasa's SQL tracker store, as a SQLAlchemy URL; what is new in it is read every minute.",
        secret=True,
    ),
    Setting(
        "RASA_OPTIONS",
        "",
        "How that store is read, as `misheard import --option` takes it, with semicolons: `language=en; out_of_scope=true`.",
    ),
    Setting("RASA_URL", "", "Rasa's HTTP API, such as http://rasa:5005: to mute, resume and reply through."),
    Setting("RASA_TOKEN", "", "The token that Rasa was started with (--auth-token), or a JWT.", secret=True),
    Setting(
        "RASA_CONNECTORS",
        "",
        "Rasa connectors of your own that deliver also what nobody asked for, comma-separated; people may answer there.",
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
    rasa: RasaServer | None = None
    webchat_sites: frozenset[str] = frozenset()
    sign_in: SignIn = field(default_factory=SignIn)
    keeping: Keeping = field(default_factory=Keeping)
    record_reads: bool = False

    def value(self, name: str) -> str:
        """A setting's text, ``""`` where it is not set."""
        return self.values[name]

    def is_set(self, name: str) -> bool:
        return bool(self.values[name])


def read_settings(environment: Mapping[str, str] | None = None, secrets: Path | None = None) -> Settings:
    """Read all settings; the environment wins over the ``[misheard]`` table of ``.streamlit/secrets.toml``.

    Raises SettingWrong for a value that cannot be used, naming the setting and what it should be.
    """
    values = _texts(environment, secrets)
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
        rasa=rasa_server_of(values["RASA_URL"], values["RASA_TOKEN"], _words(values["RASA_CONNECTORS"])),
        webchat_sites=sites_of(_words(values["WEBCHAT_ORIGINS"])),
        sign_in=sign_in_of(values),
        keeping=keeping_of(values["RETENTION"]),
        record_reads=_yes("RECORD_READS", values["RECORD_READS"]),
    )


def read_sign_in(environment: Mapping[str, str] | None = None, secrets: Path | None = None) -> SignIn:
    """The settings of the sign-in as they are now: a change in secrets.toml counts at once. Raises SettingWrong."""
    return sign_in_of(_texts(environment, secrets))


def secret_values(environment: Mapping[str, str] | None = None, secrets: Path | None = None) -> tuple[str, ...]:
    """The texts of all secret settings, so that they can be kept out of where they do not belong."""
    texts = _texts(environment, secrets)
    return tuple(texts[setting.name] for setting in SETTINGS if setting.secret and texts[setting.name])


def _texts(environment: Mapping[str, str] | None, secrets: Path | None) -> dict[str, str]:
    environment = os.environ if environment is None else environment
    table = _secrets_table(secrets or SECRETS)
    values = {}
    for setting in SETTINGS:
        text = environment.get(PREFIX + setting.name)
        if text is None:
            text = str(table.get(setting.name, table.get(setting.name.lower(), setting.default)))
        values[setting.name] = text.strip()
    return values


def _secrets_table(path: Path) -> Mapping[str, object]:
    try:
        found = path.stat()
    except OSError:
        return {}
    return _read_table(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=2)
def _read_table(path: Path, changed: int, size: int) -> Mapping[str, object]:
    """Read again only when the file is another one: the sign-in is asked for with every click."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("misheard", {})
    except (OSError, ValueError) as wrong:
        raise SettingWrong(f"{path.name} cannot be read: {wrong}. Mend it or move it away.") from None
    if not isinstance(table, dict):
        raise SettingWrong(f"[misheard] in {path.name} must be a table of settings.")
    return table


def _yes(name: str, text: str) -> bool:
    if text.lower() not in ("", "no", "yes"):
        raise SettingWrong(f"{PREFIX}{name} is “{text}”; it must be yes or no.")
    return text.lower() == "yes"


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
