"""Conversations as rows: loaded, begun, and written back with their mutes."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from convdata.conversation import Conversation, Mute
from convdata.database import Overtaken, Transaction
from convdata.events import Event
from convdata.intake.arrivals import columns
from convdata.waiting import waiting_since

MUTE_COLUMNS = ("customer_key", "mute_id", "muted_at", "muted_until", "muted_by", "ended_at", "ended_by")
_COLUMNS = tuple(f.name for f in fields(Conversation) if f.name not in ("mutes", "recount"))
_row = attrgetter(*_COLUMNS)


def load(transaction: Transaction, keys: list[str]) -> dict[str, Conversation]:
    """The conversations of these customers with their mutes, by key; on Postgres locked until the transaction ends."""
    rows = transaction.ask("intake/conversations", rows={"customer_key": keys})
    conversations = {row.customer_key: Conversation.of(row) for row in rows}
    muted = [key for key, conversation in conversations.items() if conversation.ever_muted]
    if muted:
        for row in transaction.ask("intake/mute_windows", rows={"customer_key": muted}):
            mute = Mute(row.customer_key, row.mute_id, row.muted_at, row.muted_until, "", row.ended_at, new=False)
            conversations[row.customer_key].mutes.append(mute)
    return conversations


def keep(transaction: Transaction, conversations: Sequence[Conversation], *, written: Container[str] = ()) -> None:
    """Write conversations back as they are now, but those that are ``written``, with the mutes that began or ended."""
    rows = _columns_of([c for c in conversations if c.customer_key not in written])
    transaction.tell("keep_customers", rows)
    transaction.tell("keep_people", rows)
    mutes = [mute for c in conversations for mute in c.mutes]
    for change, some in (
        ("add_mutes", [m for m in mutes if m.new]),
        ("end_mutes", [m for m in mutes if not m.new and m.changed]),
    ):
        transaction.tell(change, {name: [getattr(m, name) for m in some] for name in MUTE_COLUMNS})


class Conversations:
    """Those that a batch is about. ``one_writer``: nobody else writes meanwhile."""

    def __init__(self, transaction: Transaction, one_writer: bool) -> None:
        self._transaction = transaction
        self._one_writer = one_writer
        self._there: dict[str, Conversation] = {}
        self._touched: dict[str, Conversation] = {}
        self._added: set[str] = set()
        self.unwritten: dict[str, Conversation] = {}
        self.erased: dict[str, datetime] = {}

    def load(self, first: Mapping[str, Event]) -> None:
        """``first`` is each customer's first event."""
        self._there = load(self._transaction, list(first))
        self.erased = self._erased(list(first))
        kept_out = {k for k, e in first.items() if k in self.erased and e.when <= self.erased[k]}
        new = [k for k in first if k not in self._there and k not in kept_out]
        if new and not self._one_writer:
            self._there |= self._add([(k, first[k]) for k in new])
            if self._erased(new) != {k: self.erased[k] for k in new if k in self.erased}:
                raise Overtaken("customers of this batch were added and erased while it was read")

    def touch(self, key: str, event: Event) -> Conversation:
        """The conversation that an event changes, to be written back; it begins with the event where there is none."""
        conversation = self._there.get(key)
        if conversation is None:  # its first event was suppressed; this one is of a new customer
            conversation = self._there[key] = self._begin(key, event)
        self._touched[key] = conversation
        return conversation

    def tell(self) -> None:
        """Settle and write all that were touched, after the records of what was done."""
        tell = self._transaction.tell
        touched = sorted(self._touched.values(), key=lambda c: c.customer_key)
        anew = [c for c in touched if c.waits_anew]
        if anew:
            since = waiting_since(self._transaction, [c.customer_key for c in anew])
            for conversation in anew:
                conversation.need_help_since = since.get(conversation.customer_key) or conversation.need_help_since
        for conversation in touched:
            conversation.settle()
        if self.unwritten:
            rows = _columns_of([c for c in touched if c.customer_key in self.unwritten])
            tell("add_customers", rows)
            tell("add_people", rows)
        in_vain = sorted(self._added - self._touched.keys())
        if in_vain:  # nothing of theirs was new: it repeated others' events
            tell("erase_customers", customer_keys=in_vain)
            tell("erase_people", customer_keys=in_vain)
        keep(self._transaction, touched, written=self.unwritten)

    def to_recount(self) -> list[str]:
        """Whose messages fell into a silence that was not known when they came."""
        return sorted(key for key, conversation in self._touched.items() if conversation.recount)

    def _erased(self, keys: list[str]) -> dict[str, datetime]:
        rows = self._transaction.ask("intake/erased", rows={"customer_key": keys})
        return {row.customer_key: row.erased_until for row in rows}

    def _begin(self, key: str, event: Event) -> Conversation:
        """A conversation's first event. Where nobody else writes meanwhile, it is written once, as it is in the end."""
        if not self._one_writer:
            return self._add([(key, event)])[key]
        self.unwritten[key] = Conversation.new(key, event.channel, event.customer_id, event.when)
        return self.unwritten[key]

    def _add(self, firsts: Sequence[tuple[str, Event]]) -> dict[str, Conversation]:
        """New conversations, stored; where another writer was quicker, theirs."""
        made = {key: Conversation.new(key, event.channel, event.customer_id, event.when) for key, event in firsts}
        rows = _columns_of(list(made.values()))
        added = {row.customer_key for row in self._transaction.tell("add_customers", rows)}
        self._transaction.tell("add_people", rows)
        self._added |= added
        theirs = [key for key in made if key not in added]
        return made | load(self._transaction, theirs) if theirs else made


def _columns_of(conversations: Sequence[Conversation]) -> dict[str, Sequence[Any]]:
    return columns(_COLUMNS, [_row(c) for c in conversations])
