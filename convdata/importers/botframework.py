"""Bot Framework transcripts: an array of activities; what was understood stands in a later trace."""

from collections.abc import Iterator
from typing import Any

from convdata.errors import EventRejected, FileUnreadable
from convdata.events import read_json
from convdata.importers import Line, Source
from convdata.importers._objects import LONGEST_WHOLE, inside, moment, need, text_of, without_nothing

NAME = "botframework"
TITLE = "Bot Framework transcript"
SENTENCE = (
    "A .transcript file of activities. Verdicts come from LUIS traces; the channel is webchat unless you name another."
)
OPTIONS = {"channel": "On which channel it was; webchat when left out."}

TRACE = "https://www.luis.ai/schemas/trace"


def recognises(head: bytes, filename: str) -> int:
    if filename.lower().endswith(".transcript"):
        return 95
    return 70 if b'"channelId"' in head and b'"conversation"' in head and b'"recipient"' in head else 0


def read(source: Source) -> Iterator[Line]:
    whole = source.file.read(LONGEST_WHOLE + 1)
    if len(whole) > LONGEST_WHOLE:
        raise FileUnreadable(f"{source.name} is a transcript of more than 64 MiB; split it.")
    try:
        value = read_json(whole.removeprefix(b"\xef\xbb\xbf"))
    except EventRejected as wrong:
        raise FileUnreadable(f"{source.name} cannot be read as a transcript: {wrong.reason}.") from None
    activities = value.get("transcript") if isinstance(value, dict) else value
    if not isinstance(activities, list):
        raise FileUnreadable(f"{source.name} is no transcript: it holds no list of activities.")
    bots = {inside(a, "recipient", "id") for a in activities if inside(a, "recipient", "role") == "bot"}
    traces = {a.get("replyToId"): a for a in activities if isinstance(a, dict) and a.get("valueType") == TRACE}
    for number, activity in enumerate(activities, start=1):
        try:
            if not isinstance(activity, dict):
                raise EventRejected("line", "not an object")
            if activity.get("type") == "message":
                channel = source.options.get("channel", "webchat")
                yield Line(number, _message(activity, bots, traces.get(activity.get("id")), channel))
        except EventRejected as wrong:
            yield Line(number, None, (wrong.field, wrong.reason))


def _message(activity: dict[str, Any], bots: set[Any], trace: Any, channel: str) -> dict[str, Any]:
    of_bot = inside(activity, "from", "role") == "bot" or inside(activity, "from", "id") in bots
    person = inside(activity, "recipient" if of_bot else "from", "id")
    scores = inside(trace, "value", "recognizerResult", "intents") or {}
    ranked = sorted(
        ((name, float(inside(s, "score") or 0)) for name, s in scores.items()), key=lambda guess: guess[1], reverse=True
    )
    guesses = [{"intent": name, "confidence": score} for name, score in ranked]
    files = [
        without_nothing(type=text_of(a, "contentType") or "file", url=text_of(a, "contentUrl"))
        for a in activity.get("attachments") or ()
    ]
    return without_nothing(
        type="message",
        id=need(activity, "id"),
        source="botframework",
        channel=channel,
        customer_id=person or inside(activity, "conversation", "id"),
        session=text_of(activity, "conversation", "id"),
        at=moment(need(activity, "timestamp")),
        sender="bot" if of_bot else "user",
        text=text_of(activity, "text"),
        understood=None if of_bot or not guesses else guesses[0]["intent"] != "None",
        intent=guesses[0]["intent"] if guesses and not of_bot else None,
        confidence=guesses[0]["confidence"] if guesses and not of_bot else None,
        alternatives=guesses[1:] or None if not of_bot else None,
        in_reply_to=text_of(activity, "replyToId"),
        attachments=files or None,
    )
