"""Who talks to Vesper: names, ids as each channel gives them, and what each channel knows about a person."""

import unicodedata
import uuid
from dataclasses import dataclass
from random import Random
from typing import Any

from convdata.demo.company import BERTHS, PLANS, TIERS
from convdata.demo.language import Language
from convdata.demo.languages import LANGUAGES

CHANNELS = {"messenger": 38, "webchat": 36, "google_assistant": 12, "alexa": 14}
SPOKEN = ("google_assistant", "alexa")
LANGUAGE_SHARES = (28, 27, 22, 12, 11)  # in the order of LANGUAGES

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_URL_SAFE = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


@dataclass(frozen=True)
class Person:
    """One customer on one channel. Without a profile nothing but the id is known."""

    number: int
    channel: str
    customer_id: str
    language: Language
    profile: dict[str, Any]

    @property
    def speaks(self) -> bool:
        return self.channel in SPOKEN

    @classmethod
    def any(cls, rng: Random, number: int, channel: str | None = None, named: bool | None = None) -> "Person":
        channel = channel or rng.choices(tuple(CHANNELS), tuple(CHANNELS.values()))[0]
        language = rng.choices(LANGUAGES, LANGUAGE_SHARES)[0]
        chance = {"messenger": 0.95, "webchat": 0.5}.get(channel, 0.06)
        known = rng.random() < chance if named is None else named
        return cls(number, channel, _id(rng, channel), language, _profile(rng, channel, language) if known else {})


def _id(rng: Random, channel: str) -> str:
    match channel:
        case "messenger":  # a page-scoped id
            return str(rng.randrange(3 * 10**15, 9 * 10**15))
        case "alexa":
            return "amzn1.ask.account.AE" + "".join(rng.choices(_BASE32, k=50))
        case "google_assistant":
            return "ABwppH" + "".join(rng.choices(_URL_SAFE, k=62))
        case _:
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _profile(rng: Random, channel: str, language: Language) -> dict[str, Any]:
    first, last = rng.choice(language.first_names), rng.choice(language.last_names)
    if channel == "webchat":
        return _website_user_data(rng, language, first, last)
    profile: dict[str, Any] = {"first_name": first}
    if channel == "messenger":
        profile["last_name"] = last
        if rng.random() < 0.08:
            profile["photo_url"] = f"https://images.example.org/people/{rng.randrange(10**6):06}.jpg"
    return profile


def _website_user_data(rng: Random, language: Language, first: str, last: str) -> dict[str, Any]:
    """What Vesper's website writes into SMARTLY_USER_DATA for somebody who has signed in."""
    plan = rng.choice(PLANS)
    data: dict[str, Any] = {"plan": plan, "loyalty_tier": rng.choices(TIERS, (6, 3, 1))[0]}
    if rng.random() < 0.4:
        data["trips_this_year"] = rng.randint(1, 14)
    if rng.random() < 0.35:
        data["cart"] = cart(rng, language)
    profile: dict[str, Any] = {
        "first_name": first,
        "last_name": last,
        "email": f"{_plain(first)}.{_plain(last)}@example.org",
        "gtu_accepted": rng.random() < 0.85,
        "data": data,
    }
    if rng.random() < 0.7:
        profile["phone_number"] = language.phone.format(rng.randrange(100))
    if rng.random() < 0.25:
        profile["comments"] = rng.choice(language.comments)
    return profile


def cart(rng: Random, language: Language) -> dict[str, Any]:
    start, city = rng.sample(language.cities, 2)
    berth, price = rng.choice(BERTHS)
    travellers = rng.randint(1, 3)
    return {"from": start, "to": city, "berth": berth, "travellers": travellers, "total_eur": price * travellers}


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower()).replace("ß", "ss")
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
