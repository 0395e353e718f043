"""What Meta's Graph API refuses, what that means for a reply, and what a person can do about it.

Decided by code first: Meta's documents contradict each other on some subcodes.
"""

from dataclasses import dataclass
from enum import Enum

from convdata.graph import GraphSaid


class Remedy(Enum):
    """What is right to do after a refusal."""

    AGAIN = "again"  # by itself, later
    TAG = "tag"  # the 24 hours are over: as a human agent's reply, where that is granted
    PERSON = "person"  # nothing by itself; a person may try again
    STOP = "stop"  # nothing is sent at all until somebody has looked at it


@dataclass(frozen=True)
class Refusal:
    remedy: Remedy
    sentence: str


_WINDOW = Refusal(
    Remedy.TAG, "Meta says that the time to answer is over; it opens again when the customer writes the next time."
)
_AWAY = Refusal(
    Remedy.PERSON, "This person does not receive messages just now (Meta does not say why); try again later."
)
_RESTRICTED = Refusal(
    Remedy.STOP,
    "Meta has restricted the Page for a while: nothing can be sent. An admin finds the reason in the Page's settings.",
)
_LIMIT = Refusal(Remedy.AGAIN, "Meta takes no more messages of this Page just now.")
_TOKEN = Refusal(
    Remedy.STOP, "Meta no longer accepts the Page's token: an admin has to set a new MISHEARD_MESSENGER_PAGE_TOKEN."
)
_NOT_LIVE = Refusal(
    Remedy.STOP, "The Meta app may not send messages: an admin has to put it live, with the permission pages_messaging."
)
_NOBODY = Refusal(
    Remedy.PERSON, "Meta knows no such person on this Page: the account is gone, or it belongs to another Page."
)
_PARAMETER = Refusal(
    Remedy.PERSON, "Meta does not take this message as it is; shorten it, or check the Page's permissions."
)
_TEMPORARY = Refusal(Remedy.AGAIN, "Meta had a problem of its own.")

_BY_BOTH = {
    (10, 2018278): _WINDOW,
    (10, 2018065): _WINDOW,
    (10, 2534022): _WINDOW,
    (10, 2018108): _AWAY,
    (200, 1545041): _AWAY,
    (10, 1893063): _RESTRICTED,
    (200, 2018028): _NOT_LIVE,
    (100, 2018001): _NOBODY,
    (100, 1893061): _PARAMETER,
}
_BY_CODE = {
    551: _AWAY,
    613: _LIMIT,
    4: _LIMIT,
    190: _TOKEN,
    230: _NOT_LIVE,
    100: _PARAMETER,
    1200: _TEMPORARY,
    2: _TEMPORARY,
}


def refusal(said: GraphSaid) -> Refusal:
    """What an answer with a code means; for one that nobody wrote down, a sentence with its number."""
    known = _BY_BOTH.get((said.code or 0, said.subcode or 0)) or _BY_CODE.get(said.code or 0)
    if known is not None:
        return known
    if said.transient:
        return _TEMPORARY
    return Refusal(Remedy.PERSON, f"Meta did not take the message (error {said.number}); try again, or ask an admin.")
