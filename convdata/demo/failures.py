"""What Vesper's bot does not understand: a handful of topics, each with a history, and how much channels differ."""

from collections.abc import Callable
from dataclasses import dataclass

from convdata.demo.calendar import MEALS_LEARNED, NEW_APP, STRIKE


def _steadily(days_left: int) -> float:
    return 1.0


def _after_the_strike(days_left: int) -> float:
    if days_left > STRIKE:
        return 0.25  # there had been a strike in spring
    return max(0.6, 9.0 - 1.1 * (STRIKE - days_left))


def _since_the_new_app(days_left: int) -> float:
    if days_left > NEW_APP:
        return 0.0
    return min(1.0, 0.5 + 0.1 * (NEW_APP - days_left))


@dataclass(frozen=True)
class Topic:
    """Something customers want that the bot was not taught, and what the bot takes it for instead."""

    name: str
    weight: float  # beside the weights in company.QUESTIONS
    guesses: tuple[str, str, str]
    # Which phrasings suit anybody who has to say it again; the phrasings stand in the same order in every language.
    again: tuple[int, ...] = ()
    history: Callable[[int], float] = _steadily
    learned: int | None = None  # so many days before the end the bot was taught

    def understood(self, days_left: int) -> bool:
        return self.learned is not None and days_left < self.learned


TOPICS = {
    topic.name: topic
    for topic in (
        Topic("refund_after_strike", 2.5, ("cancel", "delay", "payment"), (1, 5, 7, 8), _after_the_strike),
        Topic("name_change", 4.0, ("cancel", "booking", "cabins"), (1, 3, 7)),
        Topic("dog_on_board", 4.5, ("luggage", "bike", "cabins"), (0, 6, 8)),
        Topic("app_login_code", 7.5, ("wifi", "payment", "booking"), (1, 2, 9), _since_the_new_app),
        Topic("special_meal", 5.0, ("breakfast", "booking", "luggage"), (6,), learned=MEALS_LEARNED),
        Topic("mobility_help", 2.5, ("luggage", "cabins", "bike"), (4, 7)),
        Topic("child_alone", 2.5, ("booking", "timetable", "cabins"), (1, 3, 4)),
        Topic("missed_connection", 3.0, ("delay", "timetable", "cancel"), (3, 7)),
    )
}
ASIDE = Topic("aside", 3.0, ("greeting", "timetable", "human"))
MISHEARD = 6.0  # a question the bot knows, arriving garbled; on voice channels only

# How much harder the bot finds it. Speech is harder than typing, and the Italian training data is thin.
BY_CHANNEL = {"messenger": 0.7, "webchat": 0.8, "google_assistant": 1.2, "alexa": 1.8}
BY_LANGUAGE = {"en": 0.8, "fr": 0.9, "de": 0.85, "es": 1.1, "it": 1.9}
