"""Who may do what: the table as data, each right tried by each role on the functions themselves, below every button."""

import ast
import copy
import io
import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convdata import (
    alerts,
    backups,
    canned,
    conversations,
    customer_pages,
    downloads,
    erasure,
    importing,
    listing,
    markers,
    muting,
    previewing,
    records,
    replying,
    report,
    report_page,
    retention,
    sheets,
    standing,
    topics,
    workbook,
)
from convdata.database import Store
from convdata.errors import MisheardError, NotForYou
from convdata.filters import Choices
from convdata.review import by_hand, decisions, exporting, opening, queue, training
from convdata.rights import ALLOWED, Actor, Right, Role, program, require, who_may
from convdata.settings import PROJECT
from tests.failures import DOG, REFUND, fail, groups, join
from tests.story import NOON, admin, customer, key, message, rows, status, tell

DAY = NOON.date()
WEEK = Choices({"from": DAY, "to": DAY})
LINE = b'{"type":"message","id":"r-1","channel":"webchat","customer_id":"v-9","at":"2026-08-09T10:00:00Z","sender":"user","text":"x"}'
TAUGHT = b"intent,text\ngreet,Hello\n"

Act = Callable[[Store, Actor], Any]


def whose(store: Store) -> str:
    return key(store, "v-1")


def group(store: Store) -> str:
    return groups(store)[0].group_id


def alert() -> alerts.Alert:
    return alerts.Alert("messages", "above", 0.3)


