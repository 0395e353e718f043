"""Which groups a search finds for somebody who reads masked texts: those in which what they read has it.

Otherwise a search would tell them, letter by letter, what is masked. Nothing is found where something is masked, so
whatever is found is in the unmasked text too, and of that only texts in which something could be masked are looked at as
they are shown. Who types a mask itself, "EMAIL", has all of those looked at, and finds it.
"""

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

from convdata import personal
from convdata.database import Row, Store
from convdata.folding import search_words
from convdata.masking import text_as_shown
from convdata.review.normalising import LONGEST, normalised
from convdata.rights import Actor

# Stands for what is masked: neither typed nor written, so that no search reaches into it or across it.
NOTHING = "\ufdd0"
_MASKS = frozenset(personal.MASKS.values())


def found(store: Store, text: str, kind: str, bound: Mapping[str, Any], *, by: Actor) -> tuple[str, ...] | None:
    """The groups in which ``by`` would read that text. None where nothing is masked for them, or there is no text: then
    the search may look at everything.
    """
    sought = _sought(text)
    if not sought or by.reads(""):
        return None
    masks = not _MASKS.isdisjoint(re.findall(r"\w+", text))
    rows = store.ask(
        "review/found",
        kind=kind,
        text_like=like(text),
        masks=masks,
        longest=LONGEST,
        no_digit=_no_digit(),
        digits=personal.FEWEST_DIGITS,
        **bound,
    )
    groups: dict[str, None] = {}
    for row in rows:
        if row.group_id not in groups and (row.text is None or sought in _as_searched(row, masks, by)):
            groups[row.group_id] = None
    return tuple(groups)


def like(text: str) -> str | None:
    """The pattern of a search; None for one that seeks nothing."""
    sought = _sought(text)
    return f"%{sought.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%" if sought else None


def _sought(text: str) -> str:
    return " ".join(search_words(text))


def _as_searched(row: Row, masks: bool, by: Actor) -> str:
    return normalised(text_as_shown(row.text, row, by, None if masks else NOTHING, LONGEST))


@cache
def _no_digit() -> str:
    """As a class of a regular expression that both stores read: what is no digit of any script."""
    digits = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) == "Nd"]
    return f"[^{''.join(digits)}]"
