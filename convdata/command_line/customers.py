"""``customers`` and ``stats``: the list, and the numbers of Trends."""

from argparse import ArgumentParser, Namespace

from convdata import rates, stats
from convdata.command_line import Command, Shell, add_filters, add_json, chosen, printing
from convdata.intervals import FEW
from convdata.masking import shown

EVERYBODY = 2**62


def list_customers(shell: Shell, given: Namespace) -> None:
    choices = chosen(shell, given)
    many = EVERYBODY if given.json else printing.SHOWN
    rows = shown(shell.store, shell.store.ask("customers/listing", choices, now=shell.now, many=many), shell.who)
    if given.json:
        printing.document(printing.plain(rows))
        return
    if not rows:
        print("No customers." if not choices else "No customers match these filters.")
        return
    count = shell.store.ask_one("customers/count", choices)
    lines = [
        dict(row._mapping) | {"name": " ".join(part for part in (row.first_name, row.last_name) if part) or "Anonymous"}
        for row in rows
    ]
    columns = (
        "channel",
        "customer_id",
        "name",
        "status",
        "language",
        "last_message_at",
        "muted_until",
        "message_count",
    )
    printing.table(lines, columns, shell.settings.timezone, count.conversations if count else None)


def stats_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--by", metavar="LIST", default="", help=f"a row for each: any of {','.join(stats.DIMENSIONS)}, with commas"
    )
    add_filters(
        parser,
        {
            "from": "The day of the message itself; both days are included.",
            "to": "",
            "channel": "",
            "language": "The language of the message itself.",
        },
    )
    add_json(parser)


def show_stats(shell: Shell, given: Namespace) -> None:
    by = tuple(name.strip() for name in given.by.split(",") if name.strip())
    rows = stats.table(shell.store, chosen(shell, given), by)
    if given.json:
        printing.document(rates.with_intervals(rows))
    elif not rows:
        print("Nothing to count: there is no message with a verdict.")
    else:
        printing.table(rates.in_words(rows), tuple(rows[0]), shell.settings.timezone)
        print(f"In brackets the 95 % interval; of fewer than {FEW} no rate is said.")


def _list_arguments(parser: ArgumentParser) -> None:
    add_filters(parser)
    add_json(parser)


COMMANDS = (
    Command("customers", "the Customers list, newest last message first", list_customers, _list_arguments),
    Command("stats", "the numbers of Trends", show_stats, stats_arguments),
)
