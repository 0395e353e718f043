"""Failures find each other, and stay where they are: grouping, joining, leaving."""

import json
import random
from datetime import timedelta

import pytest

from convdata.erasure import erase
from convdata.review import by_hand, decisions, exporting, grouping, opening, placing
from convdata.review.likeness import Counted
from convdata.review.normalising import base_language, normalised, words
from convdata.review.queue import Wanted
from convdata.rights import Actor, Role
from tests.failures import ANYTHING, DOG, REFUND, fail, group_with, groups, join
from tests.shared import shared_path
from tests.story import HOUR, NOON, admin, key, message, rows, tell

DAY = timedelta(days=1)


# -- what is equal ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [("Refund??", "  refund"), ("Où est-il ?", "ou est-il"), ("a, b", "A b"), ("Łódź!", "lodz"), ("«Bitte»", "bitte")],
)
def test_case_accents_and_marks_make_no_difference(one, other):
    assert normalised(one) == normalised(other)


def test_signs_alone_are_still_something_and_nothing_is_nothing():
    assert normalised("???") == "???"
    assert normalised("👍") == "👍"
    assert normalised(" \u200b\n") == ""
    assert words(normalised("👍 ok")) == ["👍", "ok"]
    assert words("東京へ")[:3] == ["東", "京", "へ"]
    assert base_language("pt-BR") == "pt"


def test_a_pasted_page_is_looked_at_only_at_its_beginning():
    assert len(normalised("word " * 13_000)) <= 1_000


# -- grouping -----------------------------------------------------------------------------------------------------------


def test_similar_utterances_are_one_group_and_others_are_not(store):
    fail(store, *REFUND, *DOG)
    join(store)
    found = groups(store)
    assert sorted(g.row.utterances for g in found) == [len(DOG), len(REFUND)]
    assert all("money" in g.key_words or "travel" in g.key_words for g in found)
    assert all(g.name in REFUND + DOG for g in found)


def test_utterances_of_two_languages_are_never_compared(store):
    fail(store, "hotel", "hotel!", customer="e", language="en-GB")
    fail(store, "hotel", "hotel?", customer="d", language="de")
    join(store)
    assert sorted((g.row.language, g.row.messages, g.row.utterances) for g in groups(store)) == [
        ("de", 2, 1),
        ("en", 2, 1),
    ]


def test_the_same_failures_give_the_same_groups_whatever_they_came_with(store):
    fail(store, *REFUND, *DOG)
    join(store)
    first = {(g.group_id, g.row.messages) for g in groups(store)}
    vectors = _vectors([*REFUND, *DOG])
    assert grouping.similar(vectors).tolist() == grouping.similar(vectors).tolist()
    join(store)
    assert {(g.group_id, g.row.messages) for g in groups(store)} == first


@pytest.mark.parametrize(
    "texts",
    [
        ["same"] * 50,
        [f"{n} {random.Random(n).random()}" for n in range(50)],
        ["👍", "!", "no", "x" * 65_536, "", "   "],
    ],
)
def test_all_equal_all_different_and_odd_ones_are_grouped(store, texts):
    fail(store, *texts)
    join(store)
    assert sum(row.messages for row in store.ask("review/totals", kind="failed")) == sum(
        bool(normalised(t)) for t in texts
    )


def test_all_equal_failures_are_one_group_of_one_utterance(store):
    fail(store, *["same again"] * 50)
    join(store)
    assert [(g.row.messages, g.row.utterances, g.row.customers) for g in groups(store)] == [(50, 1, 50)]


def test_failures_that_have_nothing_in_common_are_all_in_the_fold(store):
    different = ("zebra", "quick lamp", "umbrella floor", "yoghurt", "mountain bike pump", "violin", "cactus")
    fail(store, *different)
    join(store)
    assert groups(store, Wanted()) == []
    assert {g.name for g in groups(store, Wanted(singles=True))} == set(different)


@pytest.mark.parametrize("text", ["help", "👍", "👍👍", "???", "x" * 65_536, "word " * 13_000, "東京へ行く"])
def test_one_word_an_emoji_or_a_pasted_page_is_a_group_like_any_other(store, text):
    fail(store, text, text)
    join(store)
    (group,) = groups(store, Wanted())
    assert (group.name, group.row.messages, group.row.customers) == (text, 2, 2)
    decisions.decide(store, [group.group_id], "pasted", by=admin("Ada"), now=NOON)
    assert [line.text for line in exporting.prepare(store, by=admin("Ada")).lines] == [text.strip()]


def test_texts_that_are_empty_are_in_no_group(store):
    fail(store, "", "   ", "\u200b\n")
    join(store)
    assert groups(store) == []
    assert store.ask_one("review/all_failures", kind="failed", **ANYTHING.bound()).without_text == 3


def test_failures_without_text_are_counted_apart(store):
    fail(store, None, None, "hello there", channel="alexa")
    join(store)
    totals = store.ask_one("review/all_failures", kind="failed", **ANYTHING.bound())
    assert (totals.messages, totals.without_text) == (3, 2)
    assert len(groups(store)) == 1


