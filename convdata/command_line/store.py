"""``check``: whether the store answers, and what is configured."""

from argparse import Namespace

from convdata.command_line import Command, Shell, add_json, printing
from convdata.settings import PREFIX, SETTINGS


def check(shell: Shell, given: Namespace) -> None:
    store, settings = shell.store, shell.settings
    steps = [row.name for row in store.ask("store/schema_steps")]
    sizes = store.ask_one("store/sizes", now=shell.now)
    assert sizes is not None
    found = {
        "store": store.kind,
        "schema": max(steps).split(".")[0],
        "timezone": settings.timezone.key,
        "customers": sizes.customers,
        "messages": sizes.messages,
        "muted": sizes.muted,
        "configured": [PREFIX + s.name for s in SETTINGS if settings.value(s.name) != s.default],
        "default": [PREFIX + s.name for s in SETTINGS if settings.value(s.name) == s.default],
    }
    if given.json:
        printing.document(found)
        return
    print(f"The store answers: {found['store']}, schema {found['schema']}, days in {found['timezone']}.")
    print(
        f"{sizes.customers:,} customers, {sizes.messages:,} messages; the bot is muted for {sizes.muted:,} of them now."
    )
    print(f"Configured: {', '.join(found['configured']) or 'nothing'}.")
    print(f"Left as they are by default: {', '.join(found['default']) or 'none'}.")


COMMANDS = (Command("check", "connect, check the schema and say what is configured", check, add_json),)
