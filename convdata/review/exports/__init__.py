"""The formats in which decisions leave as training data, one file each: this folder is the list.

Each has a ``FORMAT`` and ``write(examples)``, which gives the file. Texts are customers' words and may be anything; a
format never lets one become a formula, a comment, an entity or a second line.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple


class Example(NamedTuple):
    """One sentence to be learned."""

    intent: str
    text: str
    language: str


@dataclass(frozen=True)
class Format:
    """What a format is to its reader, and how its file is called."""

    key: str
    title: str
    ending: str
    mime: str
    sentence: str


Writer = Callable[[Sequence[Example]], bytes]


@cache
def formats() -> dict[str, tuple[Format, Writer]]:
    """Every format by its key, in the order of their titles."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)]
    found = {m.FORMAT.key: (m.FORMAT, m.write) for m in modules}
    return dict(sorted(found.items(), key=lambda item: item[1][0].title.casefold()))


_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200b\u202a-\u202e\u2066-\u2069]+")


def one_line(text: str) -> str:
    """The text without line ends, control characters and what turns the direction of text."""
    return " ".join(_BREAKS.sub(" ", text).split())


def not_a_formula(text: str) -> str:
    """What a spreadsheet would run is shown instead."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
