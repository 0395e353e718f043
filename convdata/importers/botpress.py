"""Botpress v12's table `events`, rows as JSON Lines; also messages exported from Botpress Cloud (without verdicts)."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "botpress"
TITLE = "Botpress events"
SENTENCE = "Rows of Botpress v12's events table, or messages of Botpress Cloud, as JSON Lines."
OPTIONS = {"channel": "On which channel all of it was; as the log says when left out."}

CHANNELS = {"web": "webchat", "messenger": "messenger", "api": "webchat"}


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    if {"botId", "direction", "target", "event"} <= row.keys():
        return 90
    return 80 if {"conversationId", "userId", "direction", "payload"} <= row.keys() else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_events, source.options))


def _events(options: Mapping[str, str], row: dict[str, Any]) -> list[dict[str, Any]]:
    return _cloud(options, row) if "conversationId" in row else _v12(options, row)


def _v12(options: Mapping[str, str], row: dict[str, Any]) -> list[dict[str, Any]]:
    event = json.loads(row["event"]) if isinstance(row.get("event"), str) else row.get("event") or {}
    kind = row.get("type")
    if kind not in ("text", "quick_reply", "file", "image"):
        return []  # visits, session references and the like are no messages
    incoming = row.get("direction") == "incoming"
    nlu = event.get("nlu") or {}
    name = text_of(nlu, "intent", "name")
    guesses = [
        {"intent": g["name"], "confidence": g["confidence"]} for g in nlu.get("intents") or () if g.get("name") != name
    ]
    channel = need(row, "channel")
    return [
        without_nothing(
            type="message",
            id=f"{need(row, 'botId')}:{need(row, 'id')}",
            source="botpress",
            channel=options.get("channel") or CHANNELS.get(channel, channel),
            customer_id=need(row, "target"),
            session=text_of(row, "sessionId"),
            # The row's id is the process's uptime, no clock: only createdOn orders (facts of the connectors).
            at=moment(need(row, "createdOn"), "createdOn"),
            sender="user" if incoming else "bot",
            kind="button" if kind == "quick_reply" else "typed",
            text=text_of(event, "preview"),
            language=text_of(nlu, "language") or text_of(event, "state", "user", "language"),
            understood=(name != "none") if incoming and kind == "text" and name else None,
            intent=name if incoming else None,
            confidence=inside(nlu, "intent", "confidence") if incoming else None,
            alternatives=(guesses or None) if incoming else None,
            in_reply_to=f"{row['botId']}:{row['incomingEventId']}"
            if not incoming and row.get("incomingEventId")
            else None,
        )
    ]


def _cloud(options: Mapping[str, str], row: dict[str, Any]) -> list[dict[str, Any]]:
    incoming = row.get("direction") == "incoming"
    return [
        without_nothing(
            type="message",
            id=need(row, "id"),
            source="botpress",
            channel=options.get("channel", "webchat"),
            # The customer of both directions is whom the conversation belongs to; a bot's userId is its own.
            customer_id=need(row, "conversationId"),
            at=moment(need(row, "createdAt"), "createdAt"),
            sender="user" if incoming else "bot",
            text=text_of(row, "payload", "text"),
        )
    ]
