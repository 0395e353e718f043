"""``demo`` and ``import``: a store filled."""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from convdata.channels import channel_keys
from convdata.command_line import Command, Shell, add_json, printing
from convdata.command_line.dry_runs import options_of, try_out
from convdata.errors import ImportStopped, MisheardError, StoreNotEmpty
from convdata.events import Event, EventReader
from convdata.following import options_in
from convdata.importers import importers
from convdata.importing import Progress, Result, import_file
from convdata.intake import Counts, take
from convdata.muting import sweep
from convdata.periods import now_utc
from convdata.schema import is_empty
from convdata.tidying import less_tidying_up

BATCH = 20_000


def fill_with_demo(shell: Shell, given: Namespace) -> None:
    from convdata.demo import world  # its words are many, and no other command needs them

    if not is_empty(shell.store):
        if given.if_empty:
            return
        raise StoreNotEmpty(
            "The demo world only goes into an empty store, and this one has customers: name another with MISHEARD_STORE."
        )
    read = EventReader(frozenset(channel_keys(shell.settings.channels)), shell.now).from_object
    told = world(now=shell.now.replace(tzinfo=UTC), customers=given.customers, days=given.days, seed=given.seed)
    counts, batch = Counts(), list[Event]()
    with shell.store.writing_much(), less_tidying_up():
        for raw in told:
            batch.append(read(raw)[0])
            if len(batch) >= BATCH:
                counts += take(shell.store, batch, shell.now)
                batch.clear()
        counts += take(shell.store, batch, shell.now)
    sweep(shell.store, shell.now)
    sizes = shell.store.ask_one("store/sizes", now=shell.now)
    customers = sizes.customers if sizes else 0
    print(f"The demo world is there: {customers:,} customers and {counts.stored:,} events of {given.days} days.")


def import_files(shell: Shell, given: Namespace) -> None:
    options = options_of(given)
    if given.dry_run:
        try_out(shell, given, options)
        return
    _check_rejects(given.rejects, given.paths)
    results: list[Result] = []
    try:
        with _rejects(given.rejects) as rejects, _control_c_between_batches() as stop:
            for path in given.paths:
                with _progress_bar(path, stop) as progress:
                    results.append(
                        import_file(
                            shell.store,
                            path,
                            now=shell.now,
                            by=shell.who,
                            format=given.format,
                            rejects=rejects,
                            progress=progress,
                            options=options,
                        )
                    )
    except ImportStopped as stopped:
        _say(given, [*results, stopped.result])
        raise
    except MisheardError:
        if results:
            _say(given, results)
        raise
    _say(given, results)


def follow(shell: Shell, given: Namespace) -> None:
    """Until Control-C. Every look is an import of what is new, so a stop at any moment loses nothing."""
    options = options_in(shell.settings.value("RASA_OPTIONS")) | dict(given.option or ())
    print(f"Reading what is new every {given.every:g} s; Control-C ends it.", file=sys.stderr)
    while True:
        result = import_file(
            shell.store, given.address, now=now_utc(), by=shell.who, format=given.format, options=options
        )
        if result.counts.read:
            print(
                f"{result.counts.stored:,} stored, {result.counts.duplicate:,} duplicate, {result.counts.rejected:,} rejected"
            )
        time.sleep(given.every)


def _say(given: Namespace, results: Sequence[Result]) -> None:
    counts = sum((result.counts for result in results), Counts())
    seconds = sum(result.seconds for result in results)
    if given.json:
        files = [result.as_json() for result in results]
        printing.document(asdict(counts) | {"seconds": round(seconds, 3), "files": files})
        return
    print(
        f"{counts.read:,} read = {counts.stored:,} stored + {counts.updated:,} updated + {counts.duplicate:,} duplicate "
        f"+ {counts.rejected:,} rejected + {counts.suppressed:,} suppressed, in {seconds:.1f} s"
    )
    if given.format is None:
        for result in results:
            print(f"{printing.harmless(result.name)} was read as {importers()[result.format].TITLE}.")
    if counts.unknown_fields:
        print(f"{counts.unknown_fields:,} fields were not known and ignored.")
    if counts.rejected and given.rejects:
        print(f"The rejected lines are in {given.rejects}, each with its field and reason.")
    elif counts.rejected:
        print("To see which lines were rejected and why, run it again with --rejects FILE.")


