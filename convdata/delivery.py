"""Replies handed to their channels, one attempt at a time, and what to do about the answer.

The network is asked outside of any transaction: a reply is taken in hand, sent, and then settled. A program that is
killed in between leaves a reply in hand; it becomes *unknown* and nobody sends it again by themselves.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from convdata import outbox, receipts
from convdata.channel_adapters import Outcome, Outgoing, adapter_for
from convdata.channels import channel
from convdata.database import Row, Store, Transaction
from convdata.errors import NotFound
from convdata.messenger_profiles import ask_profiles
from convdata.periods import now_utc
from convdata.standing import in_hand
from convdata.telling import tell_bots
from convdata.vocabulary import Delivery

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
PATIENCE = timedelta(minutes=30)  # an answer that comes later than that has lost its sense; a person may still send it
LONGEST_WAIT = timedelta(minutes=5)
AT_ONCE = 4  # replies to different customers on their way at one time
LOOK_EVERY = 5.0  # seconds; another process may have put a reply in


def deliver_due(store: Store, now: datetime) -> int:
    """Send what is to be sent now, one after the other; gives how many attempts were made."""
    outbox.doubt(store, now)
    return sum(deliver(store, row, now) for row in outbox.due(store, now))


def deliver(store: Store, row: Row, now: datetime) -> bool:
    """One attempt at a reply that is due. False: another had taken it."""
    outgoing = outbox.claim(store, row, now)
    if outgoing is None:
        return False
    adapter = adapter_for(store, outgoing.recipient)
    if adapter is None:
        outcome = Outcome(Delivery.FAILED, reason=channel(row.channel).escalation)
    else:
        try:
            tell_bots(store, now, outgoing.recipient.customer_key)
            outcome = adapter.send(store, outgoing, now)
        except Exception as wrong:  # it may be out of the house: that is all we know
            log.error("Sending on %s failed: %s", row.channel, type(wrong).__name__)
            outcome = Outcome(Delivery.UNKNOWN, reason="Something went wrong while sending: it may have arrived.")
    _settle(store, outgoing, outcome, row.created_at, now)
    log.info("A reply on %s: %s%s", row.channel, outcome.state.value, f" ({outcome.code})" if outcome.code else "")
    return True


def _settle(store: Store, outgoing: Outgoing, outcome: Outcome, created_at: datetime, now: datetime) -> None:
    due_at = now
    if outcome.state is Delivery.PENDING:
        due_at = now + max(
            outcome.retry_after or timedelta(0), min(timedelta(seconds=2**outgoing.attempt), LONGEST_WAIT)
        )
        if outgoing.attempt >= MOST_ATTEMPTS or due_at > created_at + PATIENCE:
            reason = f"{outcome.reason or 'The channel did not take it.'} Given up after {outgoing.attempt} attempts."
            outcome = Outcome(Delivery.FAILED, reason=reason, code=outcome.code)
    key = outgoing.recipient.customer_key

    def work(transaction: Transaction) -> None:
        try:
            in_hand(transaction, key)
        except NotFound:
            return  # erased meanwhile, and their outbox with them
        outbox.settle(transaction, outgoing, outcome, due_at, now)
        receipts.apply(transaction, key, (), now)

    store.change(work)


class Sender:
    """The thread that sends: at once when a reply is put in here, and every few seconds for all others.

    ``store`` gives the open store, anew each time; while it cannot be opened nothing is sent.
    """

    def __init__(self, store: Callable[[], Store], clock: Callable[[], datetime] = now_utc) -> None:
        self._store = store
        self._clock = clock
        self._stopped = threading.Event()
        self._sending: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._on_errand = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="misheard-sender")
        self._thread = threading.Thread(target=self._run, name="misheard-sender", daemon=True)

    def start(self) -> "Sender":
        self._thread.start()
        return self

    def stop(self, seconds: float = 12) -> None:
        """Begin no more; returns when what is on its way has been settled, or after that many seconds."""
        self._stopped.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = threading.Event()
        for _ in range(int(seconds * 20)):
            with self._lock:
                if not self._sending:
                    break
            deadline.wait(0.05)

    def _run(self) -> None:
        while not self._stopped.is_set():
            wait, waiting = LOOK_EVERY, None
            try:
                store = self._store()
                waiting = outbox.waiting(store)
                waiting.clear()
                wait = self._send_due(store)
            except Exception as wrong:  # the store is away, or worse; in a few seconds we look again
                log.warning("Replies cannot be sent just now: %s", type(wrong).__name__)
            (waiting or self._stopped).wait(wait)

    def _send_due(self, store: Store) -> float:
        now = self._clock()
        outbox.doubt(store, now)
        for row in outbox.due(store, now):
            name = (row.customer_key, row.reply_id)
            with self._lock:
                if name in self._sending or self._stopped.is_set():
                    continue
                self._sending.add(name)
            self._pool.submit(self._send, store, row, name)
        self._pool.submit(self._errands, store)
        upcoming = store.ask_one("outbox/next_due")
        if upcoming is None or upcoming.due_at is None:
            return LOOK_EVERY
        seconds: float = (upcoming.due_at - now).total_seconds()
        return min(LOOK_EVERY, max(0.2, seconds))

    def _errands(self, store: Store) -> None:
        """What else has to be said to bots and asked of channels; one at a time, as they would do the same."""
        if not self._on_errand.acquire(blocking=False):
            return
        try:
            tell_bots(store, self._clock())
            ask_profiles(store, self._clock())
        except Exception as wrong:
            log.warning("Bots and channels cannot be asked just now: %s", type(wrong).__name__)
        finally:
            self._on_errand.release()

    def _send(self, store: Store, row: Row, name: tuple[str, str]) -> None:
        try:
            deliver(store, row, self._clock())
        except Exception as wrong:
            log.error("A reply on %s could not be settled: %s", row.channel, type(wrong).__name__)
        finally:
            with self._lock:
                self._sending.discard(name)
            outbox.waiting(store).set()  # the customer's next reply may go now
