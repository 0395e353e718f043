"""What an import would make of a file, shown before anything is stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import pandas as pd
import streamlit as st

from convdata.errors import MisheardError
from convdata.importers import TIMES, Importer, columns_of, mapped, options_of
from convdata.previewing import SHOWN, Preview, preview
from pages.parts import desk, words
from pages.parts.literal import escaped

LOOKED_AT = 2_000  # lines; the rest is looked at when it is imported
PATTERN = "Times as a pattern"
FEW, TALL = 8, 320  # rows, and pixels for more of them
EXAMPLE = """times = "day-first"
timezone = "Europe/Vienna"

[[events]]
id = "Nr"
channel = { is = "webchat" }
customer_id = "Customer"
at = "Time"
sender = { from = "Who", words = { customer = "user", bot = "bot" } }
text = "Text"
"""


def stated_options(one: Importer | None) -> dict[str, str]:
    """What the reader says about the file that is not in it."""
    if one is None:
        return {}
    if one.NAME == mapped.NAME:
        return _mapping()
    known = options_of(one)
    if not known:
        return {}
    columns = columns_of(one)
    given: dict[str, str | None] = {}
    with st.expander("What the file does not say itself", expanded="times" in known):
        for place, (name, sentence) in _two_abreast({n: s for n, s in known.items() if n not in columns}):
            with place:
                given[name] = _stated(f"import_{one.NAME}_{name}", name, sentence)
    if columns:
        with st.expander("Columns that are called otherwise in it"):
            for place, (name, sentence) in _two_abreast({name: known[name] for name in columns}):
                with place:
                    key = f"import_{one.NAME}_{name}"
                    given[name] = st.text_input(name, key=key, help=sentence, max_chars=200)
    return {name: text.strip() for name, text in given.items() if text and text.strip()}


def _two_abreast(options: Mapping[str, str]) -> Iterator[tuple[Any, tuple[str, str]]]:
    """In pairs of their own, so that on a phone they stand in the same order."""
    for number, option in enumerate(options.items()):
        if number % 2 == 0:
            pair = st.columns(2)
        yield pair[number % 2], option


def _stated(key: str, name: str, sentence: str) -> str | None:
    label = name.replace("_", " ").capitalize()
    if name != "times":
        return st.text_input(label, key=key, help=sentence, max_chars=200)
    looks = {"iso": "2026-12-31 23:59", "day-first": "31/12/2026 23:59", "month-first": "12/31/2026 23:59"}
    how = st.selectbox(
        label,
        [*TIMES, PATTERN],
        key=key,
        help=sentence,
        format_func=lambda one: f"{one}: {looks[one]}" if one in looks else one,
    )
    return st.text_input(PATTERN, "%d.%m.%Y %H:%M", key=f"{key}_pattern", max_chars=60) if how == PATTERN else how


def _mapping() -> dict[str, str]:
    """Pasted, or taken from a file, which then can be mended here."""
    file = st.file_uploader("A mapping file", type=["toml"], key="import_mapping_file", max_upload_size=1)
    if file is not None and st.session_state.get("import_mapping_from") != file.file_id:
        st.session_state.import_mapping_from = file.file_id
        st.session_state.import_mapping = file.getvalue().decode("utf-8", "replace")
    text = st.text_area(
        "Mapping",
        key="import_mapping",
        placeholder=EXAMPLE,
        height=250,
        help="Which column or JSON path becomes which field, in TOML; docs/import.md has all of it and two examples.",
    )
    return {"map": text} if text.strip() else {}


def show_preview(file: Any, format: str | None, options: Mapping[str, str]) -> bool:
    """The first events, or in a sentence why there are none. Says whether there is anything to import."""
    asked = (file.file_id, format, tuple(sorted(options.items())))
    if st.session_state.get("import_preview_of") != asked:
        st.session_state.import_preview_of = asked
        st.session_state.import_preview = _looked_at(file, format, options)
    found: Preview | str = st.session_state.import_preview
    if isinstance(found, str):
        waiting = format == mapped.NAME and "map" not in options
        (st.info if waiting else st.error)(
            "A mapping is missing: upload one, or write it above." if waiting else escaped(found, 1_000),
            icon=":material/edit_note:" if waiting else ":material/error:",
        )
        if format is None:
            st.caption(f"To say yourself what is in it, choose “{mapped.TITLE}” as its format.")
        return False
    taken = found.read - found.rejected
    of = (
        f"of the first {words.plural(found.read, 'line')}"
        if not found.whole
        else f"of {words.plural(found.read, 'line')}"
    )
    st.markdown(f"{'Recognised as' if format is None else 'Read as'} **{escaped(found.title)}**")
    if found.events:
        zone = desk.store().settings.timezone.key
        st.caption(
            f"{taken:,} {of} would be taken, {found.rejected:,} rejected. The first {len(found.events)}, times in {zone}:"
        )
        _table([_line(event) for event in found.events])
    else:
        st.caption(f"None {of} could be taken.")
    if found.rejects:
        with st.expander(f"{words.plural(found.rejected, 'line')} would be rejected", expanded=not found.events):
            _table([_reject(one) for one in found.rejects])
            if found.rejected > SHOWN:
                st.caption(f"The first {SHOWN}; after the import all of them can be downloaded.")
    return bool(taken)


def _table(rows: Sequence[Mapping[str, str]]) -> None:
    """Not a data frame, whose tool bar would hand the file out again, unrecorded and with its formulas."""
    st.table(pd.DataFrame(rows), hide_index=True, border="horizontal", height=TALL if len(rows) > FEW else "content")


def _looked_at(file: BinaryIO, format: str | None, options: Mapping[str, str]) -> Preview | str:
    file.seek(0)
    try:
        return preview(
            desk.store().settings,
            file,
            now=desk.now(),
            by=desk.reader(),
            format=format,
            options=options,
            most=LOOKED_AT,
        )
    except MisheardError as why:
        return str(why)
    finally:
        file.seek(0)


def _line(event: dict[str, Any]) -> dict[str, str]:
    when = desk.local(datetime.fromisoformat(event["at"]).replace(tzinfo=None))
    names = " ".join(str(event[name]) for name in ("first_name", "last_name") if event.get(name))
    muted = {True: "mute", False: "unmute", None: None}[event.get("muted")]
    said = event.get("text") or event.get("status") or muted or names
    return {
        "Time": f"{when:%Y-%m-%d %H:%M:%S}",
        "Who": escaped(event.get("sender") or event["type"], 40),
        "Text": escaped(str(said or ""), 200),
        "Understood": {True: "yes", False: "no", None: ""}[event.get("understood")],
        "Intent": escaped(event.get("intent"), 100),
        "Channel": escaped(event["channel"], 60),
        "Customer": escaped(event["customer_id"], 100),
        "Language": escaped(event.get("language"), 40),
    }


def _reject(one: dict[str, Any]) -> dict[str, str]:
    return {
        "Line": f"{one['line']:,}",
        "Field": escaped(one["field"], 60),
        "Why": escaped(one["reason"], 300),
        "What stands there": escaped(one["raw"], 200),
    }
