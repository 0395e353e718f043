"""``backup`` and ``restore``: everything in one file, and back."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from convdata.command_line import Command, Shell, add_json, printing
from convdata.restoring import restore as restored


def backup(shell: Shell, given: Namespace) -> None:
    made = shell.errand("back_up", path=str(Path(given.file).absolute()))
    if given.json:
        printing.document(made)
        return
    print(f"Backed up: {made['rows']:,} rows, {made['bytes']:,} bytes, in {made['path']}")
    print("It holds everybody's data and the store's secret, and is not encrypted: keep it as you keep the store.")
    print(f"The end of the records in it, to be noted elsewhere: {made['end']}")


def restore(shell: Shell, given: Namespace) -> None:
    done = restored(
        shell.settings, given.file, by=shell.who, now=shell.now, replacing=given.replace, lists=given.erased or ()
    )
    if given.json:
        printing.document(done.as_json())
        return
    print(f"Restored, as it was on {done.made_at:%Y-%m-%d %H:%M:%S} UTC: {done.customers:,} customers.")
    print(f"Erased since then, and again now: {done.erased_again:,}. Records taken over: {done.records_kept:,}.")
    if done.passed_over:
        print(f"Lines of lists of the erased that are of another store, or damaged: {done.passed_over:,}.")
    if not done.known:
        print(
            "Nothing here knows who was erased since then: if anybody was, restore again with --replace and --erased FILE, "
            "the list of the erased (MISHEARD_ERASED_LIST), or erase them again."
        )


def _backup_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a new file, for its owner's eyes only")
    add_json(parser)


def _restore_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a backup")
    parser.add_argument(
        "--erased",
        metavar="FILE",
        action="append",
        help="a list of the erased, where the store's own is not in its place",
    )
    parser.add_argument("--replace", action="store_true", help="in the place of what is in the store")
    add_json(parser)


COMMANDS = (
    Command("backup", "everything in one file, also while the dashboard runs", backup, _backup_arguments),
    Command("restore", "bring a backup back; who was erased since stays erased", restore, _restore_arguments),
)
