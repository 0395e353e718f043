"""Who was not heard of for longer than they are kept is erased: previewed, in parts, each with a receipt."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from convdata import retention
from convdata.__main__ import main
from convdata.activity import latest
from convdata.chain import verify
from convdata.errors import NotForYou, SettingWrong
from convdata.keeping import Keeping, keeping_of
from convdata.muting import mute, unmute
from convdata.retention import DONE_ON, let_go, once_a_day, preview
from convdata.rewriting import is_due
from convdata.rights import Actor, Role
from convdata.standing import clear_need_help, need_help
from convdata.vocabulary import Act
from tests.story import HOUR, NOON, admin, key, message, opened, rows, status, tell

DAY = timedelta(days=1)
BOSS = admin("Mae")


@pytest.fixture
def kept(store_url):
    """A store in which webchat's customers are kept for ten days, and all others for a hundred."""
    store = opened(store_url, RETENTION="webchat=10, 100")
    yield store
    store.close()


def people(store):
    return sorted(name for (name,) in rows(store, "people", "customer_id"))


# -- the rule -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("", Keeping()),
        ("365", Keeping(365)),
        ("webchat=90, messenger=365", Keeping(None, {"webchat": 90, "messenger": 365})),
        (" 30 , alexa = 7 ", Keeping(30, {"alexa": 7})),
    ],
)
def test_the_setting_is_read(text, means):
    assert keeping_of(text) == means
    assert bool(means) == bool(text.strip())


@pytest.mark.parametrize(
    "text", ["0", "-1", "x", "webchat", "webchat=", "=5", "1.5", "99999", "5,6", "a=1,a=2", "٣", "1 d"]
)
def test_a_slip_in_the_setting_stops_the_start(text, duckdb_url):
    with pytest.raises(SettingWrong, match="MISHEARD_RETENTION"):
        opened(duckdb_url, RETENTION=text)


def test_without_the_setting_everybody_stays(store):
    tell(store, message())
    assert once_a_day(store, NOON + 9999 * DAY) == let_go(store, NOON + 9999 * DAY) == 0
    assert preview(store, NOON + 9999 * DAY, by=BOSS) == []
    assert people(store) == ["v-1"]


def test_the_preview_says_who_would_go_and_another_rule_can_be_tried(kept):
    tell(
        kept,
        message("a", NOON),
        message("b", NOON + DAY),
        message("c", NOON, channel="alexa"),
        message("d", NOON + 50 * DAY),
    )
    now = NOON + 50 * DAY
    assert preview(kept, now, by=BOSS) == [("alexa", 100, 0, None), ("webchat", 10, 2, NOON)]
    assert [one.customers for one in preview(kept, now, by=BOSS, keeping=Keeping(1))] == [1, 2]
    assert len(people(kept)) == 4
    nobody: Any = "Mae"
    for by in (Actor("Ada", Role.AGENT), Actor("Mae", Role.MANAGER), nobody):
        with pytest.raises(NotForYou):
            preview(kept, now, by=by)
        with pytest.raises(NotForYou):
            let_go(kept, now, by=by)


def test_it_is_exactly_the_days_of_each_channel(kept):
    tell(kept, message("a", NOON), message("b", NOON, channel="alexa"))
    assert let_go(kept, NOON + 10 * DAY) == 0
    assert let_go(kept, NOON + 10 * DAY + HOUR) == 1
    assert people(kept) == ["b"]
    assert let_go(kept, NOON + 100 * DAY) == 0
    assert let_go(kept, NOON + 101 * DAY) == 1


def test_each_is_erased_with_a_receipt_and_the_bytes_are_taken_once(kept):
    tell(kept, *(message(f"v-{n}", text=f"secret {n}") for n in range(5)))
    assert let_go(kept, NOON + 11 * DAY) == 5
    done = latest(kept)
    assert [(r.act, r.actor, r.reason, r.customer_key) for r in done] == [
        ("erase", "Misheard", "kept for 10 days", None)
    ] * 5
    assert len({json.loads(r.details)["reference"] for r in done}) == 5
    assert is_due(kept)
    assert verify(kept).breaks == []
    assert tell(kept, message("v-1", NOON, "again"), now=NOON + 11 * DAY).suppressed == 1


# -- who stays ----------------------------------------------------------------------------------------------------------


