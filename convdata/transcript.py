"""What was said and done in one conversation, in its order and in words: the same on the page and on paper.

The texts in here are as customers, bots and agents wrote them; whoever shows them shows them literally.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from convdata.conversations import Said
from convdata.database import Row
from convdata.periods import local
from convdata.silences import kept_from_the_visitor
from convdata.vocabulary import Act, Kind, Sender

# An intent and how sure the bot was of it.
Guess = tuple[str, float | None]

NO_TEXT = "no text came from the channel"
NOT_SHOWN = "not shown to the visitor: the bot was muted"
NOTES = {Kind.BUTTON: "button", Kind.DERIVED: "put together from the intent"}
# What frameworks call the intent that stands for "none of these".
_FALLBACKS = ("fallback", "out_of_scope", "none", "unknown")


@dataclass(frozen=True)
class Entry:
    """One line of a transcript. ``kind`` is *message*, *record* (something was done), *day* or *session* (a separator).

    ``mark`` says what went wrong, ``hint`` what the bot made of it, ``quote`` is the reason that somebody gave.
    """

    id: str
    kind: str
    at: datetime
    text: str | None = None
    sender: str = ""
    name: str = ""
    mark: str = ""
    hint: str = ""
    note: str = ""
    quote: str = ""
    attachments: list[str] = field(default_factory=list)


def entries(said: Said, zone: ZoneInfo, customer_name: str) -> list[Entry]:
    """The transcript, oldest first, with a separator before each new day and each new session of the source."""
    lines = [(m.sent_at, 0, _message(m, customer_name, said.silences)) for m in said.messages]
    lines += [(r.done_at, -1 if r.act == Act.MUTE else 1, _record(r)) for r in said.records]  # who answers mutes first
    lines.sort(key=lambda line: line[:2])  # stable: messages of one moment stay in their order
    sessions = {str(m.event_key): m.session for m in said.messages}
    return list(_separated([entry for _, _, entry in lines], sessions, zone))


def best_guess(message: Row) -> Guess | None:
    """The intent that a bot would have chosen, had it been sure: the first that is not its word for "none of these"."""
    ranked = _ranking(message)
    return next((guess for guess in ranked if not _is_fallback(guess[0])), ranked[0] if ranked else None)


def duration(length: timedelta) -> str:
    """ "30 min", "4 h", "71 h 30 min"."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return (
        " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)
        or "0 min"
    )


def day_title(when: datetime) -> str:
    return f"{when:%A} {when.day} {when:%B %Y}"


def _separated(lines: Sequence[Entry], sessions: dict[str, str | None], zone: ZoneInfo) -> Iterator[Entry]:
    day = session = None
    for entry in lines:
        here = local(entry.at, zone)
        now_in = sessions.get(entry.id)
        if here.date() != day:
            day = here.date()
            yield Entry(f"day-{day}", "day", entry.at, day_title(here))
        elif now_in and session and now_in != session:
            yield Entry(f"session-{entry.id}", "session", entry.at, "new session")
        session = now_in or session
        yield entry


def _message(m: Row, customer_name: str, silences: Sequence[Row]) -> Entry:
    names = {Sender.USER: customer_name, Sender.BOT: "Bot", Sender.AGENT: m.agent or "Agent"}
    ranked = _ranking(m) if m.sender == Sender.USER else []
    mark = hint = ""
    if m.understood is False:
        guess = best_guess(m)
        mark = f"not understood · best guess {_said_sure(*guess)}" if guess else "not understood"
        hint = _hint(ranked, guess)
    elif ranked:
        hint = f"intent {_said_sure(*ranked[0])}"
    attached = [_attachment(a) for a in json.loads(m.attachments or "[]")]
    return Entry(
        m.event_key,
        "message",
        m.sent_at,
        m.text if m.text is not None or attached else None,
        m.sender,
        names[m.sender],
        mark,
        hint,
        _note(m, silences),
        attachments=attached,
    )


def _note(m: Row, silences: Sequence[Row]) -> str:
    if m.sender == Sender.USER:
        return NOTES.get(m.kind, "")
    return NOT_SHOWN if kept_from_the_visitor(m, silences) else ""


def _record(r: Row) -> Entry:
    words = {
        Act.MUTE: f"the bot was muted by {r.actor}{_for_how_long(r)}",
        Act.UNMUTE: f"the bot answers again, unmuted by {r.actor}",
        Act.UNMUTE_AUTOMATIC: "the bot answers again (automatic"
        + (f", after {duration(r.done_at - r.muted_at)})" if r.muted_at else ")"),
        Act.STATUS_NEED_HELP: f"Need Help set by {r.actor}",
        Act.STATUS_OK: f"Need Help cleared by {r.actor}",
    }
    return Entry(r.record_id, "record", r.done_at, words[r.act], quote=r.reason or "")


def _for_how_long(r: Row) -> str:
    until = json.loads(r.details or "{}").get("until")
    if not until:
        return ""
    return f" for {duration(datetime.fromisoformat(until).replace(tzinfo=None) - r.done_at)}"


def _ranking(m: Row) -> list[Guess]:
    """What the bot took the message for, the most likely first."""
    ranked: list[Guess] = [(m.intent, m.confidence)] if m.intent else []
    for other in json.loads(m.alternatives or "[]"):
        if other["intent"] not in (name for name, _ in ranked):
            ranked.append((other["intent"], other.get("confidence")))
    return ranked


def _is_fallback(intent: str) -> bool:
    return any(word in intent.casefold() for word in _FALLBACKS)


def _hint(ranked: Sequence[Guess], guess: Guess | None) -> str:
    """The next best guess, and the bot's own word for having none."""
    runner_up = next((r for r in ranked if r != guess and not _is_fallback(r[0])), None)
    none_of_these = next((r for r in ranked if r != guess and _is_fallback(r[0])), None)
    parts = (
        f"runner-up {_said_sure(*runner_up)}" if runner_up else "",
        f"intent {_said_sure(*none_of_these)}" if none_of_these else "",
    )
    return " · ".join(part for part in parts if part)


def _said_sure(intent: str, confidence: float | None) -> str:
    return intent if confidence is None else f"{intent} {confidence:.0%}".replace("%", " %")


def _attachment(attached: dict[str, str | None]) -> str:
    return ": ".join(part for part in (attached["type"], attached.get("url")) if part)
