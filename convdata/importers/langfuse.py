"""Langfuse observations: what an LLM bot was asked and what it answered. No verdict is stated there."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, moment, need, text_of, without_nothing

NAME = "langfuse"
TITLE = "Langfuse observations"
SENTENCE = "Observations exported from Langfuse as JSON Lines; each call's last user message and its answer."
OPTIONS = {"channel": "On which channel all of it was; as the log says when left out."}


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    return 90 if {"trace_id", "start_time", "input", "output"} <= row.keys() else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_events, source.options))


def _events(options: Mapping[str, str], row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if row.get("type") not in (None, "GENERATION") or row.get("parent_observation_id"):
        return  # only the root generation: the others repeat its history
    known = [tag for tag in row.get("tags") or () if tag in ("messenger", "webchat", "google_assistant", "alexa")]
    metadata = row.get("metadata") if isinstance(row.get("metadata"), dict) else {}
    common = {
        "type": "message",
        "source": "langfuse",
        "channel": options.get("channel") or (known[0] if known else "webchat"),
        "customer_id": text_of(row, "user_id") or need(row, "session_id"),
        "session": text_of(row, "session_id"),
        "language": text_of(metadata or {}, "language"),
    }
    began = moment(need(row, "start_time"), "start_time")
    asked = _last(row.get("input"), "user")
    if asked is not None:
        yield without_nothing(**common, id=f"{need(row, 'id')}:u", at=began, seq=0, sender="user", text=asked)
    answered = _last(row.get("output"), "assistant")
    if answered is not None:
        ended = moment(row["end_time"], "end_time") if row.get("end_time") else began
        yield without_nothing(
            **common,
            id=f"{need(row, 'id')}:b",
            at=ended,
            seq=1,
            sender="bot",
            text=answered,
            in_reply_to=f"{row['id']}:u",
        )


def _last(value: Any, role: str) -> str | None:
    """The last message of that role; each call carries the whole history before it."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    if isinstance(value, dict) and "messages" in value:
        value = value["messages"]
    said = [
        m
        for m in (value if isinstance(value, list) else [value])
        if isinstance(m, dict) and m.get("role", role) == role
    ]
    content: Any = said[-1].get("content") if said else None
    if isinstance(content, list):  # parts
        content = " ".join(str(p.get("text") or p.get("content") or "") for p in content if isinstance(p, dict)).strip()
    return str(content) if isinstance(content, str) else None
