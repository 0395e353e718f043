"""The table of formats in docs/import.md is the folder convdata/importers."""

import re

from convdata.importers import importers
from convdata.settings import PROJECT


def table() -> str:
    lines = ["| format | what | |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| `{one.NAME}` | {one.TITLE} | {one.SENTENCE} |" for one in importers().values()])


def test_every_format_is_documented_as_it_says_of_itself() -> None:
    text = (PROJECT / "docs" / "import.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- formats:.*?-->\n\n(.*?)\n\n<!-- /formats -->", text, re.DOTALL)
    assert shown
    assert shown.group(1) == table(), f"put this into docs/import.md:\n{table()}"