def test_nobody_goes_with_whom_something_is_open_or_was_done_lately(kept):
    names = ("goes", "needs help", "muted", "was muted", "answered", "helped", "waits")
    tell(kept, *(message(name) for name in names))
    late = NOON + 15 * DAY
    now = NOON + 20 * DAY
    tell(kept, status("need_help", "needs help"))
    mute(kept, key(kept, "muted"), by=BOSS, now=now - HOUR)
    mute(kept, key(kept, "was muted"), by=BOSS, now=late)
    unmute(kept, key(kept, "was muted"), by=BOSS, now=late + HOUR)
    tell(kept, message("answered", late, "Hello", sender="agent", agent="Bob"))
    need_help(kept, key(kept, "helped"), by=BOSS, now=NOON)
    clear_need_help(kept, key(kept, "helped"), by=BOSS, now=late)
    kept.change(
        lambda t: t.tell(
            "add_outbox", customer_key=key(kept, "waits"), reply_id="r", event_key=1, channel="webchat", agent="Bob",
            text="Hi", now=NOON,
        )
    )  # fmt: skip
    assert let_go(kept, now) == 1
    assert people(kept) == sorted(set(names) - {"goes"})
    # And what was open then is not for ever.
    assert let_go(kept, NOON + 40 * DAY) == 4
    assert people(kept) == ["needs help", "waits"]


def test_who_is_heard_of_while_it_runs_stays(kept, monkeypatch):
    tell(kept, *(message(f"v-{n}") for n in range(3)))
    asked = kept.ask
    now = NOON + 11 * DAY

    def ask(path, *args, **values):
        found = asked(path, *args, **values)
        if path == "retention/due":
            monkeypatch.undo()
            tell(kept, message("v-1", now, "I am back"))
        return found

    monkeypatch.setattr(kept, "ask", ask)
    assert let_go(kept, now) == 2
    assert people(kept) == ["v-1"]
    assert rows(kept, "messages", "text") == [("Hello",), ("I am back",)]


# -- once a day ---------------------------------------------------------------------------------------------------------


def test_the_background_takes_some_each_minute_and_rests_until_tomorrow(kept, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    tell(kept, *(message(f"v-{n}", NOON + n * HOUR / 60) for n in range(7)))
    now = NOON + 11 * DAY
    assert [once_a_day(kept, now + n * HOUR / 60) for n in range(5)] == [3, 3, 1, 0, 0]
    tell(kept, message("late", NOON + 1 * DAY), now=now)
    assert once_a_day(kept, now + HOUR) == 0
    assert [once_a_day(kept, now + DAY + HOUR), rows(kept, f"store_facts where name = '{DONE_ON}'", "value")] == [
        1, [("2026-08-21",)],
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_after_any_story_those_who_went_had_been_quiet_for_longer(kept, seed):
    chance = random.Random(seed)
    heard: dict[str, object] = {}
    for day in range(0, 60, 2):
        now = NOON + day * DAY
        for name in chance.sample([f"v-{n}" for n in range(8)], chance.randint(0, 3)):
            tell(kept, message(name, now, understood=chance.choice([True, False])))
            heard[name] = now
            if chance.random() < 0.2:
                heard[name] = mute(kept, key(kept, name), by=BOSS, now=now, hours=chance.randint(1, 72))
        once_a_day(kept, now)
        there = set(people(kept))
        for name, at in heard.items():
            if now - at <= 10 * DAY:  # type: ignore[operator]
                assert name in there
            if now - at > 12 * DAY:  # type: ignore[operator]
                assert name not in there
    assert verify(kept).breaks == []


def test_the_command_line_previews_and_does_it(store_url, monkeypatch, capsys):
    store = opened(store_url)
    tell(store, message("a"), message("b", channel="alexa"))
    store.close()
    monkeypatch.setenv("MISHEARD_STORE", store_url)
    assert main(["retention", "--preview"]) == 0
    assert "kept for ever" in capsys.readouterr().out
    assert main(["retention"]) == 2
    assert main(["retention", "--as", "5"]) == 2
    assert main(["retention", "--preview", "--as", "x"]) == 2
    capsys.readouterr()
    assert main(["retention", "--preview", "--as", "30", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["channel"], one["days"], one["customers"]) for one in found] == [("alexa", 30, 1), ("webchat", 30, 1)]
    monkeypatch.setenv("MISHEARD_RETENTION", "webchat=30")
    assert main(["retention", "--preview"]) == 0
    assert "webchat: kept for 30 days; would go now: 1, the first quiet since 2026-08-09." in capsys.readouterr().out
    assert main(["retention", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"erased": 1}
    store = opened(store_url)
    assert people(store) == ["b"]
    assert not is_due(store)
    assert len(latest(store, acts=[Act.ERASE])) == 1
    store.close()
