"""The filters of the Customers list. The address is the truth: widgets are set from it and write to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from convdata.channels import channel, channel_keys, language_title
from convdata.failings import hour_in_words
from convdata.filters import FILTERS, Choices, choose, last_days
from convdata.rights import Right
from convdata.vocabulary import UNDETERMINED, Status
from pages.parts import desk
from pages.parts.literal import escaped

PRESETS = {"7 d": 7, "30 d": 30, "90 d": 90}
WIDGETS = ("search", "status", "language", "channel")


def search_box(chosen: Choices) -> None:
    _set("search", chosen["search"] or "")
    st.text_input(
        "Search customers",
        key="filter_search",
        type="search",
        live="300ms",
        placeholder="Name, e-mail, phone or id" if desk.may(Right.SEE_PERSONAL) else "Short id or whole customer id",
        label_visibility="collapsed",
        max_chars=200,
        on_change=_write,
    )


def filter_bar(chosen: Choices) -> None:
    """Status, Language, Channel, Date and Reset filters; several values in one filter are an "or"."""
    options = desk.ask_counts("customers/options")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown("**Filters**", width="content")
        st.button("Reset filters", type="tertiary", on_click=_reset, disabled=not chosen, icon=":material/restart_alt:")
    _pills("Status", "status", chosen, [s.value for s in Status], lambda s: Status(s).label)
    languages = [*options.groupby("language")["conversations"].sum().sort_values(ascending=False).index]
    _pills(
        "Language", "language", chosen, languages, lambda code: language_title(code) if code == UNDETERMINED else code
    )
    present = set(options["channel"])
    channels = [c for c in channel_keys(desk.store().settings.channels) if c in present]
    _pills("Channel", "channel", chosen, [*channels, *sorted(present - set(channels))], lambda key: channel(key).title)
    _dates(chosen)
    _one_day_filters(chosen)


def _pills(label: str, name: str, chosen: Choices, options: list[str], words: Any) -> None:
    # A value that came with a link stays visible although nothing has it any more: else it would filter unseen.
    options = [*options, *(v for v in chosen[name] or () if v not in options)]
    if not options:
        return
    _set(name, list(chosen[name] or ()))
    st.pills(
        label,
        options,
        selection_mode="multi",
        key=f"filter_{name}",
        format_func=lambda value: escaped(words(value), 40),
        on_change=_write,
        wrap=True,
    )


def _dates(chosen: Choices) -> None:
    today = desk.today()
    first, last = chosen["from"], chosen["to"]
    preset = next((name for name, days in PRESETS.items() if (first, last) == last_days(days, today)), None)
    if st.session_state.get("filter_preset") == "Custom" and (first or last):
        preset = None  # whoever wants to choose days is not thrown back because they are those of a preset now
    _set("preset", preset or ("All" if not (first or last) else "Custom"))
    st.segmented_control(
        "Date of the last message",
        [*PRESETS, "All", "Custom"],
        key="filter_preset",
        required=True,
        on_change=_write,
        help="A conversation is in the period when its **last message** is: one that went on from 1 to 10 August is not "
        f"found by 7-9 August. Both days are included. Days are days in {desk.store().settings.timezone.key}.",
    )
    if st.session_state["filter_preset"] == "Custom":
        _set("days", tuple(d for d in (first or last_days(7, today)[0], last or today)))
        st.date_input(
            "From and to", key="filter_days", on_change=_write, format="YYYY-MM-DD", max_value=max(today, last or today)
        )


def _one_day_filters(chosen: Choices) -> None:
    """What a chart or a hint linked with: shown, and taken out with one click."""
    for group, words in (
        ("failed", "Not understood"),
        ("active", "Active"),
        ("wrote", "Wrote"),
        ("first", "First seen"),
    ):
        names = [f.name for f in FILTERS if f.name.startswith(f"{group}_")]
        if any(chosen[name] for name in names):
            text = f"{words} {period(chosen[f'{group}_from'], chosen[f'{group}_to'])}"
            if group == "failed":
                text += _of_the_message(chosen)
            st.button(
                text,
                key=f"without_{group}",
                icon=":material/close:",
                on_click=_write,
                kwargs={"without": names},
                help="Take this filter out",
            )


def _of_the_message(chosen: Choices) -> str:
    """What else is asked of the message that was not understood."""
    text = f" in {', '.join(map(escaped, chosen['failed_language']))}" if chosen["failed_language"] else ""
    if chosen["failed_hour"]:
        text += f", {', '.join(hour_in_words(hour) for hour in chosen['failed_hour'])}"
    return f"{text}, in one topic" if chosen["failed_topic"] else text


def period(first: date | None, last: date | None) -> str:
    """Two days in words: "2-9 Aug 2026"."""
    if first and last:
        if first == last:
            return f"{last.day} {last:%b %Y}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}-{last.day} {last:%b %Y}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first.day} {first:%b}{year} - {last.day} {last:%b %Y}"
    if first:
        return f"from {first.day} {first:%b %Y}"
    return f"until {last.day} {last:%b %Y}" if last else "at any time"


def _set(name: str, value: Any) -> None:
    """Give a widget what the address says: when the address changed, or when the widget is new on this page."""
    address = str(sorted(st.query_params.to_dict().items()))
    if st.session_state.get("filters_follow", {}).get(name) != address or f"filter_{name}" not in st.session_state:
        st.session_state.setdefault("filters_follow", {})[name] = address
        st.session_state[f"filter_{name}"] = value


def _write(without: list[str] | None = None) -> None:
    """Put what the widgets say into the address, and what only the address knows stays there."""
    state = st.session_state
    before: Mapping[str, Any] = {name: st.query_params.get_all(name) for name in st.query_params}
    chosen, _ = choose(before, desk.store().settings.timezone)
    for name in WIDGETS:
        if f"filter_{name}" in state:
            value = state[f"filter_{name}"]
            chosen = chosen.but(**{name: value if isinstance(value, str) else tuple(value)})
    chosen = _with_days(chosen)
    chosen = chosen.but(**dict.fromkeys(without or ()))
    st.query_params.from_dict(chosen.address())
    state.pop("filters_follow", None)


def _with_days(chosen: Choices) -> Choices:
    preset = st.session_state.get("filter_preset")
    if preset in PRESETS:
        first, last = last_days(PRESETS[preset], desk.today())
        return chosen.but(from_=first, to=last)
    if preset == "All":
        return chosen.but(from_=None, to=None)
    days = st.session_state.get("filter_days")
    if preset == "Custom":
        if isinstance(days, tuple) and len(days) == 2:
            return chosen.but(from_=days[0], to=days[1])
        if not days:
            first, last = last_days(7, desk.today())
            return chosen if chosen["from"] or chosen["to"] else chosen.but(from_=first, to=last)
    return chosen


def _reset() -> None:
    st.query_params.clear()
    st.session_state.pop("filters_follow", None)
