"""A conversation opened: who it is, what was said last, what was done."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from benchmarks.cases import Case, Hand
from benchmarks.world import LONGEST, MEASURER, NOW
from convdata import conversations
from convdata.conversations import SHOWN_ACTS
from convdata.database import Row, Store
from convdata.filters import Choices
from convdata.vocabulary import Act

LATEST = 100


def cases(store: Store, hand: Hand) -> Iterator[Case]:
    for name, condition in (
        ("of 6 messages", "message_count = 6"),
        ("of 150 messages", "message_count between 140 and 160"),
        (f"of {LONGEST} messages", f"message_count = {LONGEST}"),
        ("of a muted customer", "muted_until is not null"),
    ):
        found = hand.rows(
            f"select cast(customer_key as varchar) from customers where {condition} "
            "order by last_message_at desc, customer_key limit 1"
        )
        if not found:  # nobody is muted any more where the page was opened on this world before: that sweeps
            continue
        key = found[0][0]
        customer = conversations.details(store, key, by=MEASURER)
        first_at, last_at = customer.first_event_at, customer.last_message_at
        yield Case(f"conversation {name}, opened", partial(_opened, store, key), [partial(_opened_by_hand, hand, key)])
        yield Case(
            f"its latest {LATEST} messages alone",
            partial(_messages, store, customer),
            [partial(_messages_by_hand, hand, _latest(key, first_at, last_at))],
        )
        if name == "of 150 messages":
            yield Case(
                "its place in the list, and its neighbours",
                partial(_place, store, customer),
                [partial(_place_by_hand, hand, key, last_at, counts) for counts in (1, 2)],
            )


def _messages(store: Store, customer: Row) -> list[str]:
    bounds = {"first_at": customer.first_event_at, "last_at": customer.last_message_at}
    key = customer.customer_key
    return [m.event_id for m in store.ask("conversations/latest_messages", customer_key=key, many=LATEST, **bounds)]


def _messages_by_hand(hand: Hand, statement: str) -> list[str]:
    return [row[1] for row in hand.rows(statement)]


def _place(store: Store, customer: Row) -> int | None:
    return conversations.neighbours(store, customer, Choices()).place


def _opened(store: Store, key: str) -> tuple[str, list[str], int]:
    customer = conversations.details(store, key, by=MEASURER)
    said = conversations.said(store, customer, latest=LATEST, now=NOW, by=MEASURER)
    return customer.customer_id, [m.event_id for m in said.messages], len(said.records)


def _opened_by_hand(hand: Hand, key: str) -> tuple[str, list[str], int]:
    details = hand.rows(
        "select people.customer_id, first_event_at, last_message_at, message_count, channel, status, language, "
        "last_user_understood, need_help_since, muted_at, muted_until, muted_by, first_name, last_name, photo_url, email, "
        "phone_number, gtu_accepted, comments, further_data, need_help_reason, mute_reason from customers "
        "join people on people.customer_key = customers.customer_key "
        f"where customers.customer_key = '{key}' and people.customer_key = '{key}'"
    )[0]
    messages = hand.rows(_latest(key, details[1], details[2]))[::-1]
    since = messages[0][0] if details[3] > len(messages) else datetime(1970, 1, 1)
    acts = ", ".join(f"'{act.value}'" for act in SHOWN_ACTS)
    records = hand.rows(
        "select act_id, done_at, recorded_at, act, actor, reason, details, null from activity "
        f"where customer_key = '{key}' and done_at >= '{since}' and act in ({acts}) union all "
        f"select mute_id, muted_until, muted_until, '{Act.UNMUTE_AUTOMATIC.value}', '', null, null, muted_at from mutes "
        f"where customer_key = '{key}' and muted_until between '{since}' and '{NOW}' "
        "and (ended_at is null or ended_by = 'timer') order by 2, 3"
    )
    return details[0], [m[1] for m in messages], len(records)


def _latest(key: str, first_at: Any, last_at: Any) -> str:
    return (
        "select sent_at, event_id, event_key, source, sender, kind, text, language, seq, session, understood, intent, "
        "confidence, alternatives, agent, in_reply_to, attachments from messages "
        f"where customer_key = '{key}' and sent_at between '{first_at}' and '{last_at}' "
        f"order by sent_at desc, coalesce(seq, 0) desc, arrived desc limit {LATEST}"
    )


def _place_by_hand(hand: Hand, key: str, at: Any, counts: int) -> int:
    """``counts`` in one statement, or in two, so that each may take an index."""
    before = f"last_message_at >= '{at}' and (last_message_at > '{at}' or customer_key > '{key}')"
    after = f"last_message_at <= '{at}' and (last_message_at < '{at}' or customer_key < '{key}')"
    hand.rows(f"select customer_key from customers where {before} order by last_message_at, customer_key limit 1")
    hand.rows(
        f"select customer_key from customers where {after} order by last_message_at desc, customer_key desc limit 1"
    )
    if counts == 1:
        return hand.rows(f"select count(*), count(*) filter (where {before}) from customers")[0][1] + 1
    hand.rows("select count(*) from customers")
    return hand.one(f"select count(*) from customers where {before}") + 1
