"""Stories of an agent at the Customers page, in a real browser."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from convdata.events import Customer, Event, Message, StatusSaid
from convdata.intake import take
from tests.browser.dashboard import settled
from tests.story import opened

Dashboard = Callable[..., str]
JUST_NOW = datetime.now(UTC) - timedelta(minutes=5)
HOSTILE = "<img src=x onerror=alert(1)> **bold** ![x](http://127.0.0.1:9/beacon) :red[x] $\\int$"


def said(customer_id: str, at: datetime = JUST_NOW, **more: Any) -> Message:
    return Message(id=f"m-{customer_id}-{at}", channel="webchat", customer_id=customer_id, at=at, sender="user", **more)


def named(customer_id: str, **more: Any) -> Customer:
    return Customer(id=f"c-{customer_id}", channel="webchat", customer_id=customer_id, at=JUST_NOW, **more)


def listed(page: Page) -> Locator:
    """The rows of the list, which are links."""
    return page.locator(".st-key-customer_list").get_by_role("link")


def filled(url: str, *events: Event) -> str:
    """A store with these events, closed again: DuckDB lets in one program at a time."""
    store = opened(url)
    take(store, events, datetime.now(UTC).replace(tzinfo=None))
    store.close()
    return url


@pytest.fixture
def three(duckdb_url: str) -> str:
    return three_customers(duckdb_url)


def three_customers(url: str) -> str:
    return filled(
        url,
        named("v-1", first_name="Ada", last_name="Byron"),
        said("v-1", text="Where is my train?", language="en", understood=True),
        said("v-2", JUST_NOW - timedelta(days=9), text="Je ne sais pas", language="fr", understood=False),
        said("v-3", text="I want a human", language="de"),
        StatusSaid(id="s", channel="webchat", customer_id="v-3", at=JUST_NOW, status="need_help", reason="asked"),
    )


def test_an_agent_finds_a_customer_by_name_and_opens_the_conversation(
    store_url: str, dashboard: Dashboard, page: Page, foreign_requests: list[str]
) -> None:
    page.goto(dashboard(three_customers(store_url)))
    settled(page)
    expect(page.get_by_text("3 conversations")).to_be_visible()
    page.get_by_role("searchbox", name="Search customers").fill("byr")
    expect(page.get_by_text("1 of 3 conversations")).to_be_visible()
    listed(page).filter(has_text="Ada Byron").click()
    expect(page).to_have_url(re.compile(r"/conversation\?customer=[0-9a-f-]{36}&search=byr"))
    expect(page.get_by_text("Where is my train?").first).to_be_visible()
    assert not foreign_requests


FILTERS = {"Need Help": "v-3", "fr": "v-2", "Webchat": "Ada Byron", "7 d": "v-3"}


def test_each_filter_narrows_the_list_and_stands_in_an_address_that_can_be_shared(
    three: str, dashboard: Dashboard, page: Page, chromium: Browser
) -> None:
    address = dashboard(three)
    page.goto(f"{address}/customers")
    settled(page)
    for choice, found in FILTERS.items():
        page.get_by_role("button", name=choice, exact=True).or_(page.get_by_role("radio", name=choice)).first.click()
        expect(page.get_by_text(re.compile(r"^[123] of 3 conversations"))).to_be_visible()
        expect(listed(page).filter(has_text=found)).to_be_visible()
        expect(page).to_have_url(re.compile(r"/customers\?\w+="))
        other = chromium.new_context().new_page()
        other.goto(page.url)
        expect(other.get_by_text(page.get_by_text(re.compile("of 3 conversations")).inner_text())).to_be_visible()
        other.context.close()
        page.get_by_role("button", name="Reset filters").click()
        expect(page.get_by_text("3 conversations", exact=True)).to_be_visible()


def test_who_waits_longest_is_one_click_away(three: str, dashboard: Dashboard, page: Page) -> None:
    help_ = StatusSaid(
        id="s2",
        channel="webchat",
        customer_id="v-2",
        at=JUST_NOW - timedelta(hours=5),
        status="need_help",
        reason="lost",
    )
    page.goto(dashboard(filled(three, help_)))
    settled(page)
    page.get_by_role("button", name="All 2, the longest waiting first").click()
    expect(page.get_by_text("2 of 3 conversations · the longest waiting first")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?status=need_help&sort=waiting$"))
    expect(listed(page)).to_have_count(2)
    expect(listed(page).first).to_contain_text(re.compile("v-2.*waits 5 h", re.DOTALL))
    listed(page).first.click()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    expect(page).to_have_url(re.compile("sort=waiting"))


def test_a_shared_link_works_on_a_fresh_server(three: str, dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard(three)}/customers?status=not_understood&status=need_help&language=fr")
    settled(page)
    expect(page.get_by_text("1 of 3 conversations")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_back_from_a_conversation_finds_the_list_as_it_was(three: str, dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard(three)}/customers?status=need_help")
    settled(page)
    listed(page).first.click()
    expect(page).to_have_url(re.compile("/conversation"))
    settled(page)
    page.go_back()
    expect(page.get_by_text("1 of 3 conversations")).to_be_visible()


def test_the_list_shows_what_arrives_by_itself(
    duckdb_url: str, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    filled(duckdb_url, said("v-1", text="Hello"))
    page.goto(f"{dashboard(duckdb_url)}/customers")
    settled(page)
    lines = tmp_path / "more.jsonl"
    lines.write_text(
        f'{{"type":"message","id":"z","channel":"alexa","customer_id":"new","at":"{datetime.now(UTC).isoformat()}","sender":"user","text":"Good evening"}}\n'
    )
    page.get_by_role("button", name="Import a file").click()
    page.locator("input[type=file]").set_input_files(lines)
    page.get_by_role("dialog").get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile("1 line read = 1 stored"))).to_be_visible()
    expect(listed(page).filter(has_text="Good evening")).to_be_visible()


def test_names_and_messages_are_shown_literally_and_fetch_nothing(
    duckdb_url: str, dashboard: Dashboard, page: Page, foreign_requests: list[str]
) -> None:
    url = filled(
        duckdb_url, named("v-1", first_name=HOSTILE, photo_url="http://127.0.0.1:9/p.png"), said("v-1", text=HOSTILE)
    )
    page.goto(f"{dashboard(url)}/customers")
    settled(page)
    expect(listed(page).filter(has_text=HOSTILE)).to_be_visible()
    assert not foreign_requests


def test_the_last_page_of_a_long_list_is_one_click_away(duckdb_url: str, dashboard: Dashboard, page: Page) -> None:
    url = filled(
        duckdb_url, *(said(f"v-{n:03}", JUST_NOW - timedelta(minutes=n), text=f"Message {n}") for n in range(120))
    )
    page.goto(f"{dashboard(url)}/customers")
    settled(page)
    page.get_by_role("button", name="Page 5", exact=True).click()
    expect(listed(page).filter(has_text="Message 119")).to_be_visible()
    expect(listed(page)).to_have_count(20)
