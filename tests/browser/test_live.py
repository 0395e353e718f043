"""A customer in trouble, helped as it happens: the bot fails, an agent sees it, mutes, answers and hands back."""

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from convdata.periods import now_utc
from examples.fake_graph import FakeGraph
from tests.browser.dashboard import settled
from tests.messenger import MAYA, facebook
from tests.story import HOUR, customer, key, message, opened, tell

Dashboard = Callable[..., str]
SOON = 6_000  # two seconds are promised; the machine of a test run is busy with much else
_numbers = count(1)


class Live:
    """A dashboard with a pretend Messenger, and a bot that reports to it."""

    def __init__(self, url: str, fake: FakeGraph, maya: str) -> None:
        self.url, self.fake, self.maya = url, fake, maya

    def asked(self, path: str, events: list[dict[str, Any]] | None = None) -> Any:
        headers = {"Authorization": "Bearer a-token", "Content-Type": "application/json"}
        body = None if events is None else json.dumps(events).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}{path}", body, headers), timeout=20) as answer:
            return json.load(answer)

    def reports(self, type_: str, who: str = MAYA, channel: str = "messenger", **more: Any) -> None:
        common = {"type": type_, "id": f"live-{next(_numbers)}", "channel": channel, "customer_id": who}
        self.asked("/api/v1/events", [common | {"at": f"{now_utc().isoformat()}Z"} | more])

    def maya_writes(self, text: str) -> str:
        """She writes; gives Meta's id of it."""
        mid = f"m_live_{next(_numbers)}"
        self.fake.person(MAYA).wrote_at = now_utc()
        assert self.fake.bring(self.fake._item(MAYA, "Page", {"message": {"mid": mid, "text": text}})) == 200
        return mid

    @property
    def conversation(self) -> str:
        return f"{self.url}/conversation?customer={self.maya}"


@pytest.fixture
def live(duckdb_url: str, dashboard: Dashboard) -> Iterator[Live]:
    yield from over(duckdb_url, dashboard)


@pytest.fixture
def live_on_each(store_url: str, dashboard: Dashboard) -> Iterator[Live]:
    """Once on each kind of store: for the story that everything is about."""
    yield from over(store_url, dashboard)


def over(store_url: str, dashboard: Dashboard) -> Iterator[Live]:
    with facebook(clock=now_utc) as fake:  # type: ignore[arg-type]
        store = opened(store_url)
        before = now_utc() - 48 * HOUR
        tell(
            store,
            message("Quiet", before, channel="messenger"),
            customer(MAYA, before, channel="messenger", first_name="Maya"),
        )
        maya = key(store, MAYA, "messenger")
        store.close()
        url = dashboard(store_url, MISHEARD_AGENT="Chen", MISHEARD_INTAKE_TOKEN="a-token", **fake.settings())
        fake.webhook = f"{url}/webhooks/messenger"
        yield Live(url, fake, maya)


def listed(page: Page, text: str) -> Locator:
    return page.locator(".st-key-customer_list li").filter(has_text=text)


def transcript(page: Page) -> Locator:
    return page.get_by_role("log", name="Transcript")


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Write to")


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Send", exact=True)


