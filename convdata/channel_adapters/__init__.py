"""The ways in which a person can answer: one file per channel or bot, and the folder is the list.

A file is named after its channel and has four verbs, as ``Adapter`` below spells them out. One that is named after a kind of
bot says with ``SOURCE`` under which source that bot's conversations come in, and with ``is_set_up`` whether it can be
reached: it then has every customer whose last word came from there, on whatever channel. ``can_reply`` says before
anybody types whether an answer can arrive now, and why not. ``send`` hands one reply over and says what became of it.
``mute`` and ``unmute`` are for bots that have to be told; a bot that asks Misheard before it speaks needs nothing there.

Who calls them: ``replying.py`` asks ``can_reply`` below every button; ``delivery.py`` calls the other three, in its own
threads, outside of any transaction, and writes down what they answer. An adapter may ask the store, and must not change
the outbox itself: what it learns later (the visitor's browser has it, the customer has read it) it gives to
``receipts.py``. It has ten seconds for an answer.

A channel without a file cannot be answered; why is said in its entry in ``channels.py``.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from convdata.database import Store
from convdata.settings import Settings
from convdata.vocabulary import Delivery


@dataclass(frozen=True)
class Recipient:
    """The customer to be answered. ``last_user_at`` is when they last wrote or pressed a button; None: never."""

    customer_key: str
    channel: str
    customer_id: str
    last_user_at: datetime | None


@dataclass(frozen=True)
class Answerable:
    """Whether an answer can reach a customer now, in a sentence; ``until`` is when that ends, where it is known.

    ``longest`` is how many characters the channel takes in one message.
    """

    yes: bool
    sentence: str
    until: datetime | None = None
    longest: int = 10_000


@dataclass(frozen=True)
class Outgoing:
    """One reply on its way. ``attempt`` is 1 the first time; the same ``reply_id`` is always the same reply."""

    reply_id: str
    recipient: Recipient
    text: str
    agent: str
    attempt: int


@dataclass(frozen=True)
class Outcome:
    """What became of a reply that was handed over.

    ``state`` is *sent* (the channel has it), *delivered* (it is before the customer), *too_late*, *failed* (trying again
    would not help; a person may), *unknown* (it may have arrived: nobody sends it again by themselves), or *pending* (it
    certainly did not arrive and should be tried again, not before ``retry_after`` where the channel said so).
    ``message_id`` is the channel's own name for it; ``reason`` a sentence that says what the agent or the admin can do.
    """

    state: Delivery
    message_id: str | None = None
    reason: str | None = None
    code: str | None = None
    retry_after: timedelta | None = None


class NotTold(Exception):
    """The bot could not be told, and has to be: it is told again until it has been. It would talk over people."""


class Adapter(Protocol):
    """One file of this folder. None of the verbs raises for what a channel may answer; whatever does come out of
    ``send`` counts as *unknown*, and out of ``mute`` and ``unmute`` as "tell it again later", a few times.
    """

    def can_reply(self, store: Store, recipient: Recipient, now: datetime) -> Answerable: ...

    def send(self, store: Store, outgoing: Outgoing, now: datetime) -> Outcome: ...

    def mute(self, store: Store, recipient: Recipient, until: datetime, now: datetime) -> None: ...

    def unmute(self, store: Store, recipient: Recipient, now: datetime) -> None: ...


def adapter_for(store: Store, recipient: Recipient) -> Adapter | None:
    """How that customer can be answered and their bot told; None where nobody can."""
    for source, bot in _bots().items():
        if bot.is_set_up(store.settings) and recipient.last_user_at is not None:
            said = store.ask_one(
                "bots/source", customer_key=recipient.customer_key, last_user_at=recipient.last_user_at
            )
            if said is not None and said.source == source:
                return cast(Adapter, bot)
    return adapter_of(recipient.channel)


def adapter_of(channel: str) -> Adapter | None:
    """The adapter of a channel; None where nobody can answer."""
    return cast(Adapter, _files()[channel]) if channel in adapted_channels() else None


@cache
def adapted_channels() -> tuple[str, ...]:
    """The channels that have an adapter, by the files of this folder."""
    return tuple(name for name, file in _files().items() if not hasattr(file, "SOURCE"))


def bots_to_tell(settings: Settings) -> bool:
    """Whether there is a bot that has customers on any channel."""
    return any(bot.is_set_up(settings) for bot in _bots().values())


@cache
def _files() -> Mapping[str, Any]:
    return {
        file.name: import_module(f"{__name__}.{file.name}")
        for file in sorted(pkgutil.iter_modules(__path__), key=lambda f: f.name)
    }


@cache
def _bots() -> Mapping[str, Any]:
    return {file.SOURCE: file for file in _files().values() if hasattr(file, "SOURCE")}