def test_what_one_customer_said_once_is_a_single_and_not_noise_on_top(store):
    fail(store, *REFUND, "qwertz uiop")
    join(store)
    assert len(groups(store, Wanted())) == 1
    assert [g.name for g in groups(store, Wanted(singles=True))] == ["qwertz uiop"]


# -- joining ------------------------------------------------------------------------------------------------------------


def test_new_failures_join_and_the_old_ones_do_not_move(store):
    fail(store, *REFUND, *DOG)
    join(store)
    before = dict(rows(store, "review_members", "event_key", "cast(group_id as varchar)"))
    fail(store, "give me my money back", "dog travel", "entirely unheard of", customer="n", at=NOON + DAY)
    join(store, NOON + 2 * DAY)
    after = dict(rows(store, "review_members", "event_key", "cast(group_id as varchar)"))
    assert {event: after[event] for event in before} == before
    assert group_with(store, "give me my money").group_id == group_with(store, REFUND[0]).group_id


# Two wishes that look like one until more is said about each.
ABOUT = ("tell me about ships", "tell me about horses")
HORSES = ("horses", "horses running", "old horses")
LATER = (
    *HORSES,
    "ships",
    "ships sailing",
    "old ships",
    *(f"tell me about {what}" for what in ("gold", "paris", "rain", "salad", "trains", "music")),
)


def opened_texts(store, group):
    return [row.text for row in store.ask("review/opened", group_id=group, many=100, skip=0)]


def said_in(store, texts):
    return {g.group_id for g in groups(store) for text in texts if text in opened_texts(store, g.group_id)}


def test_a_group_that_nobody_has_opened_may_still_turn_out_to_be_two_and_keeps_its_id(store):
    fail(store, *ABOUT)
    join(store)
    assert said_in(store, ABOUT) == {(first := groups(store)[0].group_id)}
    fail(store, *LATER, customer="n", at=NOON + DAY)
    join(store, NOON + 2 * DAY)
    assert first in said_in(store, ABOUT)
    assert said_in(store, ABOUT[1:]) == said_in(store, HORSES) != said_in(store, ABOUT[:1])


@pytest.mark.parametrize("how", ["opened", "decided", "decided and undone", "put right"])
def test_what_a_trainer_has_touched_stays_together_whatever_arrives(store, how):
    fail(store, *ABOUT)
    join(store)
    (mine,) = {g.group_id for g in groups(store)}
    if how == "opened":
        opening.see(store, mine, by=admin("Ada"), now=NOON)
    elif how == "put right":
        apart = by_hand.split(store, mine, [utterances_of(store, mine)[0]], by=admin("Ada"), now=NOON)
        by_hand.merge(store, [mine, apart], by=admin("Ada"), now=NOON)
    else:
        decisions.decide(store, [mine], "booking", by=admin("Ada"), now=NOON)
    if how == "decided and undone":
        decisions.undo(store, by=admin("Ada"), now=NOON)
    fail(store, *LATER, customer="n", at=NOON + DAY)
    join(store, NOON + 2 * DAY)
    assert said_in(store, ABOUT) == {mine}


def test_a_reader_who_decides_nothing_does_not_keep_groups_as_they_are(store):
    fail(store, *REFUND)
    join(store)
    opening.see(store, groups(store)[0].group_id, by=Actor("Max", Role.MANAGER), now=NOON)
    assert groups(store)[0].row.seen_at is None


def test_what_was_opened_while_a_pass_was_under_way_is_not_moved_any_more(store, monkeypatch):
    fail(store, *ABOUT)
    join(store)
    (mine,) = {g.group_id for g in groups(store)}
    placed = placing.place

    def opened_meanwhile(*args):
        moves = placed(*args)
        assert moves
        opening.see(store, mine, by=admin("Ada"), now=NOON)
        return moves

    monkeypatch.setattr(placing, "place", opened_meanwhile)
    fail(store, *LATER, customer="n", at=NOON + DAY)
    join(store, NOON + 2 * DAY)
    assert said_in(store, ABOUT) == {mine}
    kept = [messages for (messages,) in rows(store, "review_groups", "messages")]
    assert all(kept)
    assert sum(kept) == len(ABOUT) + len(LATER)


def utterances_of(store, group):
    return [row.utterance for row in store.ask("review/group_utterances", keys=[group])]


def test_two_singles_that_turn_out_alike_become_a_group(store):
    fail(store, "my suitcase is lost somewhere")
    join(store)
    alone = group_with(store, "suitcase").group_id
    fail(store, "my suitcase is lost", customer="n")
    join(store)
    assert [g.group_id for g in groups(store)] == [alone]
    assert groups(store)[0].row.utterances == 2


