"""The README's table of roles is the table in convdata/rights.py."""

import re

from convdata.rights import ALLOWED, Right, Role
from convdata.settings import PROJECT


def table() -> str:
    """The table as it should stand in the README."""
    lines = [f"| may | {' | '.join(Role)} |", "| --- |" + " :-: |" * len(Role)]
    for right in Right:
        cells = ["●" if role in ALLOWED[right] else "" for role in Role]
        lines.append(f"| {right.label} | {' | '.join(cells)} |")
    return "\n".join(line.replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def test_the_table_of_roles_is_documented_as_it_is() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- rights:.*?-->\n\n(.*?)\n\n<!-- /rights -->", readme, re.DOTALL)
    assert shown
    assert shown.group(1) == table(), f"put this into README.md:\n{table()}"


def test_every_right_completes_the_sentence() -> None:
    for right in Right:
        assert re.match(r"[a-z].*[^.]$", right.label), right
