"""A conversation as a page to print: it stands alone, asks for nothing, and shows every text as it was written."""

from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from convdata.channels import channel, language_title
from convdata.conversations import Said
from convdata.database import Row
from convdata.masking import called
from convdata.periods import local
from convdata.transcript import NO_TEXT, Entry, entries

_PAGE = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def page(customer: Row, said: Said, zone: ZoneInfo, now: datetime) -> str:
    """The whole page. Times are the dashboard's."""
    names = (part for part in (customer.first_name, customer.last_name) if part)
    about = (
        channel(customer.channel).title,
        language_title(customer.language),
        f"customer id {customer.customer_id}",
        f"{customer.message_count:,} messages",
        f"printed {local(now, zone):%Y-%m-%d %H:%M}, times in {zone.key}",
    )
    lines = entries(said, zone, called(customer))
    return _PAGE.substitute(
        name=escape(" ".join(names) or "Anonymous"),
        about=escape(" · ".join(about)),
        lines="\n".join(_line(entry, zone) for entry in lines),
    )


def _line(entry: Entry, zone: ZoneInfo) -> str:
    if entry.kind == "day":
        return f"<h2>{_text(entry.text)}</h2>"
    time = f'<time datetime="{entry.at.isoformat()}Z">{local(entry.at, zone):%H:%M}</time>'
    if entry.kind != "message":
        quote = f": “<bdi>{_text(entry.quote)}</bdi>”" if entry.quote else ""
        return f'<div class="{entry.kind}">{_text(entry.text)}{quote} {time if entry.kind == "record" else ""}</div>'
    if entry.text is not None:
        said = f'<div class="text">{_text(entry.text)}</div>'
    else:
        said = "" if entry.attachments else f'<div class="text none">{NO_TEXT}</div>'
    said += "".join(f'<div class="text"><i>attachment</i> {_text(attached)}</div>' for attached in entry.attachments)
    for name, text in (("hint", entry.note), ("mark", entry.mark), ("hint", entry.hint)):
        said += f'<div class="{name}">{_text(text)}</div>' if text else ""
    kinds = f"message {entry.sender}{' failed' if entry.mark else ''}"
    return f'<div class="{kinds}"><div class="name">{_text(entry.name)}</div><div>{said}</div>{time}</div>'


def _text(text: str | None) -> str:
    return escape(text or "")
