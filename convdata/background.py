"""What has to be done without anybody asking: once a minute mutes are closed, and erased bytes are taken from the files."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from convdata import erased_list, following, inbox, receipts, recounting, retention, visitors, webchat
from convdata.database import Store
from convdata.muting import sweep
from convdata.periods import now_utc
from convdata.review import joining
from convdata.rewriting import rewrite

log = logging.getLogger(__name__)

REST = 10

Job = Callable[[Store, datetime], object]

JOBS: tuple[tuple[str, Job], ...] = (
    ("The sweep", sweep),
    ("Working on what webhooks brought", inbox.work_on_waiting),
    ("Forgetting what webhooks brought and nobody can read", inbox.forget_old),
    ("Forgetting receipts of nothing", receipts.forget_old),
    ("Telling which replies came too late for the webchat", webchat.miss_the_gone),
    ("Ending old sessions of the webchat", visitors.forget_old),
    ("Reading on in Rasa's tracker store", following.read_on),
    ("Grouping what was not understood", joining.join),
    ("Putting counts together", recounting.compact),
    ("Erasing who is not to be kept any longer", retention.once_a_day),
    ("Noting who was erased", erased_list.bring_up_to_date),
    ("Writing the store's file anew", lambda store, now: rewrite(store)),
)


class Background:
    """One thread that does all jobs, waits, and does them again. A job that fails is logged in a line and comes again.

    ``store`` gives the open store, anew each time: while it cannot be opened, that is what is logged. A job rests ten
    times as long as it took: writing a large file anew makes writers wait, and may not do so half of the time.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        jobs: Sequence[tuple[str, Job]] = JOBS,
        every: float = 60,
        clock: Callable[[], datetime] = now_utc,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._every = every
        self._clock = clock
        self._rested_at = dict.fromkeys((name for name, _ in jobs), 0.0)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="misheard-background", daemon=True)

    def start(self) -> "Background":
        self._thread.start()
        return self

    def stop(self, seconds: float = 10) -> None:
        """Returns when the job at hand is done, or after that many seconds."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            for name, job in self._jobs:
                began = time.monotonic()
                if self._stopped.is_set() or began < self._rested_at[name]:
                    continue
                try:
                    job(self._store(), self._clock())
                except Exception as wrong:  # whatever it is, the next minute must come
                    log.error("%s failed and is tried again in a minute: %s", name, _line(wrong))
                ended = time.monotonic()
                self._rested_at[name] = ended + REST * (ended - began)
            self._stopped.wait(self._every)


def _line(wrong: Exception) -> str:
    """What went wrong in one line; only the first, as databases repeat values in the others."""
    text = str(wrong).splitlines() or [""]
    return f"{type(wrong).__name__} {text[0][:200]}".strip()
