"""Answering on Facebook Messenger: Meta's windows, the Send API, and thread control where it is ours."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from convdata.channel_adapters import Answerable, Outcome, Outgoing, Recipient
from convdata.database import Store
from convdata.graph import GraphSaid, graph
from convdata.graph_errors import Refusal, Remedy, refusal
from convdata.messenger_page import Page
from convdata.outgoing import Silent
from convdata.vocabulary import Delivery

ORDINARY = timedelta(hours=24)
HUMAN_AGENT = timedelta(days=7)
LONGEST = 2000  # characters
LONGEST_CONTROL = timedelta(days=7)
STOPPED = "messenger_stopped"
STOPPED_FOR = timedelta(hours=1)
LIMITED_FOR = timedelta(seconds=30)

NOT_CONNECTED = (
    "Messenger is not connected. To try it with the demo world, open /messenger-demo beside this page; for a Page of your "
    "own an admin has to set MISHEARD_MESSENGER_PAGE_ID and what belongs to it (docs/messenger.md)."
)
NEVER_WROTE = "This customer has not written to the Page: on Messenger the customer has to begin."


def can_reply(store: Store, recipient: Recipient, now: datetime) -> Answerable:
    page = store.settings.messenger
    if page is None:
        return Answerable(False, NOT_CONNECTED)
    stopped = _stopped(store, page, now)
    if stopped is not None:
        return Answerable(False, stopped)
    wrote = recipient.last_user_at
    if wrote is None:
        return Answerable(False, NEVER_WROTE)
    age = now - wrote
    if age < ORDINARY:
        left = _length(ORDINARY - age)
        return Answerable(True, f"You can answer: Messenger allows it for another {left}.", wrote + ORDINARY, LONGEST)
    if age < HUMAN_AGENT and page.human_agent:
        left = _length(HUMAN_AGENT - age)
        return Answerable(
            True,
            f"You can answer as a human agent for another {left}: the customer last wrote {_length(age)} ago.",
            wrote + HUMAN_AGENT,
            LONGEST,
        )
    if age < HUMAN_AGENT:
        return Answerable(
            False,
            f"The customer last wrote {_length(age)} ago, and Messenger allows an answer for 24 hours (7 days with the "
            "permission Human Agent). It opens again when they write.",
        )
    return Answerable(
        False,
        f"The customer last wrote {_length(age)} ago, and Messenger allows a person's answer for 7 days at most. It opens "
        "again when they write.",
    )


def send(store: Store, outgoing: Outgoing, now: datetime) -> Outcome:
    page = store.settings.messenger
    if page is None:
        return Outcome(Delivery.FAILED, reason=NOT_CONNECTED)
    answerable = can_reply(store, outgoing.recipient, now)
    if not answerable.yes:
        stopped = _stopped(store, page, now) is not None
        return Outcome(Delivery.FAILED if stopped else Delivery.TOO_LATE, reason=answerable.sentence)
    tagged = outgoing.recipient.last_user_at is None or now - outgoing.recipient.last_user_at >= ORDINARY
    try:
        said = graph(page).of_page("messages", _message(outgoing, tagged))
        if said.data is None and refusal(said).remedy is Remedy.TAG and page.human_agent and not tagged:
            # Meta's clock says that the 24 hours are over, ours does not yet; nothing was sent.
            said = graph(page).of_page("messages", _message(outgoing, tagged=True))
    except Silent as silent:
        if silent.began:
            return Outcome(Delivery.UNKNOWN, reason="Meta gave no answer: it may have arrived. Wait, or send it again.")
        return Outcome(Delivery.PENDING, reason="Meta cannot be reached.")
    if said.data is not None:
        message_id = said.data.get("message_id")
        if isinstance(message_id, str) and message_id:
            return Outcome(Delivery.SENT, message_id=message_id[:1024])
        return Outcome(Delivery.UNKNOWN, reason="Meta's answer does not name the message: it may have arrived.")
    return _refused(store, page, said, refusal(said), now)


def mute(store: Store, recipient: Recipient, until: datetime, now: datetime) -> None:
    """Where we own the thread its control would run out after 24 quiet hours; where we do not, Meta refuses, and a bot
    that asks Misheard is silent all the same.
    """
    duration = int(min(until - now, LONGEST_CONTROL).total_seconds())
    _control(store, "extend_thread_control", {"recipient": {"id": recipient.customer_id}, "duration": duration})


def unmute(store: Store, recipient: Recipient, now: datetime) -> None:
    _control(store, "release_thread_control", {"recipient": {"id": recipient.customer_id}, "metadata": "unmute"})


def _control(store: Store, what: str, body: dict[str, Any]) -> None:
    page = store.settings.messenger
    if page is None:
        return
    said = graph(page).of_page(what, body)
    if said.data is None and refusal(said).remedy is Remedy.AGAIN:
        raise Silent(began=False)


def _message(outgoing: Outgoing, tagged: bool) -> dict[str, Any]:
    """The metadata comes back in the echo: by it our own reply is known."""
    kind = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if tagged else {"messaging_type": "RESPONSE"}
    metadata = f"agent:{outgoing.agent[:256]}:{outgoing.reply_id}"
    return {
        "recipient": {"id": outgoing.recipient.customer_id},
        **kind,
        "message": {"text": outgoing.text, "metadata": metadata},
    }


def _refused(store: Store, page: Page, said: GraphSaid, why: Refusal, now: datetime) -> Outcome:
    if why.remedy is Remedy.AGAIN:
        wait = LIMITED_FOR if said.code in (4, 613) else None
        return Outcome(Delivery.PENDING, reason=why.sentence, code=said.number, retry_after=wait)
    if why.remedy is Remedy.STOP:
        _stop(store, page, why.sentence, now)
    state = Delivery.TOO_LATE if why.remedy is Remedy.TAG else Delivery.FAILED
    return Outcome(state, reason=why.sentence, code=said.number)


def _stop(store: Store, page: Page, sentence: str, now: datetime) -> None:
    until = (now + STOPPED_FOR).isoformat()
    fact = json.dumps({"sentence": sentence, "until": until, "page": _fingerprint(page)})
    store.change(lambda transaction: transaction.tell("say_store_fact", name=STOPPED, value=fact))


def _stopped(store: Store, page: Page, now: datetime) -> str | None:
    """Why nothing is sent now; with another token, or after an hour, it is tried again."""
    row = store.ask_one("store/fact", name=STOPPED)
    if row is None:
        return None
    fact = json.loads(row.value)
    if fact["page"] != _fingerprint(page) or datetime.fromisoformat(fact["until"]) <= now:
        return None
    return str(fact["sentence"])


def _fingerprint(page: Page) -> str:
    return hashlib.sha256(f"{page.id} {page.token} {page.graph_url}".encode()).hexdigest()[:16]


def _length(length: timedelta) -> str:
    """ "6 days 4 h", "3 h 20 min", "less than a minute"."""
    minutes = int(length.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [f"{days} day{'s' if days > 1 else ''}", f"{hours} h" if hours else ""]
    else:
        parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(part for part in parts if part) or "less than a minute"
