"""Take the list away: a file made when it is asked for, and recorded then."""

import secrets
from functools import partial

from convdata import listing, periods
from convdata.database import Store
from convdata.filters import Choices
from convdata.rights import Actor, Right
from pages.parts import desk
from pages.parts.handing_over import download_button


def download_list(chosen: Choices) -> None:
    """The customers that the filters pick, as CSV, for those who may have them."""
    if not desk.may(Right.DOWNLOAD_LIST):
        return
    download_button(
        "Download list (CSV)",
        partial(_csv, desk.store(), chosen, desk.reader()),
        f"misheard-customers-{secrets.token_hex(4)}.csv",
        "text/csv",
        key="download_list",
        icon=":material/download:",
        width="stretch",
    )


def _csv(store: Store, chosen: Choices, by: Actor) -> bytes:
    return listing.as_csv(store, chosen, by=by, now=periods.now_utc())
