"""The HTTP side: routes receive and answer. They contain no rule and no statement."""

from collections.abc import Callable

from starlette.routing import BaseRoute

from convdata.database import Store
from routes import health, live


def all_routes(store: Callable[[], Store]) -> list[BaseRoute]:
    """Every route of the product; ``store`` gives the open store or raises StoreAway."""
    return [*health.routes(store), *live.routes(store)]
