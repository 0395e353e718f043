"""What each channel is, and what it permits. The only place that knows; the default permission is *no*."""

from dataclasses import dataclass
from zlib import crc32

from convdata.vocabulary import UNDETERMINED


@dataclass(frozen=True)
class Channel:
    """A way customers reach the bot.

    ``color_light`` and ``color_dark`` stay the same in every chart and badge; they were chosen to be told apart by
    colour-blind eyes (Okabe and Ito) and checked for 3:1 against both grounds. ``escalation`` says in a sentence why
    a person can or cannot answer there (product rule 10). ``details_from`` says whose word a customer's details are.
    """

    key: str
    title: str
    icon: str = ":material/forum:"
    color_light: str = "#6B7280"
    color_dark: str = "#9CA3AF"
    can_escalate: bool = False
    escalation: str = "Answering is not possible: nobody has said that this channel can deliver a person's reply."
    photo_hosts: tuple[str, ...] = ()
    details_from: str = "as the bot sent them"


CHANNELS: tuple[Channel, ...] = (
    Channel(
        "messenger",
        "Messenger",
        ":material/chat:",
        "#0072B2",
        "#56A8E0",
        can_escalate=True,
        escalation="Within 24 hours of the customer's last message; up to 7 days where Meta has granted the human agent "
        "permission; later not.",
        photo_hosts=("fbcdn.net", "fbsbx.com"),
        details_from="from the Messenger profile",
    ),
    Channel(
        "webchat",
        "Webchat",
        ":material/language:",
        "#00805F",
        "#2BB68E",
        can_escalate=True,
        escalation="Only while the visitor is in front of the widget; afterwards it is too late.",
        details_from="stated by the website",
    ),
    Channel(
        "google_assistant",
        "Google Assistant",
        ":material/assistant:",
        "#B45F06",
        "#E69F3C",
        escalation="Google Assistant never delivers a person's reply.",
    ),
    Channel(
        "alexa",
        "Alexa",
        ":material/speaker:",
        "#A0477F",
        "#D58AB8",
        escalation="Alexa never delivers a person's reply.",
    ),
)

_BY_KEY = {channel.key: channel for channel in CHANNELS}


# Colours of channels that an operator declared, light and dark: unlike ours, and checked as they are. Which one, its place
# among the declared decides, so that it is the same in every chart and differs from the others while there are colours left.
DECLARED = (
    ("#2B7A86", "#5CC3D1"),
    ("#7A6FD0", "#A8A1F2"),
    ("#7D6B1E", "#D3BC5F"),
    ("#6B7280", "#9CA3AF"),
    ("#8A5A44", "#C79C86"),
)


_declared: dict[str, int] = {}


def declare(keys: tuple[str, ...]) -> None:
    """The operator's own channels (setting ``MISHEARD_CHANNELS``), in their order: it gives each its colour."""
    _declared.clear()
    _declared.update({key: place for place, key in enumerate(channel_keys(keys)[len(CHANNELS) :])})


def channel(key: str) -> Channel:
    """The channel of that key; one that an operator declared is shown by its own name and permits nothing."""
    if known := _BY_KEY.get(key):
        return known
    # One that is no longer declared has the colour that its letters give; the "i" tells those apart that are declared most.
    place = _declared.get(key, crc32(f"i{key}".encode(errors="replace")))
    light, dark = DECLARED[place % len(DECLARED)]
    return Channel(key, key.replace("_", " ").capitalize(), color_light=light, color_dark=dark)


def channel_keys(declared: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All keys that events may name: ours, then the operator's (setting ``MISHEARD_CHANNELS``)."""
    return tuple(_BY_KEY) + tuple(key for key in declared if key not in _BY_KEY)


LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
    UNDETERMINED: "Not stated",
}


def language_title(code: str | None) -> str:
    """A language's English name, or its code where we have none."""
    return LANGUAGES.get(code or UNDETERMINED) or str(code)
