"""The Trends page in a browser: every bar, cell and point opens what it says; readable in the dark and on a phone."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from convdata import periods
from convdata.alerts import Alert, define
from convdata.rights import Actor, Role
from tests.browser.dashboard import settled
from tests.conftest import NOW
from tests.story import message, opened, tell

WHOLE = f"from=2026-06-10&to={NOW.date()}"


@pytest.fixture
def address(demo_duckdb: Path, tmp_path: Path, dashboard: Callable[..., str]) -> str:
    return dashboard(f"duckdb:///{shutil.copy(demo_duckdb, tmp_path / 'demo.duckdb')}")


def open_trends(page: Page, address: str, query: str = WHOLE) -> None:
    page.goto(f"{address}/trends?{query}")
    settled(page)
    expect(page.locator(".st-key-chart_day .scatterlayer .points path").first).to_be_visible()
    page.wait_for_timeout(500)


def pointed_at(page: Page, mark: Locator) -> str:
    """What the pointer is told over a mark."""
    mark.scroll_into_view_if_needed()
    mark.hover(force=True)
    told = page.locator(".hoverlayer .hovertext")
    expect(told).to_have_count(1)
    return told.text_content() or ""


def listed(page: Page, with_filter: str = "failed_from") -> int:
    expect(page).to_have_url(re.compile(f"/customers.*{with_filter}="))
    settled(page)
    counted = page.get_by_text(re.compile(r"^[\d,]+ of [\d,]+ conversations?$")).first
    return int((counted.text_content() or "").split(" of ")[0].replace(",", ""))


def test_a_click_opens_exactly_what_the_mark_counts(page: Page, address: str) -> None:
    for per in ("message", "conversation"):
        for chart in ("channel", "language", "channel_language", "day"):
            open_trends(page, address, f"{WHOLE}&per={per}")
            marks = page.locator(f".st-key-chart_{chart} .bars path")
            told = None
            for number in range(marks.count()):
                told = re.search(r"click opens ([\d,]+) conversation", pointed_at(page, marks.nth(number)))
                if told:
                    marks.nth(number).click(force=True)
                    break
            assert told, f"no mark by {chart} opens anything"
            assert listed(page) == int(told.group(1).replace(",", "")), (per, chart)


def test_a_cell_of_the_hours_and_of_who_comes_back_opens_what_it_counts(page: Page, address: str) -> None:
    for chart in ("hours", "returning"):
        open_trends(page, address)
        cells = page.locator(f".st-key-chart_{chart} .bars path")
        told = None
        for number in range(cells.count()):
            told = re.search(r"click opens ([\d,]+) conversation", pointed_at(page, cells.nth(number)))
            if told:
                cells.nth(number).click(force=True)
                break
        assert told, f"no cell of {chart} opens anything"
        assert listed(page, {"hours": "failed_hour", "returning": "wrote_from"}[chart]) == int(
            told.group(1).replace(",", "")
        )


def test_every_chart_is_taken_away_as_a_picture(page: Page, address: str) -> None:
    open_trends(page, address, f"{WHOLE}&compare=channel")
    buttons = page.get_by_role("button", name="as a picture")
    charts = page.locator("[data-testid=stPlotlyChart]")
    expect(buttons).to_have_count(charts.count())
    names = set()
    for number in range(buttons.count()):
        with page.expect_download() as download:
            buttons.nth(number).click()
        names.add(download.value.suggested_filename)
        picture = Path(download.value.path()).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert int.from_bytes(picture[16:20]) > 600, "twice as fine as the screen"
    assert len(names) == buttons.count()
    settled(page)
    page.get_by_role("link", name="Activity").click()
    expect(page.get_by_text(re.compile("acts, newest first"))).to_be_visible()


def test_an_address_that_somebody_wrote_is_no_link(page: Page, dashboard: Callable[..., str], tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'hostile.duckdb'}"
    store = opened(url)
    evil = "![x](http://evil.example/b) www.evil.example a@evil.example"
    now = periods.now_utc()
    tell(
        store,
        *(
            message(f"c{n}", now - timedelta(days=2), "hello", understood=n > 30, channel=evil, language=evil)
            for n in range(60)
        ),
        now=now,
    )
    define(store, Alert("message", "above", 0.1, 20, 7, evil, evil), by=Actor("ana", Role.ADMIN), now=now)
    store.close()
    page.goto(f"{dashboard(url)}/trends?compare=language&split=channel")
    settled(page)
    expect(page.get_by_text("Not Understood rate of").first).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.locator("a[href*='evil.example']").count() == 0
    assert page.locator("img[src*='evil.example']").count() == 0


def test_a_point_of_the_line_opens_its_day(page: Page, address: str) -> None:
    open_trends(page, address)
    points = page.locator(".st-key-chart_day .scatterlayer .points path.point")
    told = None
    for number in range(points.count()):
        told = re.search(r"click opens ([\d,]+) conversation", pointed_at(page, points.nth(number)))
        if told:
            points.nth(number).click(force=True)
            break
    assert told
    assert listed(page) == int(told.group(1))
    days = re.search(r"failed_from=([\d-]+)&failed_to=([\d-]+)", page.url)
    assert days
    assert days.group(1) == days.group(2)


def test_without_a_pointer_a_menu_leads_there_too(page: Page, address: str) -> None:
    open_trends(page, address)
    page.locator(".st-key-chart_channel_language_menu button").first.focus()
    page.keyboard.press("Enter")
    first = page.get_by_role("menuitem").first
    expect(first).to_have_attribute("data-focused", "true")
    said = first.text_content() or ""
    for pressed in ("ArrowDown", "ArrowUp", "Enter"):  # the menu listens once an arrow has moved in it
        page.wait_for_timeout(300)
        page.keyboard.press(pressed)
    assert listed(page) == int(said.split(" · ")[-1])


def test_the_table_says_the_same_and_its_buttons_open_it(page: Page, address: str) -> None:
    open_trends(page, address)
    chart = page.locator(".st-key-chart_channel_all")
    chart.get_by_role("button", name="Table").click()
    settled(page)
    table = chart.get_by_test_id("stDataFrame")
    cell = table.locator("[role=gridcell]").filter(has_text=re.compile(r"Open \d")).first
    expect(cell).to_be_attached()
    opens = int(re.sub(r"\D", "", cell.text_content() or ""))
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 50, box["y"] + 52)
    assert listed(page) == opens


def test_back_returns_to_the_same_trends(page: Page, address: str) -> None:
    open_trends(page, address, f"{WHOLE}&language=en")
    page.locator(".st-key-chart_channel .bars path").first.click(force=True)
    listed(page)
    for _ in range(3):  # Streamlit puts two steps into the history when it changes the page
        page.go_back()
        page.wait_for_timeout(500)
        if f"{WHOLE}&language=en" in page.url:
            break
    settled(page)
    expect(page.get_by_text("Not Understood rate by language")).to_be_visible()
    assert f"/trends?{WHOLE}&language=en" in page.url


def test_text_in_the_charts_follows_the_theme(chromium: Browser, address: str) -> None:
    """The colour of the text is one that Streamlit's theme fills in; this notices when it no longer does."""
    for scheme, bright in (("light", False), ("dark", True)):
        context = chromium.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})  # type: ignore[arg-type]
        page = context.new_page()
        open_trends(page, address)
        for place in (".st-key-chart_channel .annotation text", ".st-key-chart_channel_language .textpoint text"):
            color = page.locator(place).first.evaluate("element => getComputedStyle(element).fill")
            light = sum(int(n) for n in re.findall(r"\d+", color)[:3]) / 3
            assert (light > 180) is bright, (scheme, place, color)
            assert bright or light < 90, (scheme, place, color)
        context.close()


