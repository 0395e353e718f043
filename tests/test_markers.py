"""Days that people mark: kept in the store, recorded, shown literally."""

from datetime import date, timedelta

import pytest

from convdata.database import Store
from convdata.errors import NotAllowed
from convdata.markers import LONGEST, mark_day, markers, unmark_day
from convdata.marks import Mark
from convdata.stats import MESSAGES
from convdata.timeline import timeline
from tests.story import NOON, admin, rows

DAY = date(2026, 8, 3)
EVIL = "<img src=x onerror=alert(1)> '; drop table markers; -- =1+1 \u202e"


def test_a_day_is_marked_once_and_both_acts_are_recorded(store: Store) -> None:
    assert mark_day(store, DAY, f"  {EVIL} ", by=admin("ana"), now=NOON)
    assert not mark_day(store, DAY, EVIL, by=admin("bo"), now=NOON)
    assert mark_day(store, DAY + timedelta(days=1), "Release 2", by=admin("ana"), now=NOON)
    shown = markers(store)
    assert [(row.day, row.text, row.kept_by) for row in shown] == [
        (DAY, EVIL.strip(), "ana"),
        (DAY + timedelta(days=1), "Release 2", "ana"),
    ]
    assert [row.text for row in markers(store, DAY + timedelta(days=1), DAY + timedelta(days=9))] == ["Release 2"]
    unmark_day(store, shown[0].marker_id, by=admin("bo"), now=NOON)
    unmark_day(store, shown[0].marker_id, by=admin("bo"), now=NOON)
    assert [row.text for row in markers(store)] == ["Release 2"]
    acts = sorted((act, actor) for act, actor in rows(store, "activity", "act", "actor"))
    assert acts == [("mark_day", "ana"), ("mark_day", "ana"), ("unmark_day", "bo")]


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST + 1)])
def test_what_cannot_be_a_marker_is_refused_in_a_sentence(text: str, store: Store) -> None:
    with pytest.raises(NotAllowed, match=r"\."):
        mark_day(store, DAY, text, by=admin("ana"), now=NOON)


def test_markers_stand_on_the_line_and_are_harmless() -> None:
    mark = Mark(None, None, DAY, DAY, 5, 50, 5)
    marked = [(DAY, EVIL), (DAY, "again"), (DAY + timedelta(days=40), "later")]
    last = DAY + timedelta(days=6)
    figure = timeline([mark], MESSAGES, first=DAY, last=last, step="day", today=last, marked=marked)
    assert [(a.text, a.x) for a in figure.layout.annotations] == [("<b>1</b>", DAY)]
    assert "<img" not in figure.layout.annotations[0].hovertext
    assert len(figure.layout.shapes) == 1
