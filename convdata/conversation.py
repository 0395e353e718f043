"""One conversation's standing, and how events change it: product rules 3, 4 and 7 in one place.

Events may arrive in any order. Each thing that "the latest" decides therefore remembers when it was said, as
(time, seq); an equal one that arrives later wins.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET

from convdata.database import Row
from convdata.events import Customer, Message, MuteSaid, StatusSaid
from convdata.folding import search_key
from convdata.vocabulary import UNDETERMINED, MuteEnd, Status

# "Never", as a time that sorts before every event (which are refused before 2000).
NEVER = datetime(1970, 1, 1)
PREVIEW = 200  # characters of the last message kept for the list

FIELDS = ("first_name", "last_name", "photo_url", "email", "phone_number", "gtu_accepted", "comments", "further_data")


@dataclass(slots=True)
class Mute:
    """A silence of the bot, [muted_at, ended_at or muted_until)."""

    customer_key: str
    mute_id: str
    muted_at: datetime
    muted_until: datetime
    muted_by: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    new: bool = True
    changed: bool = False

    def covers(self, when: datetime) -> bool:
        return self.muted_at <= when < (self.ended_at or self.muted_until)

    def end(self, at: datetime, by: MuteEnd) -> None:
        self.ended_at, self.ended_by, self.changed = max(at, self.muted_at), by.value, True


@dataclass(slots=True)
class Conversation:
    """The row of ``customers`` and of ``people`` for one customer; new ones start as nothing was ever said."""

    customer_key: str
    channel: str
    customer_id: str
    status: str = Status.OK.value
    language: str = UNDETERMINED
    last_message_at: datetime = NEVER
    muted_until: datetime | None = None
    search_key: str = ""
    first_event_at: datetime = NEVER
    message_count: int = 0
    language_at: datetime = NEVER
    language_seq: int = 0
    last_user_at: datetime = NEVER
    last_user_seq: int = 0
    last_user_event: int | None = None
    last_user_understood: bool | None = None
    last_message_seq: int = 0
    need_help_since: datetime | None = None
    status_said_at: datetime = NEVER
    status_said_seq: int = 0
    muted_at: datetime | None = None
    muted_by: str | None = None
    mute_said_at: datetime = NEVER
    mute_said_seq: int = 0
    first_name: str | None = None
    last_name: str | None = None
    photo_url: str | None = None
    email: str | None = None
    phone_number: str | None = None
    gtu_accepted: str | None = None
    comments: str | None = None
    further_data: str | None = None
    said_at: str = "{}"
    last_text: str | None = None
    last_sender: str | None = None
    need_help_reason: str | None = None
    mute_reason: str | None = None
    mutes: list[Mute] = field(default_factory=list)
    recount: bool = False
    waits_anew: bool = False

    @classmethod
    def new(cls, customer_key: str, channel: str, customer_id: str, at: datetime) -> "Conversation":
        conversation = cls(customer_key, channel, customer_id, first_event_at=at)
        conversation.search_key = search_key(customer_id)
        return conversation

    @classmethod
    def of(cls, row: Row) -> "Conversation":
        return cls(*tuple(row))

    @property
    def ever_muted(self) -> bool:
        """Whether anything was ever said of mutes: where not, there are none to be loaded."""
        return self.mute_said_at > NEVER

    def silent(self, when: datetime) -> bool:
        """Whether the bot was muted for this customer at that time."""
        return any(mute.covers(when) for mute in self.mutes)

    def take_message(self, message: Message, when: datetime, event_key: int) -> None:
        moment = (when, message.seq or 0)
        self.message_count += 1
        if when < self.first_event_at:
            self.first_event_at = when
        if moment >= (self.last_message_at, self.last_message_seq):
            self.last_message_at, self.last_message_seq = moment
            text = message.text
            self.last_text = text[:PREVIEW] if text else text
            self.last_sender = message.sender
        if message.language and moment >= (self.language_at, self.language_seq):
            self.language, (self.language_at, self.language_seq) = message.language, moment
        if message.sender == "user" and moment >= (self.last_user_at, self.last_user_seq):
            self.last_user_at, self.last_user_seq = moment
            self.last_user_event, self.last_user_understood = event_key, message.understood

    def take_verdict(self, event_key: int, understood: bool | None) -> None:
        """A verdict that came after its message."""
        if event_key == self.last_user_event:
            self.last_user_understood = understood

    def take_customer(self, customer: Customer, when: datetime) -> None:
        """Absent = leave as it is, null = clear; of two statements about one field the later said wins."""
        said: dict[str, list[Any]] = json.loads(self.said_at)
        moment = [when.isoformat(timespec="microseconds"), customer.seq or 0]
        for name in FIELDS:
            value: Any = customer.data if name == "further_data" else getattr(customer, name)
            if value is UNSET or moment < said.get(name, ["", 0]):
                continue
            said[name] = moment
            setattr(self, name, _as_text(value))
        self.said_at = json.dumps(said)
        self.search_key = search_key(self.customer_id, self.first_name, self.last_name, self.email, self.phone_number)
        self.first_event_at = min(self.first_event_at, when)

    def take_status(self, said: StatusSaid, when: datetime) -> None:
        self.first_event_at = min(self.first_event_at, when)
        self._say_status(Status(said.status), said.reason, when, (when, said.seq or 0))

    def set_status(self, status: Status, reason: str | None, now: datetime) -> None:
        """A person's word: the latest, whatever a source whose clock is ahead has said."""
        self._say_status(status, reason, now, max((now, 0), (self.status_said_at, self.status_said_seq)))

    def take_mute(self, said: MuteSaid, when: datetime, until: datetime, by: str, end: MuteEnd) -> None:
        """Mute or unmute. One that was overtaken by a later word only leaves its window."""
        self.first_event_at = min(self.first_event_at, when)
        self._say_mute(until if said.muted else None, said.reason, when, (when, said.seq or 0), by, end)

    def mute(self, until: datetime, reason: str | None, now: datetime, by: str) -> None:
        """A person mutes the bot: the latest word, whatever a source whose clock is ahead has said."""
        self._say_mute(until, reason, now, self._latest_word(now), by, MuteEnd.PERSON)

    def unmute(self, now: datetime) -> None:
        """A person lets the bot answer again."""
        self._say_mute(None, None, now, self._latest_word(now), "", MuteEnd.PERSON)

    def settle(self) -> None:
        """Bring the status up to date, in the order of precedence of rule 3."""
        if self.need_help_since is not None:
            self.status = Status.NEED_HELP.value
        elif self.last_user_understood is False:
            self.status = Status.NOT_UNDERSTOOD.value
        else:
            self.status = Status.OK.value

    def _say_status(self, status: Status, reason: str | None, when: datetime, word: tuple[datetime, int]) -> None:
        if word < (self.status_said_at, self.status_said_seq):
            if self.need_help_since is not None:
                # It is not the latest word, but may be the first, or the one that ended an earlier Need Help.
                first = status is Status.NEED_HELP and when < self.need_help_since
                ended = status is Status.OK and when >= self.need_help_since
                self.waits_anew = self.waits_anew or first or ended
            return
        self.status_said_at, self.status_said_seq = word
        if status is Status.NEED_HELP:
            self.need_help_since = self.need_help_since or when
            self.need_help_reason = reason
        else:
            self.need_help_since = self.need_help_reason = None

    def _latest_word(self, now: datetime) -> tuple[datetime, int]:
        return max((now, 0), (self.mute_said_at, self.mute_said_seq))

    def _say_mute(
        self,
        until: datetime | None,
        reason: str | None,
        when: datetime,
        word: tuple[datetime, int],
        by: str,
        end: MuteEnd,
    ) -> None:
        """``until`` None lets the bot answer again; ``word`` is when this was said, among all that was said of mutes."""
        current = word >= (self.mute_said_at, self.mute_said_seq)
        if when < self.last_message_at:
            self.recount = True  # messages that are here already may have fallen into the silence
        if until is not None:
            mute = Mute(self.customer_key, str(uuid.uuid4()), when, until, by)
            if current:
                self._end_mute(when, MuteEnd.SUPERSEDED)
                self.muted_at, self.muted_until, self.muted_by, self.mute_reason = when, until, by, reason
            elif self.mute_said_at < until:
                mute.end(self.mute_said_at, MuteEnd.SUPERSEDED)
            self.mutes.append(mute)
        elif current:
            self._end_mute(when, end)
            self.muted_at = self.muted_until = self.muted_by = self.mute_reason = None
        if current:
            self.mute_said_at, self.mute_said_seq = word

    def _end_mute(self, at: datetime, by: MuteEnd) -> None:
        for mute in self.mutes:
            # One that its timer had ended before is left to the sweep, which writes the record of that (rule 9).
            if mute.ended_at is None and mute.muted_at == self.muted_at and mute.muted_until > at:
                mute.end(at, by)


def mute_end(when: datetime, until: datetime | None, hours: float) -> datetime:
    """When a mute that begins at ``when`` ends: as asked, and never later than the longest mute."""
    longest = when + timedelta(hours=hours)
    return longest if until is None else min(until, longest)


def _as_text(value: Any) -> str | None:
    if value is None or value == {}:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
