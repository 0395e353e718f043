"""Who is on stage when the demo world ends, so that the first screens always have something to show.

Of every four hundred customers the first ones have a part. Each part is a last scene, so many minutes before the end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from convdata.demo import understanding
from convdata.demo.agents import resolve, take_over
from convdata.demo.failures import TOPICS
from convdata.demo.talks import Talk

COMPANY_SIZE = 400


@dataclass(frozen=True)
class Part:
    channel: str
    minutes: float
    scene: Callable[[Talk], None]
    named: bool | None = None
    visits: int | None = None  # before the last scene

    def begins(self, end: datetime) -> datetime:
        return end - timedelta(minutes=self.minutes)


def waits_for_a_person(talk: Talk, topic: str, patient: bool = True) -> None:
    """Asked for a human, and nobody has come yet."""
    _fail_at(talk, topic)
    talk.ask("human")
    talk.transcript.status("need_help", "asked for a human")
    if not patient:
        _asks_again(talk)


def was_not_understood(talk: Talk, topic: str) -> None:
    for phrasing in talk.attempts(topic):
        talk.miss(phrasing, TOPICS[topic].guesses)
    talk.transcript.status("need_help", "not understood three times in a row")


def cannot_pay(talk: Talk) -> None:
    talk.ask("booking")
    talk.pay_in_vain()
    talk.transcript.status("need_help", "payment failed twice")


def is_being_answered(talk: Talk, topic: str, agent: str, hours: float | None = None, solved: bool = True) -> None:
    """An agent has taken over, and the bot is still muted."""
    _fail_at(talk, topic)
    talk.ask("human")
    talk.transcript.status("need_help", "asked for a human")
    talk.transcript.wait(60, 240)
    take_over(talk, agent, hours)
    if solved:
        resolve(talk, agent, hands_back=False)
        talk.transcript.status("ok", f"solved by {agent}")
    else:
        talk.say(talk.attempts(topic)[1], None)


def was_left_muted(talk: Talk, topic: str, agent: str, later: float, hours: float | None = None) -> None:
    """Helped long ago, but nobody handed the bot back: the customer writes, and nothing answers."""
    is_being_answered(talk, topic, agent, hours)
    talk.transcript.wait(later * 3_600, later * 3_600 + 1_800)
    talk.say(talk.rng.choice(talk.language.questions["breakfast"]), None)
    talk.transcript.wait(3_600, 9_000)
    talk.say(talk.rng.choice(talk.language.waiting), None)


def chats(talk: Talk, *subjects: str) -> None:
    for subject in subjects:
        talk.ask(subject)
    talk.ask("thanks")


def ends_badly(talk: Talk, subject: str, topic: str) -> None:
    talk.ask(subject)
    _fail_at(talk, topic)


def _fail_at(talk: Talk, topic: str) -> None:
    talk.about = topic
    talk.miss(talk.rng.choice(talk.language.failures[topic]), TOPICS[topic].guesses)


def _asks_again(talk: Talk) -> None:
    talk.transcript.wait(1_500, 2_400)
    verdict = understanding.not_understood(talk.rng, ("human", "greeting", "delay"))
    said = talk.say(talk.rng.choice(talk.language.waiting), verdict)
    talk.transcript.bot(talk.language.waits, said)


HOUR = 60
PARTS = (
    # Need Help, oldest first.
    Part("messenger", 9.4 * HOUR, partial(was_not_understood, topic="name_change"), named=True),
    Part("webchat", 6.6 * HOUR, partial(waits_for_a_person, topic="missed_connection", patient=False), named=True),
    Part("messenger", 4.2 * HOUR, partial(waits_for_a_person, topic="refund_after_strike", patient=False), named=True),
    Part("alexa", 2.7 * HOUR, cannot_pay),
    Part("webchat", 82, partial(waits_for_a_person, topic="mobility_help"), named=True),
    Part("messenger", 38, cannot_pay, named=True),
    Part("webchat", 15, partial(waits_for_a_person, topic="app_login_code"), named=False),
    # Muted now: with ten minutes left, two hours, four, most of a day, and nearly three days.
    Part("messenger", 56, partial(is_being_answered, topic="dog_on_board", agent="Chen", hours=1), named=True),
    Part(
        "webchat",
        128,
        partial(is_being_answered, topic="app_login_code", agent="Amira", hours=4, solved=False),
        named=True,
    ),
    Part(
        "messenger",
        20 * HOUR,
        partial(was_left_muted, topic="child_alone", agent="Jonas", later=13, hours=24),
        named=True,
    ),
    Part(
        "messenger", 50 * HOUR, partial(was_left_muted, topic="refund_after_strike", agent="Inès", later=22), named=True
    ),
    Part("webchat", 27, partial(is_being_answered, topic="name_change", agent="Chen"), named=True),
    # Just been here.
    Part("messenger", 4, lambda talk: chats(talk, "delay")),
    Part("webchat", 8, lambda talk: ends_badly(talk, "timetable", "app_login_code")),
    Part("alexa", 11, lambda talk: ends_badly(talk, "delay", "missed_connection")),
    Part("messenger", 21, lambda talk: chats(talk, "greeting", "booking", "cabins")),
    Part("google_assistant", 28, lambda talk: chats(talk, "timetable", "breakfast")),
    Part("webchat", 44, lambda talk: chats(talk, "greeting", "bike")),
    Part("messenger", 58, lambda talk: ends_badly(talk, "greeting", "dog_on_board")),
    Part("webchat", 71, lambda talk: chats(talk, "luggage", "cancel")),
    Part("google_assistant", 90, lambda talk: ends_badly(talk, "wifi", "mobility_help")),
    Part("messenger", 110, lambda talk: chats(talk, "greeting", "lost_property")),
    # Those who come again and again.
    Part("messenger", 33, lambda talk: chats(talk, "delay", "breakfast"), visits=27),
    Part("webchat", 25 * HOUR, lambda talk: chats(talk, "greeting", "timetable"), named=True, visits=24),
    Part("alexa", 12 * HOUR, lambda talk: chats(talk, "delay"), visits=40),
    Part("messenger", 49 * HOUR, lambda talk: ends_badly(talk, "bike", "name_change"), visits=30),
)