def test_on_a_phone_nothing_runs_out_of_the_screen(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    open_trends(page, address)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    words = page.locator("[data-testid=stMain] text, [data-testid=stMain] p")
    assert words.evaluate_all("found => found.filter(e => e.getBoundingClientRect().right > 391).length") == 0
    context.close()


def test_on_a_phone_what_can_be_done_with_a_chart_is_one_row_of_icons_with_names(
    chromium: Browser, address: str
) -> None:
    """Should Streamlit build its buttons otherwise one day, this says that look.css no longer fits."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    open_trends(page, address)
    row = page.locator(".st-key-chart_day_actions")
    box = row.bounding_box()
    assert box
    assert box["height"] < 45
    buttons = row.get_by_role("button")
    for name in ("How is this counted?", "Table", "Conversations", "CSV", "as a picture", "Mark a day"):
        button = row.get_by_role("button", name=name)
        expect(button).to_be_visible()
        icon = button.bounding_box()
        assert icon
        assert 24 <= icon["width"] < 60, name
    assert buttons.count() == 6
    cards = [page.locator(f".st-key-card_{key}").bounding_box() for key in ("message", "conversation")]
    assert cards[0]
    assert cards[1]
    assert cards[0]["y"] == cards[1]["y"], "two cards beside each other"
    page.locator(".st-key-message_actions").get_by_role("button", name="How is this counted?").click()
    expect(page.get_by_text("Not-understood eligible messages / eligible messages").first).to_be_visible()
    context.close()


def test_the_chosen_segment_is_read_in_the_dark(chromium: Browser, address: str) -> None:
    context = chromium.new_context(color_scheme="dark", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    open_trends(page, address)
    color = page.get_by_role("radio", name="Per message").evaluate("element => getComputedStyle(element).color")
    assert min(int(n) for n in re.findall(r"\d+", color)[:3]) > 200, color
    context.close()


def test_nothing_is_asked_of_anybody_else(page: Page, address: str, foreign_requests: list[str]) -> None:
    open_trends(page, address)
    assert foreign_requests == []
