"""Masked customers with a browser: a manager reveals one with a reason, and privacy mode hides everybody on a shared screen."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from convdata.periods import now_utc
from tests.browser.dashboard import settled
from tests.story import HOUR, customer, key, message, opened, tell

SECRET = "a-secret-of-the-proxy"
ROLES = "ann@example.org=agent, tom@example.org=trainer, mia@example.org=manager"
NAME, EMAIL = "Zarniwoop Quillfeather", "zq.canary@example.org"


@pytest.fixture
def whose(duckdb_url: str) -> str:
    store, at = opened(duckdb_url), now_utc().replace(microsecond=0) - HOUR
    first, last = NAME.split()
    tell(
        store,
        customer(at=at, first_name=first, last_name=last, email=EMAIL, comments="canary-comment"),
        message(at=at, text=f"I am {NAME} ({EMAIL}), where is my refund?", understood=False),
        message("v-2", at, "Hello"),
    )
    found = key(store)
    store.close()
    return found


@pytest.fixture
def seen_by(
    duckdb_url: str, whose: str, dashboard: Callable[..., str], chromium: Browser
) -> Iterator[Callable[..., Page]]:
    url = dashboard(
        duckdb_url, MISHEARD_SIGN_IN="proxy", MISHEARD_PROXY_SECRET=SECRET, MISHEARD_ROLES=ROLES,
    )  # fmt: skip
    contexts = []

    def page(who: str, path: str) -> Page:
        headers = {"X-Misheard-Proxy": SECRET, "X-Forwarded-Email": f"{who}@example.org"}
        contexts.append(
            chromium.new_context(extra_http_headers=headers, accept_downloads=True, reduced_motion="reduce")
        )
        page = contexts[-1].new_page()
        page.goto(url + path)
        return settled(page)

    yield page
    for context in contexts:
        context.close()


def tells_who(page: Page) -> set[str]:
    """What of them is anywhere in the page, its title and its components included."""
    html = page.title() + page.evaluate(
        """() => { const all = (root) => [...root.querySelectorAll('*')].reduce((text, one) =>
            text + (one.shadowRoot ? one.shadowRoot.innerHTML + all(one.shadowRoot) : ''), '');
            return document.documentElement.outerHTML + all(document); }"""
    )
    return {one for one in (*NAME.split(), EMAIL, "canary-comment") if one in html}


def taken(page: Page, folder: Path) -> str:
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download user data").click()
    file = folder / "user.json"
    downloading.value.save_as(file)
    return file.read_text(encoding="utf-8")


def test_a_manager_reveals_one_customer_with_a_reason(seen_by: Callable[..., Page], whose: str, tmp_path: Path) -> None:
    page = seen_by("mia", f"/conversation?customer={whose}")
    expect(page.get_by_text("I am NAME NAME (EMAIL)")).to_be_visible()
    assert not tells_who(page)
    assert EMAIL not in taken(page, tmp_path)
    page.get_by_role("button", name=re.compile("Reveal")).click()
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("Say why you need to see who this is")).to_be_visible()
    page.get_by_label("Why do you need to see who this is?").fill("They rang about their refund")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name="Reveal").click()
    expect(page.get_by_text(f"I am {NAME}")).to_be_visible()
    expect(page.get_by_text("Revealed until")).to_be_visible()
    assert tells_who(settled(page)) == {*NAME.split(), EMAIL, "canary-comment"}
    assert EMAIL in taken(page, tmp_path)
    assert not tells_who(seen_by("mia", f"/conversation?customer={whose}")), "another window has revealed nobody"
    acts = seen_by("mia", "/activity")
    expect(acts.get_by_text("Revealed a customer").first).to_be_attached()
    expect(acts.get_by_text("They rang about their refund").first).to_be_attached()
    page.get_by_role("button", name="Mask again").click()
    expect(page.get_by_text("I am NAME NAME (EMAIL)")).to_be_visible()
    assert not tells_who(settled(page))


def test_a_trainer_sees_nobody_anywhere(seen_by: Callable[..., Page], whose: str) -> None:
    for path in ("/customers", f"/conversation?customer={whose}", "/review", "/trends"):
        page = seen_by("tom", path)
        expect(page.get_by_text(re.compile("refund|Customer|Trends")).first).to_be_visible()
        assert not tells_who(page), path


def test_privacy_mode_hides_everybody_on_a_shared_screen(seen_by: Callable[..., Page], whose: str) -> None:
    page = seen_by("ann", "/customers")
    expect(page.get_by_text(NAME, exact=True)).to_be_visible()
    page.get_by_role("button", name="ann", exact=True).click()
    page.get_by_text("Privacy mode").click()
    expect(page.get_by_text(f"Customer {whose[:8]}")).to_be_visible()
    assert not tells_who(settled(page))
    page.get_by_text(f"Customer {whose[:8]}").click()
    expect(page.get_by_text("Privacy mode hides who this is")).to_be_visible()
    assert not tells_who(settled(page))
    page.get_by_role("button", name="ann", exact=True).click()
    page.get_by_text("Privacy mode", exact=True).click()
    expect(page.get_by_text(f"I am {NAME}")).to_be_visible()


def test_a_search_in_the_address_finds_nobody_by_name(seen_by: Callable[..., Page], whose: str) -> None:
    page = seen_by("mia", "/customers?search=zarniwoop")
    expect(page.get_by_text("No conversation matches these filters")).to_be_visible()
    expect(seen_by("ann", "/customers?search=zarniwoop").get_by_text(NAME, exact=True)).to_be_visible()
    expect(seen_by("mia", f"/customers?search={whose[:8]}").get_by_text(f"Customer {whose[:8]}")).to_be_visible()