def test_a_bot_fails_on_messenger_and_a_person_helps(page: Page, live_on_each: Live) -> None:
    live = live_on_each
    page.goto(f"{live.url}/customers")
    settled(page)
    mid = live.maya_writes("xqzt blorp")
    expect(listed(page, "xqzt blorp")).to_be_visible(timeout=SOON)
    live.reports("message", id=mid, source="messenger", sender="user", text="xqzt blorp", understood=False)
    expect(listed(page, "Not Understood").filter(has_text="xqzt")).to_be_visible(timeout=SOON)
    live.reports("status", status="need_help", reason="failed twice")
    expect(listed(page, "Need Help").filter(has_text="Maya")).to_be_visible(timeout=SOON)
    expect(page).to_have_title("(1) Customers", timeout=SOON)
    expect(page.get_by_role("link", name="Customers · 1")).to_be_visible()
    expect(listed(page, "Maya").locator(".dot")).to_have_text("unread ")
    expect(page.get_by_role("link", name=re.compile("^Maya.* · now$"))).to_be_visible(timeout=SOON)

    listed(page, "Maya").get_by_role("link").click()
    expect(
        page.get_by_text(re.compile(r"You can answer: Messenger allows it for another 23 h 5\d min"))
    ).to_be_visible()
    page.get_by_role("button", name="Mute bot").click()
    expect(page.get_by_text("The bot is muted by Chen, 71 h 59 min left.")).to_be_visible()
    assert not live.asked(f"/api/v1/bot/messenger/{MAYA}")["may_answer"]
    field(page).fill("Hello Maya, I am Chen.")
    send(page).dblclick()
    line = transcript(page).locator("li.agent")
    expect(line).to_contain_text("Hello Maya, I am Chen.")
    expect(line.locator(".delivery")).to_have_text("Delivered")
    expect(field(page)).to_have_value("")
    assert [sent["message"]["text"] for sent in live.fake.sent] == ["Hello Maya, I am Chen."]
    live.fake.read(MAYA)
    expect(line.locator(".delivery")).to_have_text("Read", timeout=SOON)

    live.fake.faults[MAYA].append("outside_window")  # by Meta's clock it is too late
    field(page).fill("Are you still there?")
    field(page).press("Enter")
    late = line.filter(has_text="still there")
    expect(late.locator(".delivery")).to_contain_text("Too late")
    late.get_by_role("button", name="Retry").click()
    expect(late.locator(".delivery")).to_have_text("Delivered")
    assert [sent["message"]["text"] for sent in live.fake.sent] == ["Hello Maya, I am Chen.", "Are you still there?"]

    page.get_by_role("button", name="Hand back").click()
    expect(transcript(page)).to_contain_text("the bot answers again, unmuted by Chen")
    expect(page.get_by_role("button", name="Hand back")).to_be_hidden()
    assert live.asked(f"/api/v1/bot/messenger/{MAYA}")["may_answer"]
    live.maya_writes("Thank you!")
    live.reports("message", sender="bot", text="You are welcome.")
    expect(transcript(page)).to_contain_text("You are welcome.", timeout=SOON)

    page.goto(f"{live.url}/customers")
    settled(page)
    expect(listed(page, "Maya").locator(".dot")).to_have_count(0)
    listed(page, "Quiet").get_by_role("link").click()
    expect(page.get_by_text(re.compile("Messenger allows an answer for 24 hours"))).to_be_visible()
    expect(send(page)).to_be_disabled()
    expect(field(page)).to_be_disabled()


def test_what_is_being_written_survives_what_arrives_and_a_reload(page: Page, live: Live) -> None:
    live.maya_writes("Where is my train?")
    page.goto(live.conversation)
    settled(page)
    field(page).press_sequentially("Hello Maya, ")
    for n in range(3):
        live.maya_writes(f"Question {n}")
        expect(transcript(page)).to_contain_text(f"Question {n}", timeout=SOON)
    expect(field(page)).to_be_focused()
    page.keyboard.type("I am looking.")
    expect(field(page)).to_have_value("Hello Maya, I am looking.")
    page.reload()
    settled(page)
    expect(field(page)).to_have_value("Hello Maya, I am looking.")
    assert live.fake.sent == []


def test_two_agents_see_each_other(page: Page, chromium: Browser, live: Live) -> None:
    live.maya_writes("Where is my train?")
    page.goto(live.conversation)
    settled(page)
    other = chromium.new_context().new_page()
    other.goto(live.conversation)
    expect(page.get_by_text("Chen, in another window, is looking at this conversation")).to_be_visible(timeout=SOON)
    field(other).fill("Hello")
    expect(page.get_by_text("Chen, in another window, is writing an answer")).to_be_visible(timeout=SOON)
    other.context.close()


def test_replies_that_are_kept_are_offered_after_a_slash(page: Page, live: Live) -> None:
    live.maya_writes("Where is my train?")
    page.goto(live.conversation)
    settled(page)
    field(page).fill("/how can")
    expect(page.get_by_role("option")).to_have_count(1)
    field(page).press("Enter")
    expect(field(page)).to_have_value("Hello Maya, I am a person and have read what you wrote. How can I help?")
    field(page).fill("Dear Maya, <b>bye</b>")
    page.get_by_role("button", name="/ Replies").click()
    page.get_by_role("button", name="Keep what is written for everybody").click()
    expect(page.get_by_role("option", name="Dear Maya, <b>bye</b>")).to_be_visible()
    page.locator(".reply").filter(has_text="Dear Maya").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("option", name="Dear Maya, <b>bye</b>")).to_have_count(0)
    assert live.fake.sent == []


