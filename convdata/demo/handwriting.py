"""How a sentence arrives: typed in a hurry, or heard by a loudspeaker."""

import re
from random import Random

_SENTENCE_MARKS = re.compile(r"[¿¡«»„“\"]|\s*[?!.,;:…]+(?=\s|$)")


def typed(rng: Random, text: str) -> str:
    """Sometimes without the capital, sometimes without the full stop, now and then with a slip of the finger."""
    if rng.random() < 0.3:
        text = text[0].lower() + text[1:]
    if rng.random() < 0.25:
        text = text.rstrip("?!. ").lstrip("¿¡") or text
    if rng.random() < 0.07:
        text = _slip(rng, text)
    return text


def spoken(text: str) -> str:
    """Speech has no punctuation, and no capital at the beginning."""
    heard = _SENTENCE_MARKS.sub("", text).strip()
    return heard[:1].lower() + heard[1:]


def _slip(rng: Random, text: str) -> str:
    """Two neighbouring letters in the wrong order, or one missing, inside a word."""
    words = [word for word in re.finditer(r"[^\W\d_]{5,}", text) if word.group().islower()]
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 2)
    if rng.random() < 0.6:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :]
