"""The numbers of a period beside those of the equal period before: what the cards of Trends say, as JSON can say it.

Each is the answer of the question that its card asks; what is beyond chance is decided where two sides are compared.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from convdata.comparison import Compared, Side, compare, compared_shares, side_of
from convdata.filters import Choices
from convdata.headlines import HEADLINES, headline, in_brief, share_in_brief
from convdata.stats import CONVERSATIONS, MESSAGES, Asks, before, covered, table

ELIGIBLE = "A user message, typed or spoken, on which the bot gave a verdict."
ENDED = "Conversations whose status is Not Understood / all conversations, those whose last message is in the period."
Counts = dict[str, Any]


def numbers(asks: Asks, choices: Choices, now: datetime) -> list[dict[str, Any]]:
    """One for each card: in words, what it rests on, its counts, the same before, and the change. Nothing of the period before
    where that is not a whole one.
    """
    earlier = before(choices)
    compared = {one.key: one for one in compare(asks, earlier, choices, now)}
    (is_,), (was,) = table(asks, choices), table(asks, earlier)
    of = [{"eligible": row["eligible"]} for row in (is_, was)]
    found = [
        _told(compared["eligible"], *of, kind="count", value=f"{is_['eligible']:,}", before=f"{was['eligible']:,}")
    ]
    for measure in (MESSAGES, CONVERSATIONS):
        names = (measure.part, measure.whole)
        found.append(
            _share(compared[measure.key], {n: is_[n] for n in names}, {n: was[n] for n in names}, measure.unit)
        )
    found.append(_ended(ended(asks, choices), ended(asks, earlier)))
    for one in HEADLINES:
        row = headline(asks, choices, one, now)
        held = [name for name in (one.part, one.whole, "median_seconds") if name in row]
        value, rests_on = in_brief(one, row)
        if one.now:
            nothing = Compared(one.key, one.title, one.definition, Side("", ""), Side("", ""), "", None)
            found.append(
                _told(nothing, _held(row, held), None, kind=one.kind, value=value, rests_on=rests_on, before=None)
            )
            continue
        old = headline(asks, earlier, one, now)
        told: dict[str, Any] = {"kind": one.kind, "value": value, "rests_on": rests_on, "before": in_brief(one, old)[0]}
        found.append(_told(compared[one.key], _held(row, held), _held(old, held), **told))
    if not covered(asks, choices):
        found = [one | {"before": None, "counts_before": None, "change": "", "beyond_chance": None} for one in found]
    return found


def ended(asks: Asks, choices: Choices) -> Counts:
    """How many conversations stand at Not Understood now; their last message decides whether they are in the period."""
    (row,) = asks.ask_frame("trends/ended", choices).to_dict("records")
    return {name: int(row[name]) for name in ("ended_not_understood", "conversations")}


def _ended(is_: Counts, was: Counts) -> dict[str, Any]:
    shares = [(row["ended_not_understood"], row["conversations"]) for row in (was, is_)]
    sides = [side_of(share, "conversations") for share in shares]
    return _share(compared_shares("ended", "Ended Not Understood", ENDED, sides), is_, was, "conversations")


def _share(of: Compared, is_: Counts, was: Counts, unit: str) -> dict[str, Any]:
    (part, whole), (part_before, whole_before) = is_.values(), was.values()
    value, rests_on = share_in_brief(part, whole, unit)
    before = share_in_brief(part_before, whole_before, unit)[0]
    return _told(of, is_, was, kind="share", value=value, rests_on=rests_on, before=before)


def _held(row: Counts, names: Iterable[str]) -> Counts:
    return {name: row[name] for name in names}


def _told(
    of: Compared, is_: Counts, was: Counts | None, *, kind: str, value: str, before: str | None, rests_on: str = ""
) -> dict[str, Any]:  # fmt: skip
    return {
        "name": of.key,
        "title": of.title,
        "kind": kind,
        "value": value,
        "rests_on": rests_on,
        "before": before,
        "counts": is_,
        "counts_before": was,
        "change": of.difference,
        "beyond_chance": of.real,
        "definition": of.definition,
    }
