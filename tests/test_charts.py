"""What the figures of Trends show, and what they must not make anybody believe."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from convdata.captions import percent, says
from convdata.channels import declare
from convdata.charts import bars, by_channel, by_language, left_out, matrix, ranked, sides
from convdata.lines import colors, largest, lines, too_few
from convdata.marks import Mark, long_before
from convdata.stats import CONVERSATIONS, MESSAGES
from convdata.timeline import timeline

DAY = date(2026, 8, 3)  # a Monday
TODAY = DAY + timedelta(days=6)


def mark(part: int, whole: int, *, channel: str | None = None, language: str | None = None, day: int = 0) -> Mark:
    return Mark(channel, language, DAY + timedelta(days=day), DAY + timedelta(days=day), part, whole, part)


def texts(figure: object) -> list[str]:
    return [a.text for a in figure.layout.annotations]  # type: ignore[attr-defined]


def test_bars_rank_the_worst_first_and_say_their_numbers() -> None:
    marks = [mark(10, 100, channel="alexa"), mark(241, 1946, channel="webchat"), mark(9, 10, channel="messenger")]
    figure = bars(marks, MESSAGES, by_channel)
    assert texts(figure) == [
        "Webchat", "<b>12.4 %</b> · 241 of 1,946", "Alexa", "<b>10.0 %</b> · 10 of 100", "Messenger", "too few · 9 of 10",
    ]  # fmt: skip
    drawn, rows = figure.data
    assert [place for (place,) in rows.customdata] == [1, 0, 2], "each row knows which mark it opens"
    assert drawn.x[2] is None, "nine of ten draw no bar of 90 %"
    low, high = marks[1].interval
    assert abs(drawn.x[0] + drawn.error_x.array[0] - high) < 1e-9
    assert abs(drawn.x[0] - drawn.error_x.arrayminus[0] - low) < 1e-9


def test_every_channel_keeps_its_colour() -> None:
    alexa = mark(1, 100, channel="alexa")
    assert (
        by_channel(alexa) == by_channel(mark(90, 100, channel="alexa")) != by_channel(mark(1, 100, channel="webchat"))
    )
    assert by_channel(alexa) != by_channel(alexa, dark=True)
    declared = [mark(1, 100, channel=key) for key in ("telegram", "whatsapp", "instagram", "sms", "voice")]
    assert len({by_channel(one) for one in declared}) == len({by_channel(one, dark=True) for one in declared}) == 5


def test_no_two_declared_channels_share_a_colour_while_there_are_colours_left() -> None:
    keys = ("kiosk", "fax", "pager", "letter", "phone")
    declare(("alexa", *keys))
    try:
        for dark in (False, True):
            assert len({by_channel(mark(1, 100, channel=key), dark) for key in keys}) == 5
        before = by_channel(mark(1, 100, channel="fax"))
        declare((*keys, "telex"))
        assert by_channel(mark(1, 100, channel="fax")) == before, "one more changes no colour"
    finally:
        declare(())


def test_cells_that_are_too_small_only_say_how_many() -> None:
    marks = [
        mark(30, 100, channel="alexa", language="en"),
        mark(1, 2, channel="alexa", language="fr"),
        mark(0, 50, channel="webchat", language="en"),
    ]
    cells, words = matrix(marks, MESSAGES).data
    assert list(words.text) == ["<b>30.0 %</b><br>100", "2", "<b>0 %</b><br>50"]
    assert [place for (place,) in cells.customdata] == [0, 1, 2]
    assert cells.marker.color[1].startswith("rgba(128"), "grey"
    assert cells.marker.color[0] > cells.marker.color[2], "the worse, the less see-through"


def test_of_very_many_only_those_are_drawn_of_which_something_can_be_said() -> None:
    marks = [mark(30, 100, language="en")] + [mark(2, 4, language=f"l{n}") for n in range(1500)]
    assert texts(bars(marks, MESSAGES, by_language)) == ["English", "<b>30.0 %</b> · 30 of 100"]
    assert (
        left_out(marks, ["language"])
        == "1,500 more languages have too few to say; the table and the CSV have them all."
    )
    both = [replace(one, channel="webchat" if one.few else "alexa") for one in marks]
    cells, _ = matrix(both, MESSAGES).data
    assert len(cells.x) == 1
    assert sides(both) == (["alexa"], ["en"]), "no column without a cell"
    assert "1,500 more languages" in left_out(both, ["channel", "language"])
    assert "1 more channel has too few" in left_out(both, ["channel", "language"])
    assert left_out(marks[1:], ["language"]).startswith("The 15 largest of 1,500 languages;"), "none ranks: the largest"
    many = [mark(30 + n, 100, language=f"m{n}") for n in range(40)]
    assert left_out(many + marks[1:], ["language"]).startswith(
        "The 15 highest of 40 languages, 1,500 more languages have too few"
    )
    assert left_out(many[:15], ["language"]) == "", "all are drawn"


def test_what_is_too_few_is_not_ranked_by_its_share() -> None:
    assert [one.whole for one in ranked([mark(2, 2), mark(5, 19), mark(10, 100)])] == [100, 19, 2]


def test_names_are_data_and_stay_harmless() -> None:
    evil = mark(30, 100, channel='<a href="https://evil.example">x</a>' + "y" * 300, language="<b>fr")
    for figure in (bars([evil], MESSAGES, by_language), matrix([evil], MESSAGES)):
        drawn = str(figure.to_dict())
        assert "&lt;b&gt;fr" in drawn
        assert "<a " not in drawn.lower()
        assert "<b>fr" not in drawn
        assert "y" * 41 not in drawn


def test_a_gap_stays_a_gap_and_today_is_not_over() -> None:
    marks = [mark(30, 100, day=0), mark(20, 100, day=1), mark(1, 100, day=4), mark(2, 4, day=5), mark(30, 90, day=6)]
    figure = timeline(marks, MESSAGES, first=DAY, last=TODAY, step="day", today=TODAY)
    sure, few, volume = figure.data[-3:]
    assert list(sure.y) == [0.3, 0.2, None, None, 0.01, None, 30 / 90]
    assert sure.connectgaps is False
    assert list(few.y) == [None] * 5 + [0.5, None], "two of four are a faint dot beside the line"
    assert list(volume.y) == [100, 100, 0, 0, 100, 4, 90]
    assert list(sure.marker.symbol)[-2:] == ["circle", "circle-open"]
    assert list(volume.marker.pattern.shape)[-2:] == ["", "/"]
    assert "so far" in sure.hovertext[-1]
    assert sure.hovertext[2].endswith("no eligible messages")
    assert figure.layout.yaxis.range[1] < 0.6, "a day of four messages does not flatten the others"


def test_a_week_cut_off_by_the_period_says_so() -> None:
    first = DAY + timedelta(days=2)
    weeks = [
        Mark(None, None, first, DAY + timedelta(days=6), 5, 50, 5),
        Mark(None, None, DAY + timedelta(days=7), DAY + timedelta(days=13), 5, 50, 5),
    ]
    figure = timeline(
        weeks, CONVERSATIONS, first=first, last=DAY + timedelta(days=13), step="week", today=DAY + timedelta(days=30)
    )
    sure = figure.data[-3]
    assert list(sure.y) == [0.1, 0.1]
    assert list(sure.marker.symbol) == ["circle-open", "circle"]
    assert sure.hovertext[0].startswith("5 Aug to 9 Aug 2026, cut off by the period")


def test_a_period_of_nothing_but_little_days_can_be_drawn() -> None:
    figure = timeline([mark(1, 3)], MESSAGES, first=DAY, last=DAY, step="day", today=TODAY)
    assert list(figure.data[-2].y) == [1 / 3]


def test_the_pointer_is_told_what_a_click_opens() -> None:
    assert says(mark(241, 1946), MESSAGES) == (
        "<b>12.4 %</b> · 241 of 1,946 messages<br>95 % interval 11.0 % to 13.9 %<br>click opens 241 conversations"
    )
    assert says(mark(1, 2), MESSAGES) == "too few to say a rate: 1 of 2<br>click opens 1 conversation"
    assert says(mark(0, 200), CONVERSATIONS).endswith("nothing to open")


def test_little_is_never_nothing() -> None:
    assert [percent(share) for share in (None, 0, 0.00001, 0.0005, 0.99999, 1)] == [
        "–", "0 %", "<0.1 %", "0.1 %", ">99.9 %", "100 %",
    ]  # fmt: skip


def test_cells_say_how_they_changed_where_it_can_be_said() -> None:
    now = [mark(40, 100, channel="alexa", language=code) for code in ("en", "fr", "de", "it")]
    now.append(mark(3, 9, channel="alexa", language="es"))
    earlier = [mark(10, 100, channel="alexa", language="en"), mark(38, 100, channel="alexa", language="fr")]
    earlier += [mark(3, 9, channel="alexa", language="de"), mark(30, 100, channel="alexa", language="es")]
    cells, words = matrix(now, MESSAGES, earlier).data
    assert list(words.text) == [
        "<b>40.0 %</b><br>100<br><b>▲ 30.0</b>", "<b>40.0 %</b><br>100<br>△ 2.0", "<b>40.0 %</b><br>100",
        "<b>40.0 %</b><br>100", "9",
    ]  # fmt: skip
    assert "the period before: 38 of 100 (38.0 %); chance alone may explain the change" in cells.hovertext[1]
    assert "the period before: 3 of 9, too few to compare" in cells.hovertext[2]
    assert "before" not in cells.hovertext[3]


def test_each_line_has_its_channels_colour_and_its_name_beside_it() -> None:
    marks = [
        mark(30 + n, 100, channel=name, day=day) for day in range(3) for n, name in enumerate(("alexa", "webchat"))
    ]
    marks += [mark(2, 4, channel="webchat", day=5), mark(1, 100, channel="<b>shop", day=1)]
    color = colors([], "channel", dark=False)
    figure = lines(marks, MESSAGES, of="channel", color=color, first=DAY, last=TODAY, step="day", today=TODAY)
    drawn = {trace.line.color: trace for trace in figure.data if trace.type == "scatter"}
    assert set(drawn) == {color(m) for m in marks}
    webchat = drawn[color(marks[1])]
    assert list(webchat.y) == [0.31, 0.31, 0.31, None, None, None, None], "a gap stays a gap, two of four are none"
    assert [place for (place,) in webchat.customdata][:3] == [1, 3, 5]
    names = texts(figure)
    assert len(names) == 3
    assert any(name.endswith("Webchat") for name in names)
    assert any("&lt;b&gt;shop" in name for name in names)
    heights = sorted(a.y for a in figure.layout.annotations)
    assert all(b - a > 0.04 for a, b in pairwise(heights)), "no name stands on another"


def test_the_largest_have_a_line_and_a_language_keeps_its_colour() -> None:
    marks = [mark(1, 100 - n, language=f"l{n}") for n in range(9)]
    assert largest(marks, "language") == [f"l{n}" for n in range(6)]
    every = [f"l{n}" for n in range(9)]
    assert colors(every, "language", dark=False)(marks[2]) == colors(every, "language", dark=False)(marks[2])
    assert len({colors(every, "language", dark=True)(m) for m in marks[:6]}) == 6


def test_every_colour_drawn_has_a_name_and_too_few_say_so() -> None:
    every = [f"l{n:04}" for n in range(2000)]
    names = ["l0000", "l0006", "l0012", "l0018", "l0024", "l0030"]  # alone, each would have the same colour
    marks = [mark(30, 100, language=names[0])] + [mark(1, 4, language=name) for name in names[1:]]
    for dark in (False, True):
        color = colors(every, "language", dark, names)
        assert len({color(one) for one in marks}) == 6
        figure = lines(marks, MESSAGES, of="language", color=color, first=DAY, last=TODAY, step="day", today=TODAY)
        said = " ".join(texts(figure))
        assert all(f'<span style="color:{color(one)}">■</span> {one.language}' in said for one in marks)
        assert "too few to say:" in said
        heights = sorted(a.y for a in figure.layout.annotations)
        assert all(b - a > 0.04 for a, b in pairwise(heights)), "no name stands on another"
    assert too_few(marks, "language") == names[1:]


def test_the_running_week_is_hatched_and_dates_stand_where_weeks_begin() -> None:
    monday = date(2026, 7, 6)
    marks = [
        Mark("alexa", None, monday + timedelta(days=7 * n), monday + timedelta(days=7 * n + 6), 30, 100, 30)
        for n in range(5)
    ]
    today = marks[-1].last_day - timedelta(days=3)
    how: dict[str, Any] = {"first": monday, "last": today, "step": "week", "today": today}
    split = lines(marks, MESSAGES, of="channel", color=by_channel, **how)
    (volume,) = [trace for trace in split.data if trace.type == "bar"]
    assert list(volume.marker.pattern.shape) == ["", "", "", "", "/"]
    for figure in (split, timeline(marks, MESSAGES, **how)):
        assert [day.weekday() for day in figure.layout.xaxis.tickvals] == [0] * 5
    first = monday + timedelta(days=2)  # a week cut off has no date of its own
    cut = timeline([], MESSAGES, first=first, last=today, step="week", today=today)
    assert [day.weekday() for day in cut.layout.xaxis.tickvals] == [0] * 4


def test_only_little_that_is_long_before_all_the_rest_is_not_drawn() -> None:
    old, now = mark(1, 3, day=-9000), [mark(10, 100, day=n) for n in range(60)]
    assert long_before([old, *now], TODAY) == [old]
    assert not long_before([mark(10, 100, day=-9000), *now], TODAY), "a hundred messages say something"
    assert not long_before([mark(1, 3, day=-100), *now], TODAY), "a gap of a hundred days can be drawn"
    assert not long_before([old], TODAY)
    assert not long_before([], TODAY)


def test_names_stay_within_the_chart_where_many_end_at_the_top() -> None:
    marks = [mark(90, 100, language=f"l{n}") for n in range(6)]
    figure = lines(
        marks, MESSAGES, of="language", color=colors([f"l{n}" for n in range(6)], "language", dark=False), first=DAY,
        last=DAY, step="day", today=TODAY,
    )  # fmt: skip
    assert all(0.33 <= a.y <= 1.001 for a in figure.layout.annotations)
