"""The row of cards on top of Trends: a value, what it rests on, how far it can be trusted, and the change."""

from collections.abc import Callable

import streamlit as st

from convdata.captions import percent, span
from convdata.filters import Choices
from convdata.headlines import share_in_brief
from convdata.intervals import FEW, changed
from convdata.numbers import ELIGIBLE, ENDED, ended
from convdata.questions import question
from convdata.stats import Measure, before, table
from pages.parts import desk
from pages.parts.filter_bar import period
from pages.parts.remembered import REMEMBERED
from pages.parts.sparklines import sparkline

INTERVAL = (
    "The 95 % interval (Wilson) says between which values the true share lies: it is wide where little was counted, so "
    f"that 1 of 2 never reads as “50 %”. Below {FEW} no share is said. A grey change is one that chance alone may explain."
)
HOW = "How is this counted?"
TOO_FEW = ":small[:gray[too few to say]]"  # where others have a large number
Shares = tuple[int, int]


def volume_card(choices: Choices, earlier: bool) -> None:
    """How much there was to understand."""
    now = table(REMEMBERED, choices)[0]["eligible"]
    was = table(REMEMBERED, before(choices))[0]["eligible"] if earlier else 0
    delta = growth(now, was)
    with card("eligible"):
        st.metric(
            "Eligible messages",
            f"{now:,}",
            delta,
            delta_color="off",
            delta_arrow=("up" if now > was else "down") if delta and now != was else "off",
            **sparkline("eligible", choices).drawn,
        )
        rests_on("user messages with a verdict")
        card_actions("eligible", ELIGIBLE, "trends/messages", choices)


def rate_card(choices: Choices, measure: Measure, earlier: bool) -> None:
    """One of the two Not Understood rates."""

    def share(of: Choices) -> Shares:
        row = table(REMEMBERED, of)[0]
        return row[measure.part], row[measure.whole]

    title = {"message": "Not Understood rate", "conversation": "Conversation rate"}[measure.key]
    _share_card(title, measure.key, share, choices, measure.unit, measure.definition, measure.question, earlier)


def ended_card(choices: Choices, earlier: bool) -> None:
    """How many conversations stand at Not Understood now; their last message decides whether they are in the period."""

    def share(of: Choices) -> Shares:
        row = ended(REMEMBERED, of)
        return row["ended_not_understood"], row["conversations"]

    _share_card(
        "Ended Not Understood", "ended", share, choices, "conversations", ENDED, "trends/ended", earlier,
        opens=choices.but(status=("not_understood",)),
    )  # fmt: skip


def how_counted(definition: str, path: str, choices: Choices) -> None:
    """The definition of a number, the sentence of its question, and what period and zone it is about."""
    with explained():
        st.markdown(f"**{definition}**")
        st.markdown(question(path).sentence)
        zone = choices.timezone.key.replace("_", " ")
        st.caption(f"{period(choices['from'], choices['to'])}, both days included; days are days in {zone}. {INTERVAL}")


def _share_card(
    title: str, key: str, share: Callable[[Choices], Shares], choices: Choices, unit: str, definition: str, path: str,
    earlier: bool, opens: Choices | None = None,
) -> None:  # fmt: skip
    part, whole = share(choices)
    was = share(before(choices)) if earlier else (0, 0)
    value, comparable = percent(part / whole if whole else None), min(whole, was[1]) >= FEW
    points = part / whole - was[0] / was[1] if comparable else 0
    real = comparable and changed(was, (part, whole))
    line = sparkline(key, choices)
    with card(key):
        st.metric(
            title,
            value if whole >= FEW else TOO_FEW if whole else "–",
            in_points(points) if comparable else None,
            delta_color="off" if not real else "green" if points < 0 else "red",
            delta_arrow=("up" if points > 0 else "down") if abs(points) >= 0.0005 else "off",
            **line.drawn,
        )
        rests_on(share_in_brief(part, whole, unit)[1] + line.said)
        card_actions(key, definition, path, choices, opens if part else None)


def in_points(change: float) -> str:
    """ "+3.2 points", "±0.0 points"."""
    said = f"{change * 100:+.1f} points".replace("-", "−")
    return f"±{said[1:]}" if said[1:].startswith("0.0 ") else said


def growth(now: int, was: int) -> str | None:
    """How much more or less there was, in percent; of tiny numbers, which grow by "1300 %" on a whim, nothing is said."""
    if was < FEW:
        return None
    return f"{(now - was) / was:+,.0%}".replace("-", "−").replace("%", " %")


def cards(key: str) -> st.delta_generator.DeltaGenerator:
    """Cards beside each other: four, and two on a phone."""
    return st.grid(4, min_column_width=160, gap=12, key=f"cards_{key}")


def card(key: str) -> st.delta_generator.DeltaGenerator:
    """The frame of one card."""
    return st.container(border=True, key=f"card_{key}", height="stretch", gap="xxsmall")


def card_actions(key: str, definition: str, path: str, choices: Choices, opens: Choices | None = None) -> None:
    """How the number of a card is counted, and the way to what it counts, as icons in its corner (look.css)."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_actions"):
        if opens:
            st.page_link(
                "customers.py", label="Open the conversations", icon=":material/arrow_forward:",
                query_params=opens.address(), help="Open the conversations",
            )  # fmt: skip
        how_counted(definition, path, choices)


def rests_on(said: str) -> None:
    """What a number rests on, without a "%" alone on a line."""
    st.caption(said.replace(" %", "\N{NO-BREAK SPACE}%"))


def explained() -> st.delta_generator.DeltaGenerator:
    """The place of an explanation, always with this name; where it is an icon, the pointer is told the name."""
    return st.popover(HOW, type="tertiary", icon=":material/help:", help=HOW)


def against(choices: Choices, earlier: bool) -> str:
    """What period this is, and what a change is measured against, in words."""
    shown = span(choices["from"], choices["to"])
    running = choices["to"] >= desk.today()
    if running:
        # Nothing on the page moves by itself, so it says up to when it has counted.
        so_far = f"today until {desk.local(desk.now()):%H:%M}"
        shown += f" · {so_far}" if choices["to"] == choices["from"] else f", {so_far}"
    days = (choices["to"] - choices["from"]).days + 1
    then = "the day before" if days == 1 else f"the {days:,} days before"
    if not earlier:
        return f"{shown} · not compared: {then} {'was' if days == 1 else 'were'} not counted from the beginning"
    whole = f", {'a whole one' if days == 1 else 'which are whole'}" if running else ""
    return f"{shown} · changes are against {then}{whole}; a rate's is grey where chance alone may explain it"
