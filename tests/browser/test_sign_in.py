"""Signing in with a browser: by OpenID Connect and by a proxy; what each role is shown; and how a session ends."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.dashboard import _free_port, running_dashboard, settled
from tests.oidc import Provider, running_provider

ROLES = "ann@example.org=agent, tom@example.org=trainer, mia@example.org=manager, ada@example.org=admin"
SECRET = "a-secret-of-the-proxy"
MENU = {
    "ann": {"Customers", "Trends"},
    "tom": {"Customers", "Review", "Trends"},
    "mia": {"Customers", "Review", "Trends", "Activity"},
    "ada": {"Customers", "Review", "Trends", "Activity"},
}


@pytest.fixture
def demo_store(demo_duckdb: Path, tmp_path: Path) -> str:
    return f"duckdb:///{shutil.copy(demo_duckdb, tmp_path / 'demo.duckdb')}"


@pytest.fixture
def by_proxy(demo_store: str, dashboard: Callable[..., str], chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`by_proxy("ann", "/review")` is a page as that person sees it, through the proxy."""
    url = dashboard(
        demo_store, MISHEARD_SIGN_IN="proxy", MISHEARD_PROXY_SECRET=SECRET, MISHEARD_ROLES=ROLES,
        STREAMLIT_SERVER_ADDRESS="0.0.0.0",
    )  # fmt: skip
    contexts = []

    def page(who: str, path: str = "/customers", **more: Any) -> Page:
        headers = {"X-Misheard-Proxy": SECRET, "X-Forwarded-Email": f"{who}@example.org"} | more
        context = chromium.new_context(extra_http_headers=headers, reduced_motion="reduce", accept_downloads=True)
        contexts.append(context)
        opened = context.new_page()
        opened.goto(url + path)
        return opened

    yield page
    for context in contexts:
        context.close()


def menu(page: Page) -> set[str]:
    shown = page.get_by_role("link").all_inner_texts()
    return {title for title in ("Customers", "Review", "Trends", "Activity") if any(title in text for text in shown)}


def test_each_role_has_its_menu_and_a_link_to_more_ends_in_a_sentence(by_proxy: Callable[..., Page]) -> None:
    for who, expected in MENU.items():
        page = by_proxy(who)
        expect(page.get_by_role("button", name=who, exact=True)).to_be_visible()
        settled(page)
        assert menu(page) == expected, who
    page = by_proxy("ann", "/review")
    expect(
        page.get_by_text("Your role does not let you see Review; a trainer, a manager or an admin can.")
    ).to_be_visible()
    expect(page.get_by_text("groups")).to_have_count(0)
    page = by_proxy("tom", "/activity")
    expect(page.get_by_text("Your role does not let you see who did what")).to_be_visible()


def test_somebody_without_a_role_sees_a_sentence_and_nothing_else(by_proxy: Callable[..., Page]) -> None:
    for path in ("/", "/customers", "/trends"):
        page = by_proxy("eve", path)
        expect(page.get_by_text("You are signed in and have no role here yet")).to_be_visible()
        settled(page)
        assert page.locator("[data-testid=stMain]").inner_text().strip().count("\n") == 0
        assert not menu(page)


def test_whoever_does_not_come_through_the_proxy_sees_nothing_at_all(by_proxy: Callable[..., Page]) -> None:
    page = by_proxy("ada", **{"X-Misheard-Proxy": "a guess"})
    expect(page.get_by_text("Open Misheard through the address that your administrator gave you")).to_be_visible()
    assert "stApp" not in page.content()


def test_a_download_is_fetched_once_and_by_nobody_else(by_proxy: Callable[..., Page]) -> None:
    page = by_proxy("ann")
    page.get_by_role("listitem").get_by_role("link").first.click()
    tickets: list[str] = []
    page.on("request", lambda r: tickets.append(r.post_data or "") if r.url.endswith("/api/v1/downloads") else None)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download user data").click()
    assert b'"messages"' in started.value.path().read_bytes()
    assert len(tickets) == 1
    again = "t => fetch('/api/v1/downloads', {method: 'POST', body: t}).then(a => a.status)"
    assert page.evaluate(again, tickets[0]) == 404
    assert by_proxy("mia").evaluate(again, tickets[0]) == 404


