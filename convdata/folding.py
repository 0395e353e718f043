"""Text folded for searching: case and accents are ignored, the same way on both stores."""

import re
import unicodedata

# What Unicode does not take apart although people type it as the plain letter.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ß": "ss"}
)


def fold(text: str) -> str:
    """Lower case without accents: “Łódź” and “lodz” fold to the same."""
    if text.isascii():
        return text.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return plain.translate(_LETTERS)


def search_key(customer_id: str, *fields: str | None) -> str:
    """What the search box looks through: names, e-mail, phone and customer id, one a line, folded.

    A phone number is there twice, as written and as bare digits, so that “0612” finds “+33 6 12”.
    """
    lines = [field for field in fields if field]
    digits = [re.sub(r"\D", "", field) for field in lines if re.fullmatch(r"[+\d][\d\s()./-]{5,}", field)]
    return fold("\n".join((*lines, *digits, customer_id)))


def search_words(text: str) -> list[str]:
    """The words of a search, folded; at most eight, so that a pasted page does not become eight hundred conditions."""
    return fold(text[:200]).split()[:8]
