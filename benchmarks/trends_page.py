"""What the Trends page asks of the store, all of it together: the page itself is opened on the measured store, and every
question that it asks is asked again, one after the other, as nobody does who has it on the screen already.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import date, timedelta
from statistics import median
from typing import Any
from unittest import mock

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.world import FIRST_DAY, LAST_DAY
from convdata.database import Store
from convdata.settings import PROJECT

TIMES = 5
PERIODS = (("30 days", LAST_DAY - timedelta(days=29)), ("2 years", FIRST_DAY))
# Milliseconds, at a million customers and twenty million messages; the page opens on 30 days.
WITHIN = {"duckdb": 300, "postgresql": 1000}

Asked = tuple[str, Callable[[], Any]]


def measure(kind: str, url: str) -> list[str]:
    """Prints a line for each question and for each period's sum; which targets are missed."""
    missed = []
    stores: set[Store] = set()
    for period, first in PERIODS:
        asked = _questions_of_the_page(url, first, stores)
        spent: dict[str, list[float]] = {}
        for name, ask in asked:
            ask()
            took = []
            for _ in range(TIMES):
                began = time.perf_counter()
                ask()
                took.append((time.perf_counter() - began) * 1000)
            spent.setdefault(name, []).append(median(took))
        for name, times in sorted(spent.items(), key=lambda item: -sum(item[1]))[:8]:
            print(f"  {name} ({len(times)} times)".ljust(52) + f"{sum(times):>7.1f} ms")
        together = sum(sum(times) for times in spent.values())
        over = period == "30 days" and together > WITHIN[kind]
        mark = f"over {WITHIN[kind]} ms" if over else ""
        print(
            f"the Trends page's {len(asked)} questions, {period}".ljust(52) + f"{together:>7.1f} ms  {mark}", flush=True
        )
        missed += [mark] if mark else []
    # The page keeps its store for the next visitor; here the next is a copy of its file, which wants it closed.
    st.cache_resource.clear()
    for store in stores:
        store.close()
    return missed


def _questions_of_the_page(url: str, first: date, stores: set[Store]) -> list[Asked]:
    with (
        _recording(stores) as asked,
        mock.patch.dict(os.environ, {"MISHEARD_STORE": url, "MISHEARD_CHANNELS": "bench"}),
    ):
        with open(os.devnull, "w") as nothing, redirect_stderr(nothing):
            app = AppTest.from_file(str(PROJECT / "pages" / "frame.py"), default_timeout=120)
            app.query_params["from"], app.query_params["to"] = str(first), str(LAST_DAY)
            app.run()
            asked.clear()
            app.switch_page(str(PROJECT / "pages" / "trends.py"))
            app.query_params["from"], app.query_params["to"] = str(first), str(LAST_DAY)
            app.run()
        if app.exception or not app.title:
            raise SystemExit(f"the Trends page did not open: {app.exception}")
    return asked


@contextmanager
def _recording(stores: set[Store]) -> Iterator[list[Asked]]:
    """Every question that any store is asked meanwhile, as something that asks it again; adds the stores to ``stores``."""
    asked: list[Asked] = []

    def listening(way: Callable[..., Any]) -> Callable[..., Any]:
        def ask(self: Store, path: str, *given: Any, **values: Any) -> Any:
            stores.add(self)
            asked.append((path, lambda: way(self, path, *given, **values)))
            return way(self, path, *given, **values)

        return ask

    with (
        mock.patch.object(Store, "ask", listening(Store.ask)),
        mock.patch.object(Store, "ask_frame", listening(Store.ask_frame)),
    ):
        yield asked
