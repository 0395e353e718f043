"""Personal data in what customers wrote: e-mail addresses, telephone numbers, and the customer's own names."""

import re
from collections.abc import Iterable

from convdata.folding import fold

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\(?\d[\d\s().\-/]{5,}\d(?!\w)")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_DIGITS = re.compile(r"\d")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
MASKS = {"e-mail": "EMAIL", "phone": "PHONE", "name": "NAME"}


def found(
    text: str, names: Iterable[str | None] = (), known: Iterable[str | None] = ()
) -> dict[str, list[tuple[int, int]]]:
    """Where personal data stands in a text, by what it is. ``known`` are the customer's own e-mail and telephone."""
    spots: dict[str, list[tuple[int, int]]] = {"e-mail": [], "phone": [], "name": []}
    spots["e-mail"] = [match.span() for match in _EMAIL.finditer(text)]
    for match in _PHONE.finditer(text):
        if _DATE.fullmatch(match.group().strip()):
            continue
        if 7 <= len(_DIGITS.findall(match.group())) <= 15 and not _within(match.span(), spots["e-mail"]):
            spots["phone"].append(match.span())
    for value in known:
        if value and len(value) > 4:
            for match in re.finditer(re.escape(value), text, re.IGNORECASE):
                kind = "e-mail" if "@" in value else "phone"
                if not _within(match.span(), spots[kind]):
                    spots[kind].append(match.span())
    theirs = {part for name in names if name for part in (fold(name), *fold(name).split()) if len(part) > 1}
    for match in _WORD.finditer(text):
        if fold(match.group()) in theirs and not _within(match.span(), spots["e-mail"]):
            spots["name"].append(match.span())
    return {kind: places for kind, places in spots.items() if places}


def masked(text: str, spots: dict[str, list[tuple[int, int]]]) -> str:
    """The text with a word in capitals in place of each spot."""
    places = sorted(((span, MASKS[kind]) for kind, spans in spots.items() for span in spans), reverse=True)
    for (start, end), mask in places:
        text = text[:start] + mask + text[end:]
    return text


def _within(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)
