"""Parquet with one message a row, columns named as the message's fields.

Numbers in the columns of ids become their text; nothing else is cast, so that nothing changes unnoticed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from convdata.errors import FileUnreadable
from convdata.importers import Line, Source
from convdata.importers.events_csv import check_columns

NAME = "events_parquet"
TITLE = "Messages (Parquet)"
SENTENCE = "One message a row, as in CSV; ids are text."

IDS = ("id", "customer_id", "session", "in_reply_to", "agent")
ROWS = 4096  # read at a time


def recognises(head: bytes, filename: str) -> int:
    return 70 if head.startswith(b"PAR1") else 5 if filename.lower().endswith(".parquet") else 0


def read(source: Source) -> Iterator[Line]:
    damaged = FileUnreadable(f"{source.name} is damaged, or no Parquet file; write it anew.")
    try:
        file = pq.ParquetFile(source.seekable(), page_checksum_verification=True)
        names = [name.strip().lower() for name in file.schema_arrow.names]
    except (pa.ArrowException, OSError, ValueError):
        raise damaged from None
    check_columns(names, source.name)
    number = 0
    try:
        for batch in file.iter_batches(batch_size=ROWS):
            columns = [_values(name, column) for name, column in zip(names, batch.columns, strict=True)]
            for row in zip(*columns, strict=True):
                number += 1
                yield _line(number, dict(zip(names, row, strict=True)))
            source.tell_progress(number, file.metadata.num_rows)
    except (pa.ArrowException, OSError, ValueError):
        raise damaged from None


def _values(name: str, column: pa.Array) -> list[Any]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if name in IDS and pa.types.is_integer(column.type):
        column = column.cast(pa.string())
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return values


def _line(number: int, row: dict[str, Any]) -> Line:
    event: dict[str, Any] = {"type": "message"}
    for name, value in row.items():
        if value is None:
            continue
        if isinstance(value, bytes):
            try:
                value = value.decode("utf-8")
            except UnicodeDecodeError as wrong:
                return Line(number, None, (name, f"not UTF-8 at byte {wrong.start + 1}"), str(row))
        elif isinstance(value, datetime):
            value = value.isoformat()
        event[name] = value
    return Line(number, event)
