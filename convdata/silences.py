"""What a bot reported to have said while it was muted: where the webchat is ours, the visitor never saw it."""

from collections.abc import Sequence
from datetime import timedelta

from convdata.database import EPOCH, Row


def kept_from_the_visitor(message: Row, silences: Sequence[Row]) -> bool:
    """Whether the webchat kept this message to itself. ``silences`` are those of ``webchat/silences``."""
    if message.sender != "bot":
        return False
    # The time of arrival is ours; the one that the message states is its sender's.
    came = EPOCH + timedelta(microseconds=message.arrived)
    return any(one.muted_at <= came < one.ended_at for one in silences)
