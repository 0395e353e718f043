"""What a monitor should know about this moment: the process's counters, and what only the store can say."""

from datetime import datetime

from convdata.database import Store
from convdata.metrics import TALLY, Metric, Samples, Tally
from convdata.muting import muted_now


def metrics_now(store: Store, now: datetime, tally: Tally = TALLY) -> list[Metric]:
    """All metrics. Raises StoreAway."""
    heard = {row.channel: row.last_message_at for row in store.ask("customers/last_message_by_channel")}
    heard |= tally.last_heard()
    ages: Samples = {(("channel", channel),): max((now - at).total_seconds(), 0.0) for channel, at in heard.items()}
    waiting = store.ask("customers/need_help_count")[0].waiting
    return [
        *tally.metrics(),
        Metric(
            "misheard_last_event_age_seconds",
            "gauge",
            "Since the last event of a channel came in; since its last message where none has come since the start.",
            ages,
        ),
        Metric(
            "misheard_muted", "gauge", "Customers for whom the bot is silent now.", {(): muted_now(store, now).total}
        ),
        Metric("misheard_need_help", "gauge", "Conversations whose status is Need Help now.", {(): waiting}),
        Metric("misheard_up", "gauge", "Whether the store answers.", {(): 1}),
    ]
