"""The HTTP side: routes receive and answer. They contain no rule and no statement."""

from collections.abc import Callable
from functools import cache

from starlette.routing import BaseRoute

from convdata.database import Store
from convdata.letterbox import Letterbox
from convdata.settings import Settings, read_settings
from routes import bot, events, health, live, messenger, metrics
from routes.answers import nothing_else_under

remembered = cache(read_settings)  # they are read once: whoever changes them starts the server anew


def all_routes(
    store: Callable[[], Store], letterbox: Letterbox, settings: Callable[[], Settings] = remembered
) -> list[BaseRoute]:
    """Every route of the product; ``store`` gives the open store or raises StoreAway, ``settings`` needs no store."""
    return [
        *health.routes(store),
        *metrics.routes(store, settings),
        *live.routes(store),
        *events.routes(settings, letterbox),
        *bot.routes(store, settings),
        *messenger.routes(store, settings),
        *nothing_else_under("/api"),
        *nothing_else_under("/webhooks"),
    ]
