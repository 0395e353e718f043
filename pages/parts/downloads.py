"""The downloads of one conversation. A file is made when it is asked for, and that is when it is recorded."""

from functools import partial

import streamlit as st

from convdata import downloads, periods
from convdata.database import Row, Store
from convdata.downloads import Format
from convdata.rights import Actor, Right
from pages.parts import desk
from pages.parts.handing_over import download_button


def download_buttons(customer: Row) -> None:
    """Those that the reader may press; nothing where there are none."""
    key, by = customer.customer_key, desk.reader()
    # Made in a thread that knows nothing of this session: all it needs is bound here.
    held = {"store": desk.store(), "key": key, "by": by}
    with st.container(horizontal=True):
        if by.may(Right.DOWNLOAD_USER):
            download_button(
                "Download user data",
                partial(_user_data, **held),
                downloads.file_name("user", customer.channel, key, Format.JSON),
                Format.JSON.mime,
                key="download_user",
                icon=":material/download:",
                help="Everything that is held about this customer, as JSON.",
            )
        if by.may(Right.DOWNLOAD_CONVERSATION):
            with st.popover("Download conversation", icon=":material/download:"):
                for format in Format:
                    download_button(
                        format.label,
                        partial(_conversation, format=format, **held),
                        downloads.file_name("conversation", customer.channel, key, format),
                        format.mime,
                        key=f"download_{format}",
                        type="tertiary",
                    )


def _user_data(store: Store, key: str, by: Actor) -> bytes:
    return downloads.user_data(store, key, by=by, now=periods.now_utc())


def _conversation(store: Store, key: str, by: Actor, format: Format) -> bytes:
    return downloads.conversation(store, key, format, by=by, now=periods.now_utc())
