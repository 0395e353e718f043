"""The demo world: two months at Vesper, a night-train company, as events. Always the same for a seed and an hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import takewhile
from random import Random
from typing import Any

from convdata.demo.agents import step_in
from convdata.demo.calendar import Calendar
from convdata.demo.cast import COMPANY_SIZE, PARTS
from convdata.demo.people import Person
from convdata.demo.subjects import Subjects
from convdata.demo.talks import Talk
from convdata.demo.transcript import Line


def world(*, now: datetime, customers: int = 400, days: int = 60, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Everything that happened until the last full hour, in the order in which it reached Misheard.

    That is the order of `at`, except for verdicts that came in after their message: they repeat its id and its time.
    """
    calendar = Calendar(now.replace(minute=0, second=0, microsecond=0), days)
    subjects = Subjects()
    lives = (_life(number, calendar, subjects, seed) for number in range(customers))
    for _, _, _, event in takewhile(lambda line: line[0] <= calendar.end, merge(*lives)):
        yield event


def _life(number: int, calendar: Calendar, subjects: Subjects, seed: int) -> Iterator[Line]:
    """One customer, from a random source of their own: the world around them may grow without changing them."""
    rng = Random(f"{seed}:{number}")
    place = number % COMPANY_SIZE
    part = PARTS[place] if place < len(PARTS) else None
    person = Person.any(rng, number, part.channel if part else None, part.named if part else None)
    talk = Talk(rng, person, calendar, subjects, seed)

    visits = (part and part.visits) or rng.choices((1, 2, 3, 4, 5, 7, 10), (42, 22, 13, 9, 6, 5, 3))[0]
    # A last scene needs the stage to itself: mutes from before are over by then.
    until = part.begins(calendar.end) - timedelta(hours=6) if part else calendar.end
    for moment in calendar.moments(rng, visits, after=0.12 * rng.random() ** 2):
        at = max(moment, talk.free_from())
        if at >= until:
            break
        talk.visit(at)
        if talk.wants_a_person:
            step_in(talk)
        yield from talk.transcript.arrivals()
    if part and part.begins(calendar.end) >= calendar.start:
        talk.arrive(part.begins(calendar.end))
        part.scene(talk)
        yield from talk.transcript.arrivals()
