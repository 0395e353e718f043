"""What is known by its looks and is no log that can be imported, each with what to do instead."""

import re
from typing import NamedTuple


class Known(NamedTuple):
    """``marks`` are all of them in such a file's beginning."""

    marks: tuple[bytes, ...]
    sentence: str


KNOWN = (
    Known(
        (rb"\ASQLite format 3\x00",),
        "is an SQLite database; name it by its address instead, sqlite:///{name}, and only Rasa's tracker store is read.",
    ),
    Known(
        (rb'"object"\s*:\s*"page"', rb'"(messaging|standby)"\s*:'),
        "is a webhook of Messenger; these come in by themselves, at /webhooks/messenger (README).",
    ),
    Known(
        (rb'"queryResult"\s*:', rb'"responseId"\s*:'),
        "is what Dialogflow ES sends to a webhook, which does not say when it was; write each with its time as a row of a CSV "
        "(docs/import.md).",
    ),
    Known(
        (rb'"session_id"\s*:', rb'"raw_message"\s*:', rb'"direction"\s*:'),
        "is Botpress's hitl_messages, which do not say to whom they belong; import its table events.",
    ),
    Known(
        (rb'"resolutionType"\s*:', rb'"eventId"\s*:'),
        "is Botpress's table misunderstood, a work list and no log: what was treated before is not in it. Import its table events.",
    ),
    Known(
        (rb'"resource"\s*:\s*"handoff"',),
        "is a webhook of Botpress's handoffs; send it as a status event instead (docs/connect-your-bot.md).",
    ),
    Known(
        (rb'"gen_ai\.[a-z._]+"\s*:',),
        "holds spans of OpenTelemetry, whose names for conversations are not stable yet; say with a mapping what is in it "
        "(docs/import.md).",
    ),
    Known(
        (rb'"recipient_id"\s*:', rb'"text"\s*:'),
        "is what Rasa's callback connector sent out: it holds no times and none of the customers' messages. Import the tracker "
        "store, or an event broker's file.",
    ),
    Known(
        (rb"(?m)^version: ?[\"']?[23]", rb"(?m)^nlu:"),
        "is training data and no conversation; it is taken in on the Review page.",
    ),
)


def known_elsewhere(head: bytes, name: str) -> str | None:
    """The sentence about what such a file is, where it is one of these."""
    for one in KNOWN:
        if all(re.search(mark, head) for mark in one.marks):
            return f"{name} {one.sentence.replace('{name}', name)}"
    return None
