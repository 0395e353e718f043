"""What is counted when events arrive: differences by day, channel and language, in the dashboard's zone, and by the quarter
of an hour, which is the same in every zone.

The definitions are product.md's: an eligible message is a user's, typed or spoken, on which the bot gave a verdict;
buttons are counted apart; messages while muted and attachments are not eligible.
"""

from bisect import bisect_right
from collections.abc import Container, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from convdata.clocks import EPOCH, QUARTER
from convdata.database import Store, Transaction
from convdata.periods import day_start, local_day
from convdata.vocabulary import UNDETERMINED


def countable(kind: str, has_text: bool, has_attachments: bool, silent: bool) -> bool:
    """Whether a verdict on this user's message makes it eligible."""
    return kind != "button" and not silent and (has_text or not has_attachments)


class Days:
    """Which local day an instant belongs to; remembers the midnights, as a batch asks a hundred thousand times."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._utc = zone.key == "UTC"
        self._midnights: dict[date, tuple[list[datetime], list[date]]] = {}

    def day(self, when: datetime) -> date:
        utc_day = when.date()
        if self._utc:
            return utc_day
        known = self._midnights.get(utc_day)
        if known is None:
            first = local_day(datetime.combine(utc_day, datetime.min.time()), self._zone)
            days = [first + timedelta(days=n) for n in range(3)]
            known = self._midnights[utc_day] = ([day_start(d, self._zone) for d in days[1:]], days)
        midnights, days = known
        return days[bisect_right(midnights, when)]


class Differences:
    """The counts that a batch changes, gathered, then told in four statements."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._day = datetime.date if zone.key == "UTC" else Days(zone).day
        self._counts: dict[tuple[str, date, str], list[int]] = {}
        self._quarters: dict[tuple[int, str, str], list[int]] = {}
        self._channel: dict[str, str] = {}

    def message(
        self,
        customer_key: str,
        channel: str,
        when: datetime,
        language: str | None,
        eligible: bool = False,
        failed: bool = False,
        button: bool = False,
        *,
        messages: int = 1,
        sign: int = 1,
    ) -> None:
        """One message came (or, with ``messages=0``, one message's verdict changed; ``sign=-1`` takes away)."""
        language = language or UNDETERMINED
        key = (customer_key, self._day(when), language)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0, 0, 0, 0]
            self._channel[customer_key] = channel
        counts[0] += messages * sign
        if eligible:
            quarter = self._quarters.setdefault(((when - EPOCH) // QUARTER, channel, language), [0, 0])
            counts[1] += sign
            quarter[0] += sign
            if failed:
                counts[2] += sign
                quarter[1] += sign
        if button:
            counts[3] += sign

    def by_customer(self) -> dict[tuple[str, date, str], list[int]]:
        """Messages, eligible, not understood and buttons by customer, day and language."""
        return self._counts

    def daily(self) -> list[tuple[tuple[date, str, str], list[int]]]:
        """The same by day, channel and language."""
        daily: dict[tuple[date, str, str], list[int]] = {}
        for (customer_key, day, language), (_, *counts) in self._counts.items():
            if any(counts):
                sums = daily.setdefault((day, self._channel[customer_key], language), [0, 0, 0])
                sums[:] = map(sum, zip(sums, counts, strict=True))
        return [(key, counts) for key, counts in daily.items() if any(counts)]

    def by_quarter(self) -> dict[tuple[int, str, str], list[int]]:
        """Eligible and not understood by quarter of an hour since 1970 (UTC), channel and language."""
        return {key: counts for key, counts in self._quarters.items() if any(counts)}

    def tell(self, transaction: Transaction, *, new: Container[str] = ()) -> None:
        """Write the differences; customers that are ``new`` have no counts yet that could grow."""
        daily = self.daily()
        if daily:
            transaction.tell(
                "add_daily_counts",
                {
                    "day": [key[0] for key, _ in daily],
                    "channel": [key[1] for key, _ in daily],
                    "language": [key[2] for key, _ in daily],
                    "eligible": [counts[0] for _, counts in daily],
                    "not_understood": [counts[1] for _, counts in daily],
                    "buttons": [counts[2] for _, counts in daily],
                },
            )
        quarters = self.by_quarter()
        if quarters:
            transaction.tell(
                "add_quarter_counts",
                {
                    "quarter": [key[0] for key in quarters],
                    "channel": [key[1] for key in quarters],
                    "language": [key[2] for key in quarters],
                    "eligible": [counts[0] for counts in quarters.values()],
                    "not_understood": [counts[1] for counts in quarters.values()],
                },
            )
        changed = sorted((key, counts) for key, counts in self._counts.items() if any(counts))
        if changed:
            days = [key[1] for key, _ in changed]
            bounds = {"first_day": min(days), "last_day": max(days)}
            there = [(key, counts) for key, counts in changed if key[0] not in new]
            grown = {tuple(row) for row in transaction.tell("grow_customer_days", self._rows(there), **bounds)}
            missing = [(key, counts) for key, counts in changed if key not in grown]
            if missing:
                transaction.tell("add_customer_days", self._rows(missing), **bounds)

    def _rows(self, changed: Sequence[tuple[tuple[str, date, str], list[int]]]) -> dict[str, Sequence[object]]:
        return {
            "customer_key": [key[0] for key, _ in changed],
            "day": [key[1] for key, _ in changed],
            "channel": [self._channel[key[0]] for key, _ in changed],
            "language": [key[2] for key, _ in changed],
            "messages": [counts[0] for _, counts in changed],
            "eligible": [counts[1] for _, counts in changed],
            "not_understood": [counts[2] for _, counts in changed],
            "buttons": [counts[3] for _, counts in changed],
        }


def recount(transaction: Transaction, zone: ZoneInfo, customer_keys: Sequence[str]) -> None:
    """Count these customers anew from their messages: after a mute that came later than the messages it silenced."""
    keys = {"customer_key": list(customer_keys)}
    differences = Differences(zone)
    for sign in (-1, 1):
        for row in transaction.ask("counts/user_messages", rows=keys):
            differences.message(
                row.customer_key,
                row.channel,
                row.sent_at,
                row.language,
                eligible=row.eligible,
                failed=row.failed,
                messages=0,
                sign=sign,
            )
        if sign < 0:
            transaction.tell("mark_countable", keys)
    differences.tell(transaction)


def rebuild(store: Store) -> None:
    """Count every message anew, a few thousand customers at a time, and note the zone whose days these are. On Postgres
    whoever stores something meanwhile waits.
    """
    zone = store.settings.timezone

    def start(transaction: Transaction) -> None:
        transaction.tell("hold_counts")
        transaction.tell("forget_counts")
        transaction.tell("forget_quarter_counts")
        transaction.tell("forget_customer_days")
        transaction.tell("remove_store_fact", name="timezone")
        transaction.tell("add_store_fact", name="timezone", value=zone.key)
        after = "00000000-0000-0000-0000-000000000000"
        while keys := [row.customer_key for row in transaction.ask("counts/next_customers", after=after, many=5000)]:
            differences = Differences(zone)
            for row in transaction.ask("counts/all_messages", rows={"customer_key": keys}):
                differences.message(
                    row.customer_key,
                    row.channel,
                    row.sent_at,
                    row.language,
                    eligible=row.eligible,
                    failed=row.failed,
                    button=row.button,
                )
            differences.tell(transaction)
            after = keys[-1]

    store.change(start)
