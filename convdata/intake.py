"""Events become rows: a batch in one transaction, every event in exactly one count."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import msgspec

from convdata.activity import Record, act, record
from convdata.conversation import NEVER, Conversation, Mute, mute_end
from convdata.counts import Differences, countable, recount
from convdata.database import Overtaken, Store, Transaction
from convdata.events import Customer, Event, Message, MuteSaid, StatusSaid
from convdata.keys import customer_key, event_key
from convdata.vocabulary import Act, MuteEnd
from convdata.waiting import waiting_since

# An event, its customer's key, its own.
Keyed = tuple[Event, str, int]


@dataclass
class Counts:
    """What became of events: ``read = stored + updated + duplicate + rejected + suppressed``."""

    read: int = 0
    stored: int = 0
    updated: int = 0
    duplicate: int = 0
    rejected: int = 0
    suppressed: int = 0
    unknown_fields: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def take(store: Store, events: Sequence[Event], now: datetime) -> Counts:
    """Store a batch of events, durably when this returns. ``now`` is UTC without zone. Raises StoreAway.

    Order within the batch is the order of arrival. A repeat of an event never changes its text, sender, time or
    customer; it fills in a verdict. Events of an erased history are suppressed.
    """
    return take_together(store, [events], now)[0] if events else Counts()


def take_together(store: Store, batches: Sequence[Sequence[Event]], now: datetime) -> list[Counts]:
    """``take`` for the events of several senders in one transaction; each sender's have their own counts."""
    return take_keyed(store, [keyed(store, events) for events in batches], now)


def take_keyed(store: Store, batches: Sequence[Sequence[Keyed]], now: datetime) -> list[Counts]:
    """The same for events that were given their keys before: an import does that while its last batch is stored."""
    return store.change(lambda transaction: _Batch(store, transaction, now).take(batches))


def take_within(store: Store, transaction: Transaction, events: Sequence[Event], now: datetime) -> Counts:
    """``take`` as a part of somebody's transaction that does more, such as sending a reply."""
    return _Batch(store, transaction, now).take([keyed(store, events)])[0] if events else Counts()


def keyed(store: Store, events: Sequence[Event]) -> list[Keyed]:
    """The events with their customers' keys and their own. Asks the store nothing."""
    keys: dict[tuple[str, str], str] = {}
    found = []
    for event in events:
        whose = (event.channel, event.customer_id)
        key = keys.get(whose)
        if key is None:
            key = keys[whose] = customer_key(store.secret, *whose)
        found.append((event, key, event_key(event.source, event.id)))
    return found


@dataclass(slots=True)
class _Known:
    """An event that is stored, or came earlier in this batch."""

    customer_key: str
    is_message: bool
    sent_at: datetime = NEVER
    language: str | None = None
    countable: bool = False
    understood: bool | None = None
    intent: str | None = None
    confidence: float | None = None
    alternatives: str | None = None


