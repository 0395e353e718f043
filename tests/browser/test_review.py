"""A trainer's morning in a real browser: from an unread queue to an exported file by keyboard, and a fix that did not hold."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from convdata.importing import import_file
from convdata.intake import take
from convdata.review import decisions, joining
from tests.browser.dashboard import running_dashboard, settled
from tests.failures import DOG, REFUND, fail, group_with, rasa_examples
from tests.shared import shared_path
from tests.story import admin, message, opened, rows

NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
DAY = timedelta(days=1)
BEFORE = NOW - 10 * DAY
HOSTILE = "![x](http://beacon.example/x.png) <img src=http://beacon.example/y.png> :material/bolt: $$x$$ **bold**"


@pytest.fixture
def filled(duckdb_url: str) -> str:
    store = opened(duckdb_url)
    fail(store, *REFUND, at=BEFORE)
    fail(store, *DOG, customer="d", at=BEFORE)
    fail(store, HOSTILE, HOSTILE, customer="h", at=BEFORE)
    fail(store, "only once said", customer="s", at=BEFORE)
    store.close()
    return duckdb_url


def opened_name(page: Page):
    return page.locator(".st-key-review_group h3")


def test_from_an_unread_queue_to_an_exported_file_by_keyboard(
    page: Page, dashboard, filled: str, tmp_path: Path, foreign_requests: list[str]
) -> None:
    page.goto(f"{dashboard(filled, MISHEARD_AGENT='Ada')}/review")
    lines = page.locator(".st-key-review_list li")
    expect(lines).to_have_count(3)  # they were grouped beside the reader, and the page redrew
    expect(page.get_by_text("1 said once, by one customer")).to_be_visible()
    first = opened_name(settled(page)).inner_text()
    page.keyboard.press("n")
    expect(opened_name(page)).not_to_have_text(first)
    page.keyboard.press("p")
    expect(opened_name(page)).to_have_text(first)

    for _ in range(3):
        before = opened_name(settled(page)).inner_text()
        if before == HOSTILE:
            page.keyboard.press("i")
        else:
            page.keyboard.press("a")
            page.keyboard.type("refund" if "money" in before else "pets")
            page.keyboard.press("Enter")
        settled(page)
        expect(page.get_by_text(before, exact=True)).to_have_count(0)
    expect(page.get_by_text("Everything is decided.")).to_be_visible()

    page.keyboard.press("u")
    expect(lines).to_have_count(1)
    settled(page)
    page.keyboard.press("s")
    expect(page.get_by_text("Everything is decided.")).to_be_visible()
    settled(page)
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("8 sentences of 3 groups")
    settled(page)
    with page.expect_download() as download:
        page.keyboard.press("d")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    said = list(rasa_examples(file.read_bytes()))
    assert {text for intent, text in said if intent == "refund"} == set(REFUND)
    assert {text for intent, text in said if intent == "pets"} == set(DOG)
    assert [intent for intent, _ in said].count("out_of_scope") == 1  # what had been ignored, undone
    assert foreign_requests == []


@pytest.mark.parametrize("which", ["rasa/fin_as_events.jsonl.gz", "events/star.jsonl.gz"])
def test_real_failures_go_from_an_unread_queue_to_an_exported_file_by_keyboard(
    page: Page, dashboard, duckdb_url: str, tmp_path: Path, which: str
) -> None:
    path = shared_path("data", *which.split("/"))
    store = opened(duckdb_url)
    import_file(store, path, now=NOW, by=admin("Ada"))
    store.close()
    page.goto(f"{dashboard(duckdb_url, MISHEARD_AGENT='Ada')}/review")
    name = opened_name(page)
    expect(name).to_be_visible(timeout=60_000)
    for key in ("1", "s", "i", "1"):
        before = name.inner_text()
        if key == "1" and not page.locator(".st-key-review_group .suggestions button").count():
            page.keyboard.press("a")
            page.keyboard.type("something new")
            key = "Enter"
        page.keyboard.press(key)
        expect(name).not_to_have_text(before)
        settled(page)
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("sentences of 3 groups")
    settled(page)
    with page.expect_download() as download:
        page.keyboard.press("d")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    said = list(rasa_examples(file.read_bytes()))
    assert "out_of_scope" in {intent for intent, _ in said}
    assert len({intent for intent, _ in said}) > 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("nlu.yml", 'version: "3.1"\nnlu:\n- intent: money/back\n  examples: |\n    - I want my [money](what) back\n'),
        ("taught.csv", "intent,text,language\nmoney/back,I want my money back,en\n"),
    ],
)
def test_a_training_file_is_added_and_review_knows_what_the_bot_was_taught(
    page: Page, dashboard, filled: str, name: str, content: str
) -> None:
    address = dashboard(filled, MISHEARD_AGENT="Ada")
    page.goto(f"{address}/review?view=exports")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("1 sentence of 1 intent are known now.")).to_be_visible()
    expect(page.get_by_text(f"{name} · 1 sentence, 1 intent")).to_be_visible()
    page.goto(f"{address}/review?q=money")
    group = page.locator(".st-key-review_group")
    expect(group.get_by_text("The bot already has one of these sentences, as money/back")).to_be_visible()
    expect(group.get_by_text("money/back", exact=True).first).to_be_visible()


def test_a_file_that_teaches_nothing_is_said_to(page: Page, dashboard, filled: str) -> None:
    page.goto(f"{dashboard(filled)}/review?view=exports")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        {"name": "rules.yml", "mimeType": "text/plain", "buffer": b"rules: []"}
    )
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("This is no training file that Review knows")).to_be_visible()


def test_filters_that_are_used_less_are_folded_and_say_how_many_are_set(page: Page, dashboard, filled: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{dashboard(filled)}/review?channel=webchat")
    first = page.locator(".st-key-review_list li").first
    expect(first).to_be_in_viewport()
    page.get_by_role("button", name="More filters · 1").click()
    page.get_by_text("7 d", exact=True).click()
    expect(page).to_have_url(re.compile("from="))
    expect(page.get_by_text("No group matches these filters.")).to_be_attached()


def test_what_customers_wrote_is_shown_as_they_wrote_it(
    page: Page, dashboard, filled: str, foreign_requests: list[str]
) -> None:
    page.goto(f"{dashboard(filled)}/review?q=beacon")
    expect(opened_name(page)).to_have_text(HOSTILE)
    expect(page.locator(".st-key-review_list li .name")).to_have_text([HOSTILE])
    page.locator(".st-key-review_group a", has_text="Open the conversation here").click()
    expect(page).to_have_url(re.compile(r"/conversation\?customer=.+&message=.+"))
    assert foreign_requests == []


def test_a_fix_that_did_not_hold_comes_back(page: Page, filled: str, tmp_path: Path) -> None:
    store = opened(filled)
    joining.join(store, BEFORE + DAY)
    mine = group_with(store, REFUND[0]).group_id
    decisions.decide(store, [mine], "refund", by=admin("Ada"), now=BEFORE + DAY)
    store.close()
    with running_dashboard(filled, tmp_path, MISHEARD_AGENT="Ada") as dashboard:
        page.goto(f"{dashboard.url}/review?state=pending")
        expect(opened_name(page)).to_have_text(re.compile("money"))
        settled(page)
        page.keyboard.press("f")
        expect(page.get_by_text("No group matches these filters.")).to_be_visible()
        settled(page)
    store = opened(filled)
    assert rows(store, "review_groups where intent = 'refund'", "state") == [("resolved",)]
    later = NOW + timedelta(minutes=30)
    take(store, [message("late", later, "I want my money back", language="en", understood=False)], later)
    store.close()
    with running_dashboard(filled, tmp_path) as dashboard:
        page.goto(f"{dashboard.url}/review?state=came_back")
        expect(page.locator(".st-key-review_list .badge")).to_have_text("Came back")
        expect(page.locator(".st-key-review_group .standing")).to_contain_text("1 failure since (4 before)")
        page.goto(f"{dashboard.url}/review?view=board")
        expect(page.get_by_text("Failures per week")).to_be_visible()


def test_utterances_are_split_off_and_put_back(page: Page, dashboard, filled: str) -> None:
    page.goto(f"{dashboard(filled)}/review?q=money")
    expect(page.locator(".st-key-review_list li")).to_have_count(1)
    settled(page)
    page.locator(".st-key-review_group li input").first.check()
    page.get_by_role("button", name="Make a group of their own").click()
    expect(page.locator(".st-key-review_list li")).to_have_count(2)
    settled(page)
    page.keyboard.press("u")
    expect(page.locator(".st-key-review_list li")).to_have_count(1)
