"""Where live events wait, so that many small deliveries share one transaction and each is answered when it is durable.

A commit costs the same for one event and for a thousand. One thread takes what has come, stores it together, tells every
sender what became of theirs, and takes what has come meanwhile. A large delivery is stored in parts, between which small
ones have their turn. What cannot wait any longer is refused, before memory grows: its sender sends again, which is
harmless.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from convdata.database import Overtaken, Store
from convdata.errors import StoreAway
from convdata.events import Event
from convdata.intake import Counts, take_together
from convdata.metrics import TALLY, Tally
from convdata.periods import now_utc

log = logging.getLogger(__name__)

WAITING = 50_000  # events, at most
TOGETHER = 1_000  # events in one transaction
TRIES = 30  # transactions to find out which event it is that cannot be stored

UNSTORABLE = "cannot be stored; the log of Misheard says why"


class Full(StoreAway):
    """More is waiting than may wait."""


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery's events: how many of each, and which of them could not be stored by themselves."""

    counts: Counts
    unstorable: Sequence[int] = ()


@dataclass
class _Delivery:
    events: Sequence[Event]
    route: str
    future: "Future[Outcome]" = field(default_factory=Future)
    done: int = 0
    counts: Counts = field(default_factory=Counts)
    unstorable: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.events) - self.done


class Letterbox:
    """``store`` gives the open store, anew each time; while it cannot be opened, all deliveries are refused."""

    def __init__(
        self,
        store: Callable[[], Store],
        *,
        waiting: int = WAITING,
        together: int = TOGETHER,
        tally: Tally = TALLY,
        clock: Callable[[], datetime] = now_utc,
    ) -> None:
        self._store = store
        self._most = waiting
        self._together = together
        self._tally = tally
        self._clock = clock
        self._turn = threading.Condition()
        self._deliveries: deque[_Delivery] = deque()
        self._waiting = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, events: Sequence[Event], route: str) -> "Future[Outcome]":
        """Events to be stored, in this order. The future is done when they are durable, or fails with StoreAway when
        they were not all stored and are to be sent again. Cancelling it takes back what is not being stored yet.

        Raises Full (a StoreAway). Counts the events as received in any case.
        """
        delivery = _Delivery(events, route)
        self._tally.received(route, len(events))
        with self._turn:
            # Whoever comes to an empty box is let in, however much they bring: they were within the limits of a body.
            full = self._waiting and self._waiting + len(events) > self._most
            if not (self._closed or full):
                self._deliveries.append(delivery)
                self._waiting += len(events)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="misheard-letterbox", daemon=True)
                    self._thread.start()
                self._turn.notify()
                return delivery.future
        self._tally.became(route, Counts(), refused=len(events))
        raise Full("Too much is waiting to be stored; send it again in a moment.")

    def close(self, seconds: float = 10) -> None:
        """Take nothing more; returns when what was waiting is stored, or after that many seconds."""
        with self._turn:
            self._closed = True
            self._turn.notify()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._deliveries or self._closed)
                if not self._deliveries:
                    return
                parts = self._next_parts()
            try:
                self._store_parts(parts)
            except Exception as mistake:  # ours; whatever it is, those who wait are told and the next have their turn
                log.error("Events could not be stored: %s", type(mistake).__name__)
                self._fail([part for part in parts if not part[0].future.done()], mistake)

    def _next_parts(self) -> list[tuple[_Delivery, Sequence[Event]]]:
        """What goes into the next transaction: the first in the box, each as far as there is room."""
        parts: list[tuple[_Delivery, Sequence[Event]]] = []
        room = self._together
        while room and self._deliveries:
            delivery = self._deliveries.popleft()
            if delivery.done == 0 and not delivery.future.set_running_or_notify_cancel():
                self._refuse(delivery)
                continue
            part = delivery.events[delivery.done : delivery.done + room]
            parts.append((delivery, part))
            room -= len(part)
        return parts

    def _store_parts(self, parts: list[tuple[_Delivery, Sequence[Event]]]) -> None:
        try:
            store = self._store()
        except Exception as why:
            self._fail(parts, why)
            return
        try:
            counts = take_together(store, [events for _, events in parts], self._clock())
        except StoreAway as why:
            self._fail(parts, why)
        except Exception as why:
            if _passes(why):
                self._fail(parts, StoreAway("The store is too busy; send it again."))
            elif len(parts) == 1:
                self._part_by_part(store, *parts[0], why)
            else:  # one of them cannot be stored; the others must not suffer
                for part in parts:
                    self._store_parts([part])
        else:
            for (delivery, events), each in zip(parts, counts, strict=True):
                self._stored(delivery, events, each)

    def _part_by_part(self, store: Store, delivery: _Delivery, events: Sequence[Event], why: Exception) -> None:
        """Find the event that cannot be stored, and store the others. Where nothing at all can be stored it is not the
        event's fault, and nothing is said to be.
        """
        halves = [(0, len(events))]
        counts, unstorable, tries = Counts(), [], 0
        while halves:
            first, last = halves.pop()
            tries += 1
            try:
                counts += take_together(store, [events[first:last]], self._clock())[0]
            except StoreAway as away:
                self._fail([(delivery, events)], away)
                return
            except Exception as wrong:
                why = wrong
                if tries > TRIES or _passes(wrong):
                    break
                if last - first == 1:
                    unstorable.append(first)
                else:
                    middle = (first + last) // 2
                    halves += [(middle, last), (first, middle)]
        if halves or len(unstorable) == len(events):
            self._fail([(delivery, events)], why)
            return
        log.error("%d of %d events cannot be stored: %s", len(unstorable), len(events), type(why).__name__)
        delivery.unstorable += [delivery.done + place for place in unstorable]
        counts.rejected += len(unstorable)
        self._stored(delivery, events, counts)

    def _stored(self, delivery: _Delivery, events: Sequence[Event], counts: Counts) -> None:
        delivery.counts += counts
        delivery.done += len(events)
        self._tally.became(delivery.route, counts)
        self._tally.heard({event.channel for event in events}, self._clock())
        with self._turn:
            self._waiting -= len(events)
            if delivery.left:
                self._deliveries.append(delivery)
                return
        delivery.future.set_result(Outcome(delivery.counts, delivery.unstorable))

    def _fail(self, parts: list[tuple[_Delivery, Sequence[Event]]], why: Exception) -> None:
        for delivery, _ in parts:
            with self._turn:
                self._refuse(delivery)
            delivery.future.set_exception(why)

    def _refuse(self, delivery: _Delivery) -> None:
        self._waiting -= delivery.left
        self._tally.became(delivery.route, Counts(), refused=delivery.left)


def _passes(why: Exception) -> bool:
    """Whether it may go well the next time: others wrote the same rows at the same moment."""
    return isinstance(why, Overtaken) or (isinstance(why, DBAPIError) and "onflict" in str(why.orig))
