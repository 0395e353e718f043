"""What an event is, and whether this is one (the format of the interfaces, version 1).

Reading is strict about what it needs and deaf to what it does not know: unknown fields are ignored and counted. Texts
are mended once, here, so that both stores hold the same: U+0000 and lone surrogates become U+FFFD.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from convdata.errors import EventRejected

Id = Annotated[str, Meta(min_length=1, max_length=256, pattern=r"\S")]  # blanks alone name nobody
Short = Annotated[str, Meta(max_length=256)]
Line = Annotated[str, Meta(max_length=4096)]
At = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Share = Annotated[float, Meta(ge=0, le=1)]

LONGEST_TEXT = 64 * 1024  # bytes of UTF-8
DEEPEST = 64
EARLIEST = datetime(2000, 1, 1)
_EARLIEST_UTC = EARLIEST.replace(tzinfo=UTC)
LATEST = timedelta(hours=24)
LONGEST_MUTE_BY_EVENT = timedelta(hours=72)


class Alternative(msgspec.Struct):
    """What the bot also considered."""

    intent: Short
    confidence: Share | None = None


class Attachment(msgspec.Struct):
    """Shown as text, never fetched."""

    type: Short
    url: Annotated[str, Meta(max_length=8192)] | None = None


class Event(msgspec.Struct, kw_only=True):
    """What all events have. ``at`` carries its offset; ``when`` is the same as UTC without zone."""

    id: Id
    channel: Id
    customer_id: Id
    at: At
    source: Id = "events"
    seq: Count | None = None
    session: Short | None = None

    @property
    def when(self) -> datetime:
        at = self.at
        return at.replace(tzinfo=None) if at.tzinfo is UTC else at.astimezone(UTC).replace(tzinfo=None)


class Message(Event, kw_only=True):
    sender: Literal["user", "bot", "agent"]
    text: str | None = None
    kind: Literal["typed", "button", "derived", "none"] = "typed"
    language: Annotated[str, Meta(min_length=1, max_length=35)] | None = None
    understood: bool | None = None
    intent: Short | None = None
    confidence: Share | None = None
    alternatives: Annotated[list[Alternative], Meta(max_length=100)] | None = None
    agent: Short | None = None
    in_reply_to: Short | None = None
    attachments: Annotated[list[Attachment], Meta(max_length=100)] | None = None


class Customer(Event, kw_only=True):
    first_name: Line | None | UnsetType = UNSET
    last_name: Line | None | UnsetType = UNSET
    photo_url: Line | None | UnsetType = UNSET
    email: Line | None | UnsetType = UNSET
    phone_number: Line | None | UnsetType = UNSET
    gtu_accepted: bool | Line | None | UnsetType = UNSET
    comments: str | None | UnsetType = UNSET
    data: dict[str, Any] | None | UnsetType = UNSET


class StatusSaid(Event, kw_only=True):
    status: Literal["need_help", "ok"]
    reason: Line | None = None


class MuteSaid(Event, kw_only=True):
    muted: bool
    until: At | None = None
    reason: Line | None = None


# The same, taking nothing but what they know.
class _ExactMessage(Message, kw_only=True, tag_field="type", tag="message", forbid_unknown_fields=True, gc=False): ...


class _ExactCustomer(Customer, kw_only=True, tag_field="type", tag="customer", forbid_unknown_fields=True): ...


class _ExactStatus(StatusSaid, kw_only=True, tag_field="type", tag="status", forbid_unknown_fields=True): ...


class _ExactMute(MuteSaid, kw_only=True, tag_field="type", tag="mute", forbid_unknown_fields=True): ...


TYPES: dict[str, type[Event]] = {"message": Message, "customer": Customer, "status": StatusSaid, "mute": MuteSaid}
_KNOWN = {name: frozenset((*type_.__struct_fields__, "type")) for name, type_ in TYPES.items()}
_decode = msgspec.json.Decoder().decode
_decode_exactly = msgspec.json.Decoder(_ExactMessage | _ExactCustomer | _ExactStatus | _ExactMute).decode
# Escapes of what has to be mended (U+0000, surrogates) are seen in the JSON before it is decoded.
_MENDABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])").search


def read_json(line: bytes) -> Any:
    """One JSON value. Raises EventRejected, naming what is wrong and never what was in it."""
    try:
        return _decode(line)
    except RecursionError:
        raise EventRejected("line", f"nested deeper than {DEEPEST} levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A lone surrogate is legal JSON that the quick decoder refuses; the slow one tells it from real damage.
        return _read_json_slowly(line)


def _read_json_slowly(line: bytes) -> Any:
    def no_number(word: str) -> None:
        raise EventRejected("line", f"{word} is not a number in JSON")

    def finite(digits: str) -> float:
        number = float(digits)
        if number in (float("inf"), float("-inf")):
            no_number("A number that large")
        return number

    try:
        return json.loads(line.decode("utf-8"), parse_constant=no_number, parse_float=finite)
    except UnicodeDecodeError as wrong:
        raise EventRejected("line", f"not UTF-8 at byte {wrong.start + 1}") from None
    except RecursionError:
        raise EventRejected("line", f"nested deeper than {DEEPEST} levels") from None
    except json.JSONDecodeError as wrong:
        raise EventRejected(
            "line", f"not JSON: {wrong.msg[0].lower()}{wrong.msg[1:]} at character {wrong.pos + 1}"
        ) from None
    except ValueError:
        raise EventRejected("line", "holds a number too long to be one") from None


def read_event(raw: Any, *, channels: frozenset[str], now: datetime) -> tuple[Event, int]:
    """The event in a decoded object, and how many of its fields were unknown.

    ``now`` is UTC without zone. Raises EventRejected with the field and the reason.
    """
    if not isinstance(raw, dict):
        raise EventRejected("line", "not an object")
    type_name = raw.get("type")
    type_ = TYPES.get(type_name) if isinstance(type_name, str) else None
    if type_ is None:
        raise EventRejected("type", f"must be one of {', '.join(TYPES)}")
    raw = _mended_object(raw)
    try:
        event = msgspec.convert(raw, type_)
    except msgspec.ValidationError as wrong:
        raise _rejection(str(wrong), type_) from None
    except RecursionError:
        raise EventRejected("data", f"nested deeper than {DEEPEST} levels") from None
    check(event, channels, now)
    known = _KNOWN[str(type_name)]
    return event, sum(name not in known for name in raw)


class EventReader:
    """``read_event`` for very many: events that are entirely as they should be are recognised without a detour."""

    def __init__(self, channels: frozenset[str], now: datetime) -> None:
        self._channels = channels
        self._now = now
        self._latest = (now + LATEST).replace(tzinfo=UTC)

    def from_json(self, line: bytes) -> tuple[Event, int]:
        """The event in a line of JSON, and how many of its fields were unknown. Raises EventRejected."""
        if not _MENDABLE(line):
            try:
                event = _decode_exactly(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # what is wrong, or merely unusual, is found out below
            else:
                # The usual message passes here; whatever does not is looked at in full.
                if not (
                    type(event) is _ExactMessage
                    and event.channel in self._channels
                    and _EARLIEST_UTC <= event.at <= self._latest
                    and (event.text is None or len(event.text) < LONGEST_TEXT // 4)
                ):
                    check(event, self._channels, self._now)
                return event, 0
        return self.from_object(read_json(line))

    def from_object(self, raw: Any) -> tuple[Event, int]:
        return read_event(raw, channels=self._channels, now=self._now)


def check(event: Event, channels: frozenset[str], now: datetime) -> None:
    """What the fields' types do not say. Raises EventRejected."""
    if event.channel not in channels:
        raise EventRejected(
            "channel", f"must be one of {', '.join(sorted(channels))}; declare others in MISHEARD_CHANNELS"
        )
    _check_time("at", event.at, now)
    if isinstance(event, Message):
        _check_text("text", event.text)
    elif isinstance(event, Customer):
        _check_text("comments", event.comments)
        if event.data:
            _check_depth(event.data)
            _check_text("data", json.dumps(event.data))
    elif isinstance(event, MuteSaid):
        _check_until(event)


