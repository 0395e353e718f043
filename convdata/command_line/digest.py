"""``digest``: the week in one document, for cron and mail."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from convdata.captions import named, percent, span
from convdata.charts import ranked
from convdata.command_line import Command, Shell, chosen, printing
from convdata.mail.digest import mail
from convdata.marks import Mark
from convdata.periods import local_day
from convdata.report import as_mark, report, running, titled
from convdata.week import peak

WIDE = 72  # columns: what a terminal and a mail as text show without breaking a line
STEPS, BARS, MARKERS = 14, 8, 10


def digest(shell: Shell, given: Namespace) -> None:
    choices = chosen(shell, given)
    last = choices["to"] or local_day(shell.now, shell.settings.timezone) - timedelta(days=1)
    first = choices["from"] or last - timedelta(days=6)
    found = report(shell.store, choices.but(from_=min(first, last), to=max(first, last)), shell.now, by=shell.who)
    if given.format == "json":
        printing.document(found)
    elif given.format == "html":
        print(mail(found))
    else:
        print("\n".join(lines(found)))


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The digest as text, no line wider than WIDE."""
    yield f"Misheard, {found['from']} to {found['to']}{running(found)}, days in {found['timezone']}"
    yield f"before: {found['before']['from']} to {found['before']['to']}"
    if not found["before"]["whole"]:
        yield "not compared: it was not counted from its first day on"
    for name, values in found["filters"].items():
        yield from printing.wrapped(f"only {name} {', '.join(values)}", WIDE)
    for alert in found["alerts"]:
        if alert["fires"]:
            yield ""
            yield from printing.wrapped(alert["alert"], WIDE, "       ", first="ALERT  ")
            yield from printing.wrapped(
                f"{alert['said']}, {alert['from']} to {alert['to']}", WIDE, "       ", first="       "
            )
    yield ""
    yield f"{'':26}{'now':>11}{'before':>11}  change"
    for n in found["numbers"]:
        change = f"  {n['change']}{' *' if n['beyond_chance'] else ''}" if n["change"] else ""
        yield f"{n['title']:26}{n['value']:>11}{n['before'] or '':>11}{change}".rstrip()
        if n["rests_on"]:
            yield f"  {n['rests_on']}"
    if any(n["beyond_chance"] for n in found["numbers"]):
        yield "* chance alone does not explain it"
    days = [as_mark(row, found) for row in found["over_time"]]
    latest, days = f", the latest {STEPS}" if len(days) > STEPS else "", days[-STEPS:]
    yield from _shares(f"by {found['step']}{latest}", days, [_when(mark, found) for mark in days])
    for of in ("channel", "language"):
        marks = ranked([as_mark(row, found) for row in found["tables"][of]])
        yield from _shares(f"by {of}", marks[:BARS], map(named, marks[:BARS]), len(marks))
    if found["hours"]:
        yield ""
        yield from printing.wrapped(peak(found["hours"]), WIDE)
    if found["topics"]["first"]:
        yield from _topics(found["topics"])
    if found["markers"]:
        yield "\nMarked days:"
        for marker in found["markers"][:MARKERS]:
            yield f"{marker['day']}  {printing.cut(printing.harmless(marker['text']), WIDE - 12)}"
        if len(found["markers"]) > MARKERS:
            yield f"… and {len(found['markers']) - MARKERS} more."


def _when(mark: Mark, found: Mapping[str, Any]) -> str:
    return span(mark.first_day, mark.last_day) + (", so far" if mark.last_day.isoformat() >= found["today"] else "")


def _shares(title: str, marks: Sequence[Mark], names: Iterable[str], many: int = 0) -> Iterator[str]:
    if marks:
        yield f"\nNot Understood rate {title}:"
    for mark, name in zip(marks, names, strict=True):
        share = "too few" if mark.few else percent(mark.rate)
        yield f"{share:>9}  {f'{mark.part:,} of {mark.whole:,}':18} {printing.cut(printing.harmless(name), WIDE - 30)}"
    if many > len(marks):
        yield f"… and {many - len(marks):,} more."


def _topics(found: Mapping[str, Any]) -> Iterator[str]:
    """In the order of customers, where Review has grouped them."""
    grouped = any(topic["customers"] is not None for topic in found["first"])
    yield f"\nTop topics of failure, of {found['messages']:,} messages:"
    yield f"{'customers  ' if grouped else ''}messages"
    for topic in found["first"]:
        many = f"{topic['customers'] or 0:>9,}  " if grouped else ""
        line = f"{many}{topic['messages']:>8,}  "
        yield line + printing.cut(printing.harmless(titled(topic, found["first"])), WIDE - len(line))


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "html", "json"),
        default="text",
        help="how it is printed: as text, as a mail, or for programs",
    )
    parser.add_argument(
        "--from", metavar="DAY", help="the first day, of the messages themselves; six days before the last unless said"
    )
    parser.add_argument("--to", metavar="DAY", help="the last day; yesterday unless said; today is counted so far")
    for name in ("channel", "language"):
        parser.add_argument(
            f"--{name}",
            action="append",
            metavar=name[0].upper(),
            help=f"only messages of this {name}; may be given again",
        )


COMMANDS = (Command("digest", "the last seven whole days in one document, for cron and mail", digest, _arguments),)
