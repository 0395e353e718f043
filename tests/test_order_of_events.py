"""Whatever the order in which events arrive, however often, with verdicts soon or late: the store ends the same."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convdata.counts import rebuild
from tests.imports import counted, event, imported, jsonl, standing
from tests.story import opened, rows

CUSTOMERS = ("v-1", "v-2", "v-3")
ZONE = "Europe/Paris"

# No two things are said at the same time: what then wins is the later arrival, and that is the order itself.
moments = st.integers(0, 60 * 24 * 3)


@st.composite
def histories(draw):
    """Events as a source has them in the end, each with its own time, and the same as they happen to arrive."""
    told = []
    for number, minute in enumerate(draw(st.lists(moments, min_size=1, max_size=25, unique=True))):
        at = f"{timedelta(minutes=minute)}".split(", ")[-1].rjust(8, "0")
        day = 24 + minute // (60 * 24)  # around the night when Paris changes its clocks
        common = {"customer_id": draw(st.sampled_from(CUSTOMERS)), "at": f"2026-10-{day}T{at}Z"}
        kind = draw(st.sampled_from(("message", "message", "message", "message", "customer", "status", "mute")))
        if kind == "customer":
            said = {"first_name": draw(st.sampled_from(("Ada", "Zoë", None)))}
        elif kind == "status":
            said = {"status": draw(st.sampled_from(("need_help", "ok"))), "reason": "because"}
        elif kind == "mute":
            said = {"muted": draw(st.booleans())}
        else:
            said = {
                "sender": draw(st.sampled_from(("user", "user", "bot", "agent"))),
                "language": draw(st.sampled_from((None, "en", "fr"))),
                "understood": draw(st.sampled_from((None, True, False))),
                "kind": draw(st.sampled_from(("typed", "typed", "button"))),
            }
        told.append(event(number, type=kind, **common, **said))
    arriving = list(told)
    for one in draw(st.lists(st.sampled_from(told), max_size=10)):
        arriving.append(one)
        if one["type"] == "message":  # said first without its verdict, which comes when it comes
            arriving[arriving.index(one)] = {**one, "understood": None}
    return told, draw(st.permutations(arriving))


@given(histories(), st.integers(1, 3))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_order_repeats_and_late_verdicts_end_as_the_plain_history_does(postgres_server, history, batches):
    told, arriving = history
    outcomes = []
    with postgres_server.database() as url:
        for where, files in (
            (":memory:", [told]),
            (":memory:", _cut(arriving, batches)),
            (url, _cut(arriving, batches)),
        ):
            store = opened(where if "://" in where else f"duckdb:///{where}", TIMEZONE=ZONE)
            store.secret = b"the same for all, so that keys can be compared"
            for file in files:
                imported(store, jsonl(*file))
            outcomes.append(_order_free(standing(store), store))
            before = counted(store)
            rebuild(store)
            assert counted(store) == before
            store.close()
    assert outcomes[1] == outcomes[0]
    assert outcomes[2] == outcomes[0]


def _cut(events, batches):
    size = -(-len(events) // batches)
    return [events[start : start + size] for start in range(0, len(events), size)]


def _order_free(standing, store):
    """Without what is about the arrival: which bot's message without a language counts to which of the day's rows."""
    standing["mutes"] = sorted(map(str, rows(store, "mutes", "customer_key", "muted_at", "muted_until")))
    return standing
