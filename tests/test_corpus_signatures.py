"""The corpus of hostile Messenger webhooks and signatures: each outcome is the one that its manifest names, on both stores."""

import hashlib
import hmac
import json

import pytest

from tests.http import BEARER, Box, an_event, asked
from tests.messenger import facebook, on_messenger
from tests.shared import shared_path
from tests.story import rows

HOOK = "/webhooks/messenger"
SECRET = "corpus-app-secret"


def cases():
    lines = shared_path("corpus", "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case.get("endpoint") == "messenger"]


CASES = cases()


@pytest.fixture
def box(store_url):
    with facebook() as fake:
        more = {"MESSENGER_APP_SECRET": SECRET, "MESSENGER_PAGE_ID": "PAGE-1", "INTAKE_TOKEN": "a-token"}
        store = on_messenger(store_url, fake, **more)
        yield Box(store)
        store.close()


def signed(case, body):
    if case["group"] == "signatures":
        return {name: value.encode("latin-1") for name, value in case["headers"].items()}
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_outcome_is_the_one_that_the_corpus_names(box, case):
    body = shared_path("corpus", case["file"]).read_bytes()
    store = box.store
    with asked(box, store.settings) as client:
        answer = client.post(HOOK, content=body, headers=signed(case, body))
        assert answer.status_code in case["status"]
        stored, aside = len(rows(store, "messages")), len(rows(store, "inbox where state = 'quarantined'"))
        if answer.status_code >= 400:
            assert stored + aside == 0
            error = answer.json()["error"]
            assert error["message"]
        else:
            wanted = case.get("stored", {}).get("messages", 1)
            if wanted == "0|1":
                assert stored + aside == 1, "nothing may be dropped"
            elif wanted == ">=2":
                assert stored >= 2
                assert aside >= 1
            else:
                assert stored == wanted
                if case["outcome"] == "ignored":
                    assert aside == 1, "what could not be read is counted"
        # the same bytes again add nothing
        client.post(HOOK, content=body, headers=signed(case, body))
        assert len(rows(store, "messages")) == stored
        assert len(rows(store, "inbox")) == aside
        # the server goes on
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.post("/api/v1/events", json=an_event(), headers=BEARER).json()["stored"] == 1