def mended(text: str) -> str:
    """The text with U+0000 and lone surrogates as U+FFFD; both stores can hold it."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _mended_object(raw: dict[str, Any]) -> dict[str, Any]:
    for name, value in raw.items():
        if type(value) is str:
            if "\x00" in value or not value.isascii():
                better = mended(value)
                if better is not value:
                    raw = {**raw, name: better}
        elif type(value) in (dict, list) and name in ("data", "alternatives", "attachments"):
            raw = {**raw, name: _mended_value(value, 0)}
    return raw


def _mended_value(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise EventRejected("data", f"nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, dict):
        return {mended(str(k)): _mended_value(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [_mended_value(v, depth + 1) for v in value]
    return value


def _rejection(message: str, type_: type[Event]) -> EventRejected:
    """What msgspec says, as field and reason; an enum's message repeats the value, so it is said anew."""
    text, _, path = message.partition(" - at `$")
    missing = re.match(r"Object missing required field `(\w+)`", text)
    field = missing.group(1) if missing else (re.findall(r"\w+", path) or ["line"])[0]
    if missing and path.strip("`. "):
        field = re.findall(r"\w+", path)[0]
    if missing:
        return EventRejected(field, "is missing")
    if text.startswith("Invalid enum value"):
        allowed = re.findall(r"'(\w+)'", str(type_.__annotations__.get(field, "")))
        return EventRejected(
            field, f"must be one of {', '.join(allowed)}" if allowed else "has a value that is not allowed"
        )
    if "timezone component" in text or "RFC3339" in text or "Invalid" in text or "`datetime`" in text:
        return EventRejected(field, "must be a time like 2026-08-09T10:17:19.867Z, with an offset or Z")
    if "matching regex" in text:
        return EventRejected(field, "must not be blank")
    return EventRejected(field, text[0].lower() + text[1:].replace("`", ""))


def _check_time(field: str, at: datetime, now: datetime) -> None:
    try:
        when = at.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        when = datetime.min if at.year < 2000 else datetime.max
    if when < EARLIEST:
        raise EventRejected(field, "is before the year 2000")
    if when > now + LATEST:
        raise EventRejected(field, "is more than 24 hours in the future")


def _check_text(field: str, text: Any) -> None:
    # A character is at most four bytes: most texts need no counting.
    if isinstance(text, str) and len(text) * 4 > LONGEST_TEXT and len(text.encode()) > LONGEST_TEXT:
        raise EventRejected(field, "is longer than 64 KiB")


def _check_until(event: MuteSaid) -> None:
    if event.until is None:
        return
    if event.until <= event.at:
        raise EventRejected("until", "is not after at")
    if event.until - event.at > LONGEST_MUTE_BY_EVENT:
        raise EventRejected("until", "is more than 72 hours after at")


def _check_depth(value: Any, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise EventRejected("data", f"nested deeper than {DEEPEST} levels")
    inner: Iterator[Any] = iter(())
    if isinstance(value, Mapping):
        inner = iter(value.values())
    elif isinstance(value, list):
        inner = iter(value)
    for item in inner:
        _check_depth(item, depth + 1)
