"""Numbers that prove themselves by their check digits: bank accounts, cards and national ids, found with python-stdnum.

It comes with the extra ``privacy``; without it none is found.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

Check = tuple[str, Callable[[str], bool]]

# Words that hold a digit, one after the other, and perhaps one letter behind: "FR76 3000 6000", "54362315-K".
_RUN = re.compile(r"(?<!\w)[A-Za-z]{0,6}\d\w*(?:[ .\-/]\w*\d\w*)*(?:-?[A-Za-z])?(?!\w)")
_WORD = re.compile(r"\w+")
_APART = re.compile(r"[\W_]")
SHORTEST, LONGEST = 8, 34
# Those whose check says much: two digits, a letter, or a form of their own. Others would find every order number.
NATIONAL_IDS = (
    ("be", "nn"), ("br", "cpf"), ("ch", "ssn"), ("de", "idnr"), ("dk", "cpr"), ("es", "dni"), ("es", "nie"), ("fi", "hetu"),
    ("fr", "nir"), ("it", "codicefiscale"), ("no", "fodselsnummer"), ("pl", "pesel"),
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
            kind = next((kind for kind, fits in checks if fits(number)), None)
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
        return number.isascii() and number.isdigit() and 13 <= len(number) <= 19 and bool(luhn.is_valid(number))

    ids = [get_cc_module(country, name) for country, name in NATIONAL_IDS]
    return (("account", iban.is_valid), ("card", is_card), *(("id number", one.is_valid) for one in ids if one))
