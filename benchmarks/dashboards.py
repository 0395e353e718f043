"""Open dashboards without a browser: each a session of its own that draws its page anew whenever it is ticked, as the
browser does. They cost the server what a browser's would; what the browser itself costs is another machine's affair.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


class Dashboards:
    """Many sessions on one page, in a thread with a loop of its own. ``redrawn`` says when each redrawing was finished."""

    def __init__(self, url: str, many: int, page: str = "customers") -> None:
        self._address = urlsplit(url).netloc
        self._page = page
        self._many = many
        self._stop = threading.Event()
        self.ready = threading.Semaphore(0)
        self.redrawn: list[float] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)

    async def _all(self) -> None:
        sessions = [asyncio.create_task(self._one()) for _ in range(self._many)]
        while not self._stop.is_set():
            await asyncio.sleep(0.05)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _one(self) -> None:
        stream = f"ws://{self._address}/_stcore/stream"
        live = f"ws://{self._address}/api/v1/live"
        origin = f"http://{self._address}"
        with suppress(ConnectionClosed):
            async with (
                connect(stream, subprotocols=["streamlit"], max_size=None, compression=None) as session,  # type: ignore[list-item]
                connect(live, origin=origin) as ticks,  # type: ignore[arg-type]
            ):
                fragments = await self._run(session, "")
                self.ready.release()
                while True:
                    await ticks.recv()
                    for fragment in fragments:
                        await self._run(session, fragment)
                    self.redrawn.append(time.perf_counter())

    async def _run(self, session: ClientConnection, fragment: str) -> list[str]:
        """Run the page or a fragment of it; gives the fragments that run by themselves."""
        asked = BackMsg()
        asked.rerun_script.page_name = self._page
        asked.rerun_script.fragment_id = fragment
        await session.send(asked.SerializeToString())
        found: list[str] = []
        while True:
            said = ForwardMsg()
            received = await session.recv()
            assert isinstance(received, bytes)
            said.ParseFromString(received)
            kind = said.WhichOneof("type")
            if kind == "auto_rerun":
                found.append(said.auto_rerun.fragment_id)
            # A page that sends the reader on to another finishes early for that one.
            if kind == "script_finished" and said.script_finished in (
                ForwardMsg.FINISHED_SUCCESSFULLY,
                ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
            ):
                return found

    def __enter__(self) -> "Dashboards":
        self._thread.start()
        for _ in range(self._many):
            assert self.ready.acquire(timeout=120), "a dashboard did not open"
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)


@contextmanager
def open_dashboards(url: str, many: int) -> Iterator[Dashboards]:
    with Dashboards(url, many) as dashboards:
        yield dashboards
