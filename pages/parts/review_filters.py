"""What is looked at in Review: which queue, and which groups of it. The address is the truth: widgets follow it and write to it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from convdata.channels import channel, language_title
from convdata.filters import choose, last_days
from convdata.periods import day_end, day_start
from convdata.review.queue import COME_BACK, OPEN, SORTS, Wanted
from convdata.vocabulary import ReviewKind, ReviewState
from pages.parts import desk
from pages.parts.literal import plain

QUEUE, DOUBTS, BOARD, EXPORTS = "queue", "doubts", "board", "exports"
VIEWS = {QUEUE: "Not understood", DOUBTS: "Probably wrong", BOARD: "Did it hold?", EXPORTS: "Exports and training"}
PERIODS = {"7 d": 7, "30 d": 30, "90 d": 90}
STATES = {state.value: state.label for state in ReviewState} | {COME_BACK: "Came back"}
ANY = "any"  # in the address: no state was chosen, which is not the same as the usual one
WIDTH = 165  # two of them stand side by side on a phone


def view() -> str:
    """Which of the views is open."""
    named = st.query_params.get("view", QUEUE)
    _follow("view", named if named in VIEWS else QUEUE)
    chosen = st.segmented_control(
        "View", list(VIEWS), format_func=VIEWS.__getitem__, required=True, key="review_view", on_change=_write,
        label_visibility="collapsed",
    )  # fmt: skip
    return chosen or QUEUE


def open_group(group: str | None) -> None:
    """Open a group, in the address too; None: the first of the list.

    What is open is kept beside the address: a redraw that was on its way while the address changed brings the old one.
    """
    st.session_state.review_opened = st.session_state.review_address = group
    if group:
        st.query_params["group"] = group
    else:
        st.query_params.pop("group", None)


def wanted(shown: str) -> Wanted:
    """The filters in one line, and what they say."""
    named = st.query_params.get("group")
    if named != st.session_state.get("review_address"):
        st.session_state.review_opened = st.session_state.review_address = named
    zone = desk.store().settings.timezone
    given = {name: st.query_params.get_all(name) for name in ("channel", "language", "from", "to")}
    chosen, _ = choose(given, zone)
    first, last = chosen["from"], chosen["to"]
    kind = ReviewKind.DOUBT if shown == DOUBTS else ReviewKind.FAILED
    options = desk.ask_counts("review/options", kind=kind.value)
    states, text, sorting = _states(), st.query_params.get("q", "")[:200], st.query_params.get("sort", "cost")
    channels, languages = chosen["channel"] or (), chosen["language"] or ()
    with st.container(horizontal=True, vertical_alignment="bottom", key="review_filters"):
        _follow("q", text)
        st.text_input(
            "Search utterances", type="search", live="300ms", key="review_q", max_chars=200, width=WIDTH,
            placeholder="Any words", on_change=_write,
        )  # fmt: skip
        _several("State", "state", list(STATES), states, STATES.__getitem__, "Any state")
        narrowed = sum(map(bool, (channels, languages, first or last)))
        # What is chosen less often takes no room of its own: on a phone the queue begins on the first screen.
        with st.popover(f"More filters · {narrowed}" if narrowed else "More filters", icon=":material/tune:"):
            _period(first, last)
            present = sorted(set(options["channel"]))
            _several("Channel", "channel", present, channels, lambda key: channel(key).title, "All channels")
            spoken = sorted(set(options["language"]))
            _several("Language", "language", spoken, languages, language_title, "All languages")
        _follow("sort", sorting if sorting in SORTS else "cost")
        st.selectbox(
            "Order", list(SORTS), format_func=SORTS.__getitem__, key="review_sort", width=WIDTH, on_change=_write
        )
    since, until = day_start(first, zone) if first else None, day_end(last, zone) if last else None
    return Wanted(kind, states, channels, languages, since, until, text, sorting=sorting)


def _states() -> tuple[str, ...]:
    given = st.query_params.get_all("state")
    if ANY in given:
        return ()
    return tuple(state for state in dict.fromkeys(given) if state in STATES) or OPEN


def _several(
    label: str, name: str, options: list[str], chosen: tuple[str, ...], title: Callable[[str], str], nothing: str
) -> None:
    # A value that came with a link stays visible although nothing has it any more: else it would filter unseen.
    options = list(dict.fromkeys([*options, *chosen]))
    _follow(name, list(chosen))
    st.multiselect(
        label, options, key=f"review_{name}", on_change=_write, width=WIDTH, placeholder=nothing,
        format_func=lambda value: plain(title(value), 40),
    )  # fmt: skip


def _period(first: date | None, last: date | None) -> None:
    today = desk.today()
    preset = next((name for name, days in PERIODS.items() if (first, last) == last_days(days, today)), None)
    _follow("period", preset or ("Custom" if first or last else "All"))
    st.segmented_control(
        "Said in the last", [*PERIODS, "All", "Custom"], required=True, key="review_period", on_change=_write,
        help=f"Both days are included. Days are days in {desk.store().settings.timezone.key}.",
    )  # fmt: skip
    if st.session_state.review_period == "Custom":
        _follow("days", (first or last_days(30, today)[0], last or today))
        st.date_input("From and to", key="review_days", format="YYYY-MM-DD", width=230, on_change=_write)


def _follow(name: str, value: Any) -> None:
    """Give a widget what the address says, when the address changed or the widget is new on this page."""
    address = str(sorted((key, tuple(st.query_params.get_all(key))) for key in st.query_params if key != "group"))
    followed = st.session_state.setdefault("review_followed", {})
    if followed.get(name) != address or f"review_{name}" not in st.session_state:
        followed[name] = address
        st.session_state[f"review_{name}"] = value


def _write() -> None:
    """Put what the widgets say into the address; the usual is not said."""
    state = st.session_state
    said: dict[str, Any] = {"view": "" if state.review_view == QUEUE else state.review_view}
    if "review_q" in state:
        said["q"] = (state.review_q or "").strip()
        said["state"] = "" if tuple(state.review_state) == OPEN else list(state.review_state) or ANY
        said |= {name: list(state[f"review_{name}"]) for name in ("channel", "language")}
        said["sort"] = "" if state.review_sort == "cost" else state.review_sort
        said |= dict(zip(("from", "to"), _days(), strict=True))
    kept = {name: st.query_params.get_all(name) for name in st.query_params}
    st.query_params.from_dict({name: value for name, value in (kept | said).items() if value})


def _days() -> tuple[str, str]:
    period = st.session_state.review_period
    if period in PERIODS:
        first, last = last_days(PERIODS[period], desk.today())
        return str(first), str(last)
    if period == "Custom":
        days = tuple(st.session_state.get("review_days") or ())
        # Not opened yet, or only one day has been picked so far: a month that is about to be changed.
        first, last = days if len(days) == 2 else last_days(31, desk.today())
        return str(first), str(last)
    return "", ""