# Every right, and the functions that it opens. The two that are left out are not doors: they say how much is shown.
ACTS: dict[Right, tuple[Act, ...]] = {
    Right.READ_LIST: (
        lambda s, by: customer_pages.page(s, Choices(), 1, 1, {}, by=by),
        lambda s, by: muting.muted_now(s, NOON, by=by),
    ),
    Right.READ_CONVERSATION: (lambda s, by: conversations.details(s, whose(s), by=by),),
    Right.MUTE: (lambda s, by: muting.mute(s, whose(s), by=by, now=NOON),),
    Right.UNMUTE: (
        lambda s, by: muting.unmute(s, whose(s), by=by, now=NOON),
        lambda s, by: replying.hand_back(s, whose(s), by=by, now=NOON),
    ),
    Right.REPLY: (
        lambda s, by: replying.reply(s, whose(s), "Hello", by=by, now=NOON, reply_id="r-1"),
        lambda s, by: replying.retry(s, whose(s), "r-1", attempts=1, by=by, now=NOON),
    ),
    Right.KEEP_REPLIES: (
        lambda s, by: canned.keep(s, "Hello", by=by, now=NOON),
        lambda s, by: canned.drop(s, "0", by=by),
    ),
    Right.SET_STATUS: (
        lambda s, by: standing.need_help(s, whose(s), by=by, now=NOON),
        lambda s, by: standing.clear_need_help(s, whose(s), by=by, now=NOON),
    ),
    Right.ERASE: (
        lambda s, by: erasure.what_goes(s, whose(s), by=by),
        lambda s, by: erasure.erase(s, key(s, "v-3"), by=by, now=NOON),
    ),
    Right.DOWNLOAD_USER: (lambda s, by: downloads.user_data(s, whose(s), by=by, now=NOON),),
    Right.DOWNLOAD_CONVERSATION: (lambda s, by: downloads.conversation(s, whose(s), "csv", by=by, now=NOON),),
    Right.DOWNLOAD_LIST: (lambda s, by: listing.as_csv(s, Choices(), by=by, now=NOON),),
    Right.DOWNLOAD_REPORT: (
        lambda s, by: report_page.download(s, WEEK, by=by, now=NOON),
        lambda s, by: workbook.download(s, WEEK, by=by, now=NOON),
        lambda s, by: sheets.download(s, "Rates", WEEK, lambda _: [], by=by, now=NOON),
        lambda s, by: sheets.taken(s, "Rates", WEEK, "png", by=by, now=NOON),
    ),
    Right.IMPORT: (
        lambda s, by: importing.import_file(s, io.BytesIO(LINE), by=by, now=NOON, format="events_jsonl"),
        lambda s, by: previewing.preview(s.settings, io.BytesIO(LINE), by=by, now=NOON, format="events_jsonl"),
    ),
    Right.READ_REVIEW: (
        lambda s, by: queue.listed(s, queue.Wanted(), DAY, by=by),
        lambda s, by: queue.groups(s, [group(s)], queue.Wanted(), DAY, by=by),
        lambda s, by: opening.utterances(s, group(s), by=by),
    ),
    Right.REVIEW: (
        lambda s, by: decisions.decide(s, [group(s)], "refund", by=by, now=NOON),
        lambda s, by: decisions.resolve(s, [group(s)], by=by, now=NOON),
        lambda s, by: decisions.reopen(s, [group(s)], by=by, now=NOON),
        lambda s, by: decisions.ignore(s, [group(s)], by=by, now=NOON),
        lambda s, by: decisions.undo(s, by=by, now=NOON),
        lambda s, by: by_hand.split(s, group(s), [], by=by, now=NOON),
        lambda s, by: by_hand.move(s, group(s), [], group(s), by=by, now=NOON),
        lambda s, by: by_hand.merge(s, [group(s), groups(s)[-1].group_id], by=by, now=NOON),
    ),
    Right.REVIEW_EXPORT: (
        lambda s, by: exporting.prepare(s, by=by),
        lambda s, by: exporting.export(s, exporting.prepare(s, by=admin("A")), "rasa", mask=True, by=by, now=NOON),
        lambda s, by: exporting.made_again(s, whose(s), "rasa", mask=True, by=by, now=NOON),
    ),
    Right.TEACH: (lambda s, by: training.import_training(s, "a.csv", TAUGHT, language="en", by=by, now=NOON),),
    Right.READ_TRENDS: (
        lambda s, by: topics.topics(s, WEEK, by=by),
        lambda s, by: report.report(s, WEEK, NOON, by=by),
    ),
    Right.MARK_DAYS: (
        lambda s, by: markers.mark_day(s, DAY, "A release", by=by, now=NOON),
        lambda s, by: markers.unmark_day(s, "0", by=by, now=NOON),
    ),
    Right.ALERTS: (
        lambda s, by: alerts.define(s, alert(), by=by, now=NOON),
        lambda s, by: alerts.remove(s, alert().alert_id, by=by, now=NOON),
    ),
    Right.READ_ACTIVITY: (
        lambda s, by: records.page(s, records.Wanted(), by=by),
        lambda s, by: records.count(s, records.Wanted(), by=by),
        lambda s, by: records.actors(s, by=by),
    ),
    Right.EXPORT_ACTIVITY: (lambda s, by: records.export(s, records.Wanted(), "csv", by=by, now=NOON),),
    Right.RETENTION: (
        lambda s, by: retention.preview(s, NOON, by=by),
        lambda s, by: retention.let_go(s, NOON, by=by),
    ),
    Right.BACKUP: (lambda s, by: backups.back_up(s, "/nonexistent/folder/backup.zip", by=by, now=NOON),),
}
HOW_MUCH_IS_SHOWN = {Right.SEE_PERSONAL, Right.REVEAL}
# What is taken away has to be read first.
WITH = {Right.DOWNLOAD_CONVERSATION: Right.READ_CONVERSATION, Right.DOWNLOAD_REPORT: Right.READ_TRENDS}


@pytest.fixture
def lived(store: Store) -> Store:
    tell(store, message(), customer(first_name="Ada"), status("need_help"), message("v-2"), message("v-3"))
    fail(store, *REFUND, *DOG)
    join(store)
    return store


def test_the_table_says_for_every_right_who_has_it_and_an_admin_has_all() -> None:
    assert set(ALLOWED) == set(Right)
    assert all(Role.ADMIN in who for who in ALLOWED.values())
    for role in Role:
        assert Actor("Ada", role).rights == {right for right, who in ALLOWED.items() if role in who}


def test_every_right_is_tried_here() -> None:
    assert set(ACTS) | HOW_MUCH_IS_SHOWN == set(Right)


