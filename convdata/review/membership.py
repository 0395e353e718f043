"""The members of groups: what is kept when they come, go or are moved, so that every count is that of its members."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from convdata.database import Transaction


def settle(transaction: Transaction, groups: Iterable[str | None]) -> None:
    """Count some groups anew, and let those go that are empty."""
    rows = {"group_id": sorted({group for group in groups if group})}
    transaction.tell("settle_review_groups", rows)
    transaction.tell("drop_review_groups", rows)


def leave(transaction: Transaction, events: Sequence[tuple[str, int]]) -> list[str]:
    """Messages that are no failures any more; gives the groups they leave, which want to be settled."""
    rows: dict[str, Sequence[object]] = {
        "customer_key": [key for key, _ in events],
        "event_key": [event for _, event in events],
    }
    return [row.group_id for row in transaction.tell("leave_review", rows) if row.group_id]


def groups_of(transaction: Transaction, customer_keys: Sequence[str]) -> list[str]:
    """The groups that hold something of these customers: asked before they are erased, settled after."""
    rows = transaction.ask("review/groups_of_customer", customer_keys=list(customer_keys))
    return [row.group_id for row in rows]


def reopen(transaction: Transaction, groups: Iterable[str], now: datetime) -> list[str]:
    """Resolved groups to which something was said after their fix: they came back."""
    rows = {"group_id": sorted(set(groups))}
    return [row.group_id for row in transaction.tell("reopen_review_groups", rows, now=now)]
