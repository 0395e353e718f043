"""What trainers decide, undo, put right by hand, and whether it held."""

import json
from datetime import timedelta
from typing import Any

import pytest

from convdata.activity import latest
from convdata.database import Store
from convdata.erasure import erase
from convdata.errors import NotAllowed, NotFound
from convdata.review import by_hand, decisions, opening, progress, suggestions
from convdata.review.opening import utterances
from convdata.review.training import import_training
from convdata.vocabulary import Act
from tests.failures import DOG, REFUND, fail, group_with, groups, join
from tests.story import HOUR, NOON, READER, admin, message, rows, status, tell

DAY = timedelta(days=1)
UNKNOWN = "2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11"


@pytest.fixture
def two_groups(store):
    fail(store, *REFUND, *DOG)
    join(store)
    return store


def refund(store):
    return group_with(store, REFUND[0])


def dog(store):
    return group_with(store, DOG[0])


# -- deciding -----------------------------------------------------------------------------------------------------------


def test_a_decision_is_kept_recorded_and_names_a_new_intent(two_groups):
    decisions.decide(two_groups, [refund(two_groups).group_id], " refund  ", by=admin("Ada"), now=NOON + DAY)
    row = refund(two_groups).row
    assert (row.state, row.intent, row.outcome, row.decided_by) == ("pending", "refund", "new_intent", "Ada")
    record = latest(two_groups, acts=[Act.REVIEW])[0]
    assert (record.actor, json.loads(record.details)) == (
        "Ada",
        {"what": "decide", "groups": 1, "messages": 4, "intent": "refund"},
    )
    decisions.decide(two_groups, [dog(two_groups).group_id], "refund", by=admin("Ada"), now=NOON + DAY)
    assert dog(two_groups).row.outcome == "intent"
    decisions.decide(two_groups, [dog(two_groups).group_id], None, by=admin("Ada"), now=NOON + DAY)
    assert (dog(two_groups).row.intent, dog(two_groups).row.outcome) == ("out_of_scope", "out_of_scope")


def test_many_are_decided_at_once_and_undone_at_once(two_groups):
    for group in groups(two_groups):
        opening.see(two_groups, group.group_id, by=admin("Ada"), now=NOON)
    before = sorted(map(str, rows(two_groups, "review_groups")))
    decisions.ignore(two_groups, [g.group_id for g in groups(two_groups)], by=admin("Ada"), now=NOON + DAY)
    assert {g.row.state for g in groups(two_groups)} == {"ignored"}
    undone = decisions.undo(two_groups, by=admin("Ada"), now=NOON + DAY)
    assert undone
    assert (undone.what, len(undone.groups)) == ("ignore", 2)
    assert sorted(map(str, rows(two_groups, "review_groups"))) == before
    assert decisions.undo(two_groups, by=admin("Ada"), now=NOON + DAY) is None


def test_nobody_undoes_what_another_decided(two_groups):
    decisions.ignore(two_groups, [dog(two_groups).group_id], by=admin("Ada"), now=NOON)
    assert decisions.undo(two_groups, by=admin("Bob"), now=NOON) is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_an_intent_has_a_name(two_groups, name):
    with pytest.raises(NotAllowed):
        decisions.decide(two_groups, [dog(two_groups).group_id], name, by=admin("Ada"), now=NOON)


def test_only_what_is_decided_can_be_fixed_and_only_what_is_there_decided(two_groups):
    with pytest.raises(NotAllowed):
        decisions.resolve(two_groups, [dog(two_groups).group_id], by=admin("Ada"), now=NOON)
    with pytest.raises(NotFound):
        decisions.ignore(two_groups, [UNKNOWN], by=admin("Ada"), now=NOON)
    assert rows(two_groups, "review_decisions") == []


# -- by hand ------------------------------------------------------------------------------------------------------------


def test_what_was_split_by_hand_survives_later_grouping(two_groups):
    old = refund(two_groups)
    found, _ = utterances(two_groups, old.group_id, by=READER)
    split = next(u.row.utterance for u in found if u.row.text == REFUND[3])
    new = by_hand.split(two_groups, old.group_id, [split], by=admin("Ada"), now=NOON)
    fail(two_groups, REFUND[3], "money back please!", "I want my money back now", customer="n", at=NOON + DAY)
    join(two_groups, NOON + 2 * DAY)
    by_id = {g.group_id: g.row for g in groups(two_groups)}
    assert by_id[new].messages == 3  # what is equal goes where its like was put
    assert by_id[old.group_id].messages == 4


