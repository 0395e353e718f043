"""The HTTP side: routes receive and answer. They contain no rule and no statement."""

from collections.abc import Callable
from functools import cache

from starlette.routing import BaseRoute

from convdata.database import Store
from convdata.letterbox import Letterbox
from convdata.settings import Settings, read_settings
from routes import (
    bot,
    downloads,
    events,
    health,
    live,
    messenger,
    messenger_demo,
    metrics,
    webchat,
    webchat_bot,
    webchat_demo,
    webchat_stream,
)
from routes.answers import nothing_else_under
from routes.toy_bot import ToyBot
from routes.webchat import Paces
from routes.webchat_listeners import Listeners

remembered = cache(read_settings)  # they are read once: whoever changes them starts the server anew


def all_routes(
    store: Callable[[], Store], letterbox: Letterbox, settings: Callable[[], Settings] = remembered
) -> list[BaseRoute]:
    """Every route of the product; ``store`` gives the open store or raises StoreAway, ``settings`` needs no store."""
    pretend = messenger_demo.PretendMessenger(store, settings)
    return [
        *health.routes(store),
        *metrics.routes(store, settings),
        *live.routes(store),
        *downloads.routes(),
        *events.routes(settings, letterbox),
        *bot.routes(store, settings),
        *messenger.routes(store, pretend.settings),
        *messenger_demo.routes(pretend),
        *_webchat(store, letterbox, settings),
        *nothing_else_under("/api"),
        *nothing_else_under("/webhooks"),
    ]


def _webchat(store: Callable[[], Store], letterbox: Letterbox, settings: Callable[[], Settings]) -> list[BaseRoute]:
    listeners, paces, demo = Listeners(store), Paces(), ToyBot(store, settings, letterbox)
    return [
        *webchat.routes(store, settings, letterbox, listeners, paces, demo.wake),
        *webchat_stream.routes(store, settings, listeners, paces),
        *webchat_bot.routes(store, settings, demo.another_bot_asks),
        *webchat_demo.routes(demo),
    ]
