"""What the drivers say of a store that is away, as sentences; everything else that they say is a mistake of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from convdata.errors import StoreAway, StoreInUse


@contextmanager
def said_as_sentences(url: sa.URL) -> Iterator[None]:
    """Raises StoreAway or StoreInUse for what a driver raises, where it means that."""
    try:
        yield
    except sa.exc.TimeoutError:
        raise StoreAway("The store is too busy to answer just now; try again in a moment.") from None
    except (
        OperationalError,
        sa.exc.InterfaceError,
        sa.exc.InternalError,
        sa.exc.ProgrammingError,
        sa.exc.DatabaseError,
    ) as error:
        if is_conflict(error):
            raise
        sentence = _away_sentence(url, str(error.orig), error)
        if sentence is None:
            raise
        raise sentence from None


def is_conflict(error: DBAPIError) -> bool:
    """Whether others have written the same meanwhile, so that it may go well the next time."""
    text = str(error.orig)
    sqlstate = getattr(error.orig, "sqlstate", None)
    return sqlstate in ("40001", "40P01") or "TransactionContext Error: Conflict" in text or "Conflict on" in text


def _away_sentence(url: sa.URL, text: str, error: DBAPIError) -> StoreAway | None:
    if url.get_backend_name() == "duckdb":
        if "Could not set lock" in text:
            holder = re.search(r"\(PID (\d+)\)", text)
            who = f" (process {holder.group(1)})" if holder else ""
            return StoreInUse(
                f"The store {url.database} is open in another program{who}, probably the dashboard. DuckDB lets in one "
                "program at a time: stop that one first, do it in the dashboard, or keep the data in Postgres."
            )
        if "not a valid DuckDB database" in text or "Serialization Error" in text:
            return StoreAway(f"{url.database} is not a Misheard store; choose another file with MISHEARD_STORE.")
        if "No space left" in text:
            return StoreAway("The disk is full: nothing was stored. Make room, then try again.")
        if "IO Error" in text or "Permission" in text:
            first = text.splitlines()[0].removeprefix("IO Error: ")
            return StoreAway(f"The store {url.database} cannot be opened: {first}")
        return None
    if isinstance(error, (OperationalError, sa.exc.InterfaceError)) or error.connection_invalidated:
        where = f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
        if getattr(error.orig, "sqlstate", None) == "57014":
            return StoreAway("The search took too long and was ended; search for a longer part of the name.")
        if getattr(error.orig, "sqlstate", None) == "55P03":
            return StoreAway("Another program holds the store's tables just now, perhaps a backup; try again later.")
        if "No space left" in text:
            return StoreAway("The store's disk is full: nothing was stored. Make room, then try again.")
        if "password" in text or "role" in text or "authentication" in text:
            return StoreAway(f"Postgres at {where} refuses the sign-in; check the user and password in MISHEARD_STORE.")
        if "does not exist" in text:
            return StoreAway(f"Postgres at {where} has no such database; create it, or mend MISHEARD_STORE.")
        return StoreAway(f"Postgres at {where} does not answer; start it, or mend MISHEARD_STORE.")
    return None
