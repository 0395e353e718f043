"""What happens on an error: a sentence for the reader, the details in the log under the same reference."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import streamlit as st

from convdata.errors import MisheardError, NotForYou, NotFound, StoreAway
from pages.parts import door
from pages.parts.literal import escaped
from pages.parts.signed_in import Outside

log = logging.getLogger("misheard")


@contextmanager
def said_as_sentences() -> Iterator[None]:
    """Nothing but sentences reaches the reader; what we did not foresee gets a reference number."""
    try:
        yield
    except Outside as why:
        door.turned_away(why)
    except NotForYou as error:
        st.info(escaped(str(error), longest=500), icon=":material/lock:")
    except NotFound as error:
        st.info(escaped(str(error), longest=500), icon=":material/person_off:")
        st.page_link("customers.py", label="To the customers", icon=":material/group:")
    except StoreAway as error:
        st.error(escaped(str(error), longest=500), icon=":material/cloud_off:")
        if st.button("Try again", icon=":material/refresh:"):
            st.rerun()
    except MisheardError as error:
        st.error(escaped(str(error), longest=500), icon=":material/error:")
    except Exception as error:
        reference = secrets.token_hex(4)
        # The message may quote what a customer wrote, so the log gets where it happened and not what it said.
        places = [f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" for frame in _frames(error)]
        log.error("reference %s: %s at %s", reference, type(error).__name__, " < ".join(reversed(places[-4:])))
        st.error(
            f"Something went wrong on our side. Nothing was lost. If it happens again, tell your administrator the "
            f"reference **{reference}**; the log has the details.",
            icon=":material/error:",
        )


def _frames(error: BaseException) -> Iterator[TracebackType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace
        trace = trace.tb_next
