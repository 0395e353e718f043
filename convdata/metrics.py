"""What this process has done since it started, in numbers, and how a monitor reads them (Prometheus's text format).

Counters only grow, and they add up: for every way in, events received = events with an outcome + events waiting.
They live as long as the process; what has to be true after a restart is asked of the store.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from convdata.intake import Counts

# What can become of an event that came in; "refused" ones were not stored and their sender was told so.
OUTCOMES = ("stored", "updated", "duplicate", "suppressed", "rejected", "refused")

Labels = tuple[tuple[str, str], ...]
Samples = dict[Labels, float]


@dataclass(frozen=True)
class Metric:
    """One name with its samples, as Prometheus shows it. ``kind`` is *counter* or *gauge*."""

    name: str
    kind: str
    sentence: str
    samples: Samples

    def lines(self) -> Iterable[str]:
        yield f"# HELP {self.name} {self.sentence}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in sorted(self.samples.items()):
            inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            number = str(int(value)) if value == int(value) else f"{value:.6f}"
            yield f"{self.name}{{{inner}}} {number}" if inner else f"{self.name} {number}"


@dataclass
class Tally:
    """The counters of one process. Thread-safe."""

    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _received: dict[str, int] = field(default_factory=dict)
    _outcomes: dict[tuple[str, str], int] = field(default_factory=dict)
    _heard: dict[str, datetime] = field(default_factory=dict)
    _sweeps: int = 0
    _closed: int = 0

    def received(self, route: str, many: int) -> None:
        """Events have come in and will each have an outcome."""
        with self._lock:
            self._received[route] = self._received.get(route, 0) + many

    def became(self, route: str, counts: Counts, refused: int = 0) -> None:
        with self._lock:
            for outcome in OUTCOMES:
                many = refused if outcome == "refused" else getattr(counts, outcome)
                self._outcomes[route, outcome] = self._outcomes.get((route, outcome), 0) + many

    def heard(self, channels: Iterable[str], now: datetime) -> None:
        """Events of these channels have been stored, or were known already: whoever sends them is alive."""
        with self._lock:
            for channel in channels:
                self._heard[channel] = now

    def swept(self, closed: int) -> None:
        with self._lock:
            self._sweeps += 1
            self._closed += closed

    def last_heard(self) -> dict[str, datetime]:
        with self._lock:
            return dict(self._heard)

    def metrics(self) -> list[Metric]:
        with self._lock:
            received: Samples = {(("route", route),): float(many) for route, many in self._received.items()}
            outcomes: Samples = {
                (("outcome", outcome), ("route", route)): float(many)
                for (route, outcome), many in self._outcomes.items()
            }
            done = dict.fromkeys(self._received, 0)
            for (route, _), many in self._outcomes.items():
                done[route] += many
            waiting: Samples = {
                (("route", route),): float(self._received[route] - many) for route, many in done.items()
            }
            sweeps, closed = float(self._sweeps), float(self._closed)
        return [
            Metric("misheard_events_received_total", "counter", "Events that came in, by way in.", received),
            Metric("misheard_events_total", "counter", "What became of events that came in.", outcomes),
            Metric("misheard_events_waiting", "gauge", "Events that came in and have no outcome yet.", waiting),
            Metric("misheard_sweep_runs_total", "counter", "Runs of the unmute sweep.", {(): sweeps}),
            Metric("misheard_sweep_unmuted_total", "counter", "Mutes that the sweep closed.", {(): closed}),
        ]


TALLY = Tally()


def text_of(metrics: Iterable[Metric]) -> str:
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
