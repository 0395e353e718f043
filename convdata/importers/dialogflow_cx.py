"""Dialogflow CX interaction logs as exported to BigQuery, rows as JSON Lines: one turn a row."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "dialogflow_cx"
TITLE = "Dialogflow CX (BigQuery export)"
SENTENCE = "Rows of the interaction log table, exported as JSON Lines. The channel is webchat unless you name another."
OPTIONS = {"channel": "On which channel it was; webchat when left out."}

VERDICTS = {
    "INTENT": True,
    "DIRECT_INTENT": True,
    "PARAMETER_FILLING": True,
    "KNOWLEDGE_CONNECTOR": True,
    "PLAYBOOK": True,
    "NO_MATCH": False,
}


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    return 90 if "conversation_name" in row and "turn_position" in row else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_events, source.options.get("channel", "webchat")))


def _events(channel: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    response, signals = _opened(row.get("response")), _opened(row.get("conversation_signals"))
    result = response.get("queryResult") or {}
    match = result.get("match") or {}
    session = need(row, "conversation_name")
    customer = session.rsplit("/", 1)[-1]
    turn = f"{session}:{row['turn_position']}"
    when = moment(need(row, "request_time"), "request_time")
    common = {
        "source": "dialogflow_cx",
        "channel": channel,
        "customer_id": customer,
        "session": session if len(session) <= 256 else None,
        "at": when,
    }
    understood = VERDICTS.get(match.get("matchType", ""))
    if inside(signals, "turnSignals", "noMatch"):
        understood = False
    said = text_of(result, "text") or text_of(match, "resolvedInput") or text_of(result, "transcript")
    asked = _opened(row.get("request")).get("queryInput") or {}
    if said is not None or "text" in asked or "audio" in asked:
        yield without_nothing(
            type="message",
            **common,
            id=f"{turn}:u",
            seq=0,
            sender="user",
            text=said,
            language=text_of(result, "languageCode") or text_of(row, "language_code"),
            understood=understood,
            intent=text_of(match, "intent", "displayName"),
            confidence=match.get("confidence") if isinstance(match.get("confidence"), int | float) else None,
        )
    number = 0
    for message in result.get("responseMessages") or ():
        for reply in inside(message, "text", "text") or ():
            number += 1
            yield without_nothing(
                type="message",
                **common,
                id=f"{turn}:b{number}",
                seq=number,
                sender="bot",
                text=reply,
                language=text_of(row, "language_code"),
                in_reply_to=f"{turn}:u",
            )
    handed = any("liveAgentHandoff" in m for m in result.get("responseMessages") or ())
    if handed or inside(signals, "turnSignals", "agentEscalated"):
        yield without_nothing(
            type="status",
            **common,
            id=f"{turn}:s",
            seq=number + 1,
            status="need_help",
            reason="handed over by the agent",
        )


def _opened(value: Any) -> dict[str, Any]:
    """BigQuery exports JSON columns as objects or as their text."""
    value = json.loads(value) if isinstance(value, str) and value else value
    return value if isinstance(value, dict) else {}
