"""Rules for the folder pages/: every page opens, on both stores, full and empty, and says what is wrong in a sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from convdata.settings import PROJECT
from pages.parts import desk
from tests.story import opened

FRAME = PROJECT / "pages" / "frame.py"
PAGES = sorted(p.name for p in (PROJECT / "pages").glob("*.py") if p.name not in ("__init__.py", "frame.py"))


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Each test has the store of its own; what a page remembers of another's is forgotten."""
    yield
    st.cache_data.clear()
    if "the_store" in vars(desk):
        desk.the_store.clear()


def shown(page: str, url: str, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv("MISHEARD_STORE", url)
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    app.run()
    app.switch_page(str(FRAME.parent / page))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def sentences(app: AppTest) -> list[str]:
    return [e.value for e in (*app.error, *app.info, *app.warning)]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_the_demo_world(page: str, demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown(page, demo_url, monkeypatch)
    assert not app.exception
    assert not any("went wrong" in s for s in sentences(app))
    assert app.title


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_an_empty_store(page: str, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown(page, store_url, monkeypatch)
    assert not app.exception
    assert not any("went wrong" in s for s in sentences(app))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_in_a_sentence_when_the_store_is_away(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown(page, "postgresql+psycopg://nobody@127.0.0.1:1/nothing", monkeypatch)
    assert not app.exception
    assert any("does not answer" in s for s in sentences(app))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_bears_a_mangled_address(page: str, duckdb_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(duckdb_url).close()
    wrong = dict.fromkeys(("customer", "status", "from", "to", "channel", "failed_from"), "'; drop table customers --")
    app = shown(page, duckdb_url, monkeypatch, **wrong)
    assert not app.exception
    assert not any("went wrong" in s for s in sentences(app))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_reads_like_the_page(page: str) -> None:
    text = (Path(FRAME.parent) / page).read_text(encoding="utf-8")
    assert text.startswith('"""')
    assert not re.search(r"^(def|class) ", text, re.MULTILINE), "a helper is a part or a question"
    assert not re.search(r"groupby|select ", text), "numbers are made in SQL"