def test_a_sound_only_for_those_who_want_one(page: Page, live: Live) -> None:
    page.add_init_script(
        "window.sounds = 0; const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (...when) { window.sounds += 1; return start.apply(this, when) }"
    )
    page.goto(f"{live.url}/trends")
    settled(page)
    live.reports("status", who="Quiet", status="need_help")
    expect(page).to_have_title("(1) Trends", timeout=SOON)
    assert page.evaluate("window.sounds") == 0
    page.get_by_role("button", name="Sound when somebody needs help").click()
    assert page.evaluate("window.sounds") == 2  # a sample
    live.reports("status", status="need_help")
    expect(page).to_have_title("(2) Trends", timeout=SOON)
    assert page.evaluate("window.sounds") == 4
    live.reports("status", status="ok")
    expect(page).to_have_title("(1) Trends", timeout=SOON)
    assert page.evaluate("window.sounds") == 4


def test_who_is_muted_and_who_waits_is_said_on_every_page_as_it_happens(page: Page, live: Live) -> None:
    muted = page.get_by_role("button", name="1 bot muted")
    for address in (f"{live.url}/trends", f"{live.url}/review", f"{live.url}/review?view=board", live.conversation):
        page.goto(address)
        settled(page)
        live.reports("mute", who="Quiet", muted=True)
        expect(muted).to_be_visible(timeout=SOON)
        live.reports("status", who="Quiet", status="need_help")
        expect(page.get_by_role("link", name="Customers · 1")).to_be_visible(timeout=SOON)
        muted.click()
        live.reports("mute", who="Quiet", muted=False)
        live.reports("status", who="Quiet", status="ok")
        expect(muted).to_have_count(0, timeout=SOON)


def test_a_toy_bot_fails_in_the_webchat_and_a_person_helps(
    page: Page, chromium: Browser, demo_duckdb: Path, tmp_path: Path, dashboard: Dashboard
) -> None:
    url = dashboard(f"duckdb:///{shutil.copy(demo_duckdb, tmp_path / 'demo.duckdb')}", MISHEARD_AGENT="Chen")
    visitor = chromium.new_context().new_page()

    def visit() -> None:
        visitor.goto(f"{url}/webchat-demo")
        visitor.get_by_role("button", name="Chat").click()

    def say(text: str) -> None:
        visitor.get_by_role("textbox", name="Your message").fill(text)
        visitor.get_by_role("button", name="Send", exact=True).click()

    said = visitor.get_by_role("log", name="Conversation").locator(".m p")
    page.goto(f"{url}/customers?channel=webchat")
    settled(page)
    visit()
    say("xqzt blorp")
    expect(said.last).to_contain_text("I did not get that")
    expect(listed(page, "Anakin Skywalker").filter(has_text="Not Understood")).to_be_visible(timeout=SOON)
    say("human")
    expect(listed(page, "Anakin Skywalker").filter(has_text="Need Help")).to_be_visible(timeout=SOON)

    listed(page, "Anakin Skywalker").get_by_role("link").click()
    expect(page.get_by_text("The visitor is here now: they see an answer at once.")).to_be_visible()
    page.get_by_role("button", name="Mute bot").click()
    expect(page.get_by_text("The bot is muted by Chen, 71 h 59 min left.")).to_be_visible()
    field(page).fill("Hello Anakin, I am Chen.")
    send(page).click()
    expect(said.last).to_have_text("Hello Anakin, I am Chen.", timeout=SOON)
    expect(transcript(page).locator("li.agent .delivery")).to_have_text(re.compile("Delivered|Read"), timeout=SOON)
    say("When does it leave?")
    expect(transcript(page)).to_contain_text("When does it leave?", timeout=SOON)
    expect(said).to_have_count(
        7
    )  # the greeting, two questions and answers, the person's, and what came after: the bot is silent

    visitor.goto("about:blank")
    expect(page.get_by_text(re.compile("The visitor left .* ago: it would be too late"))).to_be_visible(timeout=SOON)
    field_text = field(page)
    expect(field_text).to_be_disabled()
    expect(send(page)).to_be_disabled()
    page.get_by_role("button", name="Hand back").click()
    expect(transcript(page)).to_contain_text("the bot answers again, unmuted by Chen")
    visit()
    say("Can I take my bike?")
    expect(said.last).to_contain_text("six bikes")
    expect(transcript(page)).to_contain_text("six bikes", timeout=SOON)
    visitor.context.close()


def test_an_old_question_is_said_to_be_too_late_before_anybody_types(page: Page, live: Live) -> None:
    page.goto(live.conversation)
    expect(page.get_by_text("This customer has not written to the Page")).to_be_visible()
    expect(send(page)).to_be_disabled()
