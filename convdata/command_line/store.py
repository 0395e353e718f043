"""``check``: whether the store answers, what is configured, and whether its records are what was written."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from convdata.chain import End, verify
from convdata.command_line import Command, Shell, add_json, printing
from convdata.errors import FileUnreadable, RecordsChanged
from convdata.receipt_checks import broken_sentence, check_receipt, end_noted, read_receipt
from convdata.settings import PREFIX, SETTINGS


def check(shell: Shell, given: Namespace) -> None:
    store, settings = shell.store, shell.settings
    steps = [row.name for row in store.ask("store/schema_steps")]
    sizes = store.ask_one("store/sizes", now=shell.now)
    assert sizes is not None
    receipt = read_receipt(_text_of(given.receipt)) if given.receipt else None
    verdict = verify(store, given.end)
    found = {
        "store": store.kind,
        "schema": max(steps).split(".")[0],
        "timezone": settings.timezone.key,
        "customers": sizes.customers,
        "messages": sizes.messages,
        "muted": sizes.muted,
        "records": {
            "intact": not verdict.breaks,
            "records": verdict.records,
            "erased": verdict.erased,
            "end": str(verdict.end),
            "breaks": verdict.breaks,
        },
        "configured": [PREFIX + s.name for s in SETTINGS if settings.value(s.name) != s.default],
        "default": [PREFIX + s.name for s in SETTINGS if settings.value(s.name) == s.default],
    }
    if given.json:
        printing.document(found)
    else:
        _print(found)
    if verdict.breaks:
        raise RecordsChanged(broken_sentence(verdict))
    if receipt is not None:
        good = check_receipt(store, receipt)
        if not given.json:
            print(good)


def _print(found: dict[str, Any]) -> None:
    print(f"The store answers: {found['store']}, schema {found['schema']}, days in {found['timezone']}.")
    print(
        f"{found['customers']:,} customers, {found['messages']:,} messages; the bot is muted for {found['muted']:,} of them now."
    )
    records = found["records"]
    if records["intact"]:
        print(
            f"The records of what was done are as they were written: {records['records']:,}, and {records['erased']:,} that "
            f"erasures took. Their end, to be noted elsewhere and given to --end later: {records['end']}"
        )
    print(f"Configured: {', '.join(found['configured']) or 'nothing'}.")
    print(f"Left as they are by default: {', '.join(found['default']) or 'none'}.")


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as wrong:
        raise FileUnreadable(f"{path} cannot be read ({type(wrong).__name__}).") from None


def _end(text: str) -> End:
    try:
        return end_noted(text)
    except ValueError:
        raise ArgumentTypeError("must be NUMBER:HASH, as check prints it") from None


def _check_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--receipt", metavar="FILE", help="also check the receipt of an erasure")
    parser.add_argument("--end", metavar="NUMBER:HASH", type=_end, help="an end of the records that was noted before")
    add_json(parser)


COMMANDS = (
    Command("check", "connect, check the schema and the records, and say what is configured", check, _check_arguments),
)
