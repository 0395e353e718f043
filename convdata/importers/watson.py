"""Watson Assistant logs (the `logs` of `/v1` and `/v2`): request and response in one entry."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "watson"
TITLE = "Watson Assistant logs"
SENTENCE = "Log entries of Watson Assistant, one a line or the whole answer of the logs call."
OPTIONS = {"channel": "On which channel it was; webchat when left out."}


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    if "request_timestamp" in row and "response" in row:
        return 90
    return 85 if isinstance(row.get("logs"), list) else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_entries, source.options))


def _entries(options: Mapping[str, str], row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in row["logs"] if isinstance(row.get("logs"), list) else [row]:
        yield from _events(options, entry)


def _events(options: Mapping[str, str], row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    response = row["response"]
    output = response.get("output") or {}
    ranked = [
        {"intent": i["intent"], "confidence": i["confidence"]}
        for i in response.get("intents") or output.get("intents") or ()
        if i.get("intent")
    ]
    context = response.get("context") or {}
    customer = (
        text_of(context, "metadata", "user_id")
        or text_of(context, "global", "system", "user_id")
        or text_of(row, "customer_id")
        or text_of(context, "conversation_id")
        or need(row, "session_id")
    )
    log = need(row, "log_id")
    common = {
        "type": "message",
        "source": "watson",
        "channel": options.get("channel", "webchat"),
        "customer_id": customer,
        "session": text_of(row, "session_id") or text_of(context, "conversation_id"),
        "language": text_of(row, "language"),
    }
    said = text_of(row, "request", "input", "text")
    if said:
        nodes = " ".join(str(n) for n in output.get("nodes_visited") or ())
        irrelevant = not ranked or "anything_else" in nodes.lower().replace(" ", "_")
        yield without_nothing(
            **common,
            id=f"{log}:u",
            at=moment(need(row, "request_timestamp"), "request_timestamp"),
            seq=0,
            sender="user",
            text=said,
            understood=not irrelevant,
            intent=ranked[0]["intent"] if ranked else None,
            confidence=ranked[0]["confidence"] if ranked else None,
            alternatives=ranked[1:] or None,
        )
    replies = output.get("text") or [inside(g, "text") for g in output.get("generic") or ()]
    for number, reply in enumerate((r for r in replies if isinstance(r, str) and r), start=1):
        yield without_nothing(
            **common,
            id=f"{log}:b{number}",
            at=moment(row.get("response_timestamp") or need(row, "request_timestamp"), "response_timestamp"),
            seq=number,
            sender="bot",
            text=reply,
            in_reply_to=f"{log}:u" if said else None,
        )
