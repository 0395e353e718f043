"""Customers hidden from those who need not know who they are: in lists, conversations, texts and everything taken away.

Whatever gives rows of customers to somebody hands them through ``shown``. A mask keeps people apart without telling who
they are: it is the beginning of the key under which the store keeps them, by which the Activity page names them too.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from convdata import personal
from convdata.channels import channel_keys
from convdata.database import Row, Store, Transaction, changed
from convdata.filters import Choices
from convdata.folding import fold
from convdata.keys import customer_key
from convdata.rights import Actor, Right

MASKED = "masked"
_BEGUN = re.compile(r"[0-9a-f]{4,8}|[0-9a-f]{8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?")
_NAME_OF_DATA = re.compile(r"[A-Za-z_][A-Za-z_-]{0,39}")


class Person(NamedTuple):
    """By what somebody could be recognised."""

    customer_key: str
    customer_id: str = ""
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None


Recognised = Row | Person
Hide = Callable[[Any, Recognised], Any]


def short_name(key: str) -> str:
    """ "Customer 7f3a91b2"."""
    return f"Customer {key[:8]}"


def called(customer: Row) -> str:
    """What a customer is called in their own transcript."""
    last_name = customer.last_name if customer.last_name != short_name(customer.customer_key) else None
    return customer.first_name or last_name or "Customer"


def shown(asker: Store | Transaction, rows: Iterable[Row], by: Actor, whose: str | None = None) -> list[Row]:
    """The rows as ``by`` may see them. Each says in ``customer_key`` about whom it is, or all are about ``whose``; what
    is about nobody stays as it is.
    """
    rows = list(rows)
    if not rows or (by.may(Right.SEE_PERSONAL) and by.reads("")):
        return rows
    # A question that forgets to say about whom it is fails here, and shows nobody.
    keys: list[str] = [whose or row.customer_key or "" for row in rows]
    hidden = {key for key in keys if key and not (by.sees(key) and by.reads(key))}
    people: Mapping[str, Recognised]
    if not whose and set(rows[0]._fields) >= set(Person._fields):
        people = {key: row for row, key in zip(rows, keys, strict=True) if key in hidden}
    else:
        people = _people(asker, hidden)
    return [_hidden(row, people[key], by) if key in people else row for row, key in zip(rows, keys, strict=True)]


def text_shown(asker: Store | Transaction, texts: Sequence[tuple[str, str | None]], by: Actor) -> list[str]:
    """Texts as ``by`` may read them, each with the key of who said it; None where nobody knows."""
    people = _people(asker, {key for _, key in texts if key and not by.reads(key)})
    return [text if by.reads(key or "") else _without(text, people.get(key or "")) for text, key in texts]


def text_as_shown(text: str, person: Recognised, by: Actor, mask: str | None, longest: int) -> str:
    """The beginning of a text, as long as that, as ``by`` may read it; with ``mask`` in the place of each mask."""
    if by.reads(person.customer_key):
        return text[:longest]
    return personal.masked(text[:longest], personal.begun(_spots(text, person), longest), mask)


def seeking(store: Store, choices: Choices, by: Actor) -> Choices:
    """The choices as ``by`` may search: who does not see names and addresses does not find anybody by them either, only
    by the beginning of the key, or by a whole customer id that says nothing about a person.
    """
    return choices if by.may(Right.SEE_PERSONAL) else replace(choices, seek=partial(_by_id, store))


def _by_id(store: Store, text: str) -> tuple[str, ...]:
    """How the keys begin that are meant."""
    typed = text.strip()
    begun = typed.lower().removeprefix("customer").strip(" …")
    found = [begun] if _BEGUN.fullmatch(begun) else []
    if not personal.looks_personal(typed):
        keys = {customer_key(store.secret, name, typed) for name in channel_keys(store.settings.channels)}
        found += [key for key, person in _people(store, keys).items() if not _says_who(person)]
    return tuple(found)


def _people(asker: Store | Transaction, keys: set[str]) -> Mapping[str, Recognised]:
    """Of each key; who was erased meanwhile is nobody any more, and what is left of them is hidden all the same."""
    if not keys:
        return {}
    found = asker.ask("people/of_customers", rows={"customer_key": sorted(keys)})
    return {key: Person(key) for key in keys} | {row.customer_key: row for row in found}


def _hidden(row: Row, person: Recognised, by: Actor) -> Row:
    columns = row._mapping
    hide: dict[str, Hide] = {}
    if not by.sees(person.customer_key):
        hide |= WHO
    if not by.reads(person.customer_key):
        hide |= SAID
    values = {name: hide[name](value, person) for name, value in columns.items() if name in hide}
    return changed(row, **values)


def _whole(value: Any, person: Recognised) -> Any:
    return None if value is None else MASKED


def _nothing(value: Any, person: Recognised) -> None:
    return None


def _called(value: Any, person: Recognised) -> str:
    return short_name(person.customer_key)


def _id(value: Any, person: Recognised) -> Any:
    return person.customer_key[:8] if _says_who(person) else value


def _id_inside(value: Any, person: Recognised) -> Any:
    """An id of a source that may be put together from the customer's."""
    return (
        value.replace(person.customer_id, person.customer_key[:8])
        if value and person.customer_id and _says_who(person)
        else value
    )


