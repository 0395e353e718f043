"""Dialogflow ES interactions as a flat CSV: ES has no export of its own, so that how it is written has to be stated."""

from collections.abc import Iterator
from functools import partial

from convdata.importers import BYTE_ORDER_MARK, Line, Source
from convdata.importers._mapping import rules_of
from convdata.importers._records import column_names
from convdata.importers.mapped import read_csv_by

NAME = "dialogflow_es"
TITLE = "Dialogflow ES (CSV)"
SENTENCE = "Interactions as a flat CSV, columns named as in Dialogflow's answers; how days and numbers are written is an option."

PREFIXES = ("queryresult.", "originaldetectintentrequest.")
OF_THE_FILE = {
    "times": "iso, day-first, month-first, unix, unix-ms, or a pattern such as %d.%m.%Y %H:%M.",
    "timezone": "Of times that name no offset, such as Europe/Paris.",
    "decimal": "A comma, where numbers are written with one.",
    "delimiter": "What stands between columns, where the header does not show it.",
}
MAPPING = """
source = "dialogflow_es"

[[events]]
id = { join = "{responseId}:u" }
channel = [{ from = "source", words = { facebook = "messenger", google = "google_assistant" }, otherwise = "" }, CHANNEL]
customer_id = { from = "session", after = "/" }
session = "session"
at = "timestamp"
seq = { is = 0 }
sender = { is = "user" }
text = "queryText"
language = ["languageCode"]
understood = [
    { from = "intent.isFallback", words = { true = false, false = true, 1 = false, 0 = true, yes = false, no = true } },
    { from = "intent.displayName", words = { "Default Fallback Intent" = false }, otherwise = true },
]
intent = ["intent.displayName"]
confidence = ["intentDetectionConfidence"]

[[events]]
only_if = "fulfillmentText"
id = { join = "{responseId}:b" }
channel = [{ from = "source", words = { facebook = "messenger", google = "google_assistant" }, otherwise = "" }, CHANNEL]
customer_id = { from = "session", after = "/" }
session = "session"
at = "timestamp"
seq = { is = 1 }
sender = { is = "bot" }
text = ["fulfillmentText"]
language = ["languageCode"]
in_reply_to = { join = "{responseId}:u" }
"""
COLUMNS = (
    "responseId",
    "session",
    "timestamp",
    "queryText",
    "languageCode",
    "intent.displayName",
    "intent.isFallback",
    "intentDetectionConfidence",
    "fulfillmentText",
    "source",
)
OPTIONS = {
    "channel": "On which channel it was, where no column says so; webchat when left out.",
    **OF_THE_FILE,
    **{name: f"The name that your file has for {name}." for name in COLUMNS},
}
OTHERWISE_CALLED = {"intent": "intent.displayName", "isfallback": "intent.isFallback"}


def recognises(head: bytes, filename: str) -> int:
    first = head.removeprefix(BYTE_ORDER_MARK).split(b"\n", 1)[0].decode("utf-8", "replace")
    names = {_renamed({}, name) for name in column_names(first, COLUMNS)[0]}
    return 90 if {"responseId", "queryText"} <= names else 0


def read(source: Source) -> Iterator[Line]:
    channel = source.options.get("channel", "webchat").replace('"', "")
    stated = {name: source.options.get(name, "") for name in OF_THE_FILE}
    rules = rules_of(MAPPING.replace("CHANNEL", f'{{ is = "{channel}" }}'), **stated)
    own = {column.lower(): name for name, column in source.options.items() if name in COLUMNS}
    for line in read_csv_by(rules, source, partial(_renamed, own)):
        if isinstance(line.event, dict) and line.event.get("understood") is False:
            line.event.pop("confidence", None)  # a fallback's is 1 where nothing else fits: no certainty of anything
        yield line


def _renamed(own: dict[str, str], column: str) -> str:
    """The name that Dialogflow's answer has for a column; ``own`` are the user's names for them."""
    name = column.lower()
    if name in own:
        return own[name]
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    known = {one.lower(): one for one in COLUMNS} | OTHERWISE_CALLED
    return known.get(name, column)
