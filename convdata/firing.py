"""Which alerts fire, and on what numbers: the same questions that Trends asks, over whole days only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from convdata.alerts import UNITS, Alert
from convdata.captions import percent
from convdata.filters import Choices
from convdata.headlines import BY_KEY, headline, share_in_brief
from convdata.intervals import changed
from convdata.stats import MEASURES, MESSAGES, Asks, before, table
from convdata.vocabulary import AlertKind

Share = tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """How an alert stands: its share now, and in the equal period before."""

    alert: Alert
    period: Choices
    now: Share
    was: Share

    @property
    def enough(self) -> bool:
        """Whether there is enough to say anything."""
        wholes = (self.now[1], self.was[1]) if self.alert.kind == AlertKind.RISE else (self.now[1],)
        return min(wholes) >= self.alert.least

    @property
    def fires(self) -> bool:
        if not self.enough:
            return False
        share = self.now[0] / self.now[1]
        if self.alert.kind == AlertKind.RISE:
            share -= self.was[0] / self.was[1]
        return share > self.alert.bound + 1e-12

    @property
    def said(self) -> str:
        """The numbers in words: "41.0 % · 64 of 156 messages …"."""
        unit = UNITS[self.alert.measure]
        if not self.enough:
            few = min(self.now[1], self.was[1]) if self.alert.kind == AlertKind.RISE else self.now[1]
            return f"too few to say: {few:,} {unit}{' in one of the two periods' if self.now[1] != few else ''}"
        said = " · ".join(share_in_brief(*self.now, unit))
        if self.alert.kind == AlertKind.ABOVE:
            return said
        said += f"; before: {percent(self.was[0] / self.was[1])}, {self.was[0]:,} of {self.was[1]:,}"
        return said if changed(self.was, self.now) else f"{said}; chance alone may explain the change"

    def as_json(self) -> dict[str, Any]:
        return {
            "alert": self.alert.sentence,
            "fires": self.fires,
            "said": self.said,
            "from": self.period["from"].isoformat(),
            "to": self.period["to"].isoformat(),
            "counts": {
                "part": self.now[0],
                "whole": self.now[1],
                "part_before": self.was[0],
                "whole_before": self.was[1],
            },
        }


def standings(asks: Asks, kept: Iterable[Alert], last: date, zone: ZoneInfo, now: datetime) -> list[Standing]:
    """Each alert for its period that ends with the whole day ``last``."""
    found = []
    for alert in kept:
        period = window(alert, last, zone)
        was = _share(asks, alert, before(period), now) if alert.kind == AlertKind.RISE else (0, 0)
        found.append(Standing(alert, period, _share(asks, alert, period, now), was))
    return found


def window(alert: Alert, last: date, zone: ZoneInfo) -> Choices:
    """What an alert looks at, as Trends would show it."""
    chosen: dict[str, Any] = {"from": last - timedelta(days=alert.days - 1), "to": last}
    return Choices(chosen, zone).but(
        channel=(alert.channel,) if alert.channel else None, language=(alert.language,) if alert.language else None
    )


def _share(asks: Asks, alert: Alert, period: Choices, now: datetime) -> Share:
    if alert.measure in MEASURES:
        measure = MEASURES[alert.measure]
        row = table(asks, period, only_failed=measure is MESSAGES)[0]
        return row[measure.part], row[measure.whole]
    of = BY_KEY[alert.measure]
    row = headline(asks, period, of, now)
    return row[of.part], row[of.whole]
