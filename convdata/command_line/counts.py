"""``counts``: whether the kept counts are right, and how they are made anew or smaller."""

from argparse import ArgumentParser, Namespace

from convdata import counts, recounting
from convdata.command_line import Command, Shell, add_json, printing
from convdata.errors import CountsWrong

WHAT = ("check", "rebuild", "compact")


def keep_counts(shell: Shell, given: Namespace) -> None:
    if given.what == "compact":
        fewer = recounting.compact(shell.store, spare=0)
        _say(given, {"rows_fewer": fewer}, f"The counts have {fewer:,} rows fewer.")
        return
    if given.what == "rebuild":
        counts.rebuild(shell.store)
    found = recounting.compare(shell.store)
    looked_at = f"{found.messages:,} messages of {found.customers:,} customers"
    if found.right:
        _say(given, found.as_json(), f"The counts are what a recount gives: {looked_at}.")
        return
    if given.json:
        printing.document(found.as_json())
    raise CountsWrong(
        f"The counts differ from a recount of {looked_at}: {found.wrong_customer_days:,} days of customers, "
        f"{found.wrong_daily_counts:,} daily counts, {found.wrong_hours:,} hourly counts, {found.days_of_nobody:,} days of "
        f"nobody; the first on {found.first_wrong_day or 'no day'}. Make them anew with: misheard counts rebuild."
    )


def _say(given: Namespace, document: dict[str, object], sentence: str) -> None:
    if given.json:
        printing.document(document)
    else:
        print(sentence)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=WHAT, help="compare with a recount; count every message anew; fewer rows")
    add_json(parser)


COMMANDS = (
    Command(
        "counts", "check the kept counts of Trends against a recount, rebuild or compact them", keep_counts, _arguments
    ),
)
