"""A file's bytes, unpacked where it is gzip, with a count of how much of it has been read.

Whether a file is packed is seen in its first bytes, never in its name: a plain file called ``.gz`` is read as it is.
"""

import io
import os
import zlib
from typing import Any, BinaryIO

from convdata.errors import FileUnreadable

GZIP = b"\x1f\x8b"
BLOCK = 256 * 1024
# Real conversations pack to a fifth or a twentieth of their size; gzip itself cannot do more than a thousandth.
HIGHEST_RATIO = 100
UNSUSPICIOUS = 8 * 1024 * 1024  # bytes below which a ratio says nothing


class Counted(io.RawIOBase):
    """Any binary stream; ``done`` is how many of its ``total`` bytes (0: not known) have been read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.done = 0
        self.total = _size(file)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self.total) and self._file.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.done += len(data)
        return len(data)


class Unpacked(io.RawIOBase):
    """A gzip stream unpacked: several members are one file, nothing is held but a block, and no bomb goes off.

    What comes before the damage in a damaged file is given first; then FileUnreadable is raised.
    """

    def __init__(self, packed: "io.BufferedReader[Any]", name: str) -> None:
        self._packed = packed
        self._name = name
        self._member = zlib.decompressobj(wbits=31)
        self._rest = b""
        self._eaten = self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._member.eof and not self._next_member():
                return 0
            block = self._rest or self._packed.read1(BLOCK)
            if not block:
                raise FileUnreadable(f"{self._name} is cut off: its packed end is missing.")
            try:
                data = self._member.decompress(block, len(buffer))
            except zlib.error:
                raise FileUnreadable(f"{self._name} is damaged: it cannot be unpacked any further.") from None
            self._rest = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self._eaten += len(block) - len(self._rest)
            self._given += len(data)
            if self._given > UNSUSPICIOUS and self._given > HIGHEST_RATIO * self._eaten:
                raise FileUnreadable(
                    f"{self._name} unpacks to more than {HIGHEST_RATIO} times its size, as no conversations do; "
                    "unpack it yourself if you trust it."
                )
            if data:
                buffer[: len(data)] = data
                return len(data)

    def _next_member(self) -> bool:
        """Whether there is more after a member's end; zeros there are padding."""
        while not self._rest.lstrip(b"\0"):
            self._rest = self._packed.read1(BLOCK)
            if not self._rest:
                return False
        self._rest = self._rest.lstrip(b"\0")
        if len(self._rest) < 2:
            self._rest += self._packed.read1(1)
        if not self._rest.startswith(GZIP):
            raise FileUnreadable(f"{self._name} is damaged: something else follows its packed end.")
        self._member = zlib.decompressobj(wbits=31)
        return True


def unpacked(file: Counted, name: str) -> "io.BufferedReader[Any]":
    """The bytes of a file, unpacked if it is gzip. Read it with ``read1``: of a damaged file all that is good then comes."""
    plain = io.BufferedReader(file, BLOCK)
    return io.BufferedReader(Unpacked(plain, name), BLOCK) if plain.peek(2).startswith(GZIP) else plain


def _size(file: BinaryIO) -> int:
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, AttributeError, io.UnsupportedOperation):
        pass
    try:
        here = file.tell()
        size = file.seek(0, io.SEEK_END)
        file.seek(here)
    except (OSError, AttributeError, io.UnsupportedOperation):
        return 0
    return size
