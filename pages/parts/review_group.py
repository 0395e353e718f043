"""The group that is open: one component for what was said in it, with the suggestions that the number keys take."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from convdata.channels import channel, language_title
from convdata.database import Row
from convdata.review.opening import Utterance
from convdata.review.queue import Group
from convdata.review.suggestions import Advice, Suggestion
from convdata.vocabulary import Doubt, ReviewState
from pages.parts import desk, words
from pages.parts.literal import plain

_HERE = Path(__file__).parent
_GROUP = st.components.v2.component(
    "misheard_review_group",
    html=(_HERE / "review_group.html").read_text(encoding="utf-8"),
    css=(_HERE / "review_group.css").read_text(encoding="utf-8"),
    js=(_HERE / "review_group.js").read_text(encoding="utf-8"),
)
WHO = {"user": "Customer", "bot": "Bot", "agent": "Agent"}
HOW = {"taught": "the bot was taught", "decided": "decided before", "understood": "the bot understands"}


def review_group(group: Group, advice: Advice, utterances: Sequence[Utterance], on: Callable[[], None]) -> Any:
    """The open group. ``on`` runs when an intent was chosen: the result says which; ``chosen`` are utterances."""
    return _GROUP(
        key="review_group",
        data={
            "group": group.group_id,
            "cleared": st.session_state.get("review_cleared", 0),
            "name": plain(" ".join(group.name.split()), 400),
            "facts": _facts(group),
            "standing": _standing(group),
            "warnings": _warnings(advice),
            "suggestions": [_suggestion(s) for s in advice.suggestions],
            "utterances": [_utterance(u) for u in utterances],
        },
        default={"chosen": []},
        on_assign_change=on,
        on_chosen_change=lambda: None,
    )


def _facts(group: Group) -> str:
    row, day = group.row, "{0.day} {0:%b %Y}"
    first, last = desk.local(row.first_at), desk.local(row.last_at)
    parts = [
        words.plural(row.messages, "failure") if row.kind == "failed" else words.plural(row.messages, "message"),
        words.plural(row.customers, "customer"),
        words.plural(row.utterances, "utterance"),
        f"{group.share:.1%} of all".replace("%", " %") if group.share is not None else "",
        ", ".join(channel(key).title for key in sorted(row.channels.split(","))),
        ", ".join(language_title(code) for code in sorted(row.languages.split(","))),
        day.format(first) if first.date() == last.date() else f"{day.format(first)} to {day.format(last)}",
    ]
    return plain(" · ".join(part for part in parts if part), 500)


def _standing(group: Group) -> list[str]:
    row = group.row
    if group.came_back:
        was = f"Came back: fixed as {row.intent} on {desk.local(row.fixed_at):%d %b %Y}, yet "
        return [plain(f"{was}{words.plural(row.after_fix, 'failure')} since ({row.before_fix:,} before).", 400)]
    if row.state == ReviewState.NEW:
        return []
    said = f"{ReviewState(row.state).label}"
    if row.intent:
        said += f": {row.intent}"
    if row.decided_by:
        said += f", by {row.decided_by} {words.ago(row.decided_at, desk.now())}"
    if row.state == ReviewState.RESOLVED:
        said += f". Fixed on {desk.local(row.fixed_at):%d %b %Y}: {row.before_fix:,} failures before, {row.after_fix:,} since"
    elif row.intent:
        said += ". Not exported yet" if row.not_exported == row.messages else ". Exported"
        if 0 < row.not_exported < row.messages:
            said += f", but for {words.plural(row.not_exported, 'message')} that came later"
    return [plain(f"{said}.", 400)]


def _warnings(advice: Advice) -> list[str]:
    said = []
    if advice.known_as:
        said.append(
            f"The bot already has one of these sentences, as {', '.join(advice.known_as)}: more of them may not help."
        )
    if advice.equally:
        said.append(f"Two intents fit equally, {advice.equally[0]} and {advice.equally[1]}: they may overlap.")
    return [plain(sentence, 400) for sentence in said]


def _suggestion(s: Suggestion) -> dict[str, Any]:
    reasons = ["the bot's own guess"] if s.guessed else []
    if s.nearest:
        reasons.append(f"{HOW[s.how or 'decided']} “{' '.join(s.nearest.split())}”")
    return {"intent": plain(s.intent, 80), "score": s.score, "reason": plain(" · ".join(reasons), 200)}


def _utterance(u: Utterance) -> dict[str, Any]:
    row = u.row
    query = urlencode({"customer": row.customer_key, "message": row.event_key})
    why = [f"Guess: {Doubt(reason).label}" for reason in (row.reasons or "").split(",") if reason]
    facts = [
        *why,
        f"Last said {words.ago(row.sent_at, desk.now())} on "
        + ", ".join(channel(key).title for key in sorted(row.channels.split(","))),
    ]
    return {
        "id": row.utterance,
        "text": plain(row.text, 1000),
        "who": WHO["user"],
        "count": f"{row.messages:,} × · {words.plural(row.customers, 'customer')}",
        "before": [_turn(turn) for turn in u.before],
        "after": [_turn(turn) for turn in u.after],
        "facts": plain(". ".join(facts) + ".", 300),
        "href": f"conversation?{query}",
    }


def _turn(turn: Row) -> dict[str, str]:
    return {"sender": turn.sender, "who": WHO[turn.sender], "text": plain(turn.text or "no text", 1000)}
