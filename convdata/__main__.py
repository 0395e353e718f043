"""``misheard`` and ``python -m convdata``: 0 is done; 2 could not be done, with one sentence on stderr."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from convdata.command_line import Command, Shell, backups, counts, customers, digest, files, person, retention, store
from convdata.command_line.printing import harmless
from convdata.errors import MisheardError
from convdata.periods import now_utc
from convdata.settings import read_settings

COMMANDS: tuple[Command, ...] = (
    *files.COMMANDS,
    *customers.COMMANDS,
    *person.COMMANDS,
    *digest.COMMANDS,
    *counts.COMMANDS,
    *backups.COMMANDS,
    *retention.COMMANDS,
    *store.COMMANDS,
)
DONE, NOT_DONE = 0, 2


class _Parser(ArgumentParser):
    """Says what is wrong in one line; the usage is a --help away."""

    def error(self, message: str) -> NoReturn:
        raise MisheardError(f"{message[0].upper()}{message[1:].rstrip('.')}; see {self.prog} --help.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            _run(arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            _stop_printing()  # whoever reads has seen enough
        return DONE
    except MisheardError as wrong:
        return _not_done(str(wrong))
    except KeyboardInterrupt:
        return _not_done("Interrupted; nothing more was done.")
    except OSError as wrong:
        _stop_printing()
        return _not_done(f"Something cannot be read or written ({(wrong.strerror or type(wrong).__name__).lower()}).")
    except Exception as wrong:  # a mistake of ours; whoever typed this cannot do anything with its traceback
        if os.environ.get("MISHEARD_DEBUG"):
            raise
        if "interrupted" in str(wrong).lower():  # DuckDB's way of saying Control-C
            return _not_done("Interrupted; nothing more was done.")
        return _not_done(
            f"That is a mistake in Misheard itself ({type(wrong).__name__}); to see where, run it again with MISHEARD_DEBUG=1."
        )


def _run(arguments: Sequence[str] | None) -> None:
    given = _parser().parse_args(arguments)
    shell = Shell(read_settings(), now_utc())
    try:
        given.command.run(shell, given)
    finally:
        shell.close()


def _parser() -> ArgumentParser:
    parser = _Parser(prog="misheard", description="What your chatbot did not understand.", allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.sentence, description=command.sentence, allow_abbrev=False)
        command.arguments(one)
        one.set_defaults(command=command)
    return parser


def _not_done(sentence: str) -> int:
    with suppress(OSError):
        print(harmless(sentence), file=sys.stderr, flush=True)
    return NOT_DONE


def _stop_printing() -> None:
    """Nothing more can be printed, and Python must not try at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
