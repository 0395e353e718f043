"""Stories of somebody who imports a file at the dashboard, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.dashboard import settled
from tests.imports import SAMPLES
from tests.story import opened
from tests.test_mapping import CSV_MAP, HEADER, ROW

Dashboard = Callable[..., str]


def at_the_dialog(page: Page, url: str) -> Page:
    page.goto(f"{url}/customers")
    settled(page)
    page.get_by_role("button", name="Import a file").first.click()
    expect(page.get_by_role("dialog").get_by_text("Importing a file twice is harmless")).to_be_visible()
    return page


def test_a_log_is_recognised_shown_and_imported(duckdb_url: str, dashboard: Dashboard, page: Page) -> None:
    opened(duckdb_url).close()
    dialog = at_the_dialog(page, dashboard(duckdb_url)).get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    dialog.locator("input[type=file]").set_input_files(SAMPLES / "logs" / "lex.jsonl")
    expect(dialog.get_by_text("Recognised as Amazon Lex V2 conversation logs")).to_be_visible()
    expect(dialog.get_by_text("2 of 2 lines would be taken, 0 rejected")).to_be_visible()
    expect(dialog.get_by_text("What the file does not say itself")).to_be_visible()
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(r"2 lines read = 2 stored"))).to_be_visible()


def test_a_csv_of_ones_own_is_mapped_tried_out_and_its_rejected_lines_downloaded(
    duckdb_url: str, dashboard: Dashboard, page: Page, tmp_path: Path
) -> None:
    opened(duckdb_url).close()
    file, mapping = tmp_path / "export.csv", tmp_path / "mapping.toml"
    file.write_text("\n".join([HEADER, ROW, ROW.replace(";1;", ";2;").replace("nein", "nun")]), encoding="utf-8")
    mapping.write_text(CSV_MAP, encoding="utf-8")
    dialog = at_the_dialog(page, dashboard(duckdb_url)).get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(file)
    expect(dialog.get_by_text("Columns of other names are read with a mapping")).to_be_visible()
    dialog.get_by_role("combobox").click()
    page.get_by_role("option", name="Any CSV or JSON").click()
    expect(dialog.get_by_text("A mapping is missing")).to_be_visible()
    dialog.locator("input[type=file]").nth(1).set_input_files(mapping)
    expect(dialog.get_by_text("1 of 2 lines would be taken, 1 rejected")).to_be_visible()
    expect(dialog.get_by_text("1 line would be rejected")).to_be_visible()
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(r"2 lines read = 1 stored .* 1 rejected"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download 1 rejected line").click()
    assert "is none of the words" in Path(download.value.path()).read_text(encoding="utf-8")
