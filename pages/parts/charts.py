"""A chart with all that belongs to it: how it is counted, the numbers as a table and as CSV, and the way to the
conversations that a mark counts.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from convdata import sheets
from convdata.captions import span
from convdata.channels import channel, language_title
from convdata.charts import left_out, ranked
from convdata.database import Store
from convdata.filters import Choices
from convdata.intervals import FEW
from convdata.marks import Mark, marks, opened_by
from convdata.rates import beside, for_a_sheet
from convdata.stats import Measure, table
from pages.parts import taking_away
from pages.parts.cards import how_counted
from pages.parts.chart_actions import Act, chart_actions
from pages.parts.opening_menu import opening_menu
from pages.parts.remembered import REMEMBERED

# How Plotly behaves: nothing moves under a finger. No tool bar either: it stands on the numbers, and its camera is unrecorded.
CONFIG: dict[str, Any] = {"scrollZoom": False, "doubleClick": False, "displayModeBar": False}


def chart(
    title: str, choices: Choices, measure: Measure, by: Sequence[str], draw: Callable[..., go.Figure], step: str = "day",
    beside: Act | None = None, said: Act | None = None, more: Sequence[Act] = (),
) -> None:  # fmt: skip
    """One chart: ``draw`` makes the figure of the marks that ``by`` gives; a click on one opens its conversations.
    ``beside`` puts something beside its title, ``said`` explains it right under it, ``more`` can be done with it.
    """
    drawn = marks(REMEMBERED, choices, measure, by, step)
    key = f"chart_{'_'.join(by)}"
    with st.container(key=f"{key}_all", gap="xsmall"):
        titled(title, beside)
        if drawn:
            st.plotly_chart(
                draw(drawn, measure),
                key=key,
                config=CONFIG,
                on_select=partial(_open_clicked, key, drawn, choices),
                selection_mode="points",
                alt=f"{title}: {measure.title}, {measure.unit}. The same numbers are in the table below it.",
            )
            if "day" not in by and (not_drawn := left_out(drawn, by)):
                st.caption(not_drawn)
            if all(mark.few for mark in drawn):
                st.caption(f"Too few to say a rate: fewer than {FEW} {measure.unit} each.")
        else:
            st.caption("Nothing in this period.")
        if said:
            said()
        asked = partial(_rows, choices=choices, measure=measure, by=tuple(by), step=step)
        chart_actions(
            key,
            partial(how_counted, measure.definition, measure.question, choices),
            [
                partial(_menu, key, drawn, choices, by),
                partial(taking_away.csv_button, key, title, choices, asked, tuple(by)),
                partial(taking_away.png_button, key, title, choices),
                *more,
            ],
            partial(_table, key, drawn if "day" in by else ranked(drawn), measure, choices, by) if drawn else None,
        )


def _rows(store: Store, choices: Choices, measure: Measure, by: Sequence[str], step: str) -> sheets.Rows:
    """What is drawn, for a file: where cells draw a change, with the period before."""
    if len(by) == 2 and "day" not in by:
        return beside(store, choices, measure, by)
    return for_a_sheet(table(store, choices, by, step))


def titled(title: str, beside: Act | None = None) -> None:
    """A chart's title, and beside it what chooses what it shows."""
    if not beside:
        st.subheader(title, anchor=False)
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="xsmall"):
        st.subheader(title, anchor=False, width="content")
        beside()


def _menu(key: str, drawn: Sequence[Mark], choices: Choices, by: Sequence[str]) -> None:
    opening = [mark for mark in (drawn if "day" in by else ranked(drawn)) if mark.opens]
    entries = [(" · ".join(_names(mark, by).values()), mark.opens) for mark in opening]
    place = opening_menu(key, entries, "Open the conversations in which these were not understood")
    if place is not None:
        _open(opening[place], choices)


def _table(key: str, drawn: Sequence[Mark], measure: Measure, choices: Choices, by: Sequence[str]) -> None:
    """The numbers behind the marks, for reading, and for those who use no pointer."""
    unit = measure.unit.capitalize()
    frame = pd.DataFrame(
        [
            {
                **_names(mark, by),
                "Rate": None if mark.few or mark.rate is None else mark.rate * 100,
                "from": None if mark.few else mark.interval[0] * 100,
                "to": None if mark.few else mark.interval[1] * 100,
                "Not understood": mark.part,
                unit: mark.whole,
                "Open": f"Open {mark.opens:,}" if mark.opens else "",
            }
            for mark in drawn
        ]
    )
    share = partial(st.column_config.NumberColumn, format="%.1f %%")
    count = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        frame,
        hide_index=True,
        height="auto" if len(frame) <= 12 else 430,
        column_config={
            "Rate": share(help=f"Empty below {FEW}: too few to say."),
            "from": share(help="Lower end of the 95 % interval"),
            "to": share(help="Upper end of the 95 % interval"),
            "Not understood": count,
            unit: count,
            "Open": st.column_config.ButtonColumn(
                "Conversations",
                type="tertiary",
                help="Open the conversations in which these were not understood",
                key=f"{key}_open",
                on_click=_open_row,
                args=(f"{key}_open", drawn, choices),
            ),
        },
        alt=f"{measure.title}, one row per {' and '.join(by)}",
    )


def _names(mark: Mark, by: Sequence[str]) -> dict[str, str]:
    names = {}
    if "channel" in by:
        names["Channel"] = channel(mark.channel or "").title
    if "language" in by:
        names["Language"] = language_title(mark.language)
    if "day" in by:
        names["Day"] = span(mark.first_day, mark.last_day)
    return names


def clicked(key: str) -> int | None:
    """The place that the clicked point of a chart carries."""
    points: list[Any] = st.session_state[key]["selection"]["points"]
    places = [place for point in points for place in _listed(point.get("customdata")) if isinstance(place, int)]
    return places[0] if places else None


def _open_clicked(key: str, drawn: Sequence[Mark], choices: Choices) -> None:
    place = clicked(key)
    if place is not None and 0 <= place < len(drawn):
        _open(drawn[place], choices)


def _open_row(key: str, drawn: Sequence[Mark], choices: Choices) -> None:
    row = st.session_state[key]["row"]
    if 0 <= row < len(drawn):
        _open(drawn[row], choices)


def _open(mark: Mark, choices: Choices) -> None:
    if mark.opens:
        st.switch_page("customers.py", query_params=opened_by(mark, choices).address())
    st.toast("Every message there was understood: there is nothing to open.", icon=":material/check:")


def _listed(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
