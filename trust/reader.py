"""A reader at the dashboard without a browser: the session's own websocket, and everything that the server tells it.

It sends what Streamlit's page sends, so that what comes back is all that this reader's browser is ever given: many
hundred redraws in the time of one page in a browser.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

LONGEST = 64 * 1024 * 1024
PATIENCE = 60.0


class Reader:
    """One session. ``open`` gives the bytes of everything that drawing a page told it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    def open(self, page: str, **query: str) -> bytes:
        """Go to a page and wait until it is drawn; a page may send us on to another."""
        asks = BackMsg()
        asks.rerun_script.page_name = page
        asks.rerun_script.query_string = urlencode(query)
        self._socket.send(asks.SerializeToString())
        return b"\0".join(self._told())

    def _told(self) -> Iterator[bytes]:
        deadline = time.monotonic() + PATIENCE
        began = False
        while True:
            left = deadline - time.monotonic()
            assert left > 0, "the page was not drawn in time"
            raw = self._socket.recv(timeout=left)
            assert isinstance(raw, bytes)
            yield raw
            message = ForwardMsg.FromString(raw)
            kind = message.WhichOneof("type")
            began = began or kind == "new_session"
            if kind == "script_finished" and began and message.script_finished in _ENDS:
                return


_ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


@contextmanager
def reading(url: str, headers: Mapping[str, str] | None = None) -> Iterator[Reader]:
    """``headers`` are what the proxy in front would add."""
    host = url.partition("://")[2]
    with connect(
        f"ws://{host}/_stcore/stream",
        origin=Origin(url),
        subprotocols=[Subprotocol("streamlit")],
        additional_headers=dict(headers or {}),
        max_size=LONGEST,
        open_timeout=PATIENCE,
    ) as socket:
        yield Reader(socket)
        with suppress(OSError):
            socket.close()
