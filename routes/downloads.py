"""Downloads: whoever shows a ticket gets its file, once, within two minutes of the click, with their rights as they are now.

Streamlit's own downloads lie under an address that needs no sign-in and can be handed on; nothing personal goes there.
"""

import hmac
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from convdata.errors import MisheardError, NotForYou, NotFound, StoreAway
from convdata.periods import now_utc
from convdata.settings import read_sign_in
from convdata.sign_in import LONGEST_NAME, SignIn, Way, email_of, proof_of
from convdata.tickets import TICKETS, Parcel, Tickets
from convdata.webchat_sites import is_ours
from routes.answers import HEADERS, Refused, answering
from routes.bodies import body_of

LONGEST = 100  # bytes of a ticket


def routes(tickets: Tickets = TICKETS, sign_in: Callable[[], SignIn] = read_sign_in) -> list[BaseRoute]:
    async def hand_over(request: Request) -> Response:
        _from_our_page(request)
        async with body_of(request, largest=LONGEST) as body:
            parcel = tickets.take(body.decode("ascii", "replace"), now_utc())
        if parcel is None or not _is_theirs(parcel, request, sign_in()):
            raise Refused(404, "no_such_download", "This download is over; ask for it again on its page.")
        try:
            content = await run_in_threadpool(parcel.opened)
        except NotForYou as why:
            raise Refused(403, "not_for_you", str(why)) from None
        except NotFound as why:
            raise Refused(404, "not_found", str(why)) from None
        except StoreAway:
            raise
        except MisheardError as why:
            raise Refused(409, "not_possible", str(why)) from None
        name = re.sub(r"[^A-Za-z0-9._-]", "-", parcel.file_name)[:200]
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": "sandbox"}
        return Response(content, headers=HEADERS | headers, media_type=parcel.mime)

    return [answering("/api/v1/downloads", post=hand_over)]


def _is_theirs(parcel: Parcel, request: Request, sign_in: SignIn) -> bool:
    """A ticket is good for whoever asked for it and nobody else: the same person, where a proxy says who asks; the same
    sign-in, where the browser shows its cookie. Without sign-in there is one person.
    """
    if sign_in.way is Way.PROXY:
        return email_of({"email": request.headers.get(sign_in.header)})[:LONGEST_NAME] == parcel.by
    if sign_in.way is Way.OIDC:
        return bool(parcel.proof) and hmac.compare_digest(proof_of(request.cookies), parcel.proof)
    return True


def _from_our_page(request: Request) -> None:
    """A browser says which page asks; only ours may."""
    headers = request.headers
    if headers.get("sec-fetch-site", "same-origin") != "same-origin" or not is_ours(
        headers.get("origin", ""), headers.get("host", "")
    ):
        raise Refused(403, "forbidden", "Downloads are asked for on Misheard's own pages.")
