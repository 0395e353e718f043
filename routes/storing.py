"""Events that came in on their way through the letterbox: their sender is answered when they are durably stored."""

import asyncio
from collections.abc import Sequence

from convdata.events import Event
from convdata.letterbox import Full, Letterbox, Outcome
from routes.answers import Refused, store_away

PATIENCE = 10.0  # seconds until a sender is told to come again


async def stored(events: Sequence[Event], route: str, letterbox: Letterbox) -> Outcome:
    """What became of them. Raises Refused where they are to be sent again."""
    try:
        waiting = letterbox.put(events, route)
    except Full:
        raise Refused(503, "busy", "Too much is waiting to be stored; send it again.", retry_after=1) from None
    try:
        return await asyncio.wait_for(asyncio.wrap_future(waiting), PATIENCE)
    except TimeoutError:
        raise store_away() from None