def test_a_table_has_no_download_of_its_own(by_proxy: Callable[..., Page]) -> None:
    for path in (
        "/activity",
        "/review?view=board",
        "/trends?from=2026-06-10&to=2026-08-09&compare=channel:webchat,messenger",
    ):
        page = by_proxy("mia", path)
        settled(page)
        tables = page.locator("[data-testid=stDataFrame]")
        if path == "/activity":
            expect(tables.first).to_be_visible()
        for number in range(tables.count()):
            tables.nth(number).scroll_into_view_if_needed()
            tables.nth(number).hover()
            expect(tables.nth(number).get_by_role("button", name="Search")).to_be_visible()
        names = page.get_by_role("button").evaluate_all("all => all.map(one => one.ariaLabel || one.innerText)")
        assert not [name for name in names if "Download as CSV" in name], path
    page = by_proxy("mia", "/activity")
    settled(page)
    page.locator("[data-testid=stDataFrame]").first.click()
    focused = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused.add(page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText"))
    assert not [name for name in focused if name and "CSV" in name and "Download as" in name]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def signing_in(provider: Provider, demo_store: str, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard whose people sign in at the provider."""
    port = _free_port()
    provider.secrets(tmp_path / "no-secrets.toml", f"http://127.0.0.1:{port}")
    with running_dashboard(demo_store, tmp_path, port=port, MISHEARD_SIGN_IN="oidc", MISHEARD_ROLES=ROLES) as dashboard:
        yield dashboard.url


def sign_out(page: Page, name: str) -> None:
    """As a person does who clicks again where a menu closed under the pointer, on a busy machine."""
    over = page.get_by_text("Sign in first.")
    for last in (False, False, True):
        if not page.get_by_role("button", name="Sign out").is_visible():
            page.get_by_role("button", name=name, exact=True).click()
        settled(page)
        page.get_by_role("button", name="Sign out").click()
        try:
            expect(over).to_be_visible(timeout=10_000)
            break
        except AssertionError:
            if last:
                raise
    deadline = time.monotonic() + 20  # the server knows at once; the cookie goes when the browser has been sent on
    while any("streamlit_user" in str(cookie.get("name")) for cookie in page.context.cookies()):
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def test_people_sign_in_and_out_by_openid_connect(page: Page, signing_in: str, provider: Provider) -> None:
    provider.person = {"email": "mia@example.org", "email_verified": True, "name": "Not The Name"}
    page.goto(f"{signing_in}/trends")
    expect(page.get_by_text("Sign in first.")).to_be_visible()
    assert not menu(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="mia", exact=True)).to_be_visible()
    settled(page)
    assert menu(page) == MENU["mia"]
    tab = page.context.new_page()
    tab.goto(f"{signing_in}/activity")
    expect(tab.get_by_role("heading", name="Activity")).to_be_visible()
    settled(tab)
    page.bring_to_front()
    sign_out(page, "mia")
    tab.bring_to_front()
    tab.get_by_role("link", name="Trends").click()  # a session of its own, which is open since before
    expect(tab.get_by_text("Your sign-in is over; sign in again.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_text("Sign in first.")).to_be_visible()


def test_a_download_is_of_the_sign_in_that_asked_for_it(
    page: Page, signing_in: str, provider: Provider, chromium: Browser
) -> None:
    provider.person = {"email": "ann@example.org", "email_verified": True}
    page.goto(f"{signing_in}/customers")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="ann", exact=True)).to_be_visible()
    page.get_by_role("listitem").get_by_role("link").first.click()
    settled(page)
    tickets: list[str] = []

    def stolen(route: Route) -> None:
        tickets.append(route.request.post_data or "")
        route.abort()

    page.route("**/api/v1/downloads", stolen)
    page.get_by_role("button", name="Download user data").click()
    expect(page.get_by_text("The server does not answer; try again.")).to_be_visible()
    thief = chromium.new_context().new_page()
    thief.goto(signing_in)
    fetch = "t => fetch('/api/v1/downloads', {method: 'POST', body: t}).then(a => a.status)"
    assert thief.evaluate(fetch, tickets[0]) == 404
    thief.context.close()
    page.unroute("**/api/v1/downloads")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download user data").click()
    assert b'"messages"' in started.value.path().read_bytes()


def test_an_address_that_the_provider_has_not_verified_is_nobodys(
    page: Page, signing_in: str, provider: Provider
) -> None:
    provider.person = {"email": "ada@example.org", "email_verified": False, "sub": "eve"}
    page.goto(signing_in)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are signed in and have no role here yet")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in first.")).to_be_visible()