def _further(value: Any, person: Recognised) -> Any:
    """What a website states: what it is called stays where that is a plain word."""
    if value is None:
        return None
    names = [name if _NAME_OF_DATA.fullmatch(name) else MASKED for name in json.loads(value)]
    return json.dumps(dict.fromkeys(names, MASKED))


def _attached(value: Any, person: Recognised) -> Any:
    if not value:
        return value
    return json.dumps([one | {"url": MASKED} if one.get("url") else one for one in json.loads(value)])


def _text(value: Any, person: Recognised) -> Any:
    return _without(value, person) if isinstance(value, str) else value


def _without(text: str, person: Recognised | None) -> str:
    return personal.masked(text, _spots(text, person))


def _spots(text: str, person: Recognised | None) -> personal.Spots:
    return personal.found(text) if person is None else personal.found(text, *told_by(person))


def told_by(person: Recognised) -> tuple[list[str | None], list[str | None]]:
    """By what somebody is known in a text: their names, and their addresses and numbers."""
    known = [person.email, person.phone_number, person.customer_id if _says_who(person) else None]
    return [person.first_name, person.last_name], known


def _says_who(person: Recognised) -> bool:
    """Whether the customer's id says who they are: by its form, or because their name or address is in it."""
    theirs = (person.first_name, person.last_name, (person.email or "").partition("@")[0], person.phone_number)
    within = fold(person.customer_id or "")
    return personal.looks_personal(person.customer_id or "") or any(
        part in within for value in theirs if value for part in fold(value).split() if len(part) > 2
    )


# How each column is hidden that says who somebody is, and each that holds what was said. A test wants every column of
# every table about customers here or in ``PLAIN``.
WHO: dict[str, Hide] = {
    "first_name": _nothing,
    "last_name": _called,
    "photo_url": _nothing,
    "email": _whole,
    "phone_number": _whole,
    "gtu_accepted": _whole,
    "comments": _whole,
    "further_data": _further,
    "search_key": _whole,
    "body": _whole,
    "customer_id": _id,
    "event_id": _id_inside,
    "session": _id_inside,
    "in_reply_to": _id_inside,
    "message_id": _id_inside,
}
SAID: dict[str, Hide] = {
    "text": _text,
    "last_text": _text,
    "reason": _text,
    "need_help_reason": _text,
    "mute_reason": _text,
    "normal": _whole,
    "attachments": _attached,
}
# What says nothing about who a customer is: keys, times, counts, words of the bot, and the names of those who work here.
PLAIN = frozenset((
    "act", "act_id", "actor", "agent", "alternatives", "arrived", "asked_at", "attempts", "buttons", "channel",
    "code", "confidence", "countable", "created_at", "customer_key", "day", "decision_id", "details", "done_at",
    "due_at", "eligible", "ended_at", "ended_by", "erased_at", "erased_until", "event_key", "export_id",
    "exported_at", "first_event_at", "from_group", "group_id", "guess", "guess_confidence", "heard_at",
    "hidden_since", "inbox_id", "intent", "kind", "language", "language_at", "language_seq", "last_message_at",
    "last_message_seq", "last_sender", "last_user_at", "last_user_event", "last_user_seq", "last_user_understood",
    "left_at", "message_count", "messages", "mute_id", "mute_said_at", "mute_said_seq", "muted_at", "muted_by",
    "muted_until", "need_help_since", "not_understood", "opened_at", "outcome", "received_at", "recorded_at",
    "reply_id", "said_at", "salt", "secret_hash", "sender", "sent_at", "seq", "site", "source", "state", "state_at",
    "status", "status_said_at", "status_said_seq", "told_until", "type", "typicality", "understood", "up_to",
    "utterance", "verified",
))  # fmt: skip
