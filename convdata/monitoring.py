"""What a monitor should know about this moment: the process's counters, and what only the store can say."""

from datetime import datetime

from convdata.channels import CHANNELS
from convdata.database import Store
from convdata.metrics import Labels, Metric, Samples, Tally
from convdata.muting import muted_now
from convdata.rights import Right, program
from convdata.vocabulary import Delivery

MONITOR = program("Monitoring", Right.READ_LIST)


def metrics_now(store: Store, now: datetime, tally: Tally) -> list[Metric]:
    """All metrics. Raises StoreAway."""
    heard = {row.channel: row.last_message_at for row in store.ask("customers/last_message_by_channel")}
    heard |= tally.last_heard()
    ages: Samples = {_labels(channel=channel): max((now - at).total_seconds(), 0.0) for channel, at in heard.items()}
    answered = [channel.key for channel in CHANNELS if channel.can_escalate]
    replies: Samples = {_labels(channel=channel, state=state): 0.0 for channel in answered for state in Delivery}
    replies |= {_labels(channel=r.channel, state=r.state): r.replies for r in store.ask("outbox/counts")}
    kept = {_labels(source=r.source, state=r.state): r.items for r in store.ask("inbox/counts")}
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
            "misheard_muted",
            "gauge",
            "Customers for whom the bot is silent now.",
            {(): muted_now(store, now, by=MONITOR).total},
        ),
        Metric("misheard_need_help", "gauge", "Conversations whose status is Need Help now.", {(): waiting}),
        Metric("misheard_deliveries", "gauge", "Agents' replies, by what has become of them.", replies),
        Metric("misheard_inbox", "gauge", "What webhooks brought that waits, or could not be read.", kept),
        Metric("misheard_up", "gauge", "Whether the store answers.", {(): 1}),
    ]


def _labels(**labels: str) -> Labels:
    return tuple(sorted(labels.items()))
