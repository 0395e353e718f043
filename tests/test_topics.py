"""What fails most often: groups of Review where there are any, else what says the same in the same words."""

from collections import Counter
from datetime import timedelta

from convdata import customer_pages
from convdata.database import Store
from convdata.filters import Choices
from convdata.review import joining
from convdata.review.normalising import normalised
from convdata.topics import topics
from tests.conftest import NOW
from tests.story import NOON, READER, message, rows, tell

EVIL = "<img src=x onerror=alert(1)> **now** ![x](http://evil.example/b)"
TODAY = Choices({"from": NOON.date(), "to": NOON.date()})


def test_an_empty_store_has_no_topics(store: Store) -> None:
    assert topics(store, TODAY, by=READER).first == ()


def test_without_groups_the_same_words_are_one_topic(store: Store) -> None:
    said = ["Refund??", "  refund", "REFUND", EVIL, "help", EVIL]
    tell(store, *(message(f"c{n}", NOON, text, understood=False, language="en") for n, text in enumerate(said)))
    tell(store, message("x", NOON, "refund", understood=True), message("y", NOON, "Refund", kind="button"))
    tell(store, message("z", NOON - timedelta(days=3), "refund", understood=False), now=NOON)
    found = topics(store, TODAY, by=READER)
    assert (found.messages, found.question) == (6, "trends/utterances")
    assert [(normalised(t.text), t.messages) for t in found.first] == [
        ("refund", 3),
        (normalised(EVIL), 2),
        ("help", 1),
    ]
    assert found.first[1].text == EVIL
    assert topics(store, TODAY.but(language=("fr",)), by=READER).first == ()


def test_groups_of_review_stand_where_there_are_any(demo: Store) -> None:
    while joining.join(demo, NOW).left:
        pass
    choices = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
    found = topics(demo, choices, by=READER)
    since = NOW.replace(hour=0) - timedelta(days=29)
    members = [
        (str(group), str(key))
        for group, key, kind, at in rows(demo, "review_members", "group_id", "customer_key", "kind", "sent_at")
        if kind == "failed" and group and since <= at < NOW.replace(hour=0) + timedelta(days=1)
    ]
    counted = Counter(group for group, _ in members)
    assert found.question == "trends/topics"
    assert found.messages == len(members)
    assert all(t.messages == counted[str(t.group_id)] for t in found.first)
    assert all(t.customers == len({k for g, k in members if g == t.group_id}) for t in found.first)
    customers = [t.customers or 0 for t in found.first]
    assert customers == sorted(customers, reverse=True)
    assert len(topics(demo, choices, many=3, by=READER).first) == 3


def test_a_topic_opens_as_many_conversations_as_it_says(demo: Store) -> None:
    while joining.join(demo, NOW).left:
        pass
    whole = Choices({"from": NOW.date() - timedelta(days=29), "to": NOW.date()})
    for choices in (whole, whole.but(channel=("webchat", "messenger")), whole.but(language=("fr",), from_=NOW.date())):
        for topic in topics(demo, choices, by=READER).first:
            assert customer_pages.count(demo, topic.opened_by(choices)) == topic.customers
