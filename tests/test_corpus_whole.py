"""No file of the corpus is left out: each is a case of the test that walks its kind."""

import json

import pytest

from tests import test_corpus_signatures, test_hostile_payloads, test_webchat_corpus
from tests.shared import shared_path

MANIFEST = [
    json.loads(line) for line in shared_path("corpus", "manifest.jsonl").read_text(encoding="utf-8").splitlines()
]
WALKED = {
    "bot_event": {case.name for case in test_hostile_payloads.CASES},
    "messenger": {case["id"] for case in test_corpus_signatures.CASES},
    "webchat": {case["id"] for case in test_webchat_corpus.CASES},
}


@pytest.mark.parametrize("group", ["payloads", "signatures"])
def test_every_file_is_a_case_that_is_walked(group: str) -> None:
    cases = [case for case in MANIFEST if case["group"] == group]
    files = {f"{group}/{file.name}" for file in shared_path("corpus", group).iterdir()}
    assert {case["file"] for case in cases} == files
    assert [case["id"] for case in cases if case["id"] not in WALKED[case["endpoint"]]] == []
