"""Amazon Lex V2 conversation logs (CloudWatch text logs): one turn a line, the bot's reply inside."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from convdata.importers import Line, Source
from convdata.importers._objects import each, head_object, inside, moment, need, text_of, without_nothing

NAME = "lex"
TITLE = "Amazon Lex V2 conversation logs"
SENTENCE = "Text logs of Lex V2, one JSON entry a line. The channel is webchat unless you name another (channel=…)."
OPTIONS = {"channel": "On which channel it was; webchat when left out."}

FALLBACKS = ("FallbackIntent", "AMAZON.FallbackIntent")


def recognises(head: bytes, filename: str) -> int:
    row = head_object(head) or {}
    return 90 if "inputTranscript" in row and "sessionId" in row and "missedUtterance" in row else 0


def read(source: Source) -> Iterator[Line]:
    return each(source, partial(_events, source.options.get("channel", "webchat")))


def _events(channel: str, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    request = need(row, "requestId")
    common = {
        "type": "message",
        "source": "lex",
        "channel": channel,
        "customer_id": need(row, "sessionId"),
        "at": moment(need(row, "timestamp")),
        "language": (text_of(row, "bot", "localeId") or "").split("_")[0] or None,
    }
    guesses = [g for g in (_guess(i) for i in row.get("interpretations") or ()) if g]
    missed = bool(row.get("missedUtterance"))
    best = next((g for g in guesses if g["intent"] not in FALLBACKS), None) if not missed else next(iter(guesses), None)
    others = [g for g in guesses if g is not best and g["intent"] not in FALLBACKS]
    yield without_nothing(
        **common,
        id=f"{request}:u",
        seq=0,
        sender="user",
        text=text_of(row, "inputTranscript"),
        understood=not missed,
        intent=best["intent"] if best else None,
        confidence=best.get("confidence") if best else None,
        alternatives=others or None,
    )
    for number, message in enumerate(row.get("messages") or ()):
        said = text_of(message, "content")
        if said:
            yield without_nothing(
                **common, id=f"{request}:b{number}", seq=number + 1, sender="bot", text=said, in_reply_to=f"{request}:u"
            )


def _guess(interpretation: dict[str, Any]) -> dict[str, Any] | None:
    name = text_of(interpretation, "intent", "name")
    if not name:
        return None
    stated = interpretation.get("nluConfidence")  # a string, and absent for the fallback
    if isinstance(stated, dict):
        stated = inside(stated, "score")
    return without_nothing(intent=name, confidence=float(stated) if stated is not None else None)
