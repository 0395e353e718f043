"""An agent and a trainer at the same server, page by page at the same moment: neither is ever given a row of the other's.

What a session is given is read from its own websocket, every byte of it.
"""

import random
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from convdata.activity import act, record
from convdata.database import Transaction
from convdata.periods import now_utc
from convdata.vocabulary import Act
from tests.browser.dashboard import running_dashboard
from tests.story import HOUR, customer, key, message, opened, tell
from trust.place import Place
from trust.reader import Reader, reading

CUSTOMERS = 12
SECRET = "between-the-proxy-and-us"
ROLES = "agent@example.org=agent, trainer@example.org=trainer"
PAGES = ("customers", "conversation", "review", "trends", "activity", "conversation", "customers")


def show(place: Place, turns: int) -> str:
    store = opened(place.url)
    names, files, keys = [], [], []
    now = now_utc() - HOUR
    for n in range(CUSTOMERS):
        first, last, mail, number = (f"Zq{secrets.token_hex(5)}" for _ in range(4))
        names += [first, last, mail, number]
        tell(
            store,
            message(f"v-{n}", now, f"I am {mail}@example.org and wait", understood=False, language="en"),
            customer(f"v-{n}", now, first_name=first, last_name=last, email=f"{mail}@example.org", comments=number),
            now=now,
        )
        keys.append(key(store, f"v-{n}"))
        files.append(f"Yf{secrets.token_hex(5)}.jsonl")
        done = act(Act.IMPORT, actor="Ada", now=now, details={"file": files[-1]})
        store.change(partial(_recorded, done))
    store.close()
    settings: dict[str, Any] = {
        "MISHEARD_SIGN_IN": "proxy", "MISHEARD_PROXY_SECRET": SECRET, "MISHEARD_ROLES": ROLES
    }  # fmt: skip
    began = time.monotonic()
    with (
        running_dashboard(place.url, place.folder, **settings) as dashboard,
        reading(dashboard.url, _signed_in("agent")) as agent,
        reading(dashboard.url, _signed_in("trainer")) as trainer,
        ThreadPoolExecutor(2) as pool,
    ):
        seen = _interleaved(pool, agent, trainer, turns, keys, names, files)
    took = time.monotonic() - began
    assert seen["agent: names"], "the agent saw no name, so nothing was shown"
    assert seen["trainer: customers"], "the trainer saw no customer, so nothing was shown"
    return (
        f"{2 * turns:,} pages, an agent and a trainer at the same moment: the agent was given {seen['agent: names']:,} names, the trainer none "
        f"(and {seen['trainer: customers']:,} customers without); of who imported what, neither anything ({took:.0f} s)"
    )


def _interleaved(
    pool: ThreadPoolExecutor,
    agent: Reader,
    trainer: Reader,
    turns: int,
    keys: list[str],
    names: list[str],
    files: list[str],
) -> Counter[str]:
    chance, seen = random.Random(11), Counter[str]()

    def one(reader: Reader, page: str, whose: str) -> bytes:
        return reader.open(page, **({"customer": whose} if page == "conversation" else {}))

    for _ in range(turns):
        asked = [(reader, chance.choice(PAGES), chance.choice(keys)) for reader in (agent, trainer)]
        to_agent, to_trainer = pool.map(lambda a: one(*a), asked)
        for told in (to_agent, to_trainer):
            assert b"went wrong" not in told
            assert not [f for f in files if f.encode() in told], "a record of what others did, without the right to it"
        foreign = [name for name in names if name.encode() in to_trainer]
        assert not foreign, f"a name was given to the trainer on {asked[1][1]}"
        seen["agent: names"] += sum(name.encode() in to_agent for name in names)
        seen["trainer: customers"] += sum(whose.encode() in to_trainer for whose in keys)
    return seen


def _recorded(done: Any, transaction: Transaction) -> None:
    record(transaction, done)


def _signed_in(who: str) -> dict[str, str]:
    return {"X-Misheard-Proxy": SECRET, "X-Forwarded-Email": f"{who}@example.org"}