def test_a_merge_and_a_move_can_be_undone_whole(two_groups):
    before = sorted(map(str, rows(two_groups, "review_members"))), sorted(map(str, rows(two_groups, "review_groups")))
    by_hand.merge(two_groups, [refund(two_groups).group_id, dog(two_groups).group_id], by=admin("Ada"), now=NOON)
    assert [g.row.messages for g in groups(two_groups)] == [7]
    assert taken_back(two_groups) == "merge"
    moved = utterances(two_groups, dog(two_groups).group_id, by=READER)[0][0].row.utterance
    by_hand.move(two_groups, dog(two_groups).group_id, [moved], refund(two_groups).group_id, by=admin("Ada"), now=NOON)
    assert sorted(g.row.messages for g in groups(two_groups)) == [2, 5]
    assert taken_back(two_groups) == "move"
    members = sorted(map(str, rows(two_groups, "review_members")))
    # A group that a merge had emptied is there again; when it was founded is not what it is.
    assert (members, len(rows(two_groups, "review_groups"))) == (before[0], len(before[1]))


def test_a_split_takes_some_and_not_all(two_groups):
    everything = [u.row.utterance for u in utterances(two_groups, dog(two_groups).group_id, by=READER)[0]]
    for wrong in ([], everything):
        with pytest.raises(NotAllowed):
            by_hand.split(two_groups, dog(two_groups).group_id, wrong, by=admin("Ada"), now=NOON)
    with pytest.raises(NotAllowed):
        by_hand.merge(two_groups, [dog(two_groups).group_id], by=admin("Ada"), now=NOON)


# -- did it hold --------------------------------------------------------------------------------------------------------


def test_a_fixed_group_that_fails_again_comes_back_with_its_counts(two_groups):
    mine = refund(two_groups).group_id
    decisions.decide(two_groups, [mine], "refund", by=admin("Ada"), now=NOON + DAY)
    decisions.resolve(two_groups, [mine], by=admin("Ada"), now=NOON + DAY)
    fail(two_groups, *DOG, customer="d", at=NOON + 2 * DAY)
    join(two_groups, NOON + 3 * DAY)
    assert refund(two_groups).row.state == "resolved"
    fail(two_groups, REFUND[0], customer="r", at=NOON + 4 * DAY)
    assert join(two_groups, NOON + 5 * DAY).came_back == 1
    back = refund(two_groups)
    assert back.came_back
    assert (back.row.state, back.row.intent, back.row.before_fix, back.row.after_fix) == ("new", "refund", 4, 1)
    assert ("came back", 5) in [(r.standing, r.messages) for r in _by_standing(two_groups)]
    assert json.loads(latest(two_groups, acts=[Act.REVIEW])[0].details) == {"what": "came_back", "groups": 1}


def test_failures_of_before_the_fix_that_arrive_late_bring_nothing_back(two_groups):
    mine = refund(two_groups).group_id
    decisions.decide(two_groups, [mine], "refund", by=admin("Ada"), now=NOON + 9 * DAY)
    decisions.resolve(two_groups, [mine], by=admin("Ada"), now=NOON + 9 * DAY)
    fail(two_groups, REFUND[1], customer="r", at=NOON + DAY)
    join(two_groups, NOON + 10 * DAY)
    assert refund(two_groups).row.state == "resolved"


def test_what_is_like_something_ignored_is_ignored_silently(two_groups):
    decisions.ignore(two_groups, [dog(two_groups).group_id], by=admin("Ada"), now=NOON)
    fail(two_groups, DOG[0], customer="r", at=NOON + DAY)
    join(two_groups)
    assert (dog(two_groups).row.state, dog(two_groups).row.messages) == ("ignored", 4)


def _by_standing(store):
    summed: dict[str, Any] = {}
    for row in progress.board(store, (NOON + 5 * DAY).date()):
        summed[row.standing] = summed.get(row.standing, 0) + row.messages
    return [type("Row", (), {"standing": s, "messages": n}) for s, n in summed.items()]


def test_the_week_knows_how_much_is_decided_by_whom_and_whether_two_agree(two_groups):
    decisions.decide(two_groups, [refund(two_groups).group_id], "refund", by=admin("Ada"), now=NOON + HOUR)
    decisions.decide(two_groups, [refund(two_groups).group_id], "refund", by=admin("Bob"), now=NOON + 2 * HOUR)
    decisions.ignore(two_groups, [dog(two_groups).group_id], by=admin("Ada"), now=NOON + HOUR)
    decisions.decide(two_groups, [dog(two_groups).group_id], "pets", by=admin("Bob"), now=NOON + 2 * HOUR)
    week = progress.of_the_week(two_groups, NOON.date())
    assert (week.messages, week.decided) == (7, 7)
    assert [(row.actor, row.groups) for row in week.deciders] == [("Ada", 2), ("Bob", 2)]
    assert (week.both_decided, week.agreed) == (2, 1)


# -- suggestions --------------------------------------------------------------------------------------------------------

TRAINING = b"""version: "3.1"
nlu:
- intent: refund
  examples: |
    - give me my [money](what) back
    - I want a refund
- intent: pets
  examples: |
    - can my dog travel with us
"""


