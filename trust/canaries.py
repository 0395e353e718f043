"""Secrets are planted in every secret setting, everything hostile is sent to every address, every page and download is
opened: no secret is in a log line, a page, an export or a metric.
"""

import hashlib
import hmac
import http.client
import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from convdata import downloads, listing, records, report_page, workbook
from convdata.database import Store
from convdata.filters import Choices
from convdata.periods import now_utc
from convdata.review import decisions, exporting
from convdata.settings import SETTINGS
from tests.browser.dashboard import running_dashboard
from tests.failures import REFUND, fail, groups, join
from tests.http import EVENTS, an_event
from tests.shared import SHARED
from tests.story import admin, opened, rows
from tests.texts import HOSTILE
from trust.place import Place
from trust.reader import reading

CANARY = "canary-7be41c90-"
HOOK = "/webhooks/messenger"
VISIT = "/api/v1/webchat/messages"
BOT_SAYS = "/api/v1/webchat/bot/messages"
ADDRESSES = (EVENTS, HOOK, VISIT, BOT_SAYS, "/api/v1/webchat/sessions", "/api/v1/downloads", "/api/v1/nothing")
LOOKED_AT = ("/", "/healthz", "/metrics", "/webchat.js", "/messenger-demo", "/webchat-demo", "/_stcore/host-config",
             "/_stcore/metrics", "/api/v1/bot/webchat/v-1", f"{HOOK}?hub.mode=subscribe&hub.verify_token=x")  # fmt: skip
PAGES = ("customers", "conversation", "review", "trends", "activity")
ADMIN = "root@example.org"
OWN: tuple[bytes, ...] = (
    b"{",
    b"[]",
    b"null",
    b"\xff" * 100,
    b"[" * 5_000,
    b'{"a":"\\ud800"}',
    b'{"a":1,"a":2}',
    b"NaN",
)


def show(place: Place, bodies: int) -> str:
    planted = _planted(place)
    began = time.monotonic()
    told: list[bytes] = []
    with running_dashboard(planted.pop("MISHEARD_STORE"), place.folder, **planted) as dashboard:
        sent = 0
        for body in _bodies(bodies):
            for address in ADDRESSES:
                told += _asked(dashboard.url, "POST", address, body, planted)
                sent += 1
        for address in LOOKED_AT:
            told += _asked(dashboard.url, "GET", address, None, planted)
        proxy = {"X-Misheard-Proxy": planted["MISHEARD_PROXY_SECRET"], "X-Forwarded-Email": ADMIN}
        with reading(dashboard.url, proxy) as reader:
            told += [reader.open(page) for page in PAGES]
        log = dashboard.log
    taken = list(_exports(opened(place.url)))
    assert any(b"misheard_" in one for one in told), "the metrics did not answer, so nothing was shown"
    lines = log.read_bytes()
    where = {"answers and pages": told, "log": [lines], "exports": taken}
    for place_name, texts in where.items():
        assert not any(CANARY.encode() in text for text in texts), f"a secret is in the {place_name}"
    took = time.monotonic() - began
    return (
        f"{len(_secrets())} secrets planted, {sent:,} bodies sent: 0 in {len(told):,} answers and pages, "
        f"0 in {len(lines.splitlines()):,} log lines, 0 in {len(taken)} exports ({took:.0f} s)"
    )


def _secrets() -> list[str]:
    return [setting.name for setting in SETTINGS if setting.secret]


def _planted(place: Place) -> dict[str, Any]:
    """Every secret setting with a canary in it, and what else has to be set for it to be used."""
    planted: dict[str, Any] = {f"MISHEARD_{name}": f"{CANARY}{name.lower()}" for name in _secrets()}
    # A server that trusts who connects does not look at the password; a file has none.
    store = place.url.replace("postgres@", f"postgres:{CANARY}store@") if place.kind == "postgresql" else place.url
    return planted | {
        "MISHEARD_STORE": store,
        "MISHEARD_RASA_STORE": f"postgresql+psycopg://rasa:{CANARY}rasa@127.0.0.1:9/tracker",
        "MISHEARD_RASA_URL": "http://127.0.0.1:9",
        "MISHEARD_MESSENGER_PAGE_ID": "PAGE-1",
        "MISHEARD_MESSENGER_GRAPH_URL": "http://127.0.0.1:9",
        "MISHEARD_SIGN_IN": "proxy",
        "MISHEARD_ROLES": f"{ADMIN}=admin",
    }


def _bodies(most: int) -> Iterator[bytes]:
    """Our own, and those of the corpora where they lie beside this checkout."""
    found = [*OWN, *(json.dumps(an_event(text=text, first_name=text)).encode() for text in HOSTILE)]
    for folder in ("payloads", "signatures"):
        files = sorted((SHARED / "corpus" / folder).glob("*")) if SHARED.exists() else []
        found += [file.read_bytes() for file in files]
    yield from found[:most]


def _asked(url: str, verb: str, address: str, body: bytes | None, planted: dict[str, Any]) -> Iterator[bytes]:
    """What is answered to somebody without, with a wrong and with the right proof."""
    token = planted["MISHEARD_INTAKE_TOKEN"]
    seal = hmac.new(planted["MISHEARD_MESSENGER_APP_SECRET"].encode(), body or b"", hashlib.sha256).hexdigest()
    proofs: list[dict[str, Any]] = [
        {},
        {"Authorization": "Bearer wrong", "X-Hub-Signature-256": "sha256=00"},
        {"Authorization": f"Bearer {token}", "X-Hub-Signature-256": f"sha256={seal}"},
    ]
    for proof in proofs:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        try:
            headers = {"Content-Type": "application/json", "Origin": url} | proof
            with suppress(BrokenPipeError, ConnectionResetError):  # answered before the end of the body
                connection.request(verb, address, body, headers)
            try:
                answer = connection.getresponse()
            except (ConnectionError, http.client.HTTPException):
                continue
            said = answer.read(1_000_000) if "stream" not in address else b""
            assert answer.status < 500 or answer.status == 503, f"{answer.status} from {address}"
            yield said + str(answer.headers).encode()
        finally:
            connection.close()


def _exports(store: Store) -> Iterator[bytes]:
    """Everything that can be taken away."""
    by, now = admin(ADMIN), now_utc()
    today = now.date()
    keys = [k for (k,) in rows(store, "customers", "cast(customer_key as varchar)")][:40]
    for whose in keys:
        yield downloads.user_data(store, whose, by=by, now=now)
        for form in ("json", "csv", "html"):
            yield downloads.conversation(store, whose, form, by=by, now=now)
    yield listing.as_csv(store, Choices(), by=by, now=now)
    week = Choices({"from": today, "to": today})
    yield report_page.download(store, week, by=by, now=now)
    with zipfile.ZipFile(io.BytesIO(workbook.download(store, week, by=by, now=now))) as sheets:
        yield b"\0".join(sheets.read(name) for name in sheets.namelist())
    yield records.export(store, records.Wanted(), "csv", by=by, now=now)
    yield records.export(store, records.Wanted(), "json", by=by, now=now)
    fail(store, *REFUND)
    join(store)
    decisions.decide(store, [groups(store)[0].group_id], "refund", by=by, now=now)
    yield exporting.export(store, exporting.prepare(store, by=by), "rasa", mask=False, by=by, now=now)
    store.close()
