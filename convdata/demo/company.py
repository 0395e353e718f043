"""Vesper, the night-train company of the demo world: what its bot understands, who works there, which trips it sells."""

from dataclasses import dataclass
from random import Random

from convdata.demo.language import Language

# What customers want and the bot can do, and how often. Small talk (greeting, thanks, human) is not in here: a talk
# decides by itself when it comes.
QUESTIONS = {
    "timetable": 20,
    "delay": 18,
    "booking": 14,
    "cabins": 10,
    "bike": 8,
    "luggage": 8,
    "breakfast": 7,
    "wifi": 5,
    "cancel": 8,
    "lost_property": 5,
    "payment": 3,
}

AGENTS = ("Chen", "Amira", "Jonas", "Inès")
PLANS = ("Night Card 25", "Night Card 50", "pay as you go")
TIERS = ("dusk", "midnight", "dawn")
BERTHS = (("couchette", 49), ("private couchette", 189), ("sleeper", 129), ("single sleeper", 209))


@dataclass(frozen=True)
class Trip:
    """One journey, by numbers, so that it can be told in every language."""

    start: int
    city: int
    train: str
    code: str
    platform: int
    delay: int
    price: int
    departs: tuple[int, int]
    arrives: tuple[int, int]

    @classmethod
    def any(cls, rng: Random, language: Language) -> "Trip":
        start, city = rng.sample(range(len(language.cities)), 2)
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that look alike, as on a real ticket
        return cls(
            start=start,
            city=city,
            train=f"V {210 + 2 * start + 20 * (city % 5)}",
            code="".join(rng.choices(letters, k=6)),
            platform=rng.randint(1, 18),
            delay=rng.randint(3, 19) * 5,
            price=rng.randint(9, 15) * 5 - 6 + rng.randint(0, 1) * 10,
            departs=(rng.randint(19, 22), rng.randrange(1, 60, 2)),
            arrives=(rng.randint(6, 9), rng.randrange(0, 60, 3)),
        )

    def words(self, language: Language) -> dict[str, str]:
        """What stands between braces in a line of that language."""
        return {
            "start": language.cities[self.start],
            "city": language.cities[self.city],
            "train": self.train,
            "code": self.code,
            "platform": str(self.platform),
            "delay": str(self.delay),
            "price": str(self.price),
            "depart": language.clock.format(hour=self.departs[0], minute=self.departs[1]),
            "arrive": language.clock.format(hour=self.arrives[0], minute=self.arrives[1]),
        }