def test_suggestions_come_from_what_was_taught_and_say_why(two_groups):
    assert import_training(two_groups, "nlu.yml", TRAINING, language="en", now=NOON, by=READER) == (3, 2)
    group = refund(two_groups)
    advice = suggestions.advice(two_groups, group.group_id, "en", list(REFUND), NOON, by=READER)
    assert (advice.suggestions[0].intent, advice.suggestions[0].nearest, advice.suggestions[0].how) == (
        "refund",
        "give me my money back",
        "taught",
    )
    known = suggestions.advice(two_groups, dog(two_groups).group_id, "en", list(DOG), NOON, by=READER)
    assert known.known_as == ("pets",)
    assert {row.intent for row in two_groups.ask("review/intents")} == {"refund", "pets"}


def test_the_bots_own_runner_up_is_a_suggestion_and_its_fallback_is_none(store):
    fail(
        store, *DOG, intent="nlu_fallback", confidence=0.3,
        alternatives=[{"intent": "luggage", "confidence": 0.28}, {"intent": "bike", "confidence": 0.1}],
    )  # fmt: skip
    join(store)
    advice = suggestions.advice(store, dog(store).group_id, "en", list(DOG), NOON, by=READER)
    assert [(s.intent, s.guessed > 0) for s in advice.suggestions] == [("luggage", True)]


def test_what_was_decided_is_suggested_next_time(two_groups):
    decisions.decide(two_groups, [refund(two_groups).group_id], "refund", by=admin("Ada"), now=NOON)
    suggestions.forget(two_groups)
    advice = suggestions.advice(two_groups, dog(two_groups).group_id, "en", ["my money back, please"], NOON, by=READER)
    assert (advice.suggestions[0].intent, advice.suggestions[0].how) == ("refund", "decided")


def test_an_erased_customer_is_in_no_suggestion_any_more(two_groups):
    decisions.decide(two_groups, [refund(two_groups).group_id], "refund", by=admin("Ada"), now=NOON)
    asked = (two_groups, dog(two_groups).group_id, "en", ["I want my money back"], NOON)
    assert suggestions.advice(*asked, by=READER).suggestions[0].nearest == REFUND[0]
    (who,) = (
        k
        for k, text in rows(two_groups, "review_members", "cast(customer_key as varchar)", "text")
        if text == REFUND[0]
    )
    erase(two_groups, who, by=admin("Bob"), now=NOON + DAY)
    found = suggestions.advice(*asked, by=READER)
    assert found.suggestions[0].intent == "refund"
    assert REFUND[0] not in [s.nearest for s in found.suggestions]


# -- understood but probably wrong --------------------------------------------------------------------------------------


def test_what_was_understood_but_probably_wrong_is_a_queue_of_its_own(store):
    understood = {"understood": True, "language": "en"}
    tell(
        store,
        message("a", NOON, "cancel my booking number", intent="booking", **understood),
        message("a", NOON + timedelta(seconds=30), "cancel my booking numbers", intent="cancel", **understood),
        message("b", NOON, "close one", intent="x", confidence=0.5, alternatives=[{"intent": "y", "confidence": 0.45}], **understood),
        message("c", NOON, "this does not work", intent="smalltalk", **understood),
        status("need_help", "c", NOON + timedelta(minutes=1), reason="angry"),
        message("d", NOON, "a human please", intent="human", **understood),
        status("need_help", "d", NOON + timedelta(minutes=1), reason="asked for a human"),
        message("e", NOON, "quite clear", intent="x", confidence=0.9, alternatives=[{"intent": "y", "confidence": 0.1}], **understood),
    )  # fmt: skip
    join(store)
    assert sorted(rows(store, "review_members", "text", "kind", "reason")) == [
        ("cancel my booking number", "doubt", "rephrased"),
        ("close one", "doubt", "low_margin"),
        ("this does not work", "doubt", "human_needed"),
    ]
    assert groups(store) == []


def test_each_utterance_has_the_two_turns_before_and_after(store):
    turns = ["hello", "Hi, I am the bot.", "my dog", "Sorry?", "MY DOG", "Sorry!", "bye"]
    tell(
        store,
        *(
            message("a", NOON + n * timedelta(seconds=9), text, sender="bot" if n % 2 else "user", understood=None if n != 2 else False)
            for n, text in enumerate(turns)
        ),
    )  # fmt: skip
    join(store)
    found, total = utterances(store, groups(store)[0].group_id, by=READER)
    assert total == 1
    assert [t.text for t in found[0].before] == turns[:2]
    assert [t.text for t in found[0].after] == turns[3:5]


def taken_back(store: Store) -> str:
    undone = decisions.undo(store, by=admin("Ada"), now=NOON)
    assert undone
    return undone.what
