"""How often somebody may do something: so many at once, and then so many a second."""

import math
import time
from collections.abc import Callable

from routes.answers import Refused

MOST = 20_000  # who is remembered; beyond that, those who have been quiet are forgotten first


class Pace:
    """Used on the event loop only, so it needs no lock."""

    def __init__(self, at_once: float, a_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_once = at_once
        self.a_second = a_second
        self._clock = clock
        self._spent: dict[str, tuple[float, float]] = {}

    def check(self, who: str, cost: float = 1) -> None:
        """Count one more. Refused with 429 where that is too much."""
        wait = self.wait(who, cost)
        if wait:
            message = "That is too much at once; try again in a moment."
            raise Refused(429, "too_often", message, retry_after=math.ceil(wait))

    def wait(self, who: str, cost: float = 1) -> float:
        """Count one more; gives the seconds to wait where that is too much, and does not count it then."""
        now = self._clock()
        spent, at = self._spent.get(who, (0.0, now))
        spent = max(0.0, spent - (now - at) * self.a_second)
        if spent + cost > self.at_once:
            return (spent + cost - self.at_once) / self.a_second
        self._spent[who] = (spent + cost, now)
        if cost and len(self._spent) > MOST:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        self._spent = {
            who: (spent, at) for who, (spent, at) in self._spent.items() if spent > (now - at) * self.a_second
        }
        if len(self._spent) > MOST:
            self._spent = dict(list(self._spent.items())[MOST // 2 :])
