"""The trainer's desk: the queue on the left, the open group on the right; both redraw when something arrives."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from convdata.masking import shown
from convdata.review import joining, opening, queue, suggestions
from convdata.review.queue import Group, Listed, Wanted
from convdata.review.suggestions import Advice
from convdata.rights import Right
from convdata.vocabulary import ReviewKind, ReviewState
from pages.parts import desk, words
from pages.parts.failures import said_as_sentences
from pages.parts.live import NET, live
from pages.parts.review_acts import assign, chosen_acts, group_acts, said, undo
from pages.parts.review_filters import open_group
from pages.parts.review_group import review_group
from pages.parts.review_list import review_list

KEYS = "**N** next · **P** previous · **1-9** assign · **A** another intent · **S** out of scope · **I** ignore · **U** undo · **X** select · **O** conversation · **E** export · **/** search"


@st.fragment(run_every=NET, key="review_desk")
def review_desk(wanted: Wanted) -> None:
    with said_as_sentences():
        live("review_live", "review_desk")
        said()
        waiting = _grouping_goes_on()
        store, today = desk.store(), desk.today()
        pager = f"review_page_{hash(wanted)}"  # other filters begin at the first page
        wanted = queue.sought(store, wanted, by=desk.reader())
        listed = queue.listed(store, wanted, today, st.session_state.get(pager, 1), by=desk.reader())
        group = _opened(listed, wanted)
        if group is None:
            _nothing(wanted, waiting)
            return
        advice = _advice(group)
        left, right = st.columns([5, 6], gap="large")
        with left:
            selected = _list(listed, wanted, group, advice, pager)
        with right, st.container(key="opened_group"):
            _open_group(group, advice, selected, listed)


def _list(listed: Listed, wanted: Wanted, group: Group, advice: Advice, pager: str) -> Sequence[str]:
    st.session_state.review_shown = list(listed.ids)
    place = listed.ids.index(group.group_id) + 1 if group.group_id in listed.ids else None
    before = (st.session_state.get(pager, 1) - 1) * queue.PAGE
    counter = (
        f"**Group {before + place:,} of {listed.total:,}**" if place else f"**{words.plural(listed.total, 'group')}**"
    )
    st.markdown(counter, help=KEYS)
    numbered = [s.intent for s in advice.suggestions]
    result = review_list("review_list", listed.groups, group.group_id, numbered, _called_for)
    if listed.total > queue.PAGE:
        st.pagination(-(-listed.total // queue.PAGE), key=pager)
    _singles(wanted, group.group_id)
    _without_text(wanted)
    return list(result.selected or ())


def _singles(wanted: Wanted, opened: str | None) -> None:
    """What one customer said once: one fold, not noise on top."""
    alone = replace(wanted, singles=True)
    many = queue.count(desk.store(), alone, by=desk.reader())
    if not many:
        return
    fold = st.expander(f"{many:,} said once, by one customer", key="review_fold", on_change="rerun")
    with fold:
        if fold.open:
            page = st.session_state.get("review_singles_page", 1)
            found = queue.listed(desk.store(), alone, desk.today(), page, by=desk.reader())
            review_list("review_singles", found.groups, opened, (), _single_called_for, keys=False)
            if many > queue.PAGE:
                st.pagination(-(-many // queue.PAGE), key="review_singles_page")


def _without_text(wanted: Wanted) -> None:
    totals = desk.store().ask_one("review/all_failures", kind=wanted.kind, **wanted.bound())
    if totals and totals.without_text:
        st.caption(f"{words.plural(totals.without_text, 'more failure')}: no text came from the channel.")


def _open_group(group: Group, advice: Advice, selected: Sequence[str], listed: Listed) -> None:
    store = desk.store()
    if group.row.seen_at is None:
        opening.see(store, group.group_id, by=desk.reader(), now=desk.now())
    if group.row.kind == ReviewKind.DOUBT:
        st.caption(
            ":material/help: The bot says it understood these. That they are wrong is a guess of ours; the reason stands with each."
        )
    pager = f"review_utterances_{group.group_id}"
    found, total = opening.utterances(store, group.group_id, st.session_state.get(pager, 1), by=desk.reader())
    intents = [row.intent for row in store.ask("review/intents")]
    acts = st.container()
    result = review_group(group, advice, found, _intent_chosen)
    with acts:
        group_acts(group, selected, intents)
        chosen_acts(group, list(result.chosen or ()), listed.groups)
    if total > opening.PAGE:
        st.pagination(-(-total // opening.PAGE), key=pager)


def _opened(listed: Listed, wanted: Wanted) -> Group | None:
    """The group that was opened, or the first of the list."""
    named = st.session_state.get("review_opened")
    group = next((g for g in listed.groups if g.group_id == named), None)
    if group is None and named and _is_key(named):
        unfiltered = Wanted(wanted.kind)
        found = queue.groups(desk.store(), [named], unfiltered, desk.today(), by=desk.reader())
        group = found[0] if found and found[0].row.kind == wanted.kind else None
    return group or (listed.groups[0] if listed.groups else None)


def _advice(group: Group) -> Advice:
    store, by = desk.store(), desk.reader()
    texts = [row.text for row in shown(store, store.ask("review/group_names", keys=[group.group_id]), by)]
    return suggestions.advice(store, group.group_id, group.row.language, texts, desk.now(), by=by)


def _called_for() -> None:
    called = st.session_state.review_list
    if called.open:
        open_group(called.open)
    elif called.assign:
        assign(called.assign["group"], called.assign["intent"])
    elif called.visit:
        found, _ = opening.utterances(desk.store(), called.visit, by=desk.reader())
        if found:
            row = found[0].row
            st.switch_page("conversation.py", query_params={"customer": row.customer_key, "message": row.event_key})


def _single_called_for() -> None:
    if st.session_state.review_singles.open:
        open_group(st.session_state.review_singles.open)


def _intent_chosen() -> None:
    chosen = st.session_state.review_group.assign
    if chosen:
        assign(chosen["group"], chosen["intent"])


def _grouping_goes_on() -> int:
    """What has arrived is grouped beside the reader; the page redraws when that is done. Gives how many these are."""
    waiting = joining.waiting(desk.store())
    if waiting:
        joining.begin(desk.store(), desk.now())
        st.caption(f":material/hourglass_top: {words.plural(waiting, 'new failure')} being grouped …")
    return waiting


def _nothing(wanted: Wanted, waiting: int) -> None:
    everything = desk.store().ask("review/totals", kind=wanted.kind)
    if waiting and not everything:
        return  # it says so above, and redraws in a moment
    with st.container(border=True, horizontal_alignment="center", key="nothing"):
        if not everything:
            st.markdown("**Nothing has failed yet.**", width="content")
            st.caption(
                "Import a file, connect your bot, or load the demo: stop the dashboard and start it with `make run`.",
                width="content",
            )
        elif not any(row.state == ReviewState.NEW and not row.single for row in everything):
            st.markdown("**Everything is decided.**", width="content")
            st.caption("Export it with the button above; new failures appear here by themselves.", width="content")
        else:
            st.markdown("**No group matches these filters.**", width="content")
            st.caption("Take one out, or choose another state.", width="content")
    if everything and desk.may(Right.REVIEW):
        st.button("Undo", shortcut="U", icon=":material/undo:", key="review_undo", on_click=undo)
    _singles(wanted, None)


def _is_key(text: str) -> bool:
    parts = text.split("-")
    return [len(p) for p in parts] == [8, 4, 4, 4, 12] and all(c in "0123456789abcdef-" for c in text)
