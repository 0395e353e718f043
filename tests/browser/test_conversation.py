"""Stories on the Conversation page, in a real browser."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from convdata import muting
from convdata.database import Store
from convdata.downloads import without_guard
from convdata.events import Alternative
from convdata.periods import now_utc
from tests.browser.dashboard import settled
from tests.story import admin, customer, key, many_messages, message, opened, rows, tell
from tests.texts import HOSTILE

AGO = now_utc().replace(microsecond=0) - timedelta(hours=3)
SECOND = timedelta(seconds=1)
Dashboard = Callable[..., str]


@pytest.fixture
def beside(postgres_url: str) -> Iterator[Store]:
    """The store that the dashboard works on, looked into from beside it."""
    store = opened(postgres_url)
    yield store
    store.close()


@pytest.fixture
def address(dashboard: Dashboard, postgres_url: str) -> Callable[..., str]:
    url = dashboard(postgres_url, MISHEARD_AGENT="Chen")
    return lambda whose, more="": f"{url}/conversation?customer={whose}{more}"


def transcript(page: Page) -> Locator:
    return page.get_by_role("log", name="Transcript")


def lines(page: Page) -> Locator:
    return transcript(page).locator("li.message")


def scrolled(page: Page) -> float:
    return transcript(page).evaluate("node => node.scrollTop")


def from_end(page: Page) -> float:
    return transcript(page).evaluate("node => node.scrollHeight - node.scrollTop - node.clientHeight")


def in_view(page: Page, line: Locator) -> bool:
    box, frame = line.bounding_box(), transcript(page).bounding_box()
    assert box
    assert frame
    return frame["y"] - 1 <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"] + 1


def test_mute_with_a_reason_watch_the_countdown_unmute(page: Page, context: BrowserContext, address, beside) -> None:
    tell(beside, customer(at=AGO, first_name="Ada", last_name="Byron"), message(at=AGO, text="This is useless"))
    page.goto(address(key(beside)))
    settled(page)
    watching = context.new_page()
    watching.goto(address(key(beside)))
    settled(watching)
    expect(page.get_by_role("heading", name="Ada Byron")).to_be_visible()

    page.get_by_role("radio", name="4 h", exact=True).click()
    page.get_by_label("Reason").fill("angry")
    page.get_by_role("button", name="Mute bot").click()
    countdown = page.get_by_role("timer")
    expect(countdown).to_have_text(re.compile(r"^(4:00:00|3:59:\d\d) left$"))
    first = countdown.inner_text()
    expect(countdown).not_to_have_text(first)
    expect(page.get_by_text("by Chen · “angry”")).to_be_visible()
    expect(transcript(page)).to_contain_text("the bot was muted by Chen for 4 h: “angry”")
    assert [(r.actor, r.reason) for r in rows(beside, "activity where act = 'mute'")] == [("Chen", "angry")]

    expect(watching.get_by_role("timer")).to_be_visible()  # pushed, nobody touched that tab
    watching.get_by_role("button", name="Unmute bot").click()
    expect(page.get_by_text("The bot is answering.")).to_be_visible()
    expect(page.get_by_role("button", name="Mute bot")).to_be_visible()
    expect(transcript(page)).to_contain_text("the bot answers again, unmuted by Chen")


def test_a_second_click_does_not_mute_twice(page: Page, address, beside) -> None:
    tell(beside, message(at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    page.get_by_role("button", name="Mute bot").dblclick()
    expect(page.get_by_role("timer")).to_be_visible()
    settled(page)
    assert len(rows(beside, "mutes")) == 1


def test_a_mute_runs_out_before_the_readers_eyes(page: Page, address, beside) -> None:
    tell(beside, message(at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    muting.mute(beside, key(beside), by=admin("Ada"), now=now_utc(), hours=8 / 3600)
    page.reload()
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.get_by_text("The bot is answering.")).to_be_visible()
    page.reload()  # a new session: the sweep runs, and notes what everybody sees already
    settled(page)
    again = transcript(page).get_by_text("the bot answers again (automatic")
    expect(again).to_have_count(1)
    assert len(rows(beside, "activity where act = 'unmute_automatic'")) == 1


def test_from_one_not_understood_message_to_the_next(page: Page, address, beside) -> None:
    said = [
        message(
            at=AGO + n * SECOND,
            text=f"question {n}",
            understood=n not in (5, 30, 55),
            intent="nlu_fallback" if n in (5, 30, 55) else "greet",
            confidence=0.3,
            alternatives=[Alternative("goodbye", 0.29)],
        )
        for n in range(60)
    ]
    tell(beside, *said)
    page.goto(address(key(beside)))
    settled(page)
    assert from_end(page) < 2, "opens at the latest"
    expect(page.get_by_text("3 not understood", exact=True)).to_be_visible()
    after = page.get_by_role("button", name="Next not understood")
    for n, place in ((55, 3), (5, 1), (30, 2), (55, 3)):  # first what is in view already
        after.click()
        line = lines(page).nth(n)
        expect(line).to_be_focused()
        expect(line).to_contain_text("not understood · best guess goodbye 29 %")
        assert in_view(page, line)
        expect(page.get_by_text(f"{place} of 3 not understood")).to_be_visible()
    page.keyboard.press("p")
    expect(lines(page).nth(30)).to_be_focused()
    page.keyboard.press("n")
    expect(lines(page).nth(55)).to_be_focused()


def test_show_earlier_leaves_the_reader_where_they_are(page: Page, address, beside) -> None:
    tell(beside, *many_messages(["v-1"], 450, at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    expect(lines(page)).to_have_count(200)
    assert from_end(page) < 2
    transcript(page).evaluate("node => node.scrollTop = 0")
    mark = transcript(page).get_by_text("Hello v-1 253", exact=True)
    before = mark.bounding_box()
    page.get_by_role("button", name="Show earlier (250 more)").click()
    expect(lines(page)).to_have_count(400)
    after = mark.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    transcript(page).evaluate("node => node.scrollTop = 0")
    page.get_by_role("button", name="Show earlier (50 more)").click()
    expect(lines(page)).to_have_count(450)
    expect(page.get_by_role("button", name="Show earlier")).to_have_count(0)
    expect(lines(page).first).to_contain_text("Hello v-1 0")


def test_a_link_to_a_message_opens_at_it(page: Page, address, beside) -> None:
    tell(beside, *many_messages(["v-1"], 450, at=AGO))
    old = rows(beside, "messages where text = 'Hello v-1 42'", "event_key")[0].event_key
    page.goto(address(key(beside), f"&message={old}"))
    settled(page)
    line = transcript(page).locator(f"li[data-id='{old}']")
    expect(line).to_be_focused()
    assert in_view(page, line)


def test_what_arrives_disturbs_neither_reading_nor_typing(
    page: Page, context: BrowserContext, address, beside, postgres_url
) -> None:
    tell(beside, *many_messages(["v-1"], 60, at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    transcript(page).evaluate("node => node.scrollTop = 300")
    reason = page.get_by_label("Reason")
    reason.press_sequentially("half a thou")
    transcript(page).locator(".text").nth(12).select_text()
    line = lines(page).nth(12)
    where = line.bounding_box()

    tell(beside, message(at=now_utc(), text="are you there?"), now=now_utc())
    colleague = context.new_page()  # somebody else's act is what tells all open pages
    colleague.goto(address(key(beside)))
    settled(colleague)
    colleague.get_by_role("button", name="Need Help").click()
    colleague.get_by_label("Reason").last.fill("come quickly")
    colleague.get_by_role("button", name="Set Need Help").click()

    expect(page.get_by_text("Need Help since")).to_be_visible()
    expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    expect(reason).to_have_value("half a thou")
    assert scrolled(page) == 300
    assert line.bounding_box() == where
    assert page.evaluate(SELECTED) == "Hello v-1 12"
    page.get_by_role("button", name="1 new message").click()
    expect(lines(page).last).to_contain_text("are you there?")
    assert from_end(page) < 2
    reason.press("End")
    reason.press_sequentially("ght")
    page.get_by_role("button", name="Mute bot").click()
    expect(transcript(page)).to_contain_text("the bot was muted by Chen for 72 h: “half a thought”")


SELECTED = """() => {
  const found = []
  const walk = (root) => root.querySelectorAll("*").forEach((node) => {
    if (node.shadowRoot) { const text = String(node.shadowRoot.getSelection?.() ?? ""); if (text) found.push(text); walk(node.shadowRoot) }
  })
  walk(document)
  return found[0] ?? String(document.getSelection())
}"""


def test_an_open_dialog_survives_what_arrives(page: Page, context: BrowserContext, address, beside) -> None:
    tell(beside, message(at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    page.get_by_role("button", name="Delete user and conversation").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    colleague = context.new_page()
    colleague.goto(address(key(beside)))
    settled(colleague)
    colleague.get_by_role("button", name="Mute bot").click()
    expect(page.get_by_role("timer")).to_be_attached()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_both_downloads_equal_the_store(page: Page, address, beside) -> None:
    tell(
        beside,
        customer(at=AGO, first_name="Ada", email="ada@example.org", data={"plan": "gold"}),
        *(message(at=AGO + n * SECOND, text=text, id=f"h-{n}") for n, text in enumerate(HOSTILE)),
    )
    whose = key(beside)
    page.goto(address(whose))
    settled(page)

    def download(label: str) -> tuple[str, bytes]:
        with page.expect_download() as started:
            page.get_by_role("button", name=label, exact=True).click()
        return started.value.suggested_filename, Path(started.value.path()).read_bytes()

    name, body = download("Download user data")
    assert re.fullmatch(rf"misheard-user-webchat-{whose[:8]}-[0-9a-f]{{16}}\.json", name)
    held = json.loads(body)
    assert held["people"][0]["email"] == "ada@example.org"
    assert [m["text"] for m in held["messages"]] == list(HOSTILE)

    page.get_by_role("button", name="Download conversation").click()
    name, body = download("JSON")
    assert [m["text"] for m in json.loads(body)["messages"]] == list(HOSTILE)
    page.get_by_role("button", name="Download conversation").click() if not page.get_by_role(
        "button", name="CSV", exact=True
    ).is_visible() else None
    name, body = download("CSV")
    read = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert [without_guard(r["text"]) for r in read] == list(HOSTILE)
    assert [r.act for r in rows(beside, "activity order by recorded_at")] == [
        "download_user",
        "download_conversation",
        "download_conversation",
    ]
    assert {r.actor for r in rows(beside, "activity")} == {"Chen"}


def test_delete_asks_by_name_and_counts_and_leaves_a_receipt(page: Page, context, address, beside) -> None:
    tell(beside, customer(at=AGO, first_name="Ada", last_name="Byron"), *many_messages(["v-1", "v-2"], 7, at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    page.get_by_role("button", name="Delete user and conversation").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete Ada Byron (Webchat) for good?")
    expect(dialog).to_contain_text("7 messages")
    assert len(rows(beside, "customers")) == 2
    dialog.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The customer and the conversation were deleted.")).to_be_visible()
    expect(page.get_by_text("7 messages")).to_be_visible()
    expect(page.get_by_text(re.compile("Receipt [0-9a-f-]{36}"))).to_be_visible()
    expect(page.get_by_text("Byron")).to_have_count(0)
    assert [r.customer_key for r in rows(beside, "customers", "cast(customer_key as varchar) as customer_key")] == [
        key(beside, "v-2")
    ]
    later = context.new_page()
    later.goto(address(key(beside)))
    expect(later.get_by_text("There is no such customer")).to_be_visible()
    expect(later.get_by_role("log")).to_have_count(0)


def test_another_readers_page_says_that_the_customer_was_erased(page: Page, context, address, beside) -> None:
    tell(beside, message(at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    colleague = context.new_page()
    colleague.goto(address(key(beside)))
    settled(colleague)
    colleague.get_by_role("button", name="Delete user and conversation").click()
    colleague.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("There is no such customer")).to_be_visible()
    expect(page.get_by_role("log")).to_have_count(0)


def test_nothing_that_anybody_wrote_runs_or_is_fetched(page: Page, address, beside, foreign_requests) -> None:
    for n, text in enumerate(HOSTILE):
        at = AGO + n * SECOND
        tell(
            beside,
            customer(f"c-{n % 6}", at=at, first_name=text, last_name=text, photo_url=text, comments=text, data={text: text}),
            message(f"c-{n % 6}", at=at, text=text, understood=False, intent=text[:200] or None),
            message(f"c-{n % 6}", at=at, text=text, sender="agent", agent=text[:200] or None),
        )  # fmt: skip
    for n in range(6):
        muting.mute(beside, key(beside, f"c-{n}"), by=admin(HOSTILE[n]), now=now_utc(), reason=HOSTILE[n])
        page.goto(address(key(beside, f"c-{n}")))
        settled(page)
        expect(lines(page)).not_to_have_count(0)
        assert page.evaluate("window.hacked") is None
        if n == 0:
            shown = lines(page).locator(".text").all_inner_texts()
            assert HOSTILE[0] in shown
        assert lines(page).locator("img, script, a, iframe, style").count() == 0
    assert foreign_requests == []


def test_the_way_through_a_filtered_list(page: Page, address, beside) -> None:
    for n, word in enumerate(["a", "b", "c", "d"]):
        tell(
            beside,
            message(word, at=AGO + n * SECOND, text=f"I am {word}", channel="alexa" if word == "b" else "webchat"),
        )
    page.goto(address(key(beside, "d"), "&channel=webchat"))
    settled(page)
    expect(page.get_by_text("1 of 3")).to_be_visible()
    ways = page.get_by_role("navigation", name="In the list")
    ways.get_by_role("link", name="next").click()
    expect(lines(page)).to_contain_text(["I am c"])
    expect(page).to_have_url(re.compile(f"customer={key(beside, 'c')}&channel=webchat"))
    ways.get_by_role("link", name="next").click()
    expect(lines(page)).to_contain_text(["I am a"])
    expect(page.get_by_text("3 of 3")).to_be_visible()
    expect(ways.get_by_role("link", name="next")).to_have_count(0)
    # What is done now is done to the customer whose page is open, and to nobody before.
    page.get_by_role("button", name="Mute bot").click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.get_by_role("button", name="Delete user and conversation").click()
    expect(page.get_by_role("dialog")).to_contain_text("Anonymous · a")
    page.get_by_role("button", name="Cancel").click()
    assert [r.muted_by for r in rows(beside, f"customers where customer_key = '{key(beside, 'a')}'")] == ["Chen"]
    page.go_back()
    expect(lines(page)).to_contain_text(["I am c"])
    ways.get_by_role("link", name="previous").click()
    expect(lines(page)).to_contain_text(["I am d"])
    ways.get_by_role("link", name="Customers").click()
    expect(page).to_have_url(re.compile(r"/customers\?.*channel=webchat"))


def test_leaving_a_muted_conversation_reminds(page: Page, address, beside) -> None:
    tell(beside, customer(at=AGO, first_name="Ada", last_name="Byron"), message(at=AGO))
    page.goto(address(key(beside)))
    settled(page)
    page.get_by_role("button", name="Mute bot").click()
    expect(page.get_by_role("timer")).to_be_visible()
    page.get_by_role("link", name="Trends").click()
    expect(page.get_by_text("Don't forget to unmute. You muted the bot for Ada Byron")).to_be_visible()
    page.get_by_role("button", name="Back to it").click()
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.get_by_text("Don't forget to unmute. You muted")).to_have_count(0)
    page.get_by_role("link", name="Trends").click()
    page.get_by_role("button", name="Unmute bot").click()
    expect(page.get_by_text("Don't forget to unmute. You muted")).to_have_count(0)
    assert [r.ended_by for r in rows(beside, "mutes")] == ["person"]


def test_from_one_conversation_to_a_muted_one(page: Page, address, beside) -> None:
    tell(beside, message(at=AGO), message("v-2", at=AGO, text="I am quiet"), customer("v-2", at=AGO, first_name="Bea"))
    muting.mute(beside, key(beside, "v-2"), by=admin("Ada"), now=now_utc())
    page.goto(address(key(beside)))
    settled(page)
    page.get_by_role("button", name="1 bot muted").click()
    page.get_by_role("button", name=re.compile("^Bea")).click()
    expect(lines(page)).to_contain_text(["I am quiet"])
    expect(page).to_have_url(re.compile(f"customer={key(beside, 'v-2')}"))
    page.get_by_role("button", name="Unmute bot").click()
    expect(page.get_by_text("The bot is answering.")).to_be_visible()
    expect(page.get_by_role("heading", name="Bea")).to_be_visible()
