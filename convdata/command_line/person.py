"""``mute``, ``unmute``, ``download`` and ``erase``: one customer; and ``sweep``: every mute that is past its end."""

import os
import sys
from argparse import ArgumentParser, Namespace

from convdata import downloads, muting
from convdata.command_line import Command, Shell, add_json, add_one_customer, printing
from convdata.errors import MisheardError
from convdata.periods import local
from convdata.standing import find
from convdata.telling import tell_bots


def mute(shell: Shell, given: Namespace) -> None:
    key = find(shell.store, given.channel, given.customer_id)
    until = muting.mute(shell.store, key, by=shell.who, now=shell.now, hours=given.hours, reason=given.reason)
    tell_bots(shell.store, shell.now, key)
    if given.json:
        printing.document({"muted_until": printing.moment(until)})
    else:
        print(f"The bot is silent for this customer until {local(until, shell.settings.timezone):%Y-%m-%d %H:%M %Z}.")


def unmute(shell: Shell, given: Namespace) -> None:
    key = find(shell.store, given.channel, given.customer_id)
    was_muted = muting.unmute(shell.store, key, by=shell.who, now=shell.now)
    tell_bots(shell.store, shell.now, key)
    if given.json:
        printing.document({"was_muted": was_muted})
    else:
        print("The bot answers this customer again." if was_muted else "The bot was not muted for this customer.")


def sweep(shell: Shell, given: Namespace) -> None:
    closed = muting.sweep(shell.store, shell.now)
    tell_bots(shell.store, shell.now)
    if given.json:
        printing.document({"closed": closed})
    else:
        print(f"{closed:,} {'mute was' if closed == 1 else 'mutes were'} past the end and closed.")


def download(shell: Shell, given: Namespace) -> None:
    if given.what == "user" and given.format != "json":
        raise MisheardError("User data is downloaded as JSON only.")
    key = find(shell.store, given.channel, given.customer_id)
    if given.output:
        # Before anything is read: a download that is recorded has also arrived.
        _write(given.output, b"")
    if given.what == "user":
        content = downloads.user_data(shell.store, key, by=shell.who, now=shell.now)
    else:
        content = downloads.conversation(shell.store, key, given.format, by=shell.who, now=shell.now)
    if given.output:
        _write(given.output, content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)


def erase(shell: Shell, given: Namespace) -> None:
    who = {"channel": given.channel, "customer_id": given.customer_id}
    if not given.yes:
        going = shell.errand("what_goes", **who)
        raise MisheardError(
            f"This removes {printing.harmless(going['name'])} ({going['channel']}), {going['messages']:,} messages and "
            "everything derived from them, for good; add --yes to do it."
        )
    receipt = shell.errand("erase", **who)
    if given.json:
        printing.document(receipt)
        return
    print(f"Erased. Receipt {receipt['reference']}: {receipt['erased_at']} UTC, by {receipt['erased_by']}.")
    for name, rows in receipt["rows"].items():
        print(f"  {name.replace('_', ' ')}: {rows:,} row{'' if rows == 1 else 's'}")


def _write(path: str, content: bytes) -> None:
    """Into a file for its owner's eyes only."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as wrong:
        raise MisheardError(f"{path} cannot be written ({(wrong.strerror or 'unknown reason').lower()}).") from None


def _mute_arguments(parser: ArgumentParser) -> None:
    add_one_customer(parser)
    parser.add_argument(
        "--hours", metavar="H", type=float, help="how long; the longest that the settings allow if not said"
    )
    parser.add_argument("--reason", metavar="TEXT", help="why, for the record")
    add_json(parser)


def _unmute_arguments(parser: ArgumentParser) -> None:
    add_one_customer(parser)
    add_json(parser)


def _download_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=("user", "conversation"), help="everything about them, or what was said")
    add_one_customer(parser)
    parser.add_argument(
        "--format", choices=tuple(f.value for f in downloads.Format), default="json", help="json if not said"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; printed if not said")


def _erase_arguments(parser: ArgumentParser) -> None:
    add_one_customer(parser)
    parser.add_argument("--yes", action="store_true", help="really; it cannot be undone")
    add_json(parser)


COMMANDS = (
    Command("mute", "mute the bot for one customer", mute, _mute_arguments),
    Command("unmute", "let the bot answer again", unmute, _unmute_arguments),
    Command("sweep", "close every mute that is past its end", sweep, add_json),
    Command("download", "user data or a conversation, as a file", download, _download_arguments),
    Command("erase", "remove a customer and everything about them, for good", erase, _erase_arguments),
)
