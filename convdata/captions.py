"""What the marks of a chart say in words. Names and languages are data, and Plotly reads tags: they are made harmless."""

from datetime import date
from html import escape

from convdata.channels import channel, language_title
from convdata.intervals import changed
from convdata.marks import Mark
from convdata.stats import Measure

_TURNS = {ord(c): f"[U+{ord(c):04X}]" for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
LONGEST = 40  # characters of a name; a longer one would crush the chart


def percent(share: float | None) -> str:
    """ "12.4 %"; whole numbers say so, and little is never nothing."""
    if share is None:
        return "–"
    if 0 < share < 0.0005:
        return "<0.1 %"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return "100 %" if share == 1 else f"{share * 100:.1f} %" if share else "0 %"


def label(mark: Mark, longest: int = LONGEST) -> str:
    """What a mark stands for, short and harmless: names and languages are data, and Plotly reads tags."""
    return escape(named(mark, longest), quote=False)


def named(mark: Mark, longest: int = LONGEST) -> str:
    """What a mark stands for, short; for where no tags are read."""
    parts = []
    if mark.channel:
        parts.append(channel(mark.channel).title)
    if mark.language:
        parts.append(language_title(mark.language))
    return " · ".join(short(part, longest) for part in parts)


def literal(text: str, longest: int = LONGEST) -> str:
    """The text for Plotly, which reads tags and few entities (quotes it would show as &quot;), and obeys turns of direction."""
    return escape(short(text, longest), quote=False)


def short(text: str, longest: int = LONGEST) -> str:
    """The text in one line, not longer than fits; turns of direction are shown, and turn nothing."""
    text = " ".join(text.translate(_TURNS).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def says(mark: Mark, measure: Measure) -> str:
    """All about a mark, for the pointer."""
    if not mark.whole:
        return f"no eligible {measure.unit}"
    low, high = mark.interval
    share = f"too few to say a rate: {mark.part:,} of {mark.whole:,}" if mark.few else (
        f"<b>{percent(mark.rate)}</b> · {mark.part:,} of {mark.whole:,} {measure.unit}<br>"
        f"95 % interval {percent(low)} to {percent(high)}"
    )  # fmt: skip
    opens = f"{mark.opens:,} conversation{'' if mark.opens == 1 else 's'}"
    return f"{share}<br>{f'click opens {opens}' if mark.opens else 'nothing to open'}"


def points(mark: Mark, earlier: Mark | None) -> str:
    """The change against the period before as a line of a cell; nothing where one of the two is too few to say."""
    said, real = moved(mark, earlier)
    return f"<br><b>{said}</b>" if real else f"<br>{said}" if said else ""


def moved(mark: Mark, earlier: Mark | None) -> tuple[str, bool]:
    """How many points up or down since the period before, and whether chance does not explain it (a hollow arrow: it may);
    "" where one is too few.
    """
    if earlier is None or mark.few or earlier.few:
        return "", False
    points = ((mark.rate or 0) - (earlier.rate or 0)) * 100
    if abs(points) < 0.05:
        return "±0", False
    real = changed((earlier.part, earlier.whole), (mark.part, mark.whole))
    up, down = ("▲", "▼") if real else ("△", "▽")
    return f"{up if points > 0 else down} {abs(points):.1f}", real


def said_before(mark: Mark, earlier: Mark | None) -> str:
    """The period before, and whether the change says anything, for the pointer."""
    if earlier is None or not earlier.whole:
        return ""
    was = f"<br>the period before: {earlier.part:,} of {earlier.whole:,}"
    if mark.few or earlier.few:
        return f"{was}, too few to compare"
    real = changed((earlier.part, earlier.whole), (mark.part, mark.whole))
    return f"{was} ({percent(earlier.rate)}){'' if real else '; chance alone may explain the change'}"


def span(first: date, last: date) -> str:
    """One day or several, in words."""
    if first == last:
        return f"{first:%a} {first.day} {first:%b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} to {last.day} {last:%b %Y}"
