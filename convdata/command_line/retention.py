"""``retention``: who is not to be kept any longer."""

from argparse import ArgumentParser, Namespace

from convdata.command_line import Command, Shell, add_json, printing
from convdata.errors import MisheardError


def retention(shell: Shell, given: Namespace) -> None:
    if given.as_if is not None and not given.preview:
        raise MisheardError("--as goes with --preview: what is really done stands in MISHEARD_RETENTION.")
    if not given.preview:
        if not shell.settings.keeping:
            raise MisheardError("Nobody is taken away: MISHEARD_RETENTION does not say how long customers are kept.")
        done = shell.errand("let_go")
        if given.json:
            printing.document(done)
        else:
            print(f"Erased, each with a receipt under Activity: {done['erased']:,}.")
        return
    leaving = shell.errand("preview_retention", **{"as": given.as_if})
    if given.json:
        printing.document(leaving)
        return
    if not leaving:
        print("Everybody is kept for ever; to see who would go by another rule: --as 365, --as webchat=90.")
    for one in leaving:
        since = f", the first quiet since {one['oldest'][:10]}" if one["oldest"] else ""
        print(f"{one['channel']}: kept for {one['days']:,} days; would go now: {one['customers']:,}{since}.")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--preview", action="store_true", help="only say how many would go")
    parser.add_argument("--as", dest="as_if", metavar="RULE", help="preview another rule than MISHEARD_RETENTION's")
    add_json(parser)


COMMANDS = (Command("retention", "erase who was not heard of for longer than they are kept", retention, _arguments),)
