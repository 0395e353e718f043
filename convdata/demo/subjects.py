"""What a customer comes to talk about, depending on the day, the channel and the language."""

from itertools import accumulate
from random import Random

from convdata.demo.company import QUESTIONS
from convdata.demo.failures import ASIDE, BY_CHANNEL, BY_LANGUAGE, MISHEARD, TOPICS
from convdata.demo.people import Person

SUBJECTS = (*QUESTIONS, *TOPICS, ASIDE.name, "misheard")


class Subjects:
    def __init__(self) -> None:
        self._weights: dict[tuple[str, str, int], list[float]] = {}

    def any(self, rng: Random, person: Person, days_left: int) -> str:
        key = (person.channel, person.language.code, days_left)
        if key not in self._weights:
            self._weights[key] = list(accumulate(self._weigh(person, days_left)))
        return rng.choices(SUBJECTS, cum_weights=self._weights[key])[0]

    def _weigh(self, person: Person, days_left: int) -> list[float]:
        hard = BY_CHANNEL[person.channel] * BY_LANGUAGE[person.language.code]
        topics = [
            topic.weight * topic.history(days_left) * (1.0 if topic.understood(days_left) else hard)
            for topic in TOPICS.values()
        ]
        return [*QUESTIONS.values(), *topics, ASIDE.weight * hard, MISHEARD * hard if person.speaks else 0.0]
