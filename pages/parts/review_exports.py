"""Decisions as files: the export with its check for personal data, past exports, and what the bot was taught before."""

from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from convdata.channels import language_title
from convdata.database import Store
from convdata.errors import MisheardError
from convdata.review import exporting, training
from convdata.review.exports import formats
from convdata.rights import Actor, Right
from convdata.vocabulary import UNDETERMINED
from pages.parts import desk, words
from pages.parts.handing_over import download_button
from pages.parts.literal import escaped, plain

AGAIN = 10  # past exports that can be made again with one click


def export_button() -> None:
    if desk.may(Right.REVIEW_EXPORT) and st.button(
        "Export", icon=":material/download:", shortcut="E", key="review_export"
    ):
        _export_dialog()


@st.dialog("Export decisions", width="medium", icon=":material/download:")
def _export_dialog() -> None:
    selected = (
        list(st.session_state.get("review_list", {}).get("selected") or ()) if "review_list" in st.session_state else []
    )
    which = {"new": "Decided and not exported yet", "all": "All that is decided"} | (
        {"selected": f"The {words.plural(len(selected), 'selected group')}"} if selected else {}
    )
    chosen = st.radio("What", list(which), format_func=which.__getitem__, key="export_which", horizontal=True)
    known = formats()
    format_key = st.selectbox(
        "Format",
        list(known),
        index=list(known).index("rasa"),
        format_func=lambda key: known[key][0].title,
        key="export_format",
    )
    format_, _ = known[format_key]
    st.caption(format_.sentence)
    prepared = exporting.prepare(
        desk.store(), selected if chosen == "selected" else None, again=chosen != "new", by=desk.reader()
    )
    if not prepared.lines:
        st.info("There is nothing to export: decide a group first.", icon=":material/inbox:")
        return
    st.markdown(f"**{words.plural(len(prepared.lines), 'sentence')}** of {words.plural(prepared.groups, 'group')}")
    mask = False
    if prepared.personal:
        may_unmask = exporting.may_unmask(desk.reader())
        mask = st.toggle(
            f"Mask personal data in {words.plural(prepared.personal, 'sentence')}",
            value=True,
            key="export_mask",
            disabled=not may_unmask,
            help=None if may_unmask else "It is masked for your role.",
        )
        flagged = [line for line in prepared.lines if line.holds]
        st.dataframe(
            pd.DataFrame(
                [
                    {"Holds": ", ".join(line.holds), "Sentence": plain(line.masked if mask else line.text, 300), "Intent": plain(line.intent, 60)}
                    for line in flagged[:200]
                ]
            ),
            hide_index=True,
            height="auto" if len(flagged) < 6 else 220,
            alt="Sentences with personal data",
        )  # fmt: skip
    else:
        st.caption("No e-mail address, telephone number or name of a customer was found in them.")
    now = desk.now()
    download_button(
        "Download", partial(_made, desk.store(), prepared, format_key, mask, desk.reader(), now),
        exporting.file_name(format_key, now), format_.mime,
        type="primary", icon=":material/download:", shortcut="D", key="export_download",
    )  # fmt: skip


def past_exports() -> None:
    """What was exported, newest first; the latest can be had again as they would be now."""
    st.subheader("Past exports", anchor=False)
    store = desk.store()
    rows = exporting.past(store)
    if not rows:
        st.caption("Nothing was exported yet.")
        return
    known = formats()
    for row in rows[:AGAIN]:
        format_ = known[row.format][0]
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            when = desk.local(row.made_at)
            masked = f", {row.masked:,} masked" if row.masked else ""
            st.markdown(
                f"**{format_.title}** · {words.plural(row.examples, 'sentence')} of {words.plural(row.groups, 'group')}{masked}  \n"
                f":gray[{when.day} {when:%b %Y, %H:%M} · {escaped(row.made_by, 40)}]",
                width="stretch",
            )
            if not desk.may(Right.REVIEW_EXPORT):
                continue
            download_button(
                "Again", partial(_made_again, store, row.export_id, row.format, bool(row.masked), desk.reader()),
                exporting.file_name(row.format, row.made_at), format_.mime,
                key=f"again_{row.export_id}", icon=":material/download:",
                help="The sentences that were last exported with it and are still there",
            )  # fmt: skip
    if len(rows) > AGAIN:
        st.caption(f"And {len(rows) - AGAIN:,} earlier ones; all are on the Activity page.")


def training_files() -> None:
    """What the bot has been taught already: better suggestions, and a warning before it is taught the same again."""
    st.subheader("What the bot was taught", anchor=False)
    taught = st.container()
    if desk.may(Right.TEACH):
        _taught_more()
    with taught:  # asked last: a file that was read just now is among them
        sources = desk.ask("review/sources")
        for row in sources:
            st.markdown(
                f"{escaped(row.source, 60)} · {words.plural(row.examples, 'sentence')}, {words.plural(row.intents, 'intent')}"
            )
        if not sources:
            st.caption(
                "Add your training file: intents become known, and Review warns where the bot has a sentence already."
            )


def _taught_more() -> None:
    language = st.selectbox(
        "Language of the file", [UNDETERMINED, *sorted(set(desk.ask_counts("review/options", kind="failed")["language"]) - {UNDETERMINED})],
        format_func=lambda code: "Any" if code == UNDETERMINED else plain(language_title(code), 40), key="training_language",
    )  # fmt: skip
    file = st.file_uploader(
        "Training file",
        type=["yml", "yaml", "jsonl", "csv"],
        key="training_file",
        max_upload_size=50,
        help="Rasa NLU YAML, or JSON Lines or CSV with the columns intent and text",
    )
    if file is not None and st.button("Read it", icon=":material/school:", type="primary"):
        try:
            sentences, intents = training.import_training(
                desk.store(), file.name, file.getvalue(), language=language, by=desk.reader(), now=desk.now()
            )
        except MisheardError as error:
            st.error(escaped(str(error), 300), icon=":material/error:")
        else:
            st.success(
                f"{words.plural(sentences, 'sentence')} of {words.plural(intents, 'intent')} are known now.",
                icon=":material/check:",
            )


def _made(store: Store, prepared: exporting.Prepared, format_key: str, mask: bool, by: Actor, now: datetime) -> bytes:
    return exporting.export(store, prepared, format_key, mask=mask, by=by, now=now)


def _made_again(store: Store, export_id: str, format_key: str, mask: bool, by: Actor) -> bytes:
    return exporting.made_again(store, export_id, format_key, mask=mask, by=by, now=desk.now())
