"""Stories of the webchat's widget in a real browser, on a page of another website."""

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from convdata.database import Store
from convdata.outbox import replies_to
from convdata.periods import now_utc
from convdata.replying import can_reply, new_reply_id, reply
from tests.browser import dashboard as dashboards
from tests.browser.dashboard import running_dashboard, settled
from tests.story import admin, message, opened, rows, tell
from tests.texts import HOSTILE

# A strict website: the widget must not need more than to be loaded and to talk.
POLICY = "default-src 'none'; script-src {misheard} 'unsafe-inline'; connect-src {misheard} {socket}; style-src 'none'"
PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>
<body><h1>A shop</h1><button id="b">Buy</button>
<script>window.SMARTLY_LANG = "en"; window.SMARTLY_USER_ID = {user};
window.SMARTLY_USER_DATA = {{ first_name: "Ada", last_name: "<b>Byron</b>", gtu_accepted: "false", plan: "gold" }}</script>
<script src="{misheard}/webchat.js" data-title="Ask us" data-greeting="Hello!"></script></body></html>"""


@dataclass
class Shop:
    """A website on another port; ``misheard`` is where its pages load the widget from."""

    url: str
    misheard: str = ""
    user: str = "null"


@pytest.fixture
def shop(foreign_requests: list[str]) -> Iterator[Shop]:
    shop = Shop("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = PAGE.format(misheard=shop.misheard, user=shop.user).encode()
            policy = POLICY.format(misheard=shop.misheard, socket=shop.misheard.replace("http", "ws", 1))
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page if self.path == "/" else b"")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shop.url = f"http://127.0.0.1:{server.server_port}"
    yield shop
    server.shutdown()


@pytest.fixture
def beside(postgres_url: str) -> Iterator[Store]:
    """The store that the dashboard works on, looked into from beside it."""
    store = opened(postgres_url)
    yield store
    store.close()


@pytest.fixture
def embedded(shop: Shop, dashboard: Callable[..., str], postgres_url: str, beside: Store) -> Shop:
    shop.misheard = dashboard(postgres_url, MISHEARD_WEBCHAT_ORIGINS=shop.url, MISHEARD_AGENT="Bob")
    return shop


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Ask us")


def lines(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation").locator(".m p")


def chat(page: Page, url: str, *texts: str) -> None:
    """Open the page and the chat, and write."""
    page.goto(url)
    page.get_by_role("button", name="Chat").click()
    for text in texts:
        write(page, text)


def write(page: Page, text: str) -> None:
    send(page, text)
    expect(page.locator(".m.user.waiting")).to_have_count(0)


def send(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def only_customer(store: Store) -> str:
    ((found,),) = rows(store, "customers", "cast(customer_key as varchar)")
    return str(found)


def say(store: Store, key: str, text: str) -> None:
    (whose,) = rows(store, f"people where customer_key = '{key}'", "customer_id")
    tell(store, message(whose.customer_id, now_utc(), text, sender="bot"))


def answer(store: Store, key: str, text: str) -> int:
    return reply(store, key, text, by=admin("Bob"), now=now_utc(), reply_id=new_reply_id()).event_key


def test_a_visitor_of_another_website_writes_and_is_answered(page: Page, embedded: Shop, beside: Store) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console", lambda said: problems.append(said.text) if said.type == "error" and "404" not in said.text else None
    )
    chat(page, embedded.url, "Where is my train?")
    mine = only_customer(beside)
    known = rows(beside, "people", "first_name", "last_name", "gtu_accepted", "further_data")
    assert tuple(known[0]) == ("Ada", "<b>Byron</b>", "false", '{"plan": "gold"}')
    assert rows(beside, "messages", "source", "kind", "language") == [("webchat", "typed", "en")]
    say(beside, mine, "Sorry?")
    expect(lines(page)).to_have_text(["Hello!", "Where is my train?", "Sorry?"])
    assert can_reply(beside, mine, now_utc()).sentence == "The visitor is here now: they see an answer at once."
    sent = answer(beside, mine, "It left.")
    expect(lines(page).last).to_have_text("It left.")
    expect(page.locator(".m.agent small")).to_have_text("Person")
    expect(page.get_by_text("Bob")).to_have_count(0)
    for _ in range(100):
        if replies_to(beside, mine)[sent].state == "read":
            break
        page.wait_for_timeout(100)
    assert replies_to(beside, mine)[sent].state == "read"
    assert not problems


def test_what_is_hostile_is_shown_as_it_was_written(
    page: Page, embedded: Shop, beside: Store, foreign_requests: list[str]
) -> None:
    chat(page, embedded.url, HOSTILE[1])
    mine = only_customer(beside)
    for text in HOSTILE:
        if text.strip():
            say(beside, mine, text)
    texts = [HOSTILE[1], *(text for text in HOSTILE if text.strip())]
    expect(lines(page)).to_have_count(len(texts) + 1)
    shown = lines(page).evaluate_all("nodes => nodes.map(node => node.textContent)")
    assert shown[1:] == texts
    assert page.evaluate("window.hacked") is None
    assert lines(page).locator("*").count() == 0
    own = {embedded.url}
    assert [url for url in foreign_requests if not url.startswith(tuple(own))] == []


def test_with_the_keyboard_alone(page: Page, embedded: Shop, beside: Store) -> None:
    page.goto(embedded.url)
    opener = page.get_by_role("button", name="Chat")
    expect(opener).to_have_attribute("aria-expanded", "false")
    page.locator("#b").focus()
    page.keyboard.press("Tab")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_role("textbox", name="Your message")
    expect(box).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(lines(page).last).to_have_text("one\ntwo")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    expect(page.locator(".m.user.waiting")).to_have_count(0)
    page.keyboard.press("Enter")  # nothing is not sent
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(opener).to_be_focused()
    mine = only_customer(beside)
    say(beside, mine, "News")
    expect(page.get_by_role("button", name="Chat, 1 new")).to_be_visible()
    page.keyboard.press("Enter")
    expect(lines(page).last).to_have_text("News")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Chat", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Chat", exact=True)).to_be_visible()
    page.wait_for_timeout(1500)  # what was read is not new again
    expect(page.get_by_role("button", name="Chat", exact=True)).to_be_visible()


def test_on_a_phone_it_covers_the_page_and_keeps_the_keyboard(page: Page, embedded: Shop) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    chat(page, embedded.url)
    box = panel(page).bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 640)
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "MISHEARD-WEBCHAT"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_two_browsers_do_not_see_each_other(page: Page, chromium: Browser, embedded: Shop, beside: Store) -> None:
    other = chromium.new_context().new_page()
    chat(page, embedded.url, "I am one")
    chat(other, embedded.url, "I am the other")
    expect(lines(page)).to_have_text(["Hello!", "I am one"])
    expect(lines(other)).to_have_text(["Hello!", "I am the other"])
    assert len(rows(beside, "customers")) == 2
    other.context.close()


def test_another_user_of_the_same_browser_has_a_conversation_of_their_own(
    page: Page, embedded: Shop, beside: Store
) -> None:
    for user, text in (('"1"', "I am Ada"), ('"2"', "I am Eve")):
        embedded.user = user
        chat(page, embedded.url, text)
        expect(lines(page)).to_have_text(["Hello!", text])
    embedded.user = '"1"'
    chat(page, embedded.url)
    expect(lines(page)).to_have_text(["Hello!", "I am Ada"])


def test_after_a_reload_it_is_all_there_and_who_leaves_is_gone(page: Page, embedded: Shop, beside: Store) -> None:
    chat(page, embedded.url, "Hello")
    mine = only_customer(beside)
    sent = answer(beside, mine, "Good day.")
    expect(lines(page)).to_have_text(["Hello!", "Hello", "Good day."])
    page.reload()
    page.get_by_role("button", name="Chat").click()
    expect(lines(page)).to_have_text(["Hello!", "Hello", "Good day."])
    second = page.context.new_page()
    second.goto(embedded.url)
    expect(second.get_by_role("button", name="Chat")).to_be_visible()
    second.wait_for_timeout(1000)
    second.close(run_before_unload=True)
    page.wait_for_timeout(1000)
    assert can_reply(beside, mine, now_utc()).yes  # one of two tabs
    page.goto("about:blank")
    for _ in range(100):
        if not can_reply(beside, mine, now_utc()).yes:
            break
        page.wait_for_timeout(100)
    assert can_reply(beside, mine, now_utc()).sentence.startswith("The visitor left 0 s ago")
    assert replies_to(beside, mine)[sent].state in ("delivered", "read")


@pytest.mark.parametrize("kind", ["duckdb", "postgresql"])
def test_the_server_restarts_and_nothing_is_lost(
    kind: str,
    request: pytest.FixtureRequest,
    page: Page,
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = request.getfixturevalue({"duckdb": "duckdb_url", "postgresql": "postgres_url"}[kind])
    with running_dashboard(url, tmp_path, MISHEARD_WEBCHAT_ORIGINS=shop.url) as first:
        shop.misheard = first.url
        chat(page, shop.url, "Before")
    send(page, "Meanwhile")
    expect(page.get_by_text("No connection. Trying again …")).to_be_visible()
    store = opened(url)
    say(store, only_customer(store), "From the bot, meanwhile")
    store.close()
    monkeypatch.setattr(dashboards, "_free_port", lambda: int(first.url.rsplit(":", 1)[1]))
    with running_dashboard(url, tmp_path, MISHEARD_WEBCHAT_ORIGINS=shop.url):
        expect(page.locator(".m.user.waiting")).to_have_count(0)
        expect(page.get_by_text("No connection. Trying again …")).to_be_hidden()
        expect(lines(page)).to_have_count(4)
        assert sorted(lines(page).all_inner_texts()) == ["Before", "From the bot, meanwhile", "Hello!", "Meanwhile"]
    store = opened(url)
    assert sorted(row.text for row in rows(store, "messages", "text")) == [
        "Before",
        "From the bot, meanwhile",
        "Meanwhile",
    ]
    store.close()


def test_the_whole_story_between_two_tabs(
    page: Page, context: BrowserContext, dashboard: Callable[..., str], demo_duckdb: Path, tmp_path: Path
) -> None:
    """A visitor's toy bot fails, an agent sees it, mutes and answers; the visitor leaves, comes again, and the bot answers."""
    address = dashboard(f"duckdb:///{shutil.copy(demo_duckdb, tmp_path / 'demo.duckdb')}", MISHEARD_AGENT="Bob")
    agent = page
    agent.goto(f"{address}/customers?channel=webchat")
    settled(agent)
    visitor = context.new_page()
    chat(visitor, f"{address}/webchat-demo", "xqzt blorp")
    expect(lines(visitor).last).to_have_text(re.compile("^Sorry, I did not get that"))
    write(visitor, "human")
    expect(lines(visitor).last).to_have_text(re.compile("^I have asked a person"))

    listed = agent.locator(".st-key-customer_list").get_by_role("link").filter(has_text="Anakin Skywalker")
    expect(listed).to_contain_text("Need Help")  # by itself
    listed.click()
    settled(agent)
    expect(agent.get_by_text("The visitor is here now: they see an answer at once.")).to_be_visible()
    expect(agent.get_by_text("stated by the website")).to_be_visible()
    agent.get_by_role("textbox", name="Write to Anakin").fill("I am a person. What happened?")
    agent.get_by_role("button", name="Send", exact=True).click()
    expect(lines(visitor).last).to_have_text("I am a person. What happened?")
    transcript = agent.get_by_role("log", name="Transcript")
    expect(transcript).to_contain_text(re.compile("Read|Delivered"))
    write(visitor, "when does it leave?")
    expect(transcript).to_contain_text("when does it leave?")
    visitor.wait_for_timeout(1500)
    expect(lines(visitor).last).to_have_text("when does it leave?")  # the bot is silent

    visitor.close(run_before_unload=True)
    expect(agent.get_by_text(re.compile("The visitor left .* ago: it would be too late"))).to_be_visible()
    agent.get_by_role("button", name="Hand back").click()
    expect(transcript).to_contain_text("the bot answers again")
    again = context.new_page()
    chat(again, f"{address}/webchat-demo", "Is breakfast included?")
    expect(lines(again).last).to_have_text(re.compile("^Breakfast is served"))
