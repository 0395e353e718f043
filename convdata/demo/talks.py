"""How a conversation with the bot runs: questions, answers, what happens when the bot does not understand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from convdata.demo import understanding
from convdata.demo.calendar import Calendar
from convdata.demo.company import QUESTIONS, Trip
from convdata.demo.failures import ASIDE, TOPICS
from convdata.demo.handwriting import spoken, typed
from convdata.demo.people import Person, cart
from convdata.demo.subjects import Subjects
from convdata.demo.transcript import Transcript


class Talk:
    """One customer and the bot. A talk says what it needs a person for; agents.py says what a person then does."""

    def __init__(self, rng: Random, person: Person, calendar: Calendar, subjects: Subjects, seed: int) -> None:
        self.rng = rng
        self.person = person
        self.language = person.language
        self.calendar = calendar
        self.subjects = subjects
        self.transcript = Transcript(rng, person, seed, calendar.start)
        self.words: dict[str, str] = {}
        self.about = "other"  # the topic a colleague will have to answer
        self.wants_a_person = False
        self._answered: dict[str, int] = {}  # which of its answers the bot gave last
        self._brought_up: set[str] = set()
        self._introduced = False

    def free_from(self) -> datetime:
        """When the customer may come back: some time after the last word, and not while the bot is muted."""
        later = self.transcript.now + timedelta(minutes=15)
        return max(later, self.transcript.muted_until or later)

    def arrive(self, at: datetime) -> None:
        """The customer opens the chat, with one journey in mind."""
        self.transcript.begin(at)
        self.about, self.wants_a_person = "other", False
        self._answered.clear()
        self._brought_up.clear()
        if not self.words or self.rng.random() < 0.4:
            self.words = Trip.any(self.rng, self.language).words(self.language)
        self._introduce()

    def visit(self, at: datetime) -> None:
        """From hello to thank you, unless the customer gives up in between."""
        self.arrive(at)
        if self.rng.random() < (0.1 if self.person.speaks else 0.45):
            self.ask("greeting")
            if not self.person.speaks and self.rng.random() < 0.3:
                self.click()
        weights = (6, 3, 1, 0, 0) if self.person.speaks else (4, 4, 3, 2, 1)
        for _ in range(self.rng.choices((1, 2, 3, 4, 5), weights)[0]):
            if not self.bring_up(self._next_subject()):
                return
        if self.rng.random() < 0.5:
            self.ask("thanks")

    def _next_subject(self) -> str:
        """Hardly anybody asks the same twice in a row."""
        days_left = self.calendar.days_left(self.transcript.now)
        drawn = [self.subjects.any(self.rng, self.person, days_left) for _ in range(3)]
        return next((subject for subject in drawn if subject not in self._brought_up), drawn[0])

    def bring_up(self, subject: str) -> bool:
        """Whether the customer stays in the mood to go on."""
        self._brought_up.add(subject)
        if subject == "misheard":
            intent = self.rng.choice(tuple(QUESTIONS))
            others = [other for other in ("timetable", "delay", "booking") if other != intent]
            return self.stumble([self.rng.choice(self.language.questions[intent])] * 3, (intent, *others[:2]))
        if subject == ASIDE.name:
            return self.stumble([self.rng.choice(self.language.asides)], ASIDE.guesses)
        if subject not in TOPICS:
            if subject == "payment" and self.rng.random() < 0.12:
                self.pay_in_vain()
                self._call("payment failed twice")
                return False
            self.ask(subject)
            return True
        topic = TOPICS[subject]
        if topic.understood(self.calendar.days_left(self.transcript.now)):
            self.ask(subject, self.language.failures[subject])
            return True
        self.about = subject
        return self.stumble(self.attempts(subject), topic.guesses)

    def pay_in_vain(self) -> None:
        """The bot understands well enough, and cannot help."""
        self.about = "payment"
        declined, fails, fails_again = self.language.questions["payment"][:3]
        self.ask("payment", (declined, fails))
        self.transcript.wait(30, 120)
        said = self.say(fails_again, understanding.understood(self.rng, "payment"))
        self.transcript.bot(self.language.handover_spoken if self.person.speaks else self.language.waits, said)

    def ask(self, intent: str, phrasings: Sequence[str] | None = None) -> None:
        """Something the bot understands, and its answer."""
        verdict = understanding.understood(self.rng, intent)
        asked = self.say(self.rng.choice(phrasings or self.language.questions[intent]), verdict)
        if intent == "human" and self.person.speaks:
            self.transcript.bot(self.language.handover_spoken, asked)
            return
        self.answer(intent, asked)
        if intent == "lost_property" and self.person.channel == "messenger" and self.rng.random() < 0.3:
            self._send_photo()

    def answer(self, intent: str, asked: str) -> None:
        """The bot's answer, another one when it is asked the same again."""
        answers = self.language.answers[intent]
        before = self._answered.get(intent, self.rng.randrange(len(answers)))
        self._answered[intent] = (before + 1) % len(answers)
        self.transcript.bot(self._fill(answers[self._answered[intent]]), asked)

    def click(self) -> None:
        intent = self.rng.choice(tuple(self.language.buttons))
        self._brought_up.add(intent)
        self.transcript.wait(2, 9)
        clicked = self.transcript.user(self.language.buttons[intent], "button", understanding.clicked(intent))
        self.answer(intent, clicked)

    def attempts(self, topic: str) -> list[str]:
        """How a customer puts it first, and then in other words."""
        phrasings = self.language.failures[topic]
        first = self.rng.choice(phrasings)
        others = [phrasings[place] for place in TOPICS[topic].again if phrasings[place] != first]
        self.rng.shuffle(others)
        return [first, *others, first][:3]

    def stumble(self, attempts: Sequence[str], guesses: Sequence[str]) -> bool:
        """Something the bot does not understand, however often the customer tries."""
        for attempt, phrasing in enumerate(attempts):
            self.miss(phrasing, guesses)
            mood = self.rng.random()
            if mood < 0.42 and attempt < 2:
                continue
            if mood < 0.52:
                typed_only = () if self.person.speaks else self.language.impatient_typed
                self.miss(self.rng.choice(self.language.impatient + typed_only), ("human", *guesses))
                mood = self.rng.random()
            if mood < 0.62 and not self.person.speaks:
                self.click()
                return True
            if mood < 0.65:
                self.ask("human")
                self._call("asked for a human")
                return False
            if attempt == 2 and mood < 0.7:
                self._call("not understood three times in a row")
                return False
            break
        return self.rng.random() < 0.45

    def miss(self, text: str, guesses: Sequence[str]) -> None:
        said = self.say(text, understanding.not_understood(self.rng, guesses))
        sorry = self.language.sorry_spoken if self.person.speaks else self.language.sorry
        self.transcript.bot(self.rng.choice(sorry), said)

    def say(self, text: str, verdict: dict[str, Any] | None) -> str:
        """The customer's words as the channel hands them on: Alexa passes only what it made of them."""
        text, kind = self._fill(text), "typed"
        self.transcript.wait(*((3, 14) if self.person.speaks else (6, 55)))
        text = spoken(text) if self.person.speaks else typed(self.rng, text)
        if self.person.channel == "alexa" and verdict is not None:
            if not verdict["understood"] and self.rng.random() < 0.45:
                return self.transcript.user(None, "none", verdict)
            if verdict["intent"] in QUESTIONS and self.rng.random() < 0.35:
                text, kind = self._derived(verdict["intent"]), "derived"
        return self.transcript.user(text, kind, verdict)

    def _derived(self, intent: str) -> str:
        slots = {"timetable": "city", "booking": "city", "delay": "train", "cancel": "code"}
        return f"{intent}({slots[intent]}={self.words[slots[intent]]})" if intent in slots else intent

    def _fill(self, text: str) -> str:
        return text.format_map(self.words) if "{" in text else text

    def _call(self, reason: str) -> None:
        """Nobody can step into a spoken conversation."""
        if not self.person.speaks:
            self.transcript.status("need_help", reason)
            self.wants_a_person = True

    def _introduce(self) -> None:
        profile = self.person.profile
        if profile and not self._introduced:
            self.transcript.details(profile)
        elif "data" in profile and self.rng.random() < 0.15:
            self.transcript.details({"data": profile["data"] | {"cart": cart(self.rng, self.language)}})
        self._introduced = True

    def _send_photo(self) -> None:
        url = f"https://images.example.org/uploads/{self.rng.randrange(10**8):08}.jpg"
        self.transcript.wait(10, 60)
        sent = self.transcript.user(None, attachments=[{"type": "image", "url": url}])
        self.transcript.bot(self.language.photo, sent)
