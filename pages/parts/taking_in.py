"""Import a file from the dashboard: the same as `misheard import`, in the background, with its progress beside the list."""

import io
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import streamlit as st

from convdata.database import Store
from convdata.errors import ImportStopped, MisheardError
from convdata.importers import Importer, importers
from convdata.importing import Result, import_file
from convdata.intake import Counts
from convdata.rights import Actor, Right
from convdata.sources import open_source
from pages.parts import desk, words
from pages.parts.handing_over import download_button
from pages.parts.import_preview import show_preview, stated_options
from pages.parts.literal import escaped

RECOGNISE = "Recognise it"


@dataclass
class Job:
    """An import that runs while its reader goes on working; the page looks at it once a second."""

    name: str
    counts: Counts = field(default_factory=Counts)
    share: float = 0.0
    result: Result | None = None
    problem: str | None = None
    rejects: io.StringIO = field(default_factory=io.StringIO)
    running: bool = True

    def run(
        self,
        store: Store,
        file: BinaryIO,
        size: int,
        format: str | None,
        options: Mapping[str, str],
        by: Actor,
        now: datetime,
    ) -> None:
        def progress(done: int, total: int, counts: Counts) -> None:
            self.counts, self.share = counts, min(1.0, done / (total or size or 1))

        try:
            self.result = import_file(
                store, file, now=now, by=by, format=format, rejects=self.rejects, progress=progress, options=options
            )
        except ImportStopped as stopped:
            self.problem, self.result = str(stopped), stopped.result
        except MisheardError as error:
            self.problem = str(error)
        except Exception as error:
            self.problem = f"The import stopped ({type(error).__name__}). What was stored stays; run it again to go on."
        finally:
            self.running = False


def import_button() -> None:
    """The button, and what became of the file that was given to it; for those who may import."""
    if not desk.may(Right.IMPORT):
        return
    job: Job | None = st.session_state.get("import_job")
    if job is None:
        if st.button("Import a file", icon=":material/upload_file:", width="stretch"):
            _dialog()
    else:
        _running(job) if job.running else _outcome(job)


@st.dialog("Import a file", width="large", icon=":material/upload_file:")
def _dialog() -> None:
    st.caption(
        "Conversations from a bot's log, or any CSV or JSON with a mapping; plain or gzip. Importing a file twice is harmless. "
        "It runs in the background; you can go on working."
    )
    file = st.file_uploader("File", key="import_file")
    known = importers()
    format = st.selectbox(
        "Format",
        [RECOGNISE, *known],
        format_func=lambda name: known[name].TITLE if name in known else name,
        help="Seen in what is in the file; name it where that fails.",
    )
    named = known.get(format)
    options = stated_options(named or _recognised(file))
    ready = file is not None and show_preview(file, named.NAME if named else None, options)
    if st.button("Import", type="primary", disabled=not ready) and file is not None:
        job = Job(file.name)
        st.session_state.import_job = job
        given = (desk.store(), file, file.size, named.NAME if named else None, options, desk.reader(), desk.now())
        threading.Thread(target=job.run, args=given, daemon=True, name="misheard-import").start()
        st.rerun()


def _recognised(file: Any) -> Importer | None:
    """What reads the file where nobody says so, for what it may be told."""
    if file is None:
        return None
    file.seek(0)
    try:
        with ExitStack() as open_files:
            return open_source(open_files, file, None, {})[1]
    except MisheardError:
        return None
    finally:
        file.seek(0)


@st.fragment(run_every=1)
def _running(job: Job) -> None:
    st.markdown(f"**Importing** {escaped(job.name, 60)}")
    st.progress(job.share, text=f"{job.counts.read:,} lines read")
    if not job.running:
        st.rerun()


def _outcome(job: Job) -> None:
    st.markdown(f"**Imported** {escaped(job.name, 60)}" if job.problem is None else escaped(job.name, 60))
    if job.problem:
        st.error(escaped(job.problem, 500), icon=":material/error:")
    if job.result:
        counts = job.result.counts
        known = importers()
        title = known[job.result.format].TITLE if job.result.format in known else job.result.format
        st.caption(
            f"{escaped(title)}: {words.plural(counts.read, 'line')} read = {counts.stored:,} stored + {counts.updated:,} updated "
            f"+ {counts.duplicate:,} duplicate + {counts.rejected:,} rejected + {counts.suppressed:,} suppressed"
        )
        if counts.rejected:
            download_button(
                f"Download {words.plural(counts.rejected, 'rejected line')}",
                lambda: job.rejects.getvalue().encode(),
                "rejected.jsonl",
                "application/x-ndjson",
                key="download_rejected",
                icon=":material/download:",
            )
    if st.button("Done", width="stretch"):
        del st.session_state.import_job
        st.rerun()
