"""Numbers that prove themselves by their check digits: bank accounts, cards and national ids, found with python-stdnum.

It comes with the extra ``privacy``; without it none is found.
"""

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache

Check = tuple[str, Collection[int], Callable[[str], bool]]

# Words that hold a digit, one after the other, and perhaps one letter behind: "FR76 3000 6000", "54362315-K".
_RUN = re.compile(r"(?<!\w)[A-Za-z]{0,6}\d\w*(?:[ .\-/]\w*\d\w*)*(?:-?[A-Za-z])?(?!\w)")
_WORD = re.compile(r"\w+")
_APART = re.compile(r"[\W_]")
SHORTEST, LONGEST = 8, 34
# Those whose check says much: two digits, a letter, or a form of their own. Others would find every order number.
# Each with how long it is: a check costs 10 µs, and a text is looked through for all of them.
NATIONAL_IDS = (
    ("be", "nn", (11,)), ("br", "cpf", (11,)), ("ch", "ssn", (13,)), ("de", "idnr", (11,)), ("dk", "cpr", (10,)),
    ("es", "dni", (9,)), ("es", "nie", (9,)), ("fi", "hetu", (11,)), ("fr", "nir", (15,)), ("it", "codicefiscale", (11, 16)),
    ("no", "fodselsnummer", (11,)), ("pl", "pesel", (11,)),
)  # fmt: skip


def is_there() -> bool:
    """Whether the extra is installed."""
    return bool(_checks())


def found(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """What each is, and where it stands."""
    checks = _checks()
    if not checks or sum(letter.isdigit() for letter in text) < 7:
        return
    for run in _RUN.finditer(text):
        yield from _in_run(run.start(), run.group(), checks)


def _in_run(start: int, run: str, checks: tuple[Check, ...]) -> Iterator[tuple[str, tuple[int, int]]]:
    """The longest first, from every word on; what follows one is looked through anew."""
    words = [match.span() for match in _WORD.finditer(run)]
    place = 0
    while place < len(words):
        for last in range(len(words), place, -1):
            first, end = words[place][0], words[last - 1][1]
            number = _APART.sub("", run[first:end])
            if not SHORTEST <= len(number) <= LONGEST:
                continue
            kind = next((kind for kind, lengths, fits in checks if len(number) in lengths and fits(number)), None)
            if kind:
                yield kind, (start + first, start + end)
                place = last
                break
        else:
            place += 1


@cache
def _checks() -> tuple[Check, ...]:
    try:
        from stdnum import iban, luhn
        from stdnum.util import get_cc_module
    except ImportError:
        return ()

    def is_card(number: str) -> bool:
        return number.isascii() and number.isdigit() and bool(luhn.is_valid(number))

    def is_account(number: str) -> bool:
        return number[:2].isalpha() and bool(iban.is_valid(number))

    ids = [(get_cc_module(country, name), lengths) for country, name, lengths in NATIONAL_IDS]
    return (
        ("account", range(15, LONGEST + 1), is_account),
        ("card", range(13, 20), is_card),
        *(("id number", lengths, one.is_valid) for one, lengths in ids if one),
    )
