"""``import --dry-run`` and ``--map``: how a file would be read, said before anything is stored."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from convdata.command_line import Shell, printing
from convdata.errors import MisheardError
from convdata.importers import mapped
from convdata.previewing import preview

COLUMNS = ("time", "channel", "customer_id", "who", "understood", "intent", "text")


def options_of(given: Namespace) -> dict[str, str]:
    """What the format wants to know, a mapping among it; that names the format too."""
    options = dict(given.option or ())
    if given.map:
        if given.format not in (None, mapped.NAME):
            raise MisheardError(f"--map says what is in the file, and --format {given.format} something else: use one.")
        try:
            options["map"] = Path(given.map).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as wrong:
            reason = (getattr(wrong, "strerror", None) or "it is not UTF-8").lower()
            raise MisheardError(f"The mapping {given.map} cannot be read ({reason}).") from None
        given.format = mapped.NAME
    return options


def try_out(shell: Shell, given: Namespace, options: dict[str, str]) -> None:
    settings, now, by = shell.settings, shell.now, shell.who
    found = [preview(settings, path, now=now, by=by, format=given.format, options=options) for path in given.paths]
    if given.json:
        printing.document({"stored": 0, "files": [one.as_json() for one in found]})
        return
    for one in found:
        print(f"{printing.harmless(one.name)}, read as {one.title}:")
        if one.events:
            printing.table([_shown(event) for event in one.events], COLUMNS, settings.timezone)
        taken = one.read - one.rejected
        print(f"{one.read:,} read: {taken:,} would be taken, {one.rejected:,} rejected. Nothing was stored.")
        for reject in one.rejects:
            print(f"  line {reject['line']}, {reject['field']}: {reject['reason']}")
        if one.rejected > len(one.rejects):
            print(f"  … and {one.rejected - len(one.rejects):,} more.")


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    """An event in a line: when, where, who, and what in a few words."""
    muted = {True: "mute", False: "unmute", None: None}[event.get("muted")]
    names = " ".join(event[name] for name in ("first_name", "last_name") if event.get(name))
    return {
        "time": f"{event['at'][:10]} {event['at'][11:19]} UTC",
        "channel": event["channel"],
        "customer_id": event["customer_id"],
        "who": event.get("sender") or event["type"],
        "understood": event.get("understood"),
        "intent": event.get("intent"),
        "text": event.get("text") or event.get("status") or muted or names or None,
    }
