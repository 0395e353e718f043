"""The README's table of settings is the list in convdata/settings.py."""

import re

from convdata.settings import PREFIX, PROJECT, SETTINGS


def table() -> str:
    """The table as it should stand in the README."""
    lines = ["| name | default | meaning |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "none"
        lines.append(f"| `{PREFIX}{setting.name}` | {default} | {setting.sentence} |")
    return "\n".join(lines)


def test_every_setting_is_documented_as_it_is() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- settings:.*?-->\n\n(.*?)\n\n<!-- /settings -->", readme, re.DOTALL)
    assert shown
    assert shown.group(1) == table(), f"put this into README.md:\n{table()}"


def test_every_setting_says_what_it_is_in_a_sentence() -> None:
    for setting in SETTINGS:
        assert re.match(r"[A-Z].*\.$", setting.sentence), setting.name