@pytest.mark.parametrize("right", ACTS)
def test_each_role_may_what_the_table_says_and_nothing_is_done_for_others(right: Right, lived: Store) -> None:
    for act in ACTS[right]:
        for role in Role:
            before = _everything(lived)
            if role in ALLOWED[right]:
                _goes_through(act, lived, Actor("Ada", role))
            else:
                with pytest.raises(NotForYou, match=who_may(right)):
                    act(lived, Actor("Ada", role))
                assert _everything(lived) == before, role
        for nobody in ("Ada", Actor("Ada"), program("Ada", *set(Right) - {right})):
            before = _everything(lived)
            with pytest.raises(NotForYou):
                act(lived, nobody)  # type: ignore[arg-type]
            assert _everything(lived) == before
        _goes_through(act, lived, program("A program", right, WITH.get(right, right)))


def test_roles_add_up() -> None:
    both = Actor("Ada", Role.AGENT, Role.TRAINER)
    assert both.may(Right.REPLY)
    assert both.may(Right.REVIEW)
    assert not both.may(Right.ERASE)


def test_whoever_is_refused_is_told_who_can() -> None:
    with pytest.raises(NotForYou) as refused:
        require(Actor("Ada", Role.AGENT), Right.ERASE)
    assert str(refused.value) == "Your role does not let you delete a customer for good; a manager or an admin can."


def test_a_copy_of_an_actor_may_what_its_roles_say() -> None:
    for ada in (Actor("Ada", Role.AGENT), program("Ada", Right.IMPORT)):
        for again in (copy.copy(ada), copy.deepcopy(ada), pickle.loads(pickle.dumps(ada))):
            assert again == ada
            assert again.roles == ada.roles
            assert again.rights <= ada.rights, "a copy may never more"
    assert not isinstance(Actor("Ada", Role.ADMIN)[:2], Actor), "a part of a name is a text and may nothing"


def _goes_through(act: Act, store: Store, by: Actor) -> None:
    """Whatever else may be wrong with it, it is not refused."""
    try:
        act(store, by)
    except NotForYou:
        raise
    except MisheardError:
        pass


def _everything(store: Store) -> dict[str, list[str]]:
    tables = (
        "activity", "mutes", "outbox", "customers", "canned_replies", "markers", "alerts", "review_decisions",
        "review_examples", "review_exports",
    )  # fmt: skip
    return {table: sorted(map(str, rows(store, table))) for table in tables}


# -- the code ------------------------------------------------------------------------------------------------------------


def _functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted((PROJECT / "convdata").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield path.relative_to(PROJECT), node


def _by(function: ast.FunctionDef) -> str | None:
    """The type of somebody by whom it is done. (``by`` is also what numbers are counted by.)"""
    named = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    found = next((one for one in named if one.arg == "by"), None)
    type_ = ast.unparse(found.annotation) if found and found.annotation else ""
    return type_ if found and "[" not in type_ else None


OTHER_DOORS = {  # functions inside of an act: whoever calls them has been asked already, or is let in by a door of its own
    ("convdata/review/decisions.py", "change"),
    ("convdata/review/decisions.py", "note"),
    ("convdata/muting.py", "begin_mute"),  # of a mute or an answer, each of which asks
    ("convdata/rights.py", "require"),  # which asks
    ("convdata/errands.py", "errand"),  # by somebody at the shell of this machine
    ("convdata/doorbell.py", "ring"),  # likewise
    ("convdata/reads.py", "opened"),  # that they opened a conversation, which has been asked for then
}


def test_whoever_acts_is_asked_for_their_right_before_anything_else() -> None:
    asked, forgotten = 0, []
    for path, function in _functions():
        if _by(function) is None or function.name.startswith("_") or (str(path), function.name) in OTHER_DOORS:
            continue
        body = function.body[1:] if ast.get_docstring(function) else function.body
        asks = any(ast.unparse(line).startswith("require(by, Right.") for line in body[:3])
        hands_on = len(body) <= 3 and any("by=by" in ast.unparse(line) for line in body)
        hands_on |= bool(
            re.search(r"\bby\.(may|sees|reads)\(", ast.unparse(function))
        )  # shows less, and refuses nothing
        if asks or hands_on:
            asked += 1
        else:
            forgotten.append(f"{path}: {function.name}")
    assert not forgotten, "begin with require(by, Right.…)"
    assert asked > 40


def test_nobody_acts_under_a_plain_text() -> None:
    plain = [
        f"{path}: {function.name}"
        for path, function in _functions()
        if _by(function) not in (None, "Actor") and (str(path), function.name) not in OTHER_DOORS
    ]
    assert not plain
