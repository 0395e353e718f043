"""Which pages may use the webchat: those of the websites on the list, and our own. Others' are answered with 403."""

from collections.abc import Callable

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from convdata.errors import StoreAway
from convdata.settings import Settings
from convdata.webchat_sites import is_ours
from routes.answers import HEADERS, Endpoint, Refused, answering, store_away

NOT_LISTED = "This website may not embed the webchat; its operator lists it in MISHEARD_WEBCHAT_ORIGINS."


def site_of(connection: HTTPConnection, settings: Callable[[], Settings]) -> str:
    """The website that asks: its origin, or '' for a page of this server. Refused with 403 for any other.

    Browsers say a page's origin with whatever it sends; only of what it gets from its own server they are silent.
    """
    origins = connection.headers.getlist("origin")
    silent = not origins and connection.scope.get("method") in ("GET", "HEAD")
    if silent and connection.headers.get("sec-fetch-site", "same-origin") == "same-origin":
        return ""
    origin = origins[0] if len(origins) == 1 else ""
    if origin in settings().webchat_sites:
        return origin
    if is_ours(origin, connection.headers.get("host", "")):
        return ""
    raise Refused(403, "forbidden", NOT_LISTED)


def for_pages(path: str, settings: Callable[[], Settings], *, quiet: bool = False, **endpoints: Endpoint) -> Route:
    """``answering`` for browsers: the verbs of an address that pages of other websites may ask too, if they are listed.

    An endpoint finds the website in ``request.state.site``. Errors are told to listed pages like answers.
    """
    verbs = ", ".join(sorted(verb.upper() for verb in endpoints))

    def around(endpoint: Endpoint) -> Endpoint:
        async def ask(request: Request) -> Response:
            request.state.site = site_of(request, settings)
            try:
                response = await endpoint(request)
            except Refused as refused:
                refused.headers |= _allowed(request)
                raise
            except StoreAway:
                away = store_away()
                away.headers |= _allowed(request)
                raise away from None
            response.headers.update(_allowed(request))
            return response

        return ask

    async def preflight(request: Request) -> Response:
        request.state.site = site_of(request, settings)
        headers = {
            "Access-Control-Allow-Methods": verbs,
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
            "Allow": f"{verbs}, OPTIONS",
        }
        return Response(status_code=204, headers=HEADERS | headers | _allowed(request))

    around_all = {verb: around(endpoint) for verb, endpoint in endpoints.items()}
    return answering(path, quiet=quiet, options=preflight, **around_all)


def _allowed(request: Request) -> dict[str, str]:
    """Exactly the one that asks, never *; and only this origin may read what a cache has of it."""
    headers = {"Vary": "Origin"}
    if request.state.site:
        headers |= {"Access-Control-Allow-Origin": request.state.site, "Access-Control-Expose-Headers": "Retry-After"}
    return headers
