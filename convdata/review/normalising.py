"""When two utterances are the same one, and which words an utterance has.

Case, accents, spaces and the marks between and around words make no difference to what a customer wants; long numbers make none
to what it is like. Only the beginning of a pasted page is looked at.
"""

import re

from convdata.folding import fold

LONGEST = 1_000  # characters that are compared: nobody's question needs more, and a pasted page must not cost seconds

_SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_AROUND = " .,;:!?…¡¿\"'`“”„«»‹›()[]{}<>*_~|/\\-–—"
# Order numbers and the like say who asks, not what; “50 %” and “room 3” say what.
_STOPS = re.compile(r"[.,;:!?…]+(?=\s|$)")
_NUMBER = re.compile(r"\d{4,}")
# Scripts that are written without spaces between words: their characters, and pairs of them, stand for words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+|[^\w\s!-/:-@\[-`{{-~]", re.UNICODE)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]")


def normalised(text: str) -> str:
    """What is equal for two texts that say the same: "Refund??" and "  refund" do."""
    line = fold(text[:LONGEST])
    said = _SPACES.sub(" ", _STOPS.sub("", line)).strip().strip(_AROUND)
    return said or _SPACES.sub(" ", line).strip()


def words(normal: str) -> list[str]:
    """The words of a normalised text: long numbers as one word, an emoji as one, a run without spaces as its parts."""
    found: list[str] = []
    for word in _WORD.findall(_NUMBER.sub("0", normal)):
        if _UNSPACED_RUN.match(word):
            found += word
            found += (word[i : i + 2] for i in range(len(word) - 1))
        else:
            found.append(word)
    return found or ([normal[:20]] if normal else [])


def base_language(code: str | None) -> str:
    """ "en" for "en-GB": what is compared with each other. Never a guess from the text (product rule 4)."""
    return re.split(r"[-_]", (code or "und").casefold(), maxsplit=1)[0]
