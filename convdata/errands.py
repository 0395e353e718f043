"""What the command line does itself, or has done by the dashboard while that has the store open (doorbell.py)."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from convdata import backups, erasure, retention
from convdata.database import Store
from convdata.errors import MisheardError
from convdata.keeping import keeping_of
from convdata.periods import now_utc
from convdata.rewriting import rewrite
from convdata.rights import Actor, Role
from convdata.standing import find
from convdata.telling import goodbye

Arguments = Mapping[str, Any]


def errand(store: Store, act: str, arguments: Arguments, by: str) -> Any:
    """Do one of them, for somebody at the shell of this machine, who may everything. Raises MisheardError."""
    if act not in ERRANDS:
        raise MisheardError("The dashboard is of another version and cannot do that; stop it first.")
    done, needed = ERRANDS[act]
    given = {name: arguments.get(name) for name in (*needed, *arguments)}
    if any(not (_is_text(value) or (value is None and name not in needed)) for name, value in given.items()):
        raise MisheardError("The dashboard cannot make sense of what it was asked to do; is it of another version?")
    return done(store, arguments, Actor(by, Role.ADMIN).with_sight(store.settings.sign_in.sight), now_utc())


def _what_goes(store: Store, given: Arguments, by: Actor, now: datetime) -> Any:
    going = erasure.what_goes(store, find(store, given["channel"], given["customer_id"]), by=by)
    return {name: value for name, value in asdict(going).items() if name in ("name", "channel", "messages")}


def _erase(store: Store, given: Arguments, by: Actor, now: datetime) -> Any:
    """Done when the bytes are gone."""
    key = find(store, given["channel"], given["customer_id"])
    tell_the_bot = goodbye(store, key)
    receipt = erasure.erase(store, key, by=by, now=now)
    tell_the_bot(now)
    rewrite(store)
    return receipt.as_json()


def _back_up(store: Store, given: Arguments, by: Actor, now: datetime) -> Any:
    return backups.back_up(store, given["path"], by=by, now=now).as_json()


def _preview(store: Store, given: Arguments, by: Actor, now: datetime) -> Any:
    keeping = keeping_of(given["as"]) if given.get("as") is not None else None
    leaving = retention.preview(store, now, by=by, keeping=keeping)
    return [one._asdict() | {"oldest": one.oldest and one.oldest.isoformat() + "Z"} for one in leaving]


def _let_go(store: Store, given: Arguments, by: Actor, now: datetime) -> Any:
    gone = retention.let_go(store, now, by=by)
    rewrite(store)
    return {"erased": gone}


def _is_text(value: Any) -> bool:
    """Whether it is one that a store can hold and a file can be called."""
    return isinstance(value, str) and "\0" not in value and value == value.encode("utf-8", "ignore").decode()


_WHOSE = ("channel", "customer_id")
# Each with the arguments that it needs, which are texts as all arguments are.
ERRANDS: Mapping[str, tuple[Callable[[Store, Arguments, Actor, datetime], Any], tuple[str, ...]]] = {
    "what_goes": (_what_goes, _WHOSE),
    "erase": (_erase, _WHOSE),
    "back_up": (_back_up, ("path",)),
    "preview_retention": (_preview, ()),
    "let_go": (_let_go, ()),
}
