"""Hostile texts in everything that holds a text, on every page, in a real browser: nothing runs, nothing is fetched from
anywhere else, and what was written is what is shown.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from convdata import muting
from convdata.activity import act, record
from convdata.database import Store, Transaction
from convdata.events import mended
from convdata.markers import mark_day
from convdata.periods import now_utc
from convdata.review import joining
from convdata.vocabulary import Act
from pages.parts.literal import plain
from tests.browser.chromium import MISSING, find_chromium
from tests.browser.conftest import FLAGS
from tests.browser.dashboard import running_dashboard, settled
from tests.shared import SHARED
from tests.story import admin, customer, key, message, opened, status, tell
from tests.texts import HOSTILE
from trust.place import Place

EACH = 20  # texts a customer
LONGEST = 2_000  # characters of a text here: how long ones are cut has its own test
LISTED = ("customers", "customers?status=need_help", "review", "trends", "activity")
# What a page that ran something of a customer's would have: ours set it, or open a dialog.
RAN = "[window.hacked, window.__proto__.hacked].filter(one => one !== undefined).length"


def show(place: Place, most: int) -> str:
    texts = _texts()[:most]
    began = time.monotonic()
    store = opened(place.url)
    keys = _fill(store, texts)
    store.close()
    foreign: list[str] = []
    shown = pages = ran = 0
    with (
        running_dashboard(place.url, place.folder) as dashboard,
        _chromium() as browser,
        _watched(browser, urlsplit(dashboard.url).netloc, foreign) as (page, dialogs),
    ):
        for address in LISTED:
            page.goto(f"{dashboard.url}/{address}")
            settled(page)
            ran += page.evaluate(RAN)
            _made_nothing(page)
            pages += 1
        for number, whose in enumerate(keys):
            page.goto(f"{dashboard.url}/conversation?customer={whose}")
            settled(page)
            page.locator("li.message").first.wait_for()
            ran += page.evaluate(RAN)
            _made_nothing(page)
            pages += 1
            written = [plain(text) for text in texts[number * EACH : (number + 1) * EACH]]
            on_page = set(page.locator("li.message .text").all_text_contents())
            missing = [text for text in written if text not in on_page]
            assert not missing, f"not shown as written: {missing[0][:80]!r}"
            shown += len(written)
        ran += len(dialogs)
    assert foreign == [], f"{len(foreign)} requests to others, first {foreign[0][:100]}"
    assert ran == 0, f"{ran} scripts ran"
    took = time.monotonic() - began
    return (
        f"{len(texts)} texts in {pages} pages: 0 requests to other hosts, 0 scripts run, "
        f"{shown} of {len(texts)} shown character for character ({took:.0f} s)"
    )


def _made_nothing(page: Page) -> None:
    """Where customers' words are, there are no elements but ours: no picture, frame or script came of a text."""
    made = page.locator("#root").locator("iframe, object, embed, [srcdoc], li.message :is(img, a, script, style)")
    assert made.count() == 0, made.first.evaluate("made => made.outerHTML")
    pictures = page.locator("img[src^='http']").evaluate_all("found => found.map(one => one.src)")
    assert not [src for src in pictures if urlsplit(src).netloc != urlsplit(page.url).netloc], pictures


def _texts() -> list[str]:
    """Our own, and those that lie beside this checkout."""
    texts = list(HOSTILE)
    folder = SHARED / "corpus" / "texts"
    if folder.exists():
        texts += [json.loads(file.read_text(encoding="utf-8"))["s"] for file in sorted(folder.glob("*.json"))]
    naughty = SHARED / "data" / "hostile" / "blns.json"
    if naughty.exists():
        texts += json.loads(naughty.read_text(encoding="utf-8"))
    # As every way in mends them: no store holds NUL or half a pair of surrogates.
    return [mended(text)[:LONGEST] for text in dict.fromkeys(texts) if text.strip()]


def _fill(store: Store, texts: list[str]) -> list[str]:
    """Each text as message, name, comment, intent, reason, and in what agents and trainers write."""
    now, keys = now_utc(), []
    for first in range(0, len(texts), EACH):
        name = f"h-{first}"
        for n, text in enumerate(texts[first : first + EACH]):
            at = now - timedelta(hours=2) + timedelta(seconds=n)
            intent = text[:200] or None
            tell(
                store,
                message(name, at, text, understood=n % 2 == 0, intent=intent, language="en", id=f"h-{first}-{n}"),
                customer(
                    name, at, first_name=text, last_name=text, photo_url=text, comments=text, email=text, data={text: text}
                ),
                status("need_help", name, at, reason=text),
                now=now,
            )  # fmt: skip
        whose = key(store, name)
        text = texts[first]
        muting.mute(store, whose, by=admin(text[:100] or "A"), now=now, reason=text)
        done = act(Act.IMPORT, actor=text[:100] or "A", now=now, reason=text, details={"file": text})
        store.change(partial(_recorded, done))
        keys.append(whose)
    mark_day(store, now.date(), HOSTILE[1], by=admin("Ada"), now=now)
    joining.join(store, now)
    return keys


def _recorded(done: Any, transaction: Transaction) -> None:
    record(transaction, done)


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = find_chromium()
    assert path is not None, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def _watched(browser: Browser, ours: str, foreign: list[str]) -> Iterator[tuple[Page, list[Any]]]:
    """A page of which every request to anybody else is noted, and every dialog that somebody's script opens."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", timezone_id="UTC")
    context.set_default_timeout(30_000)
    dialogs: list[Any] = []

    def note(url: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != ours:
            foreign.append(url)

    def noted(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    context.on("request", lambda request: note(request.url))
    page = context.new_page()
    page.on("websocket", lambda socket: note(socket.url))
    page.on("dialog", noted)
    yield page, dialogs
    context.close()
