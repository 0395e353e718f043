"""Events become rows: a batch in one transaction, every event in exactly one count."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from convdata.activity import Record, act, record
from convdata.conversation import Conversation, mute_end
from convdata.counts import Differences, countable, recount
from convdata.database import Store, Transaction
from convdata.events import Customer, Event, Message, MuteSaid, StatusSaid
from convdata.intake.arrivals import Arrivals, Known, Name
from convdata.intake.conversations import Conversations
from convdata.keys import customer_key, event_key
from convdata.vocabulary import Act, MuteEnd

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


class _Batch:
    def __init__(self, store: Store, transaction: Transaction, now: datetime) -> None:
        self.store = store
        self.transaction = transaction
        self.now = now
        self.counts = Counts()
        self.differences = Differences(store.settings.timezone)
        self.conversations = Conversations(transaction, store.one_writer)
        self.arrivals = Arrivals()
        self.records: list[Record] = []

    def take(self, batches: Sequence[Sequence[Keyed]]) -> list[Counts]:
        keyed = [event for batch in batches for event in batch]
        # Conversations come first: on Postgres that locks them, and what is read after stays true (an erasure that
        # was quicker has left its key by then).
        self.conversations.load({key: event for event, key, _ in reversed(keyed)})
        self.arrivals.load(self.transaction, {ekey for _, _, ekey in keyed})
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

    def _take_one(self, event: Event, key: str, ekey: int, arrived: int) -> None:
        when = event.when
        erased = self.conversations.erased
        if key in erased and when <= erased[key]:
            self.counts.suppressed += 1
            return
        name = (event.source, event.id)
        known = self.arrivals.known(name)
        if known is not None:
            # An event never moves to another customer and never becomes one of another type.
            if (
                isinstance(event, Message)
                and known.is_message
                and known.customer_key == key
                and self._take_verdict(event, name, ekey, known)
            ):
                self.counts.updated += 1
            else:
                self.counts.duplicate += 1
            return
        conversation = self.conversations.touch(key, event)
        self.counts.stored += 1
        if isinstance(event, Message):
            self._take_message(event, conversation, when, ekey, arrived, name)
        else:
            self.arrivals.add_other(name, key, ekey, self._take_other(event, conversation, when), when)

    def _take_message(
        self, m: Message, conversation: Conversation, when: datetime, ekey: int, arrived: int, name: Name
    ) -> None:
        conversation.take_message(m, when, ekey)
        key = conversation.customer_key
        by_user = m.sender == "user"
        counts = by_user and countable(
            m.kind, m.text is not None, bool(m.attachments), bool(conversation.mutes) and conversation.silent(when)
        )
        self.arrivals.add_message(m, name, key, ekey, when, arrived, counts)
        if by_user:
            understood = m.understood
            eligible = counts and understood is not None
            self.differences.message(
                key, m.channel, when, m.language, eligible, understood is False, m.kind == "button"
            )
        else:
            # A message of the bot that names no language is counted with the conversation's, so that a day is one row.
            self.differences.message(key, m.channel, when, m.language or conversation.language)

    def _take_verdict(self, m: Message, name: Name, ekey: int, known: Known) -> bool:
        was = known.understood
        if not self.arrivals.add_verdict(m, name, ekey, known):
            return False
        becomes = known.understood
        conversation = self.conversations.touch(known.customer_key, m)
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

    def _take_other(self, event: Event, conversation: Conversation, when: datetime) -> str:
        """What is no message; gives the name of its type."""
        if isinstance(event, Customer):
            conversation.take_customer(event, when)
            return "customer"
        if isinstance(event, StatusSaid):
            conversation.take_status(event, when)
            self._record(f"status_{event.status}", event, conversation, when, event.reason)
            return "status"
        assert isinstance(event, MuteSaid)
        until = event.until.astimezone(UTC).replace(tzinfo=None) if event.until else None
        until = mute_end(when, until, self.store.settings.mute_hours)
        conversation.take_mute(event, when, until, event.source, MuteEnd.PROGRAM)
        details = {"until": until.isoformat() + "Z"} if event.muted else None
        self._record(Act.MUTE if event.muted else Act.UNMUTE, event, conversation, when, event.reason, details)
        return "mute"

    def _record(
        self,
        what: str,
        event: Event,
        conversation: Conversation,
        when: datetime,
        reason: str | None,
        details: dict[str, str] | None = None,
    ) -> None:
        self.records.append(
            act(
                what,
                actor=event.source,
                now=self.now,
                done_at=when,
                customer_key=conversation.customer_key,
                channel=event.channel,
                reason=reason,
                details=details,
            )
        )

    def _tell(self) -> None:
        self.arrivals.tell(self.transaction)
        record(self.transaction, *self.records)
        self.conversations.tell()
        self.differences.tell(self.transaction, new=self.conversations.unwritten)
        again = self.conversations.to_recount()
        if again:
            recount(self.transaction, self.store.settings.timezone, again)
