"""The log: one line of JSON for each event, whatever is in it, and nothing in it that must not be.

Control characters, line breaks and every other character that a terminal or a reader of lines could obey are escaped, so
that no text makes a second line. Of an error its type and its places are written, never what it says: that may quote what
a customer wrote. What others than us log is cut to one line. Values of secret settings are masked, wherever they appear.
"""

import json
import logging
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

OURS = ("convdata", "routes", "misheard")
MASK = "***"
SHORTEST = 6  # letters of a secret that is looked for: masking "a" would leave nothing to read
LONGEST = 2_000
OTHERS_LONGEST = 300
PLACES = 6
# Streamlit says this of every thread that is none of its own, and of having been started by hand.
NOISE = ("missing ScriptRunContext", "No runtime found, using MemoryCacheStorageManager")


class OneLine(logging.Formatter):
    """``secrets`` are the texts that are never written."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        # The longest first: one may be a part of another.
        self._secrets = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.split(".")[0] in OURS
        try:
            text = record.getMessage()
        except Exception:  # a mistake in a log line must not be a mistake in what it is about
            text = str(record.msg)
        if not ours:
            text = (text.splitlines() or [""])[0][:OTHERS_LONGEST]
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self.masked(text[:LONGEST]),
        }
        if record.exc_info and record.exc_info[0] is not None:
            said |= {"error": record.exc_info[0].__name__, "where": places(record.exc_info[2])}
        return json.dumps(said)

    def masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def places(trace: TracebackType | None) -> list[str]:
    """Where an error happened, the innermost first."""
    found = []
    while trace is not None:
        found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[::-1][:PLACES]


def secrets_in(values: Iterable[str]) -> set[str]:
    """What of the values of secret settings is never to be written: each of several, and of a URL its password."""
    found = set()
    for value in values:
        if "://" in value:
            try:
                password = urlsplit(value).password
            except ValueError:
                password = None
            found |= {password, unquote(password)} if password else set()
        else:
            found |= {value, *(part.strip() for part in value.split(","))}
    return found - {""}


def write_one_line_each(secrets: Iterable[str] = (), stream: Any = None) -> None:
    """From now on everything that is logged in this process is written so; also what nobody has caught in a thread."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLine(secrets))
    handler.addFilter(lambda record: not any(noise in str(record.msg) for noise in NOISE))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    for ours in OURS:
        logging.getLogger(ours).setLevel(logging.INFO)
    logging.captureWarnings(True)
    threading.excepthook = _uncaught


def _uncaught(args: threading.ExceptHookArgs) -> None:
    if args.exc_type is SystemExit:
        return
    name = args.thread.name if args.thread else "?"
    exc = args.exc_value if args.exc_value is not None else args.exc_type()
    logging.getLogger("misheard").error("A thread ended: %s", name, exc_info=(args.exc_type, exc, args.exc_traceback))
