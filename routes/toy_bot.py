"""The toy bot of the demo page: a few sentences about night trains, said through the documented API.

It is asked for over HTTP like any bot, only that nothing leaves the process: what it does, anybody's bot can do. It
answers visitors of our own demo page, and is silent while another bot asks for the webchat's messages.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from convdata.database import Store
from convdata.letterbox import Letterbox
from convdata.periods import now_utc
from convdata.settings import Settings
from convdata.webchat import place_at
from routes import bot, events, webchat_bot

log = logging.getLogger(__name__)

ANOTHER_BOT = 60.0  # seconds after which another bot that asks no more is gone
LANGUAGE = "en"

Answer = tuple[str, str]  # intent, what is said

KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        "human",
        r"\b(human|person|agent|somebody|someone|operator)\b",
        "I have asked a person to join. They will write to you here.",
    ),
    (
        "greeting",
        r"^\W*(hi|hello|hey|good (morning|evening|day))\b",
        "Hello! Ask me about departures, bikes, luggage or breakfast.",
    ),
    ("thanks", r"\b(thanks|thank you|cheers)\b", "You are welcome. Sleep well on board!"),
    ("goodbye", r"\b(bye|goodbye|see you)\b", "Goodbye, and have a good journey."),
    (
        "timetable",
        r"\b(when|what time|timetable|departures?|leave)\b",
        "The night train leaves at 20:43 every evening and arrives at 8:05.",
    ),
    ("bike", r"\b(bikes?|bicycles?)\b", "There is room for six bikes on every train; a bike ticket is 15 euros."),
    (
        "luggage",
        r"\b(luggage|bags?|suitcases?|skis?|pram)\b",
        "Two large bags and one small one travel free of charge.",
    ),
    (
        "breakfast",
        r"\b(breakfast|coffee|eat|food)\b",
        "Breakfast is served from 6:30, and it is included in sleepers and couchettes.",
    ),
)
NOT_UNDERSTOOD = "Sorry, I did not get that. I know about departures, bikes, luggage and breakfast."
AGAIN = "I still do not understand, sorry. Write “human”, and I will fetch a person."


@dataclass(frozen=True)
class Understood:
    """What the bot makes of a text: the verdict that goes with it, and its answer."""

    verdict: dict[str, Any]
    answer: str
    wants_a_person: bool = False


def understand(text: str, failed_before: int) -> Understood:
    for intent, pattern, answer in KNOWN:
        if re.search(pattern, text.lower()):
            return Understood({"understood": True, "intent": intent, "confidence": 0.9}, answer, intent == "human")
    verdict = {"understood": False, "intent": "fallback", "confidence": 0.2}
    return Understood(verdict, AGAIN if failed_before else NOT_UNDERSTOOD)


class ToyBot:
    """It is awake where the demo world is in the store, and ends with the loop it runs in."""

    def __init__(self, store: Callable[[], Store], settings: Callable[[], Settings], letterbox: Letterbox) -> None:
        self._store = store
        self._settings = settings
        self._letterbox = letterbox
        self._task: asyncio.Task[None] | None = None
        self._another = -ANOTHER_BOT
        self._failed: dict[str, int] = {}

    def another_bot_asks(self) -> None:
        self._another = time.monotonic()

    async def wake(self) -> bool:
        """Listen from now on, unless it does already. False: there is no demo world, and nothing for it to do."""
        if self._task is None or self._task.done():
            here = now_utc()
            if not await run_in_threadpool(lambda: self._store().ask("webchat/demo_world")):
                return False
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run(str(place_at(here))))
        return True

    async def _run(self, after: str) -> None:
        token = secrets.token_urlsafe(32)  # known in here only

        def settings() -> Settings:
            ours = self._settings()
            return replace(ours, values={**ours.values, "INTAKE_TOKEN": token})

        routes = [
            *events.routes(settings, self._letterbox),
            *bot.routes(self._store, settings),
            *webchat_bot.routes(self._store, settings),
        ]
        transport = httpx.ASGITransport(Starlette(routes=routes))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://misheard", headers=headers) as api:
            while True:
                try:
                    after = await self._listen(api, after)
                except Exception as why:
                    log.warning("The toy bot rests a moment: %s", type(why).__name__)
                    await asyncio.sleep(2)

    async def _listen(self, api: httpx.AsyncClient, after: str) -> str:
        asked = await api.get("/api/v1/webchat/bot/messages", params={"after": after, "wait": 5})
        heard = asked.raise_for_status().json()
        if time.monotonic() - self._another > ANOTHER_BOT:
            for message in heard["messages"]:
                if message["site"] is None:
                    await self._answer(api, message)
        return str(heard["after"])

    async def _answer(self, api: httpx.AsyncClient, message: dict[str, Any]) -> None:
        whose = message["customer_id"]
        asked = await api.get(f"/api/v1/bot/webchat/{whose}")
        if not asked.raise_for_status().json()["may_answer"]:
            return
        understood = understand(message["text"], self._failed.get(whose, 0))
        event = {name: value for name, value in message.items() if name != "site"}
        reported = [event | {"language": LANGUAGE} | understood.verdict]
        if understood.wants_a_person:
            need = {"type": "status", "status": "need_help", "reason": "asked for a human"}
            need |= {"source": "toy-bot", "id": f"help/{message['id']}", "at": message["at"]}
            reported.append(need | {"channel": "webchat", "customer_id": whose})
        (await api.post("/api/v1/events", json=reported)).raise_for_status()
        said = {"customer_id": whose, "id": f"re-{message['id']}", "text": understood.answer}
        await api.post("/api/v1/webchat/bot/messages", json=said | {"in_reply_to": message["id"], "language": LANGUAGE})
        if len(self._failed) > 10_000:
            self._failed.clear()
        self._failed[whose] = 0 if understood.verdict["understood"] else self._failed.get(whose, 0) + 1
