"""Requests that Alexa sent to a skill, kept as lines: intents and slots, never the raw sentence."""

from collections.abc import Iterator
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "alexa"
TITLE = "Alexa requests"
SENTENCE = (
    "The JSON requests of an Alexa skill, one a line or one a file. Alexa never passes on what was said, only intents."
)

FALLBACK = "AMAZON.FallbackIntent"


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    return 90 if inside(row, "session", "user", "userId") and inside(row, "request", "type") else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, _events)


def _events(row: dict[str, Any]) -> list[dict[str, Any]]:
    request = row["request"]
    if request.get("type") != "IntentRequest":
        return []  # a launch or an end is no utterance
    intent = request["intent"]
    name = need(intent, "name")
    slots = [(s["name"], s["value"]) for s in (intent.get("slots") or {}).values() if s.get("value")]
    failed = name == FALLBACK
    said = f"{name}({', '.join(f'{slot}={value}' for slot, value in slots)})" if slots else name
    return [
        without_nothing(
            type="message",
            id=need(request, "requestId"),
            source="alexa",
            channel="alexa",
            customer_id=inside(row, "session", "user", "userId") or need(row["session"], "sessionId"),
            session=text_of(row, "session", "sessionId"),
            at=moment(need(request, "timestamp")),
            sender="user",
            kind="none" if failed else "derived",
            text=None if failed else said,
            language=(text_of(request, "locale") or "").split("-")[0] or None,
            understood=not failed,
            intent=name,
        )
    ]
