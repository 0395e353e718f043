"""The server: the dashboard, the HTTP routes, and what runs in the background, in one process. `streamlit run app.py`"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from convdata.background import Background
from convdata.delivery import Sender
from convdata.doorbell import Doorbell
from convdata.errands import errand
from convdata.letterbox import Letterbox
from convdata.photos import hosts_of_photos
from convdata.settings import read_sign_in
from pages.parts import front_door, log_lines
from pages.parts.desk import the_store as store
from routes import all_routes
from routes.doorkeeper import Doorkeeper
from routes.headers import SecurityHeaders

front_door.refuse_or_open()
letterbox = Letterbox(store)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """While the server runs: the sweep each minute, and erased bytes written out of the store's file; replies sent as
    they are written; the command line let in. When it stops, events that are waiting are stored, and replies on their
    way settled.
    """
    log_lines.of_the_server()
    background = Background(store)
    background.start()
    sender = Sender(store).start()
    doorbell = Doorbell(store, errand).start()
    try:
        yield
    finally:
        doorbell.stop()
        letterbox.close()
        sender.stop()
        background.stop()


app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    lifespan=lifespan,
    routes=all_routes(store, letterbox),
    middleware=[
        Middleware(SecurityHeaders, photo_hosts=hosts_of_photos),
        Middleware(Doorkeeper, sign_in=read_sign_in),
    ],
)

if __name__ == "__main__":
    app.run()
