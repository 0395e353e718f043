"""What a story in the browser can ask for: a running dashboard, and a page to look at it with."""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, expect, sync_playwright

from tests.browser.chromium import MISSING, find_chromium
from tests.browser.dashboard import RUNNING, running_dashboard

FLAGS = [
    "--no-sandbox",  # Chromium's own sandbox refuses root and most containers; it only ever opens our dashboard
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # a beacon is noticed, and goes nowhere
]
SECONDS = 20_000  # how long an element may take on a busy machine

OPEN_PAGES: dict[Page, Path] = {}


# For the package, not the session: while Playwright is open, its event loop counts as running in this thread, and
# tests elsewhere that start a loop of their own would fail.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    expect.set_options(timeout=SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """`dashboard(store_url, MISHEARD_TIMEZONE="…")` starts one and returns its address; all stop with the test."""
    with ExitStack() as stack:
        yield lambda store, **settings: stack.enter_context(running_dashboard(store, tmp_path, **settings)).url


@pytest.fixture
def foreign_requests() -> list[str]:
    """The addresses that the pages of this test asked for and that are not the dashboard's."""
    return []


@pytest.fixture
def context(chromium: Browser, foreign_requests: list[str]) -> Iterator[BrowserContext]:
    """A browser without memory: one person's. Open a second page in it for a second tab."""

    def note(url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss"):
            ours = {urlsplit(dashboard.url).netloc for dashboard in RUNNING}
            if address.netloc not in ours:
                foreign_requests.append(url)

    def note_request(request: Request) -> None:
        note(request.url)

    def watch(page: Page) -> None:
        page.on("websocket", lambda socket: note(socket.url))

    context = chromium.new_context(
        viewport={"width": 1440, "height": 900},
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(SECONDS)
    context.on("request", note_request)
    context.on("page", watch)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, tmp_path: Path) -> Iterator[Page]:
    page = context.new_page()
    OPEN_PAGES[page] = tmp_path
    yield page
    del OPEN_PAGES[page]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed story shows what was on the screen and what the server said."""
    report = yield
    if report.failed and call.when != "teardown":
        for page, folder in OPEN_PAGES.items():
            picture = folder / "failed.png"
            try:
                page.screenshot(path=picture, timeout=5_000)
                report.sections.append(("screen", f"{page.url}\n{picture}"))
            except Error as reason:  # a closed page; the failure itself must be reported all the same
                report.sections.append(("screen", f"no picture: {reason}"))
        for dashboard in RUNNING:
            report.sections.append((f"log of {dashboard.url}", dashboard.log.read_text(errors="replace")[-10_000:]))
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: what fails quickly should fail early."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)
    for item in items:
        if Path(__file__).parent in item.path.parents:
            # A browser, a server and a database share two cores here: a story may be told twice, never three times.
            item.add_marker(pytest.mark.flaky(reruns=1))
