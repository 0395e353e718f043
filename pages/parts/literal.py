"""Text that customers, bots and websites wrote, shown as they wrote it (product rule 16).

Nothing else may put such text on a page: a test looks for it. ``st.text`` never makes Markdown, HTML or LaTeX of it and
never fetches anything; where only Markdown is taken (a label, a title), every mark is escaped.
"""

import re

import streamlit as st

# Characters that turn the direction of the text around them: they are shown as what they are, not obeyed.
_TURNS = {ord(c): f"[U+{ord(c):04X}]" for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
# The browser makes links of addresses also where every mark is escaped; what nobody sees between their parts keeps it off.
_ADDRESSES = re.compile(r"(?i)(?<=http)(?=\\:)|(?<=https)(?=\\:)|(?<=www)(?=\\\.)|(?=\\@)")
_JOINER = "\u2060"
LONGEST = 5_000  # characters on the screen; a megabyte takes the browser seconds


def literal(text: str | None, **layout: object) -> None:
    """Show the text as it is; a very long one is cut, and says so."""
    st.text(plain(text), **layout)  # type: ignore[arg-type]


def plain(text: str | None, longest: int = LONGEST) -> str:
    """The text without what a page could not show honestly, for elements that take no Markdown."""
    shown = (text or "").translate(_TURNS)
    if len(shown) > longest:
        shown = f"{shown[:longest]}… (shortened: {len(shown):,} characters; the download has all of it)"
    return shown


def escaped(text: str | None, longest: int = 200) -> str:
    """The text as Markdown that renders to itself, on one line, for labels and titles."""
    line = " ".join(plain(text, longest=10 * longest).split())
    line = line if len(line) <= longest else f"{line[:longest]}…"
    return _ADDRESSES.sub(_JOINER, _MARKS.sub(r"\\\1", line))