class _Batch:
    def __init__(self, store: Store, transaction: Transaction, now: datetime) -> None:
        self.store = store
        self.transaction = transaction
        self.now = now
        self.counts = Counts()
        self.differences = Differences(store.settings.timezone)
        self.conversations: dict[str, Conversation] = {}
        self.known: dict[tuple[str, str], _Known] = {}
        self.touched: dict[str, Conversation] = {}
        self.unwritten: dict[str, Conversation] = {}
        self.added: set[str] = set()
        # Rows are tuples and not lists: of a hundred thousand lists Python's garbage collector makes a day's work.
        self.messages: dict[tuple[str, str], tuple[Any, ...]] = {}
        self.verdicts: dict[tuple[str, str], tuple[int, _Known]] = {}
        self.other_events: list[tuple[Any, ...]] = []
        self.activity: list[Record] = []

    def take(self, batches: Sequence[Sequence[tuple[Event, str, int]]]) -> list[Counts]:
        keyed = [event for batch in batches for event in batch]
        self._load(keyed)
        arrived = self.store.next_arrivals(len(keyed), self.now)
        counts = []
        for batch in batches:
            self.counts = Counts()
            for event, key, ekey in batch:
                self._take_one(event, key, ekey, arrived)
                arrived += 1
            counts.append(self.counts)
        self._tell()
        return counts

    def _load(self, keyed: Sequence[Keyed]) -> None:
        ask = self.transaction.ask
        first = {key: event for event, key, _ in reversed(keyed)}
        # Conversations come first: on Postgres that locks them, and what is read after stays true (an erasure that
        # was quicker has left its key by then).
        self.conversations = load(self.transaction, list(first))
        self.erased = self._erased(list(first))
        kept_out = {k for k, e in first.items() if k in self.erased and e.when <= self.erased[k]}
        new = [k for k in first if k not in self.conversations and k not in kept_out]
        if new and not self.store.one_writer:
            self.conversations |= self._add([(k, first[k]) for k in new])
            if self._erased(new) != {k: self.erased[k] for k in new if k in self.erased}:
                raise Overtaken("customers of this batch were added and erased while it was read")
        for row in ask("intake/known_events", rows={"event_key": list({ekey for _, _, ekey in keyed})}):
            self.known[(row.source, row.event_id)] = _Known(
                row.customer_key,
                row.type == "message",
                row.sent_at,
                row.language,
                bool(row.countable),
                row.understood,
                row.intent,
                row.confidence,
                row.alternatives,
            )

    def _erased(self, keys: list[str]) -> dict[str, datetime]:
        rows = self.transaction.ask("intake/erased", rows={"customer_key": keys})
        return {row.customer_key: row.erased_until for row in rows}

    def _take_one(self, event: Event, key: str, ekey: int, arrived: int) -> None:
        when = event.when
        if key in self.erased and when <= self.erased[key]:
            self.counts.suppressed += 1
            return
        name = (event.source, event.id)
        if name in self.messages or name in self.known:
            known = self._known(name)
            # An event never moves to another customer and never becomes one of another type.
            changed = (
                isinstance(event, Message)
                and known.is_message
                and known.customer_key == key
                and self._take_verdict(event, name, ekey, known)
            )
            if changed:
                self.counts.updated += 1
            else:
                self.counts.duplicate += 1
            return
        conversation = self.conversations.get(key)
        if conversation is None:  # its first event was suppressed; this one is of a new customer
            conversation = self.conversations[key] = self._begin(key, event)
        self.touched[key] = conversation
        self.counts.stored += 1
        if isinstance(event, Message):
            self._take_message(event, conversation, when, ekey, arrived, name)
            return
        self.known[name] = _Known(key, False)
        if isinstance(event, Customer):
            conversation.take_customer(event, when)
            type_name = "customer"
        elif isinstance(event, StatusSaid):
            conversation.take_status(event, when)
            type_name = "status"
            self._record(f"status_{event.status}", event, key, when, event.reason)
        else:
            assert isinstance(event, MuteSaid)
            until = (
                event.until.replace(tzinfo=None) - (event.until.utcoffset() or NEVER - NEVER) if event.until else None
            )
            until = mute_end(when, until, self.store.settings.mute_hours)
            conversation.take_mute(event, when, until, event.source, MuteEnd.PROGRAM)
            type_name = "mute"
            details = {"until": until.isoformat() + "Z"} if event.muted else None
            self._record(Act.MUTE if event.muted else Act.UNMUTE, event, key, when, event.reason, details)
        self.other_events.append((key, ekey, event.source, event.id, type_name, when))

    def _known(self, name: tuple[str, str]) -> _Known:
        row = self.messages.get(name)
        if row is None:
            return self.known[name]
        understood, intent, confidence, alternatives = row[13:17]
        return _Known(row[0], True, row[9], row[5], row[20], understood, intent, confidence, alternatives)

    def _take_message(
        self, m: Message, conversation: Conversation, when: datetime, ekey: int, arrived: int, name: tuple[str, str]
    ) -> None:
        conversation.take_message(m, when, ekey)
        key = conversation.customer_key
        attachments = _json(m.attachments) if m.attachments else None
        alternatives = _json(m.alternatives) if m.alternatives else None
        by_user = m.sender == "user"
        counts = by_user and countable(
            m.kind, m.text is not None, attachments is not None, bool(conversation.mutes) and conversation.silent(when)
        )
        understood = m.understood
        self.messages[name] = (
            key, ekey, m.source, m.id, m.channel, m.language, m.sender, m.kind, m.text, when, m.seq, arrived,
            m.session, understood, m.intent, m.confidence, alternatives, m.agent, m.in_reply_to, attachments, counts,
        )  # fmt: skip
        if by_user:
            button = m.kind == "button"
            eligible = counts and understood is not None
            self.differences.message(key, m.channel, when, m.language, eligible, understood is False, button)
        else:
            # A message of the bot that names no language is counted with the conversation's, so that a day is one row.
            self.differences.message(key, m.channel, when, m.language or conversation.language)

    def _take_verdict(self, m: Message, name: tuple[str, str], ekey: int, known: _Known) -> bool:
        alternatives = _json(m.alternatives) if m.alternatives else None
        before = (known.understood, known.intent, known.confidence, known.alternatives)
        after = (
            known.understood if m.understood is None else m.understood,
            known.intent if m.intent is None else m.intent,
            known.confidence if m.confidence is None else m.confidence,
            known.alternatives if alternatives is None else alternatives,
        )
        if after == before:
            return False
        was, becomes = known.understood, after[0]
        known.understood, known.intent, known.confidence, known.alternatives = after
        row = self.messages.get(name)
        if row is not None:
            self.messages[name] = (*row[:13], *after, *row[17:])
        else:
            self.verdicts[name] = (ekey, known)
        conversation = self.conversations[known.customer_key]
        self.touched[known.customer_key] = conversation
        conversation.take_verdict(ekey, becomes)
        if known.countable and was is not becomes:
            for understood, sign in ((was, -1), (becomes, 1)):
                if understood is not None:
                    self.differences.message(
                        known.customer_key,
                        conversation.channel,
                        known.sent_at,
                        known.language,
                        eligible=True,
                        failed=not understood,
                        messages=0,
                        sign=sign,
                    )
        return True

    def _record(
        self,
        what: str,
        event: Event,
        key: str,
        when: datetime,
        reason: str | None,
        details: dict[str, str] | None = None,
    ) -> None:
        self.activity.append(
            act(
                what,
                actor=event.source,
                now=self.now,
                done_at=when,
                customer_key=key,
                channel=event.channel,
                reason=reason,
                details=details,
            )
        )

    def _tell(self) -> None:
        tell = self.transaction.tell
        tell("add_messages", _columns(MESSAGE_COLUMNS, list(self.messages.values())))
        if self.verdicts:
            late = list(self.verdicts.items())
            times = [known.sent_at for _, (_, known) in late]
            tell(
                "add_verdicts",
                {
                    "customer_key": [known.customer_key for _, (_, known) in late],
                    "event_key": [ekey for _, (ekey, _) in late],
                    "event_id": [name[1] for name, _ in late],
                    "understood": [known.understood for _, (_, known) in late],
                    "intent": [known.intent for _, (_, known) in late],
                    "confidence": [known.confidence for _, (_, known) in late],
                    "alternatives": [known.alternatives for _, (_, known) in late],
                },
                first_at=min(times),
                last_at=max(times),
            )
        tell("add_other_events", _columns(OTHER_COLUMNS, self.other_events))
        record(self.transaction, *self.activity)
        touched = sorted(self.touched.values(), key=lambda c: c.customer_key)
        anew = [c for c in touched if c.waits_anew]
        if anew:
            since = waiting_since(self.transaction, [c.customer_key for c in anew])
            for conversation in anew:
                conversation.need_help_since = since.get(conversation.customer_key) or conversation.need_help_since
        for conversation in touched:
            conversation.settle()
        if self.unwritten:
            rows = _columns_of([c for c in touched if c.customer_key in self.unwritten])
            tell("add_customers", rows)
            tell("add_people", rows)
        in_vain = sorted(self.added - self.touched.keys())
        if in_vain:  # nothing of theirs was new: it repeated others' events
            tell("erase_customers", customer_keys=in_vain)
            tell("erase_people", customer_keys=in_vain)
        keep(self.transaction, touched, written=self.unwritten)
        self.differences.tell(self.transaction, new=self.unwritten)
        again = [c.customer_key for c in touched if c.recount]
        if again:
            recount(self.transaction, self.store.settings.timezone, again)

    def _begin(self, key: str, event: Event) -> Conversation:
        """A conversation's first event. Where nobody else writes meanwhile, it is written once, as it is in the end."""
        if not self.store.one_writer:
            return self._add([(key, event)])[key]
        self.unwritten[key] = Conversation.new(key, event.channel, event.customer_id, event.when)
        return self.unwritten[key]

    def _add(self, firsts: Sequence[tuple[str, Event]]) -> dict[str, Conversation]:
        """New conversations, stored; where another writer was quicker, theirs."""
        made = {key: Conversation.new(key, event.channel, event.customer_id, event.when) for key, event in firsts}
        rows = _columns_of(list(made.values()))
        added = {row.customer_key for row in self.transaction.tell("add_customers", rows)}
        self.transaction.tell("add_people", rows)
        self.added |= added
        theirs = [key for key in made if key not in added]
        return made | load(self.transaction, theirs) if theirs else made


