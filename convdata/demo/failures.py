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
    history: Callable[[int], float] = _steadily
    learned: int | None = None  # so many days before the end the bot was taught

    def understood(self, days_left: int) -> bool:
        return self.learned is not None and days_left < self.learned


TOPICS = {
    topic.name: topic
    for topic in (
        Topic("refund_after_strike", 2.5, ("cancel", "delay", "payment"), _after_the_strike),
        Topic("name_change", 4.0, ("cancel", "booking", "cabins")),
        Topic("dog_on_board", 4.5, ("luggage", "bike", "cabins")),
        Topic("app_login_code", 7.5, ("wifi", "payment", "booking"), _since_the_new_app),
        Topic("special_meal", 5.0, ("breakfast", "booking", "luggage"), learned=MEALS_LEARNED),
        Topic("mobility_help", 2.5, ("luggage", "cabins", "bike")),
        Topic("child_alone", 2.5, ("booking", "timetable", "cabins")),
        Topic("missed_connection", 3.0, ("delay", "timetable", "cancel")),
    )
}
ASIDE = Topic("aside", 3.0, ("greeting", "timetable", "human"))
MISHEARD = 6.0  # a question the bot knows, arriving garbled; on voice channels only

# How much harder the bot finds it. Speech is harder than typing, and the Italian training data is thin.
BY_CHANNEL = {"messenger": 0.7, "webchat": 0.8, "google_assistant": 1.2, "alexa": 1.8}
BY_LANGUAGE = {"en": 0.8, "fr": 0.9, "de": 0.85, "es": 1.1, "it": 1.9}
