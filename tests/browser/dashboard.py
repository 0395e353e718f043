"""The dashboard as a process of its own, as people start it, and how to know that it has finished drawing."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]

# A finished run, as Streamlit's own browser tests recognise it.
SETTLED = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"


@dataclass(frozen=True)
class Dashboard:
    url: str
    log: Path
    process: "subprocess.Popen[bytes]"


RUNNING: list[Dashboard] = []


@contextmanager
def running_dashboard(
    store: str, folder: Path, *, app: Path = ROOT / "app.py", port: int = 0, **settings: str
) -> Iterator[Dashboard]:
    """The dashboard over `store`; `settings` are environment variables. Its log goes to `folder`."""
    port = port or _free_port()
    log_file = folder / f"dashboard-{port}.log"
    # What the developer has set for their own dashboard has no say here, nor have their secrets.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MISHEARD_", "STREAMLIT_"))}
    environment |= {"MISHEARD_STORE": store, "PYTHONUNBUFFERED": "1"} | settings
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    command += ["--secrets.files", str(folder / "no-secrets.toml")]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=app.parent,
            env=environment,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server
        )
    dashboard = Dashboard(f"http://127.0.0.1:{port}", log_file, process)
    RUNNING.append(dashboard)
    try:
        _wait_until_it_answers(dashboard)
        yield dashboard
    finally:
        RUNNING.remove(dashboard)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def settled(page: Page) -> Page:
    """The page, once nothing runs any more."""
    page.wait_for_timeout(200)  # inputs wait about 150 ms for the next key before they tell the server
    page.locator(SETTLED).wait_for()
    return page


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(dashboard: Dashboard, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{dashboard.url}/_stcore/health", timeout=5).close()
        except (urllib.error.URLError, OSError) as reason:
            if dashboard.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the dashboard did not start:\n{dashboard.log.read_text()}") from reason
            time.sleep(0.05)
        else:
            return
