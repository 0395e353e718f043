"""What one language contributes to the demo world: everything that is said in it, and the names of those who say it."""

from collections.abc import Mapping
from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Language:
    """The words between braces in a line ({city}, {train}, {code} …) are filled from the trip being talked about."""

    code: str
    cities: Lines  # the same ten cities in the same order in every language, see company.Trip
    clock: str
    first_names: Lines
    last_names: Lines
    phone: str  # from the ranges that telephone authorities keep free for films, where they do
    comments: Lines
    questions: Mapping[str, Lines]  # by intent: how customers put it
    answers: Mapping[str, Lines]  # by intent: what the bot says
    buttons: Mapping[str, str]
    failures: Mapping[str, Lines]  # by topic: how customers put what the bot does not get
    asides: Lines  # things that nobody could expect, each failing for itself
    sorry: Lines
    sorry_spoken: Lines
    impatient: Lines
    impatient_typed: Lines  # what only somebody who types would say
    waiting: Lines
    photo: str
    handover_spoken: str
    waits: str
    agent_hello: Lines
    agent_bye: tuple[str, str]  # when handing back to the bot, and when not
    relief: Lines
    resolutions: Mapping[str, str]  # by topic: what a person answers
