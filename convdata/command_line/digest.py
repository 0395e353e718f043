"""``digest``: the week in one document, for cron and mail."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta
from typing import Any

from convdata.command_line import Command, Shell, add_filters, chosen, printing
from convdata.periods import local_day
from convdata.report import report
from convdata.report_page import report_page


def digest(shell: Shell, given: Namespace) -> None:
    choices = chosen(shell, given)
    last = choices["to"] or local_day(shell.now, shell.settings.timezone) - timedelta(days=1)
    first = choices["from"] or last - timedelta(days=6)
    found = report(shell.store, choices.but(from_=min(first, last), to=last), shell.now, by=shell.who)
    if given.format == "json":
        printing.document(found)
    elif given.format == "html":
        print(report_page(found))
    else:
        _say(found)


def _say(found: dict[str, Any]) -> None:
    print(f"{found['from']} to {found['to']}, days in {found['timezone']}\n")
    for alert in found["alerts"]:
        if alert["fires"]:
            print(
                f"ALERT  {printing.harmless(alert['alert'])}\n       {alert['said']}, {alert['from']} to {alert['to']}\n"
            )
    for n in found["numbers"]:
        was = f"; before: {n['before']}" if n["before"] else ""
        rests_on = f"  ({n['rests_on']}{was})" if n["rests_on"] else f"  ({was[2:]})" if was else ""
        print(f"{n['title']:26} {n['value']:>10}{rests_on}")
    if found["topics"]["first"]:
        print(f"\nTop topics of failure, of {found['topics']['messages']:,} messages:")
        for topic in found["topics"]["first"]:
            print(f"{topic['messages']:>6,}  {printing.harmless(topic['text'])[:70]}")
    for marker in found["markers"]:
        print(f"\n{marker['day']}  {printing.harmless(marker['text'])}", end="")
    print(end="\n" if found["markers"] else "")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "html", "json"), default="text", help="how it is printed")
    add_filters(parser)


COMMANDS = (Command("digest", "the last seven whole days in one document, for cron and mail", digest, _arguments),)
