"""Who may send events and ask: whoever shows one of the intake tokens."""

import hmac
from collections.abc import Callable

from starlette.requests import Request

from convdata.settings import Settings
from routes.answers import Refused


def require_token(request: Request, settings: Callable[[], Settings]) -> None:
    """Refused with 503 while no token is configured, with 401 for none or a wrong one."""
    tokens = [token.strip() for token in settings().value("INTAKE_TOKEN").split(",") if token.strip()]
    if not tokens:
        raise Refused(503, "not_configured", "Intake is not configured: set MISHEARD_INTAKE_TOKEN.", retry_after=60)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    shown = given.strip().encode("latin-1", "replace")
    # All are compared, each in constant time: how long it takes says nothing of which one was nearly right.
    right = [hmac.compare_digest(shown, token.encode()) for token in tokens]
    if scheme.lower() != "bearer" or not any(right):
        message = "Send Authorization: Bearer and one of the intake tokens."
        raise Refused(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})
