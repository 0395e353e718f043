"""The command line, one file per noun. A command says its name, a sentence, its arguments, and what it does."""

import getpass
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sqlalchemy import make_url

from convdata.database import Store
from convdata.database.engines import file_of
from convdata.doorbell import ring
from convdata.errands import errand
from convdata.errors import MisheardError, StoreInUse
from convdata.filters import FILTERS, Choices, choose
from convdata.masking import seeking
from convdata.rights import Actor, Role
from convdata.schema import open_store
from convdata.settings import Settings


@dataclass
class Shell:
    """Who calls, when, and with which settings; the store is opened when first asked for."""

    settings: Settings
    now: datetime

    @cached_property
    def store(self) -> Store:
        return open_store(self.settings, self.now)

    @property
    def who(self) -> Actor:
        """Whoever has a shell here can do everything anyway: an admin, under a name for the records."""
        return Actor(self.settings.agent or _of_the_system(), Role.ADMIN).with_sight(self.settings.sign_in.sight)

    def errand(self, act: str, **arguments: Any) -> Any:
        """Do it, or have it done by the dashboard where that has the store open. Raises MisheardError."""
        try:
            store = self.store
        except StoreInUse:
            file = file_of(make_url(self.settings.store))
            assert file is not None  # only DuckDB's are in use
            return ring(file, act, arguments, by=str(self.who))
        return errand(store, act, arguments, str(self.who))

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()


def _of_the_system() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "command line"


@dataclass(frozen=True)
class Command:
    name: str
    sentence: str
    run: Callable[[Shell, Namespace], None]
    arguments: Callable[[ArgumentParser], None] = lambda parser: None


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def add_one_customer(parser: ArgumentParser) -> None:
    parser.add_argument("channel", metavar="CHANNEL", help="the channel's name, such as webchat")
    parser.add_argument("customer_id", metavar="ID", help="the customer's id on that channel")


def add_filters(parser: ArgumentParser, said: Mapping[str, str] = MappingProxyType({})) -> None:
    """An option for every filter of the product. ``said`` says what some of them look at where that is another thing."""
    group = parser.add_argument_group("filters (several values of one are combined with or, filters with and)")
    for f in FILTERS:
        several = {"action": "append"} if f.kind == "any_of" else {}
        metavar = {"any_of": f.name.rpartition("_")[2][0].upper(), "words": "TEXT"}.get(f.kind, "DAY")
        help = said.get(f.name, f.sentence) or (f"one of {', '.join(f.options)}" if f.options else None)
        group.add_argument(option(f.name), dest=f.name, metavar=metavar, help=help, **several)  # type: ignore[arg-type]


def option(filter_name: str) -> str:
    return "--" + filter_name.replace("_", "-")


def chosen(shell: Shell, given: Namespace) -> Choices:
    """The filters as given. Raises MisheardError for a value that cannot be used, as a script must not get a longer list."""
    choices, wrong = choose({f.name: getattr(given, f.name, None) for f in FILTERS}, shell.settings.timezone)
    if wrong:
        raise MisheardError(wrong[0])
    for name in choices["channel"] or ():
        if name not in known_channels(shell):
            raise MisheardError(f"Channel: there is no “{name}”; one of {', '.join(known_channels(shell))}.")
    return seeking(shell.store, choices, shell.who)


def known_channels(shell: Shell) -> Sequence[str]:
    """Ours, those declared in the settings, and those that the store holds from when they were declared."""
    from convdata.channels import channel_keys

    declared = channel_keys(shell.settings.channels)
    return (*declared, *sorted({row.channel for row in shell.store.ask("customers/options")} - set(declared)))
