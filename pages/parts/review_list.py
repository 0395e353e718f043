"""The queue's list: one component, so that twenty-five groups are one element, names are always text, and keys work."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from convdata.channels import channel
from convdata.review.queue import Group
from convdata.vocabulary import ReviewState
from pages.parts import desk, words
from pages.parts.literal import plain

_HERE = Path(__file__).parent
_LIST = st.components.v2.component(
    "misheard_review_list",
    html="<ul></ul>",
    css=(_HERE / "review_list.css").read_text(encoding="utf-8"),
    js=(_HERE / "review_list.js").read_text(encoding="utf-8"),
)


def review_list(
    key: str,
    groups: Sequence[Group],
    opened: str | None,
    suggestions: Sequence[str],
    on: Callable[[], None],
    *,
    keys: bool = True,
) -> Any:
    """The list. ``on`` runs when a group was opened, assigned by number, or is to be visited: the result says which."""
    return _LIST(
        key=key,
        data={
            "rows": [_line(group) for group in groups],
            "opened": opened,
            "suggestions": list(suggestions),
            "keys": keys,
            "cleared": st.session_state.get("review_cleared", 0),
        },
        default={"selected": []},
        on_open_change=on,
        on_assign_change=on,
        on_visit_change=on,
        on_selected_change=lambda: None,
    )


def badge(group: Group) -> str:
    """How a group stands, in a word; nothing for new ones."""
    if group.came_back:
        return "Came back"
    return "" if group.row.state == ReviewState.NEW else ReviewState(group.row.state).label


def _line(group: Group) -> dict[str, Any]:
    row = group.row
    dark = st.context.theme.type == "dark"
    channels = [channel(key) for key in sorted(row.channels.split(","))]
    languages = sorted(row.languages.split(","))
    return {
        "key": group.group_id,
        "name": plain(" ".join(group.name.split()), 300),
        "words": plain(" · ".join(group.key_words), 120),
        "state": "came_back" if group.came_back else row.state,
        "badge": badge(group),
        "intent": plain(row.intent, 60),
        "channels": [{"title": plain(c.title, 40), "color": c.color_dark if dark else c.color_light} for c in channels],
        "languages": plain(" ".join(languages[:3]) + ("+" if len(languages) > 3 else ""), 24),
        "weeks": list(group.weeks),
        "customers": words.plural(row.customers, "customer"),
        "messages": "once" if row.messages == 1 else f"{row.messages:,} times",
        "share": _share(group.share),
        "when": _when(group),
    }


def _share(share: float | None) -> str:
    if share is None:
        return ""
    return "< 0.1 % of all" if share < 0.001 else f"{share * 100:.1f} % of all"


def _when(group: Group) -> str:
    """First and last seen, as short as it goes: the year where it is not this one."""
    days = [desk.local(at).date() for at in (group.row.first_at, group.row.last_at)]
    this_year = all(day.year == desk.today().year for day in days)
    said = [f"{day.day} {day:%b}" if this_year else f"{day.day} {day:%b %y}" for day in days]
    return " – ".join(dict.fromkeys(said))
