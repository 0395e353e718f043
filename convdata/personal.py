"""Personal data in what was written: e-mail addresses, telephone numbers, the customer's own names, and, with the extra
``privacy``, numbers that prove themselves by their check digits: bank accounts, cards, national ids.

Names of anybody but the customer are not found: that takes a model of each language (docs/decisions/0008).
"""

import re
from collections.abc import Iterable

from convdata import check_digits
from convdata.folding import fold

Spots = dict[str, list[tuple[int, int]]]

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)?\(?\d[\d\s().\-/]{5,}\d(?!\w)")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_DIGITS = re.compile(r"\d")
# Parts of names that are words of their languages first: "de", alone in a text, names nobody.
_PARTICLES = frozenset(
    [
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "les",
        "ten",
        "ter",
        "van",
        "von",
        "y",
        "zu",
    ]
)
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
FEWEST_DIGITS = 7  # in a telephone number, and in whatever proves itself by check digits
MASKS = {"e-mail": "EMAIL", "phone": "PHONE", "name": "NAME", "account": "ACCOUNT", "card": "CARD", "id number": "ID"}


def found(text: str, names: Iterable[str | None] = (), known: Iterable[str | None] = ()) -> Spots:
    """Where personal data stands in a text, by what it is. ``known`` are the customer's own e-mail and telephone."""
    spots: Spots = {kind: [] for kind in MASKS}
    spots["e-mail"] = [match.span() for match in _EMAIL.finditer(text)] if "@" in text else []
    for kind, span in check_digits.found(text):
        if not _within(span, spots["e-mail"]):
            spots[kind].append(span)
    proven = [span for places in spots.values() for span in places]
    for match in _PHONE.finditer(text) if len(_DIGITS.findall(text)) >= FEWEST_DIGITS else ():
        if _DATE.fullmatch(match.group().strip()):
            continue
        if FEWEST_DIGITS <= len(_DIGITS.findall(match.group())) <= 15 and not _touches(match.span(), proven):
            spots["phone"].append(match.span())
    folded = text.casefold()
    for value in known:
        if value and len(value) > 4 and value.casefold() in folded:
            for match in re.finditer(re.escape(value), text, re.IGNORECASE):
                kind = "e-mail" if "@" in value else "phone"
                if not _touches(match.span(), [span for places in spots.values() for span in places]):
                    spots[kind].append(match.span())
    theirs = {
        part for name in names if name for part in (fold(name), *fold(name).split()) if len(part) > 1
    } - _PARTICLES
    taken = [span for places in spots.values() for span in places]
    plain = fold(text)
    for match in _WORD.finditer(text) if any(part in plain for part in theirs) else ():
        if not _touches(match.span(), taken):
            spots["name"] += _names(match, theirs)
    return {kind: places for kind, places in spots.items() if places}


def begun(spots: Spots, longest: int) -> Spots:
    """Those that begin within that many characters."""
    return {kind: [span for span in spans if span[0] < longest] for kind, spans in spots.items()}


def masked(text: str, spots: Spots, mask: str | None = None) -> str:
    """The text with a word in capitals in place of each spot, or with ``mask``."""
    places = sorted(((span, mask or MASKS[kind]) for kind, spans in spots.items() for span in spans), reverse=True)
    for (start, end), mask in places:
        text = text[:start] + mask + text[end:]
    return text


def looks_personal(customer_id: str) -> bool:
    """Whether an id may itself say who somebody is: an address, a telephone number, or a word without any digit."""
    runs = re.findall(r"\d+", customer_id)
    if not runs or "@" in customer_id:
        return True
    if not re.search(r"[^\W\d_]", customer_id):
        runs.append("".join(runs))
    return any(7 <= len(run) <= 15 for run in runs)


def _names(word: re.Match[str], theirs: set[str]) -> list[tuple[int, int]]:
    """The whole word, or that part of one put together ("Byron's", "ada-louise") which is their name."""
    if fold(word.group()) in theirs:
        return [word.span()]
    start = word.start()
    return [
        (start + part.start(), start + part.end())
        for part in re.finditer(r"[^\W_]+", word.group())
        if fold(part.group()) in theirs
    ]


def _touches(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _within(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)
