"""A person sets and clears Need Help; a customer is found exactly or not at all (product rules 1 and 3)."""

import pytest

from convdata.activity import latest
from convdata.errors import NotAllowed, NotFound
from convdata.standing import clear_need_help, find, need_help
from tests.story import HOUR, NOON, admin, key, message, rows, status, tell

UNKNOWN = "2b0a5c3e-8a5e-4a39-9a3b-2f1f7d1f0a11"


def standing(store):
    return rows(store, "customers", "status")[0][0]


def test_need_help_stays_until_it_is_cleared_and_then_the_last_message_decides(store):
    tell(store, message(understood=False))
    need_help(store, key(store), by=admin("Ada"), now=NOON, reason="Angry")
    assert standing(store) == "need_help"
    tell(store, message(at=NOON + HOUR, understood=True))
    assert standing(store) == "need_help"
    assert clear_need_help(store, key(store), by=admin("Bob"), now=NOON + HOUR, reason="Called back") is True
    assert standing(store) == "ok"
    tell(store, message(at=NOON + 2 * HOUR, understood=False))
    assert standing(store) == "not_understood"
    assert [(r.act, r.actor, r.reason) for r in latest(store)] == [
        ("status_ok", "Bob", "Called back"),
        ("status_need_help", "Ada", "Angry"),
    ]


def test_clearing_what_is_not_set_is_harmless_and_not_recorded(store):
    tell(store, message())
    assert clear_need_help(store, key(store), by=admin("Ada"), now=NOON) is False
    assert not latest(store)


def test_clearing_shows_what_lay_under_it(store):
    tell(store, message(understood=False), status("need_help", reason="asked for a human"))
    clear_need_help(store, key(store), by=admin("Ada"), now=NOON)
    assert standing(store) == "not_understood"
    assert rows(store, "people", "need_help_reason") == [(None,)]


def test_a_persons_word_holds_although_a_programs_clock_is_ahead(store):
    tell(store, message(), status("need_help", at=NOON + 5 * HOUR), now=NOON)
    assert clear_need_help(store, key(store), by=admin("Ada"), now=NOON) is True
    assert standing(store) == "ok"
    need_help(store, key(store), by=admin("Ada"), now=NOON)
    assert standing(store) == "need_help"


def test_a_late_word_of_a_program_does_not_undo_a_persons(store):
    tell(store, message())
    need_help(store, key(store), by=admin("Ada"), now=NOON + HOUR)
    tell(store, status("ok", at=NOON), now=NOON + 2 * HOUR)
    assert standing(store) == "need_help"


def test_somebody_waits_since_the_first_word_whatever_the_order_in_which_words_come(store):
    first, cleared, again, last = (NOON + n * HOUR for n in range(4))
    tell(store, status("need_help", at=last, reason="Still waiting"))
    tell(store, status("need_help", at=first, reason="Angry"), now=last)
    assert rows(store, "customers", "need_help_since") == [(first,)]
    assert rows(store, "people", "need_help_reason") == [("Still waiting",)]
    tell(store, status("ok", at=cleared), now=last)
    assert rows(store, "customers", "need_help_since") == [(last,)]
    tell(store, status("need_help", at=again), now=last)
    assert rows(store, "customers", "need_help_since") == [(again,)]


def test_an_unknown_customer_is_said_to_be_unknown(store):
    for act in (need_help, clear_need_help):
        with pytest.raises(NotFound):
            act(store, UNKNOWN, by=admin("Ada"), now=NOON)


def test_a_customer_is_found_by_channel_and_id_exactly(store):
    tell(store, message("007"), message("7"), message("7", channel="alexa"))
    assert find(store, "webchat", "7") == key(store, "7") != find(store, "webchat", "007")
    assert find(store, "alexa", "7") == key(store, "7", "alexa")
    for channel, customer_id in (("webchat", "07"), ("WEBCHAT", "7"), ("messenger", "7"), ("webchat", " 7")):
        with pytest.raises(NotFound):
            find(store, channel, customer_id)


@pytest.mark.parametrize("nothing", ["", " ", None, "*", "%", "v-%", "?"])
def test_nothing_and_patterns_name_nobody(store, nothing):
    tell(store, message())
    with pytest.raises(NotAllowed):
        find(store, "webchat", nothing)


def test_an_id_that_looks_like_a_pattern_is_an_id_where_it_exists(store):
    tell(store, message("*"), message("v-1"))
    assert find(store, "webchat", "*") == key(store, "*")
