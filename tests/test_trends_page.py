"""The Trends page as a manager meets it: numbers, period, filters, and what it says when there is none."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from convdata import periods
from convdata.filters import Choices
from convdata.headlines import HEADLINES
from convdata.questions import question
from convdata.settings import PROJECT
from convdata.stats import table
from convdata.vocabulary import AlertKind
from pages.parts import alerting, desk
from pages.parts.cards import TOO_FEW
from tests.conftest import NOW
from tests.story import NOON, message, opened, tell

TITLES = tuple(one.title for one in HEADLINES)
EMPTY = {"State": None, "Who": None, "Open": None}
OTHERS = (
    "Customers and escalation",
    "Busiest hours",
    "Compare",
    "Customers who come back",
    "Top topics of failure",
)  # what both rates have beside them
FRAME = PROJECT / "pages" / "frame.py"
Open = Callable[..., AppTest]


@pytest.fixture
def trends(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """`trends(store_url, period="all")`: the page, at ``NOW``, with that address."""

    def open_page(url: str, **address: str | list[str]) -> AppTest:
        monkeypatch.setenv("MISHEARD_STORE", url)
        monkeypatch.setattr(periods, "now_utc", lambda: NOW)
        app = AppTest.from_file(str(FRAME), default_timeout=60).run()
        app.switch_page(str(PROJECT / "pages" / "trends.py"))
        for name, value in address.items():
            app.query_params[name.rstrip("_")] = value
        app.run()
        assert not app.exception
        return app

    yield open_page
    st.cache_data.clear()
    desk.the_store.clear()


@pytest.fixture
def demo_file(demo_duckdb: Path, tmp_path: Path) -> str:
    """The demo world in DuckDB only: for what does not depend on the store."""
    return f"duckdb:///{shutil.copy(demo_duckdb, tmp_path / 'demo.duckdb')}"


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def address(app: AppTest) -> dict[str, list[str]]:
    values = {name: app.query_params[name] for name in app.query_params}
    return {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def open_the_form(app: AppTest) -> None:
    """A new alert, as a click on its button does."""
    app.session_state["alert_form"] = True
    app.run()


def figures(app: AppTest) -> list[str]:
    return [header.value for header in app.subheader]


def test_the_cards_say_what_the_question_says(demo_url: str, trends: Open) -> None:
    store = opened(demo_url)
    period = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
    (numbers,) = table(store, period)
    listed = store.ask("trends/ended", period)[0]
    store.close()
    app = trends(demo_url)
    assert {title: value for title, value in cards(app).items() if title not in TITLES} == {
        "Eligible messages": f"{numbers['eligible']:,}",
        "Not Understood rate": f"{numbers['rate'] * 100:.1f} %",
        "Conversation rate": f"{numbers['conversation_rate'] * 100:.1f} %",
        "Ended Not Understood": f"{listed.ended_not_understood / listed.conversations * 100:.1f} %",
    }
    assert sorted(title for title in cards(app) if title in TITLES) == sorted(TITLES)
    assert list(cards(app))[:4] == [
        "Not Understood rate",
        "Conversation rate",
        "Escalation rate",
        "Eligible messages",
    ]
    said = " ".join(caption.value for caption in app.caption).replace("\N{NO-BREAK SPACE}", " ")
    assert f"{numbers['not_understood']:,} of {numbers['eligible']:,} messages · 95 %:" in said
    assert f"{numbers['conversations_not_understood']:,} of {numbers['conversations']:,} conversations" in said


def test_beside_every_number_stands_how_it_is_counted(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    assert len(app.metric) == 4 + len(HEADLINES)
    assert len(app.get("plotly_chart")) == 6
    popovers = [p for p in app.get("popover") if p.proto.popover.label == "How is this counted?"]
    assert len(popovers) == len(app.metric) + len(app.get("plotly_chart")) + 2  # and the topics, and the alerts
    sentences = [text.value for text in app.markdown]
    for path in (
        "trends/messages",
        "trends/conversations",
        "trends/ended",
        "trends/hours",
        *(one.question for one in HEADLINES),
    ):
        assert question(path).sentence in sentences


def test_the_table_behind_a_chart_is_drawn_when_somebody_asks_for_it(demo_file: str, trends: Open) -> None:
    def tables() -> list[list[str]]:
        return [[str(name) for name in frame.value] for frame in app.dataframe if "Rate" in frame.value]

    app = trends(demo_file)
    assert not tables()
    app.button(key="chart_channel_table").click().run()
    assert [names[:2] for names in tables()] == [["Channel", "Rate"]]
    assert app.button(key="chart_channel_table").label == "Hide the table"
    app.button(key="chart_channel_table").click().run()
    assert not tables()


def test_the_page_says_once_what_its_changes_are_against(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    said = (
        "11 Jul to 9 Aug 2026, today until 12:00 · changes are against the 30 days before, which are whole; a rate's is grey where "
        "chance alone may explain it"
    )
    assert [caption.value for caption in app.caption].count(said) == 1
    app = trends(demo_file, period="all")
    assert any(caption.value.endswith("before were not counted from the beginning") for caption in app.caption)
    assert not any(metric.delta for metric in app.metric)


def test_the_same_per_conversation(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    assert all(title.startswith("Not Understood rate by") for title in figures(app) if title not in OTHERS)
    app.segmented_control(key="trends_per").set_value("conversation").run()
    assert not app.exception
    assert all(title.startswith("Conversation rate by") for title in figures(app) if title not in OTHERS)
    assert address(app)["per"] == ["conversation"]


def test_period_and_filters_stand_in_the_address(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    assert app.segmented_control(key="trends_preset").value == "30 d"
    assert "from" not in app.query_params
    app.segmented_control(key="trends_preset").set_value("7 d").run()
    assert address(app) == {"period": ["7d"]}
    assert app.segmented_control(key="trends_preset").value == "7 d"
    app.multiselect(key="trends_channel").set_value(["alexa", "webchat"]).run()
    assert address(app) == {"period": ["7d"], "channel": ["alexa", "webchat"]}
    app.segmented_control(key="trends_preset").set_value("All").run()
    assert address(app)["period"] == ["all"]
    assert "from" not in app.query_params
    assert address(app)["channel"] == ["alexa", "webchat"]
    app.segmented_control(key="trends_preset").set_value("30 d").run()
    assert "period" not in app.query_params


def test_a_link_shows_what_its_sender_saw(demo_url: str, trends: Open) -> None:
    store = opened(demo_url)
    chosen = Choices(
        {"from": date(2026, 7, 1), "to": date(2026, 7, 20), "channel": ("messenger",), "language": ("en", "fr")}
    )
    (numbers,) = table(store, chosen)
    store.close()
    app = trends(demo_url, from_="2026-07-01", to="2026-07-20", channel="messenger", language=["en", "fr"])
    assert cards(app)["Eligible messages"] == f"{numbers['eligible']:,}"
    assert app.segmented_control(key="trends_preset").value == "Custom"
    assert app.date_input(key="trends_days").value == (date(2026, 7, 1), date(2026, 7, 20))
    assert app.multiselect(key="trends_language").value == ["en", "fr"]


def test_a_bookmark_of_7_or_90_days_moves_with_the_days(
    demo_file: str, trends: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = trends(demo_file, period="90d")
    assert app.segmented_control(key="trends_preset").value == "90 d"
    app = trends(demo_file, period="7d")
    assert any(caption.value.startswith("3 Aug to 9 Aug 2026") for caption in app.caption)
    monkeypatch.setattr(periods, "now_utc", lambda: NOW + timedelta(days=1))
    app.run()
    assert any(caption.value.startswith("4 Aug to 10 Aug 2026") for caption in app.caption)
    assert app.segmented_control(key="trends_preset").value == "7 d"


def test_an_old_bookmark_with_its_days_shows_what_it_always_showed(demo_file: str, trends: Open) -> None:
    app = trends(demo_file, from_="2026-08-02", to="2026-08-08")
    assert any(caption.value.startswith("2 Aug to 8 Aug 2026") for caption in app.caption)
    assert app.segmented_control(key="trends_preset").value == "Custom"
    app = trends(demo_file, from_="2026-08-02", to="2026-08-08", period="7d")
    assert any(caption.value.startswith("2 Aug to 8 Aug 2026") for caption in app.caption)


def test_custom_begins_with_the_days_that_were_shown(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    app.segmented_control(key="trends_preset").set_value("Custom").run()
    assert app.date_input(key="trends_days").value == (date(2026, 7, 11), date(2026, 8, 9))
    app.date_input(key="trends_days").set_value((date(2026, 8, 1), date(2026, 8, 2))).run()
    assert (address(app)["from"], address(app)["to"]) == (["2026-08-01"], ["2026-08-02"])


def test_a_change_is_only_coloured_when_chance_does_not_explain_it(duckdb_url: str, trends: Open) -> None:
    def said(day: datetime, failed: int, well: int) -> None:
        verdicts = [False] * failed + [True] * well
        tell(store, *(message(f"c{n % 9}", day, understood=v, language="en") for n, v in enumerate(verdicts)), now=NOON)

    store = opened(duckdb_url)
    said(NOON - timedelta(days=13), 30, 70)  # the first day of the week before: from there on it was counted
    said(NOON - timedelta(days=1), 5, 95)
    store.close()
    app = trends(duckdb_url, from_="2026-08-03", to="2026-08-09")
    rate = next(m for m in app.metric if m.label == "Not Understood rate")
    assert rate.delta == "−25.0 points"
    assert rate.proto.color == rate.proto.MetricColor.GREEN
    conversations = next(m for m in app.metric if m.label == "Conversation rate")
    assert (conversations.value, conversations.delta) == (TOO_FEW, "")


def test_an_empty_store_says_what_to_do_next(duckdb_url: str, trends: Open) -> None:
    opened(duckdb_url).close()
    app = trends(duckdb_url)
    assert "No conversations yet" in app.info[0].value
    assert not app.metric


def test_conversations_without_verdicts_say_what_the_bot_must_send(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    tell(store, message(language="en"))
    store.close()
    assert "`understood`" in trends(duckdb_url).info[0].value


def test_an_empty_period_leads_to_where_something_is(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    tell(
        store,
        *(message(f"c{n}", datetime(2020, 5, 12, 9), understood=n > 3, language="en") for n in range(40)),
        now=NOON,
    )
    store.close()
    app = trends(duckdb_url)
    assert "12 May 2020" in app.info[0].value
    next(b for b in app.button if b.label == "Show the latest 30 days").click().run()
    assert (address(app)["from"], address(app)["to"]) == (["2020-04-13"], ["2020-05-12"])
    assert cards(app)["Not Understood rate"] == "10.0 %"
    app = trends(duckdb_url, period="all")
    assert figures(app)[0] == "Not Understood rate by month"


def test_too_few_to_say(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    tell(store, message("a", understood=True, language="en"), message("b", understood=False, language="en"))
    store.close()
    app = trends(duckdb_url)
    assert cards(app)["Not Understood rate"] == TOO_FEW
    captions = [caption.value for caption in app.caption]
    assert "1 of 2 messages" in captions
    assert "Too few to say a rate: fewer than 20 messages each." in captions
    assert "50" not in re.sub("of 50", "", "".join(metric.value for metric in app.metric))


def test_a_customers_language_cannot_dress_up_as_markdown(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    evil = "![x](http://evil.example/b)"
    tell(store, *(message(f"c{n}", understood=False, language=evil) for n in range(30)))
    store.close()
    app = trends(duckdb_url)
    shown = [*app.markdown, *app.caption, *app.info, *app.subheader]
    assert not any("evil.example" in str(element.value) for element in shown)


def test_a_day_is_marked_and_the_marker_taken_away(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    evil = "![x](http://evil.example/b) <b>release</b>"
    app.date_input(key="marker_day").set_value(date(2026, 8, 3))
    app.text_input(key="marker_text").set_value(evil)
    app.button(key="marker_add").click().run()
    assert not app.exception
    assert [text.value for text in app.text if evil in text.value] == [f"1  Mon 3 Aug 2026  {evil}"]
    assert not any("evil.example" in str(element.value) for element in [*app.markdown, *app.caption, *app.subheader])
    app.date_input(key="marker_day").set_value(date(2026, 8, 3))
    app.text_input(key="marker_text").set_value(evil)
    app.button(key="marker_add").click().run()
    assert "That day is marked with this already." in [info.value for info in app.info]
    next(button for button in app.button if button.label == "Remove").click().run()
    assert not any(evil in text.value for text in app.text)
    app.button(key="marker_add").click().run()
    assert "what happened" in app.error[0].value


def test_topics_are_customers_words_and_shown_literally(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    evil = "![x](http://evil.example/b) <b>now</b> :material/home:"
    tell(store, *(message(f"c{n}", NOON, evil, understood=False, language="en") for n in range(30)))
    store.close()
    app = trends(duckdb_url)
    shown = [*app.markdown, *app.caption, *app.info, *app.subheader]
    assert not any("evil.example" in str(element.value) for element in shown)
    (topics,) = [f.value for f in app.dataframe if "Topic" in f.value]
    assert topics.to_dict("records") == [
        {"Topic": evil, "Customers": None, "Language": None, "Messages": 30, "Share": "100 %"} | EMPTY
    ]


@pytest.mark.parametrize("days", [("1970-01-01", "9000-12-31"), ("2026-08-09", "2026-07-01"), ("2030-01-01", "")])
def test_impossible_periods_are_borne(days: tuple[str, str], demo_file: str, trends: Open) -> None:
    app = trends(demo_file, period="custom", **{"from": days[0], "to": days[1]})
    assert not any("went wrong" in error.value for error in app.error)


def test_an_alert_is_defined_counted_in_the_menu_and_removed(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    evil = "![x](http://evil.example/b) <b>x</b>"
    for channel in ("alexa", evil):
        tell(
            store,
            *(
                message(f"c{n}", NOON - timedelta(days=1), understood=n > 40, channel=channel, language="en")
                for n in range(60)
            ),
            now=NOON,
        )
    store.close()
    app = trends(duckdb_url)
    assert not app.warning
    open_the_form(app)
    app.selectbox(key="alert_channel").set_value(evil)
    app.button(key="alert_define").click().run()
    assert not app.exception
    (warned,) = app.warning
    assert "68.3 % · 41 of 60 messages" in warned.value.replace("\\", "")
    assert "evil.example" not in warned.value, "escaped, it is no link"
    assert any(evil in text.value for text in app.text)
    assert alerting.titled("Trends") == "Trends · 1"
    next(b for b in app.button if b.label == "Look").click().run()
    assert address(app)["channel"] == [evil]
    next(b for b in app.button if b.label == "Remove").click().run()
    assert not app.warning
    assert "No alert yet" in " ".join(caption.value for caption in app.caption)


def test_an_alert_is_changed_in_the_form_it_was_defined_in(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    open_the_form(app)
    app.selectbox(key="alert_channel").set_value("webchat")
    app.button(key="alert_define").click().run()
    assert [toast.value for toast in app.toast] == ["The alert is defined."]
    assert not app.session_state["alert_form"], "the form is closed"
    next(b for b in app.button if b.label == "Change" and str(b.key).startswith("change_")).click().run()
    assert app.session_state["alert_form"]
    assert app.selectbox(key="alert_channel").value == "webchat"
    app.segmented_control(key="alert_kind").set_value(AlertKind.RISE).run()
    app.number_input(key="alert_rise").set_value(12.5)
    app.button(key="alert_define").click().run()
    assert not app.exception
    assert [toast.value for toast in app.toast] == ["The alert is changed."]
    kept = [text.value for text in app.text if "Webchat" in text.value]
    assert kept == [
        "Not Understood rate of Webchat more than 12.5 points above the 7 days before: the last 7 whole days, at least 50 messages"
    ]
    open_the_form(app)
    assert app.selectbox(key="alert_channel").value is None, "the form is for a new one again"
    assert app.button(key="alert_define").label == "Define"
    assert any(one.label in ("1 alert, firing", "1 alert, not firing") for one in app.expander)


def test_where_everything_was_understood_there_is_nothing_to_open(duckdb_url: str, trends: Open) -> None:
    store = opened(duckdb_url)
    tell(store, *(message(f"c{n}", understood=True, language="en") for n in range(30)))
    store.close()
    app = trends(duckdb_url)
    assert not app.error
    assert cards(app)["Not Understood rate"] == "0 %"
    assert [menu.key for menu in app.get("menu_button")] == ["chart_returning_menu"]


def test_the_line_is_split_by_channel_or_language_and_the_address_says_so(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    assert figures(app)[0] == "Not Understood rate by day"
    app.segmented_control(key="trends_split").set_value("channel").run()
    assert not app.exception
    assert not app.error
    assert figures(app)[0] == "Not Understood rate by week and channel"
    assert address(app)["split"] == ["channel"]
    app = trends(demo_file, split="language", per="conversation")
    assert figures(app)[0] == "Conversation rate by week and language"
    assert app.segmented_control(key="trends_split").value == "language"


def test_two_of_anything_are_compared_and_the_address_says_which(demo_file: str, trends: Open) -> None:
    app = trends(demo_file)
    assert "Difference" not in [name for f in app.table for name in f.value]
    app.segmented_control(key="compare_kind").set_value("channel").run()
    assert not app.exception
    assert not app.error
    app.selectbox(key="compare_channel_a").set_value("alexa").run()
    assert "Alexa" not in app.selectbox(key="compare_channel_b").options, "the other side is not offered"
    app.selectbox(key="compare_channel_b").set_value("webchat").run()
    assert "Webchat" not in app.selectbox(key="compare_channel_a").options
    assert (address(app)["compare"], address(app)["a"], address(app)["b"]) == (["channel"], ["alexa"], ["webchat"])
    (shown,) = [f.value for f in app.table if "Difference" in f.value]
    assert list(shown.columns[:3]) == ["Number", "Alexa", "Webchat"]
    app = trends(demo_file, compare="period", a="2026-07-01..2026-07-07", b="2026-07-08..2026-07-14")
    (shown,) = [f.value for f in app.table if "Difference" in f.value]
    assert list(shown.columns[1:3]) == ["1 Jul to 7 Jul 2026", "8 Jul to 14 Jul 2026"]
    app.segmented_control(key="compare_kind").set_value(None).run()
    assert not {"compare", "a", "b"} & set(address(app))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"a": "webchat", "b": "webchat"}, "asks twice for the same channel"),
        ({"a": "nosuch", "b": "webchat"}, "asks for Nosuch, which is no channel here"),
        ({"compare": "period", "a": "x..y"}, "names a period that is none"),
    ],
)
def test_what_a_link_compares_is_never_replaced_without_a_word(
    asked: dict, said: str, demo_file: str, trends: Open
) -> None:
    app = trends(demo_file, **{"compare": "channel"} | asked)
    assert [caption.value for caption in app.caption if said in caption.value]


def test_one_message_of_long_ago_does_not_make_a_stripe_of_all_the_others(demo_file: str, trends: Open) -> None:
    store = opened(demo_file)
    tell(store, message("old", datetime(2001, 3, 4, 12), understood=False, channel="alexa", language="en"))
    store.close()
    app = trends(demo_file, period="all")
    (said,) = [caption.value for caption in app.caption if caption.value.startswith("Not drawn")]
    assert "1 message from Sun 4 Mar 2001" in said
    assert figures(app)[0] == "Not Understood rate by day"
    app = trends(demo_file, period="custom", from_="2001-01-01", to="2026-08-09")
    assert figures(app)[0] == "Not Understood rate by month", "who chooses the days sees them"
    assert not any(caption.value.startswith("Not drawn") for caption in app.caption)


@pytest.mark.parametrize(
    "wrong", [{"compare": "x"}, {"compare": "channel", "a": "<b>", "b": "alexa"}, {"compare": "period", "a": "x..y", "b": "1..2"},
              {"compare": "language", "a": "en", "b": "en"}, {"split": "<script>"}],
)  # fmt: skip
def test_a_mangled_link_compares_something_else_and_says_no_nonsense(wrong: dict, demo_file: str, trends: Open) -> None:
    app = trends(demo_file, **wrong)
    assert not app.error
    assert cards(app)
