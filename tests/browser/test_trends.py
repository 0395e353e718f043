"""The Trends page in a browser: every bar, cell and point opens what it says; readable in the dark and on a phone."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.dashboard import settled
from tests.conftest import NOW

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


def listed(page: Page) -> int:
    expect(page).to_have_url(re.compile("/customers.*failed_from="))
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
    chart.get_by_text("Table", exact=True).click()
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


def test_nothing_is_asked_of_anybody_else(page: Page, address: str, foreign_requests: list[str]) -> None:
    open_trends(page, address)
    assert foreign_requests == []