def load(transaction: Transaction, keys: list[str]) -> dict[str, Conversation]:
    """The conversations of these customers with their mutes, by key; on Postgres locked until the transaction ends."""
    rows = transaction.ask("intake/conversations", rows={"customer_key": keys})
    conversations = {row.customer_key: Conversation.of(row) for row in rows}
    if conversations:
        for row in transaction.ask("intake/mute_windows", rows={"customer_key": list(conversations)}):
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


MESSAGE_COLUMNS = (
    "customer_key", "event_key", "source", "event_id", "channel", "language", "sender", "kind", "text", "sent_at", "seq",
    "arrived", "session", "understood", "intent", "confidence", "alternatives", "agent", "in_reply_to", "attachments",
    "countable",
)  # fmt: skip
OTHER_COLUMNS = ("customer_key", "event_key", "source", "event_id", "type", "sent_at")
MUTE_COLUMNS = ("customer_key", "mute_id", "muted_at", "muted_until", "muted_by", "ended_at", "ended_by")
_CONVERSATION_COLUMNS = tuple(f.name for f in fields(Conversation) if f.name not in ("mutes", "recount"))
_conversation_row = attrgetter(*_CONVERSATION_COLUMNS)


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Sequence[Any]]:
    if not rows:
        return dict.fromkeys(names, ())
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def _columns_of(conversations: Sequence[Conversation]) -> dict[str, Sequence[Any]]:
    return _columns(_CONVERSATION_COLUMNS, [_conversation_row(c) for c in conversations])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
