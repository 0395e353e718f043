"""Rasa conversations: the SQL tracker store (any SQLAlchemy URL), event-broker lines, `rasa export`, Rasa X, trackers.

Not understood is what the bot's own failure looks like in the log: the fallback intent, or a fallback action before the
next user event. ``rewind`` hides nothing here: fallbacks emit it, so whoever obeys it loses exactly the failures. The same
event by two ways gets the same id, so mixing them stores nothing twice.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.importers import Line, Source
from convdata.importers._objects import head_object, inside, rows_of, text_of, without_nothing
from convdata.importers._rasa_store import stored_events

NAME = "rasa"
TITLE = "Rasa (tracker store, broker, export)"
SENTENCE = "A tracker store by its address (sqlite:///tracker.db), or event-broker, export or Rasa X lines in a file."
OPTIONS = {
    "channel": "The channel of users who name no connector; webchat when left out.",
    "language": "The language of a bot whose events name none, such as en.",
    "fallback_intents": "Further intents that mean not understood, comma-separated.",
    "fallback_actions": "Further actions that mean not understood, comma-separated.",
    "out_of_scope": "true: that intent means not understood, too.",
}

CHANNELS = {
    "facebook": "messenger",
    "socketio": "webchat",
    "rest": "webchat",
    "callback": "webchat",
    "webchat": "webchat",
    "chatroom": "webchat",
    "cmdline": "webchat",
    "rasa": "webchat",  # the test chat of Rasa X
    "google_home": "google_assistant",
    "google_assistant": "google_assistant",
    "alexa": "alexa",
    "alexa_assistant": "alexa",
}
# What Rasa keeps a tracker store in.
DATABASES = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")
FALLBACK_INTENTS = ("nlu_fallback",)
FALLBACK_ACTIONS = (
    "action_default_fallback",
    "action_two_stage_fallback",
    "action_default_ask_rephrase",
    "action_default_ask_affirmation",
    "action_unlikely_intent",
)
DETAILS = ("first_name", "last_name", "email", "phone_number")
GUESSES = 5
OUR_REPLY = re.compile(r"[A-Za-z0-9_-]{1,64}")


def recognises(head: bytes, filename: str) -> int:
    if "://" in filename:
        return 50 if filename.split(":")[0].split("+")[0] in DATABASES else 0
    if b"py/object" in head and b"rasa" in head:
        return 90  # the old dialect: known well enough to be refused with a sentence
    row = head_object(head) or {}
    if isinstance(row.get("sender_id"), str) and ("event" in row or "events" in row):
        return 90
    return 90 if {"conversation_id", "type_name", "data"} <= row.keys() else 0


def read(source: Source) -> Iterator[Line]:
    reading = _Reading(source.options)
    if source.opened is None:
        rows: Iterable[tuple[int, Any, Any]] = stored_events(source, reading.recall, reading.says_something)
    else:
        rows = rows_of(source)
    for number, row, problem in rows:
        if problem is not None:
            yield Line(number, None, problem)
            continue
        try:
            yield from (Line(number, event) for event in reading.row(row))
        except EventRejected as wrong:
            yield Line(number, None, (wrong.field, wrong.reason))
        except (KeyError, TypeError, ValueError, AttributeError):
            yield Line(number, None, ("line", "is not as Rasa writes its events"))
    yield from (Line(0, event) for event in reading.rest())


class _Reading:
    """What has to be remembered between events: on which channel a sender is, and a message whose verdict is open."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._default = options.get("channel", "webchat")
        self._language = options.get("language")
        self._intents = (*FALLBACK_INTENTS, *_words(options.get("fallback_intents")))
        self._actions = (*FALLBACK_ACTIONS, *_words(options.get("fallback_actions")))
        if options.get("out_of_scope", "").lower() in ("1", "true", "yes"):
            self._intents += ("out_of_scope",)
        names = (*self._actions, "action_listen")
        self._action_marks = {name for one in names for name in (one, json.dumps(one)[1:-1])}
        self._channels: dict[str, str] = {}
        self._open: dict[str, dict[str, Any]] = {}
        self._early: dict[str, list[dict[str, Any]]] = {}

    def recall(self, sender: str, channel: str | None) -> None:
        """Where a sender was before this reading began."""
        if channel is not None:
            self._channels[sender] = CHANNELS.get(channel, channel)

    def says_something(self, kind: str, data: Any) -> bool:
        """Whether a stored event may matter here; seen without decoding it."""
        if kind in ("user", "bot", "agent", "pause", "resume") or not isinstance(data, str):
            return True
        if kind == "action":
            return any(name in data for name in self._action_marks)
        return kind == "slot" and "session_started_metadata" in data

    def row(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "py/object" in row:
            raise FileUnreadable(
                "This is a dialogue in Rasa's old format of before 2020 (py/object); export it again with a newer Rasa."
            )
        if isinstance(row.get("events"), list):  # a whole tracker, from the tracker API
            for event in row["events"]:
                yield from self._event({**event, "sender_id": row["sender_id"]})
            return
        data = row.get("data")
        if "type_name" in row and data is not None:  # a row of Rasa X
            data = json.loads(data) if isinstance(data, str) else data
            row = {**data, "sender_id": row.get("conversation_id") or row.get("sender_id")}
        yield from self._event(row)

    def rest(self) -> Iterator[dict[str, Any]]:
        """What still waited when the log ended."""
        yield from self._open.values()
        for sender, events in self._early.items():
            yield from ({**e, "channel": self._channels.get(sender, self._default)} for e in events)
        self._open, self._early = {}, {}

    def _event(self, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        sender, kind = event.get("sender_id"), event.get("event")
        if not isinstance(sender, str) or not sender:
            raise EventRejected("sender_id", "is missing")
        if not isinstance(kind, str):
            raise EventRejected("event", "is missing")
        if kind == "user":
            yield from self._close(sender)
            channel = text_of(event, "input_channel")
            self._channels[sender] = (
                CHANNELS.get(channel, channel) if channel else self._channels.get(sender, self._default)
            )
            self._open[sender] = self._user(event, sender)
            yield from ({**e, "channel": self._channels[sender]} for e in self._early.pop(sender, ()))
        elif kind == "action":
            name = event.get("name")
            if name in self._actions and sender in self._open:
                self._open[sender] = _failed(self._open[sender])
            if name == "action_listen":  # the bot's turn is over: nothing can fall back any more
                yield from self._close(sender)
        elif kind in ("bot", "agent"):
            yield from self._placed(sender, self._bot(event, sender, kind))
        elif kind in ("pause", "resume") and text_of(event, "metadata", "said_by") != "misheard":  # our own comes back
            yield from self._placed(sender, self._mute(event, sender, kind))
        elif kind == "slot" and event.get("name") == "session_started_metadata":
            details = {
                name: v for name, v in (event.get("value") or {}).items() if name in DETAILS and isinstance(v, str)
            }
            if details:
                yield from self._placed(sender, {**self._common(event, sender, "customer"), **details})

    def _close(self, sender: str) -> Iterator[dict[str, Any]]:
        waiting = self._open.pop(sender, None)
        if waiting is not None:
            yield waiting

    def _placed(self, sender: str, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """An event that names no channel: the sender's, as soon as it is known."""
        if sender in self._channels:
            yield {**event, "channel": self._channels[sender]}
        else:
            self._early.setdefault(sender, []).append(event)

    def _user(self, event: dict[str, Any], sender: str) -> dict[str, Any]:
        parsed = event.get("parse_data") or {}
        ranking = (r for r in parsed.get("intent_ranking") or () if r["name"] not in self._intents)
        guesses = [
            without_nothing(intent=r["name"], confidence=_share(r.get("confidence"))) for r in islice(ranking, GUESSES)
        ]
        intent = text_of(parsed, "intent", "name")
        failed = intent in self._intents
        text = text_of(event, "text")
        button = bool(text and text.startswith("/"))
        return without_nothing(
            **self._common(event, sender, "message"),
            channel=self._channels[sender],
            sender="user",
            text=text,
            kind="button" if button else None,
            language=text_of(event, "metadata", "language")
            or text_of(parsed, "metadata", "language")
            or self._language,
            understood=None if intent is None else not failed,
            # The fallback's own confidence is only the configured threshold: the true best guess comes after it.
            intent=None if failed else intent,
            confidence=(guesses[0].get("confidence") if guesses else None)
            if failed
            else _share(inside(parsed, "intent", "confidence")),
            alternatives=(guesses if failed else [g for g in guesses if g["intent"] != intent]) or None,
        )

    def _bot(self, event: dict[str, Any], sender: str, kind: str) -> dict[str, Any]:
        human = kind == "agent" or text_of(event, "metadata", "said_by") == "human"
        reply = text_of(event, "metadata", "misheard_reply") or ""
        # One of ours stands in the conversation already: it is the same event.
        own = {"source": "misheard", "id": reply} if human and OUR_REPLY.fullmatch(reply) else {}
        data = event.get("data") or {}
        files = [{"type": n, "url": data[n]} for n in ("image", "attachment") if isinstance(data.get(n), str)]
        return without_nothing(
            **self._common(event, sender, "message") | own,
            sender="agent" if human else "bot",
            agent=text_of(event, "metadata", "agent_id") if human else None,
            text=text_of(event, "text"),
            attachments=files or None,
        )

    def _mute(self, event: dict[str, Any], sender: str, kind: str) -> dict[str, Any]:
        return {**self._common(event, sender, "mute"), "muted": kind == "pause"}

    def _common(self, event: dict[str, Any], sender: str, type_: str) -> dict[str, Any]:
        stamp = event.get("timestamp")
        if not isinstance(stamp, int | float) or isinstance(stamp, bool):
            raise EventRejected("timestamp", "is missing or no number")
        what = text_of(event, "text") or event.get("name") or ""
        said = f"{sender}\x00{event['event']}\x00{stamp!r}\x00{what}"
        return {
            "type": type_,
            "id": hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32],
            "source": "rasa",
            "customer_id": sender,
            "at": datetime.fromtimestamp(stamp, UTC).isoformat(timespec="microseconds"),
        }


def _failed(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "understood": False}


def _share(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(w.strip() for w in (text or "").split(",") if w.strip())
