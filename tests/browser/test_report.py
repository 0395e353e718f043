"""The report and the mail in a real browser: nothing runs, nothing is fetched, nothing stands out of the sheet, and no drawing
is cut in two on paper.
"""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from convdata.database import Store
from convdata.filters import Choices
from convdata.mail.digest import mail
from convdata.report import report
from convdata.report_page import report_page
from tests.conftest import NOW
from tests.story import NOON, READER, message, opened, tell

EVIL = "<img src=http://evil.example/x onerror=alert(1)><script>alert(2)</script></svg>"
MONTH = Choices({"from": NOW.date().replace(day=1), "to": NOW.date()})
SHEET = 1123 - 2 * 53  # pixels of A4 between its margins


@pytest.fixture
def taken(duckdb_url: str, tmp_path: Path) -> tuple[str, str]:
    """The addresses of a report and of a mail about hostile texts."""
    store: Store = opened(duckdb_url)
    languages = ("en", EVIL[:60], *(f"x{n}" for n in range(40)))
    said = [
        message(
            f"c{n % 90}",
            NOON.replace(day=1 + n % 9),
            f"{EVIL}{n % 20}",
            understood=n % 3 > 0,
            language=languages[n % 42 * (n % 2)],
        )
        for n in range(2000)
    ]
    tell(store, *said, now=NOON)
    found = report(store, MONTH, NOON, by=READER)
    store.close()
    for name, page in (("report", report_page(found)), ("mail", mail(found))):
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")
    return f"file://{tmp_path}/report.html", f"file://{tmp_path}/mail.html"


@pytest.mark.parametrize("width", [1440, 700, 390, 320])
def test_it_fits_every_screen_and_runs_and_fetches_nothing(
    taken: tuple[str, str], page: Page, foreign_requests, width: int
) -> None:
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.set_viewport_size({"width": width, "height": 900})
    for address in taken:
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.scripts.length + document.images.length") == 0
        assert EVIL[:20] in page.inner_text("body").replace("\u200b", "")
    assert (said, foreign_requests) == ([], [])


def test_each_drawing_is_shown_once_and_said_to_those_who_do_not_see_it(taken: tuple[str, str], page: Page) -> None:
    for width, shown in ((1440, "wide"), (390, "narrow")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(taken[0])
        assert page.locator(f".{shown}:visible").count() == 4
        assert page.locator(".wide:visible, .narrow:visible").count() == 4
        assert page.get_by_role("img", name="Not Understood rate by day").count() == 1
        assert page.get_by_role("img").count() == 6
    page.get_by_text("Table", exact=True).first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("cell", name=re.compile(r"Aug 2026")).count() > 5


def test_on_paper_it_is_light_without_tables_and_no_drawing_is_cut(taken: tuple[str, str], page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(taken[0])
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details:visible").count() == 0
    figures = page.locator("figure")
    for place in range(figures.count()):
        assert figures.nth(place).evaluate("e => getComputedStyle(e).breakInside") == "avoid"
        assert figures.nth(place).evaluate("e => e.getBoundingClientRect().height") < SHEET
    pages = len(re.findall(rb"/Type\s*/Page\b", io.BytesIO(page.pdf(prefer_css_page_size=True)).getvalue()))
    assert 2 <= pages <= 6
