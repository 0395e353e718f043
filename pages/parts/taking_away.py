"""Take a chart away: its numbers as CSV, itself as a picture. Files are made when they are asked for, and recorded then."""

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from convdata import periods, sheets
from convdata.captions import span
from convdata.channels import channel, language_title
from convdata.database import Store
from convdata.filters import Choices
from convdata.rights import Actor, Right
from pages.parts import desk
from pages.parts.handing_over import download_button
from pages.parts.literal import plain

# The picture is made by the browser that has drawn the chart: a server would need a browser of its own for it.
_PNG = st.components.v2.component(
    "misheard_png",
    html='<button type="button"></button>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def csv_button(
    key: str, title: str, choices: Choices, make: Callable[[Store], sheets.Rows], columns: tuple[str, ...] = ()
) -> None:
    """The numbers behind a chart; ``make`` asks for them."""
    if not desk.may(Right.DOWNLOAD_REPORT):
        return
    download_button(
        "CSV",
        partial(_csv, desk.store(), title, choices, make, columns, desk.reader()),
        f"{file_name(title, choices)}-{secrets.token_hex(4)}.csv",
        "text/csv",
        key=f"csv_{key}",
        type="tertiary",
        icon=":material/download:",
        help="The numbers of this chart",
    )


def png_button(key: str, title: str, choices: Choices) -> None:
    """The chart as a picture, twice as fine as the screen, that says itself what it shows."""
    if not desk.may(Right.DOWNLOAD_REPORT):
        return
    _PNG(
        key=f"png_{key}",
        data={
            "chart": f"st-key-{key}",
            "label": "PNG",
            "help": f"{title} as a picture",
            "title": title,
            "about": " · ".join(_about(choices)),
            "file": f"{file_name(title, choices)}.png",
        },
        on_taken_change=partial(_taken, title, choices),
        height="content",
        width="content",
    )


def _about(choices: Choices) -> list[str]:
    """What a picture is about, where no page is around it any more."""
    return [
        span(choices["from"], choices["to"]),
        *(plain(channel(key).title, 40) for key in choices["channel"] or ()),
        *(plain(language_title(code), 40) for code in choices["language"] or ()),
    ]


def file_name(title: str, choices: Choices) -> str:
    """A file's name without its ending."""
    return f"misheard-{title.lower().replace(' ', '-')}-{choices['from']}-{choices['to']}"


def _csv(
    store: Store,
    title: str,
    choices: Choices,
    make: Callable[[Store], sheets.Rows],
    columns: tuple[str, ...],
    by: Actor,
) -> bytes:
    """Runs in a thread that knows nothing of this session."""
    return sheets.download(store, title, choices, make, by=by, now=periods.now_utc(), columns=columns)


def _taken(title: str, choices: Choices) -> None:
    sheets.taken(desk.store(), title, choices, "png", by=desk.reader(), now=desk.now())