def _check_rejects(rejects: str | None, paths: Sequence[str]) -> None:
    for path in paths:
        if rejects and os.path.exists(rejects) and os.path.exists(path) and os.path.samefile(rejects, path):
            raise MisheardError("--rejects names the file that is to be imported; give it another name.")


@contextmanager
def _rejects(path: str | None) -> Iterator[TextIO | None]:
    """The file for rejected lines, for its owner's eyes only, as it repeats what customers wrote."""
    if path is None:
        yield None
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as wrong:
        raise MisheardError(f"{path} cannot be written ({(wrong.strerror or 'unknown reason').lower()}).") from None
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        yield file


@contextmanager
def _control_c_between_batches() -> Iterator[Callable[[], bool]]:
    """Control-C is heard where everything is stored or nothing, in a second at most; a second one at once."""
    pressed = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return

    def hear(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, hear)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress_bar(path: str, stop: Callable[[], bool]) -> Iterator[Progress]:
    name = printing.harmless(Path(path).name)
    with tqdm(
        desc=name,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        file=sys.stderr,
        leave=False,
        disable=not sys.stderr.isatty(),
    ) as bar:

        def progress(done: int, total: int, counts: Counts) -> None:
            bar.total = total or None
            seconds = float(bar.format_dict["elapsed"]) or 1.0
            bar.set_postfix_str(f"{counts.read:,} lines, {counts.read / seconds:,.0f}/s", refresh=False)
            bar.update(done - bar.n)
            if stop():
                raise KeyboardInterrupt

        yield progress


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="files, plain or gzip, or addresses such as sqlite:///…"
    )
    parser.add_argument("--format", choices=tuple(importers()), help="what they are; guessed when not named")
    parser.add_argument("--map", metavar="MAPPING", help="a mapping in TOML: what of the file becomes which field")
    parser.add_argument(
        "--dry-run", action="store_true", help="show the first twenty events and what would be rejected"
    )
    parser.add_argument("--rejects", metavar="FILE", help="where rejected lines go, as JSON Lines")
    parser.add_argument(
        "--option", metavar="NAME=VALUE", type=_pair, action="append", help="something the format wants to know"
    )
    add_json(parser)


def _follow_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("format", metavar="FORMAT", choices=("rasa",), help="whose store it is: rasa")
    parser.add_argument("address", metavar="ADDRESS", help="such as postgresql+psycopg://… or sqlite:///tracker.db")
    parser.add_argument("--every", metavar="SECONDS", type=float, default=10, help="how often to look (10)")
    parser.add_argument(
        "--option", metavar="NAME=VALUE", type=_pair, action="append", help="something the format wants to know"
    )


def _demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--customers", metavar="N", type=_from_1_to(100_000), default=400, help="how many (400)")
    parser.add_argument("--days", metavar="N", type=_from_1_to(3650), default=60, help="how many days back (60)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="another seed, another world (1)")
    parser.add_argument("--if-empty", action="store_true", help="do nothing where there are customers already")


def _from_1_to(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise ArgumentTypeError(f"must be a whole number from 1 to {most:,}")
        return int(text)

    return number


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise ArgumentTypeError("must be NAME=VALUE")
    return name, value


COMMANDS = (
    Command(
        "demo", "fill an empty store with the demo world, always the same for a seed", fill_with_demo, _demo_arguments
    ),
    Command("import", "import conversations from files", import_files, _import_arguments),
    Command("follow", "read what is new in another program's store, again and again", follow, _follow_arguments),
)
