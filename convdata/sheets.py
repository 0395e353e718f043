"""The numbers of one chart to take away, as CSV of exactly what is drawn. Each download is recorded."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from convdata.activity import act, record
from convdata.database import Store
from convdata.downloads import guarded
from convdata.filters import Choices
from convdata.rights import Actor, Right, require
from convdata.vocabulary import Act

Rows = Sequence[Mapping[str, Any]]


def as_csv(rows: Rows, columns: Sequence[str] = ()) -> bytes:
    """CSV, UTF-8 with its mark. What a spreadsheet might run is guarded as in the other downloads (product rule 13)."""
    names = list(dict.fromkeys([*columns, *(name for row in rows[:1] for name in row)]))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_field(row.get(name)) for name in names] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def download(
    store: Store, title: str, choices: Choices, make: Callable[[Store], Rows], *, by: Actor, now: datetime,
    columns: Iterable[str] = (),
) -> bytes:  # fmt: skip
    """The numbers that ``make`` asks for, anew, and the record of it."""
    require(by, Right.DOWNLOAD_REPORT)
    file = as_csv(make(store), tuple(columns))
    taken(store, title, choices, "csv", by=by, now=now)
    return file


def taken(store: Store, title: str, choices: Choices, format: str, *, by: Actor, now: datetime) -> None:
    """Write down that somebody took a chart away."""
    require(by, Right.DOWNLOAD_REPORT)
    details = {"what": title, "format": format, "from": str(choices["from"]), "to": str(choices["to"])}
    store.change(lambda t: record(t, act(Act.DOWNLOAD_NUMBERS, actor=by, now=now, details=details)))


def _field(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else str(value)
