"""SECURITY.md says of every threat what is done and which test shows it; here each of those tests is looked for."""

import ast
import re

import pytest

from convdata.settings import PROJECT

PAGE = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (E\d+) \| (.*) \|$", PAGE, re.MULTILINE))
THREATS = [f"E{number}" for number in range(1, 21)]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_threat_has_its_row_and_only_they() -> None:
    assert list(ROWS) == THREATS


@pytest.mark.parametrize("threat", THREATS)
def test_it_has_tests_that_are_there_or_a_written_exception(threat: str) -> None:
    where, does, shown = (cell.strip() for cell in ROWS[threat].split(" | "))
    assert where
    assert len(does) > 20
    named = TEST.findall(shown)
    assert named or "Exception:" in does
    assert TEST.sub("", shown).strip() == "", "only names of tests stand in the last column"
    for file, name in named:
        tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"there is no {file}::{name}"


def test_what_it_links_to_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (PROJECT / link).exists(), link
