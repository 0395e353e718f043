"""What is to be imported, opened: a file, a stream or an address; unpacked, and its format recognised."""

import io
import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from convdata.errors import FileUnreadable
from convdata.importers import HEAD, Importer, Source, importer, options_of, recognise
from convdata.unpacking import Counted, unpacked


def open_source(
    open_files: ExitStack, what: str | Path | BinaryIO, format: str | None, options: Mapping[str, str]
) -> tuple[Source, Importer, Counted | None]:
    """The source, what reads it, and how much of its file has been read. Raises FileUnreadable."""
    source, read_by, counted = _opened_source(open_files, what, format, options)
    known = options_of(read_by)
    for name in options:
        if name not in known and name != "after":
            raise FileUnreadable(
                f"{read_by.TITLE} has no option “{name}”; "
                + (f"it has {', '.join(known)}." if known else "it has none.")
            )
    return source, read_by, counted


def _opened_source(
    open_files: ExitStack, what: str | Path | BinaryIO, format: str | None, options: Mapping[str, str]
) -> tuple[Source, Importer, Counted | None]:
    if isinstance(what, str) and "://" in what:
        name = re.sub(r"(?<=://)([^/@]*):[^/@]*@", r"\1:***@", what)  # a password is nobody's business
        chosen = importer(format) if format else recognise(b"", what)
        return Source(name, options=options, address=what), chosen, None
    if isinstance(what, (str, Path)):
        name = Path(what).name
        file: BinaryIO = open_files.enter_context(_opened(Path(what)))
    else:
        file = what
        name = Path(str(getattr(what, "name", "") or "the file")).name
    counted = Counted(file)
    stream = unpacked(counted, name)
    head = _head(stream, name)
    chosen = importer(format) if format else recognise(head, name)
    return Source(name, stream, options), chosen, counted


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise FileUnreadable(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise FileUnreadable(f"{path} is a folder; name the files in it.") from None
    except OSError as wrong:
        raise FileUnreadable(f"{path} cannot be read ({(wrong.strerror or 'unknown reason').lower()}).") from None


def _head(stream: "io.BufferedReader[Any]", name: str) -> bytes:
    try:
        head = stream.peek(HEAD)[:HEAD]
    except OSError as wrong:
        raise FileUnreadable(f"{name} cannot be read ({(wrong.strerror or 'unknown reason').lower()}).") from None
    if not head:
        raise FileUnreadable(f"{name} is empty.")
    return head
