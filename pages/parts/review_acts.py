"""What a trainer does in Review: the buttons, and what the list and the open group call for."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from convdata.errors import MisheardError
from convdata.review import by_hand, decisions, suggestions
from convdata.review.queue import Group
from convdata.rights import Right, who_may
from convdata.vocabulary import ReviewState
from pages.parts import desk, words
from pages.parts.literal import escaped, plain
from pages.parts.review_filters import open_group

UNDONE = {
    decisions.DECIDE: "The decision is undone.",
    decisions.IGNORE: "No longer ignored.",
    decisions.RESOLVE: "No longer marked as fixed.",
    decisions.REOPEN: "The decision stands again.",
    decisions.SPLIT: "The utterances are back.",
    decisions.MERGE: "The groups are apart again.",
    decisions.MOVE: "The utterances are back.",
}


def group_acts(group: Group, selected: Sequence[str], intents: Sequence[str]) -> None:
    """The buttons for the open group, or for all that are selected. Each has its key."""
    if not desk.may(Right.REVIEW):
        st.caption(f":material/lock: You may read here; {who_may(Right.REVIEW)} can decide.")
        return
    about = list(selected) or [group.group_id]
    many = f" {len(about):,}" if selected else ""
    decided = group.row.state != ReviewState.NEW or group.came_back
    # A box of its own for every decision: what is left in an old one must never be taken as the answer to the next.
    asked = f"review_intent_{group.group_id}_{st.session_state.get('review_cleared', 0)}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="review_acts"):
        st.selectbox(
            f"Intent for {words.plural(len(about), 'group')}" if selected else "Another intent",
            intents, index=None, accept_new_options=True, key=asked, on_change=_assign_typed, args=(asked, about),
            format_func=lambda name: plain(name, 80), placeholder="Intent: choose, or type a new one", width=290,
            label_visibility="visible" if selected else "collapsed",
        )  # fmt: skip
        _button(f"Out of scope{many}", "S", decisions.decide, about, None, help="The bot should not answer this")
        _button(
            f"Ignore{many}", "I", decisions.ignore, about, help="It does not matter; what is like it joins it silently"
        )
        if decided or selected:
            _button(
                f"Mark as fixed{many}",
                "F",
                decisions.resolve,
                about,
                help="The bot has been taught; what fails from now on brings it back",
            )
        if decided:
            _button(f"Reopen{many}", "W", decisions.reopen, about, help="Undecided again")
        if len(selected) > 1:
            _button(f"Merge{many}", "M", by_hand.merge, about, help="One group of them all")
        st.button(
            "Undo", shortcut="U", icon=":material/undo:", on_click=undo, key="review_undo", help="Your latest decision"
        )


def chosen_acts(group: Group, chosen: Sequence[str], others: Sequence[Group]) -> None:
    """What can be done with the utterances that are chosen in the open group."""
    if not chosen or not desk.may(Right.REVIEW):
        return
    names = {other.group_id: other.name for other in others if other.group_id != group.group_id}
    with st.container(horizontal=True, vertical_alignment="bottom", border=True, key="review_chosen"):
        st.markdown(f"**{words.plural(len(chosen), 'utterance')}** chosen", width="content")
        st.button(
            "Make a group of their own", icon=":material/call_split:", key="review_split",
            on_click=_done, args=(by_hand.split, group.group_id, list(chosen)),
        )  # fmt: skip
        st.selectbox(
            "Move to", list(names), index=None, key="review_move", on_change=_move, args=(group.group_id, list(chosen)),
            format_func=lambda key: plain(" ".join(names[key].split()), 80), placeholder="Move to a group of this page",
            label_visibility="collapsed", width=280,
        )  # fmt: skip


def said() -> None:
    """What the latest act has to say: a callback cannot show anything itself."""
    if "review_said" in st.session_state:
        sentence, icon = st.session_state.pop("review_said")
        st.toast(sentence, icon=icon)


def assign(group: str, intent: str) -> None:
    """The intent of a number key or of a click on a suggestion."""
    _done(decisions.decide, [group], intent)


def advance(gone: Sequence[str]) -> None:
    """The next group of the list is opened when the open one leaves it."""
    shown: list[str] = st.session_state.get("review_shown", [])
    opened = st.session_state.get("review_opened") or (shown[0] if shown else None)
    if opened not in gone or opened not in shown:
        return
    after = [key for key in shown[shown.index(opened) :] + shown[: shown.index(opened)] if key not in gone]
    open_group(after[0] if after else None)


def _button(label: str, key: str, act: Callable[..., Any], groups: list[str], *args: Any, help: str) -> None:
    st.button(
        label, shortcut=key, key=f"review_{act.__name__}{'_scope' if args else ''}", on_click=_done,
        args=(act, groups, *args), help=help,
    )  # fmt: skip


def _done(act: Callable[..., Any], *args: Any) -> None:
    """Do it, or say in a sentence why not: a callback runs outside of the frame that says it otherwise."""
    store = desk.store()
    try:
        act(store, *args, by=desk.reader(), now=desk.now())
    except MisheardError as error:
        st.session_state.review_said = (escaped(str(error), 300), ":material/error:")
        return
    suggestions.forget(store)
    st.session_state.review_cleared = st.session_state.get("review_cleared", 0) + 1
    if isinstance(args[0], list):
        advance(args[0])


def _assign_typed(asked: str, groups: list[str]) -> None:
    intent = st.session_state[asked]
    if intent:
        _done(decisions.decide, groups, intent)


def _move(group: str, utterances: list[str]) -> None:
    into = st.session_state.review_move
    st.session_state.review_move = None
    if into:
        _done(by_hand.move, group, utterances, into)


def undo() -> None:
    store = desk.store()
    undone = decisions.undo(store, by=desk.reader(), now=desk.now())
    suggestions.forget(store)
    st.session_state.review_cleared = st.session_state.get("review_cleared", 0) + 1
    said = UNDONE[undone.what] if undone else "There is nothing of yours to undo."
    st.session_state.review_said = (said, ":material/undo:")
    if undone:
        open_group(undone.groups[0])
