"""The corpus of hostile bodies, as far as it is for the webchat. Its field names are placeholders, mapped here once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.http import TOKENS, Box, asked
from tests.shared import shared_path
from tests.story import opened, rows
from tests.webchat import SITE, Visitor

MANIFEST = shared_path("corpus", "manifest.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [case for case in map(json.loads, MANIFEST) if case.get("endpoint") == "webchat"]


@pytest.fixture
def box(store_url: str) -> Iterator[Box]:
    store = opened(store_url, INTAKE_TOKEN=TOKENS, WEBCHAT_ORIGINS=SITE)
    yield Box(store)
    store.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_body_of_the_corpus(case: dict[str, Any], box: Box) -> None:
    given = json.loads(shared_path("corpus", case["file"]).read_bytes())
    message = {"message_id": given["message_id"], "text": given["text"], "timestamp": given["timestamp"]}
    with asked(box, box.store.settings) as client:
        if case["category"] == "session":  # a guess gets nothing, which is more exact than the corpus asks
            guess = Visitor(client, str(given["session_id"]))
            assert {guess.post("messages", message).status_code, guess.read().status_code} == {401}
            assert rows(box.store, "messages") == rows(box.store, "people") == []
        else:
            ada = Visitor(client)
            statuses = [ada.post("messages", message).status_code for _ in range(2)]
            if "user_data" in given:
                statuses.append(ada.post("user", {"user_data": given["user_data"]}).status_code)
            assert set(statuses) <= set(case["status"])
            assert ada.texts() == [given["text"]]
            assert len(rows(box.store, "people")) == 1
        assert client.get("/healthz").status_code == 200
        assert Visitor(client).write("A good one").status_code == 200