def test_a_verdict_that_comes_late_is_followed_both_ways(store):
    said = message("v-1", NOON, "my dog wants to travel", id="m-1")
    tell(store, said)
    join(store)
    assert groups(store) == []
    tell(store, message("v-1", NOON, "my dog wants to travel", id="m-1", understood=False))
    assert join(store).joined == 1
    assert len(groups(store)) == 1
    tell(store, message("v-1", NOON, "my dog wants to travel", id="m-1", understood=True, intent="dog"))
    assert join(store).left == 1
    assert groups(store) == []
    assert rows(store, "review_groups") == []


def test_counts_are_those_of_the_members_after_anything(store):
    fail(store, *REFUND, *DOG)
    join(store)
    decisions.ignore(store, [groups(store)[0].group_id], by=admin("Ada"), now=NOON)
    fail(store, *REFUND, customer="n", at=NOON + DAY)
    join(store)
    by_hand.merge(store, [g.group_id for g in groups(store)], by=admin("Ada"), now=NOON)
    erase(store, key(store, "n-1"), by=admin("Bob"), now=NOON + 3 * DAY)
    kept = rows(store, "review_groups", "messages", "utterances", "customers", "first_at", "last_at")
    counted = rows(
        store,
        "review_members",
        "count(*)",
        "count(distinct utterance)",
        "count(distinct customer_key)",
        "min(sent_at)",
        "max(sent_at)",
    )
    assert kept == counted


def test_the_most_costly_is_what_most_customers_said_lately(store):
    fail(store, *["old and loud complaint"] * 6, customer="o", at=NOON - 60 * DAY)
    fail(store, *["new trouble today"] * 3, customer="n")
    fail(store, "sehr ratlos", "sehr ratlos", customer="r")
    join(store)
    assert [g.name for g in groups(store)] == ["new trouble today", "sehr ratlos", "old and loud complaint"]
    assert next(g.name for g in groups(store, Wanted(singles=None, sorting="messages"))) == "old and loud complaint"


def test_the_queue_is_filtered_by_period_channel_language_state_and_words(store):
    fail(store, *REFUND, channel="webchat")
    fail(store, *DOG, customer="m", at=NOON + 10 * DAY, channel="messenger", language="en")
    fail(store, "wo ist mein zug", "wo ist der zug", customer="g", channel="alexa", language="de")
    join(store)

    def found(**how):
        return sorted(g.row.messages for g in groups(store, Wanted(states=(), singles=None, **how)))

    assert found() == [2, 3, 4]
    assert found(channels=("messenger",)) == [3]
    assert found(languages=("de",)) == [2]
    assert found(since=NOON + 5 * DAY) == [3]
    assert found(until=NOON + 1.5 * HOUR, channels=("webchat",)) == [2]
    assert found(text="MONEY bäck") == [4]
    assert found(text="100%_!") == []
    assert groups(store, Wanted(states=("ignored",), singles=None)) == []


# -- erasure ------------------------------------------------------------------------------------------------------------


def test_an_erased_customer_is_gone_from_groups_names_and_memory(store):
    fail(store, "I am Zebediah, refund me", "refund me now", "refund me")
    join(store)
    erase(store, key(store, "c-0"), by=admin("Bob"), now=NOON + DAY)
    assert (
        "zebediah"
        not in json.dumps(
            [str(rows(store, t)) for t in ("review_members", "review_groups", "review_decisions")]
        ).lower()
    )
    assert all("Zebediah" not in g.name and "zebediah" not in g.key_words for g in groups(store))
    join(store)
    fail(store, "refund", customer="n", at=NOON + 2 * DAY)
    join(store, NOON + 3 * DAY)
    assert all("zebediah" not in known.counted._vocabulary for known in placing.in_memory(store))


def test_a_customer_erased_while_a_pass_is_under_way_does_not_come_back(store, monkeypatch):
    fail(store, *REFUND)
    placed = placing.place

    def erased_meanwhile(*args):
        moved = placed(*args)
        erase(store, key(store, "c-0"), by=admin("Bob"), now=NOON + DAY)
        return moved

    monkeypatch.setattr(placing, "place", erased_meanwhile)
    join(store)
    assert len(rows(store, "review_members")) == len(REFUND) - 1
    assert groups(store)[0].row.messages == len(REFUND) - 1


# -- quality ------------------------------------------------------------------------------------------------------------


def test_groups_are_better_than_lexical_ones_on_real_utterances():
    """The whole comparison is in `make bench ARGS="--only review"`; here is one set, as a guard."""
    from sklearn.metrics import adjusted_mutual_info_score

    folder = shared_path("data", "clusters")
    baseline = json.loads((folder / "baselines.json").read_text())["home_assistant/en"]["agglomerative_avg_cos_0.75"][
        "ami"
    ]
    lines = (folder / "home_assistant_multilingual_dev.jsonl").read_text().splitlines()
    items = [item for item in map(json.loads, lines) if item["language"] == "en"]
    found = grouping.similar(_vectors([item["text"] for item in items]))
    assert adjusted_mutual_info_score([item["cluster"] for item in items], found) > baseline


def _vectors(texts):
    counted = Counted()
    counted.add([normalised(text) for text in texts])
    return counted.vectors()
