"""Answering through a Rasa bot, on whatever channel its customers are, and telling it to be silent.

Rasa answers 200 also where nothing was delivered: on its ``rest`` connector a reply that nobody asked for goes nowhere.
So what was handed over is *sent*, never *delivered*, and only to connectors that can deliver unasked.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from convdata.channel_adapters import Answerable, NotTold, Outcome, Outgoing, Recipient
from convdata.database import Store
from convdata.outgoing import Silent
from convdata.rasa_api import RasaSaid, rasa_api
from convdata.rasa_server import RasaServer
from convdata.settings import Settings
from convdata.spans import in_words
from convdata.vocabulary import Delivery

SOURCE = "rasa"
OURS = "misheard"  # in the metadata of what we write: the importer knows it again

PUSHING = frozenset({"facebook", "socketio", "callback", "telegram"})
FACEBOOKS = timedelta(hours=24)
LONGEST_ON_FACEBOOK = 2000  # characters
FRESH = timedelta(seconds=20)  # how long what Rasa said of a customer is believed while pages are drawn
MOST_KNOWN = 1000

NOT_CONNECTED = "Rasa is not connected any more: an admin has to set MISHEARD_RASA_URL."
AWAY = "Rasa cannot be reached just now, so that an answer cannot arrive; try again in a minute."
TOKEN = "Rasa does not accept the token: an admin has to set MISHEARD_RASA_TOKEN to what Rasa was started with."
NO_API = "Rasa does not offer its HTTP API: an admin has to start it with --enable-api."
NOT_TAKEN = "Rasa does not take this message; shorten it, or ask an admin to look into Rasa's log."
NEVER_WROTE = "This customer has not written to the bot: the customer has to begin."

_known: OrderedDict[tuple[RasaServer, str], tuple[datetime, RasaSaid | None]] = OrderedDict()
_lock = threading.Lock()


def is_set_up(settings: Settings) -> bool:
    return settings.rasa is not None


def can_reply(store: Store, recipient: Recipient, now: datetime) -> Answerable:
    server = store.settings.rasa
    if server is None:
        return Answerable(False, NOT_CONNECTED)
    if recipient.last_user_at is None:
        return Answerable(False, NEVER_WROTE)
    said = _looked(server, recipient.customer_id, now)
    if said is None:
        return Answerable(False, AWAY)
    if said.tracker is None:
        return Answerable(False, _why(said))
    answerable = _over(said.connector, server, now - recipient.last_user_at)
    told = store.ask_one("bots/told", customer_key=recipient.customer_key)
    if answerable.yes and told is not None and told.attempts:
        return Answerable(
            True, f"{answerable.sentence} Rasa could not be told yet to be silent.", longest=answerable.longest
        )
    return answerable


def send(store: Store, outgoing: Outgoing, now: datetime) -> Outcome:
    server, recipient = store.settings.rasa, outgoing.recipient
    if server is None:
        return Outcome(Delivery.FAILED, reason=NOT_CONNECTED)
    metadata = {"said_by": "human", "agent_id": outgoing.agent, "misheard_reply": outgoing.reply_id}
    try:
        before = rasa_api(server).look(recipient.customer_id)
    except Silent:
        return Outcome(Delivery.PENDING, reason="Rasa cannot be reached.")
    if before.tracker is None:
        return _refused(before, began=False)
    age = now - recipient.last_user_at if recipient.last_user_at else timedelta(0)
    answerable = _over(before.connector, server, age)
    if not answerable.yes:
        return Outcome(
            Delivery.TOO_LATE if before.connector == "facebook" else Delivery.FAILED, reason=answerable.sentence
        )
    try:
        said = rasa_api(server).say(
            recipient.customer_id, {"event": "bot", "text": outgoing.text, "metadata": metadata}
        )
    except Silent as silent:
        if silent.began:
            return Outcome(Delivery.UNKNOWN, reason="Rasa gave no answer: it may have arrived. Wait, or send it again.")
        return Outcome(Delivery.PENDING, reason="Rasa cannot be reached.")
    return Outcome(Delivery.SENT) if said.tracker is not None else _refused(said, began=True)


def mute(store: Store, recipient: Recipient, until: datetime, now: datetime) -> None:
    _write(store, recipient, "pause")


def unmute(store: Store, recipient: Recipient, now: datetime) -> None:
    _write(store, recipient, "resume")


def _write(store: Store, recipient: Recipient, event: str) -> None:
    """Raises NotTold. Twice does no harm: a paused conversation is paused."""
    server = store.settings.rasa
    if server is None:
        return
    try:
        said = rasa_api(server).add(recipient.customer_id, {"event": event, "metadata": {"said_by": OURS}})
    except Silent:
        raise NotTold("no answer") from None
    if said.tracker is None:
        raise NotTold(f"status {said.status}")


def _over(connector: str | None, server: RasaServer, age: timedelta) -> Answerable:
    """Whether a connector delivers what nobody asked for; the default is no."""
    if connector in ("rest", "cmdline"):
        return Answerable(
            False,
            f"This customer talks to Rasa over its “{connector}” connector, which only answers when asked: a person's "
            "answer would never arrive. The mute works.",
        )
    if connector not in PUSHING | server.pushing:
        return Answerable(
            False,
            f"Nobody has said that Rasa's connector “{(connector or 'unknown')[:60]}” can deliver a person's answer; an admin "
            "who knows that it can adds it to MISHEARD_RASA_CONNECTORS.",
        )
    if connector == "facebook":
        if age >= FACEBOOKS:
            return Answerable(
                False,
                f"The customer last wrote {in_words(age)} ago, and Messenger allows an answer for 24 hours. It opens again "
                "when they write.",
            )
        left = in_words(FACEBOOKS - age)
        return Answerable(
            True, f"You can answer through Rasa: Messenger allows it for another {left}.", longest=LONGEST_ON_FACEBOOK
        )
    if connector == "socketio":
        return Answerable(
            True,
            f"An answer arrives only while the customer's browser is open, and Rasa does not say whether it is; they last "
            f"wrote {in_words(age)} ago.",
        )
    return Answerable(True, "You can answer through Rasa; it does not say whether an answer has arrived.")


def _looked(server: RasaServer, sender: str, now: datetime) -> RasaSaid | None:
    """How a conversation stands, asked anew when that is older than a moment; None where Rasa is away."""
    with _lock:
        found = _known.get((server, sender))
    if found is not None and timedelta(0) <= now - found[0] < FRESH:
        return found[1]
    said: RasaSaid | None
    try:
        said = rasa_api(server).look(sender)
    except Silent:
        said = None
    with _lock:
        _known[server, sender] = (now, said)
        _known.move_to_end((server, sender))
        if len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return said


def _why(said: RasaSaid) -> str:
    if said.status in (401, 403):
        return TOKEN
    return {404: NO_API, 405: NO_API}.get(said.status, AWAY if said.status >= 500 else NOT_TAKEN)


def _refused(said: RasaSaid, began: bool) -> Outcome:
    if said.status >= 500:
        if began:  # written into the conversation, and then something failed
            reason = "Rasa had a problem while sending: it may have arrived. Ask the customer, or send it again."
            return Outcome(Delivery.UNKNOWN, reason=reason, code=str(said.status))
        return Outcome(Delivery.PENDING, reason="Rasa has a problem of its own.", code=str(said.status))
    return Outcome(Delivery.FAILED, reason=_why(said), code=str(said.status))
