"""What people want to be told of: defined and removed on the record, and fires exactly where its numbers say so."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from convdata.__main__ import main
from convdata.alerts import MOST, Alert, alerts, define, remove
from convdata.database import Store
from convdata.errors import NotAllowed
from convdata.filters import Choices
from convdata.firing import Standing, standings, window
from convdata.report import report
from convdata.report_page import report_page
from convdata.rights import Actor, Role
from convdata.stats import MEASURES, table
from convdata.vocabulary import AlertKind
from tests.conftest import NOW
from tests.story import NOON, message, opened, rows, status, tell

ANA = Actor("ana", Role.MANAGER)
YESTERDAY = NOON.date() - timedelta(days=1)
EVIL = "<img src=x onerror=alert(1)> '; drop table alerts; -- =1+1 ![x](http://evil.example/b) \u202e"
ABOVE = Alert("message", AlertKind.ABOVE, 0.3, least=20, days=7)
RISE = Alert("message", AlertKind.RISE, 0.05, least=20, days=7)


def said(store: Store, days_ago: int, failed: int, well: int, **more: str) -> None:
    at = NOON - timedelta(days=days_ago)
    verdicts = [False] * failed + [True] * well
    of = {"language": "en"} | more
    tell(store, *(message(f"c{n % 30}-{days_ago}", at, understood=v, **of) for n, v in enumerate(verdicts)), now=NOON)


def standing(store: Store, alert: Alert) -> Standing:
    (found,) = standings(store, [alert], YESTERDAY, Choices().timezone, NOON)
    return found


def test_an_alert_is_kept_once_and_both_acts_are_recorded(store: Store) -> None:
    hostile = replace(ABOVE, channel=EVIL, language=EVIL)
    assert define(store, hostile, by=ANA, now=NOON)
    assert not define(store, hostile, by=ANA, now=NOON)
    assert define(store, RISE, by=ANA, now=NOON + timedelta(seconds=1))
    assert [a.channel for a in alerts(store)] == [EVIL.strip(), None]
    assert alerts(store)[1] == RISE
    for _ in range(2):
        remove(store, alerts(store)[0].alert_id if len(alerts(store)) == 2 else "gone", by=ANA, now=NOON)
    assert alerts(store) == [RISE]
    acts = sorted((act, actor) for act, actor in rows(store, "activity", "act", "actor"))
    assert acts == [("define_alert", "ana")] * 2 + [("remove_alert", "ana")]


@pytest.mark.parametrize(
    "wrong", [{"bound": 0}, {"bound": 1.0}, {"bound": float("nan")}, {"least": 5}, {"days": 3}, {"measure": "x"},
              {"kind": "below"}, {"channel": "x" * 300}],
)  # fmt: skip
def test_what_could_never_fire_or_says_too_little_is_refused(wrong: dict, store: Store) -> None:
    with pytest.raises(NotAllowed, match=r"\."):
        define(store, replace(ABOVE, **wrong), by=ANA, now=NOON)
    assert alerts(store) == []


def test_there_are_not_more_than_anybody_can_read(store: Store) -> None:
    for n in range(MOST):
        define(store, replace(ABOVE, least=20 + n), by=ANA, now=NOON)
    with pytest.raises(NotAllowed, match="take one away"):
        define(store, replace(ABOVE, least=1000), by=ANA, now=NOON)


def test_it_fires_above_the_bound_and_not_at_it(store: Store) -> None:
    said(store, 2, 30, 70)
    assert not standing(store, ABOVE).fires, "30 % is not above 30 %"
    assert standing(store, replace(ABOVE, bound=0.29)).fires
    assert standing(store, replace(ABOVE, bound=0.29)).said.startswith("30.0 % · 30 of 100 messages")
    said(store, 1, 1, 0)
    assert standing(store, ABOVE).fires


def test_of_too_few_nothing_is_said(store: Store) -> None:
    said(store, 2, 49, 0)
    few = standing(store, replace(ABOVE, least=50))
    assert (few.fires, few.said) == (False, "too few to say: 49 messages")
    assert standing(store, replace(ABOVE, least=49)).fires
    assert not standing(store, RISE).fires, "nothing before to have risen from"
    assert "in one of the two periods" in standing(store, RISE).said


def test_a_rise_is_against_the_equal_period_before(store: Store) -> None:
    said(store, 9, 10, 90)
    said(store, 2, 15, 85)
    assert not standing(store, RISE).fires, "5 points are not above 5 points"
    assert "chance alone" in standing(store, RISE).said
    said(store, 3, 20, 5)
    found = standing(store, RISE)
    assert found.fires
    assert found.said == "28.0 % · 35 of 125 messages · 95 %: 20.9 % to 36.4 %; before: 10.0 %, 10 of 100"
    assert (found.period["from"], found.period["to"]) == (YESTERDAY - timedelta(days=6), YESTERDAY)


def test_the_running_day_and_other_places_do_not_count(store: Store) -> None:
    said(store, 0, 50, 0)
    assert standing(store, ABOVE).now == (0, 0)
    said(store, 1, 40, 0, channel="alexa", language="fr")
    said(store, 1, 0, 60, channel="webchat")
    assert standing(store, ABOVE).now == (40, 100)
    assert standing(store, replace(ABOVE, channel="alexa")).now == (40, 40)
    assert standing(store, replace(ABOVE, language="en")).now == (0, 60)
    assert standing(store, replace(ABOVE, channel="alexa", language="en")).now == (0, 0)


def test_conversations_and_escalations_are_watched_too(store: Store) -> None:
    said(store, 1, 10, 20)
    for n in range(8):
        tell(store, status("need_help", f"c{n}-1", NOON - timedelta(days=1)), now=NOON)
    assert standing(store, replace(ABOVE, measure="conversation")).now == (10, 30)
    assert standing(store, replace(ABOVE, measure="escalation")).now == (8, 30)
    assert standing(store, replace(ABOVE, measure="escalation", bound=0.25)).fires


def test_an_alert_never_disagrees_with_trends(demo: Store) -> None:
    for measure in MEASURES.values():
        for channel in (None, "alexa"):
            alert = replace(ABOVE, measure=measure.key, days=30, channel=channel)
            (found,) = standings(demo, [alert], NOW.date(), Choices().timezone, NOW)
            (row,) = table(demo, window(alert, NOW.date(), Choices().timezone))
            assert found.now == (row[measure.part], row[measure.whole])


def test_the_digest_says_what_fires_in_every_format(store: Store) -> None:
    said(store, 1, 40, 0, channel=EVIL)
    define(store, replace(ABOVE, channel=EVIL), by=ANA, now=NOON)
    define(store, replace(ABOVE, channel="alexa"), by=ANA, now=NOON)
    found = report(store, Choices({"from": YESTERDAY, "to": NOON.date()}), NOON, by=ANA)
    assert [a["fires"] for a in found["alerts"]] == [True, False]
    page = report_page(found)
    assert "<img" not in page
    assert "&lt;img" in page
    assert "1 alert does not fire" in page


def test_the_digest_is_printed_with_its_alerts(duckdb_url: str, monkeypatch, capsys) -> None:
    store = opened(duckdb_url)
    said(store, 1, 40, 0, channel=EVIL)
    define(store, replace(ABOVE, channel=EVIL), by=ANA, now=NOON)
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", duckdb_url)
    day = ["--from", str(YESTERDAY), "--to", str(YESTERDAY)]
    assert main(["digest", *day]) == 0
    out = capsys.readouterr().out
    assert "ALERT  Not Understood rate of <img src=x" in out
    assert "\u202e" not in out
    assert main(["digest", "--format", "json", *day]) == 0
    assert json.loads(capsys.readouterr().out)["alerts"][0]["counts"]["part"] == 40
