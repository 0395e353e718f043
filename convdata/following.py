"""Reading on, again and again, in what another program writes: Rasa's tracker store."""

from datetime import datetime

from convdata.activity import MISHEARD
from convdata.database import Store
from convdata.importing import import_file


def read_on(store: Store, now: datetime) -> int:
    """Import what is new in the tracker store of the settings, if one is named; gives how many events that were."""
    address = store.settings.value("RASA_STORE")
    if not address:
        return 0
    options = options_in(store.settings.value("RASA_OPTIONS"))
    return import_file(store, address, now=now, by=MISHEARD, format="rasa", options=options).counts.read


def options_in(text: str) -> dict[str, str]:
    """ "language=en; out_of_scope=true" """
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
