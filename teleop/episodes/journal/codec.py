"""The journal's records: framed bytes of which a cut or a damaged byte never costs more than it touches.

Pure. A record is a prefix of five little-endian fields (mark, stamp, payload length, sequence number,
CRC-32) and its payload. The stamp is one random number for a whole file, so that a record of another
file, or one that only looks like a record inside of a payload, is never taken for one of this file.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

MARK = b"\xa7AJ1"
PREFIX = struct.Struct("<4sIIII")
MAX_PAYLOAD_BYTES = 1 << 24
_COUNTED = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Record:
    """One whole record: its place in the order of the file, and what it carries."""

    sequence: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that are no whole record: where they begin in the file, and how many they are."""

    at: int
    length: int


class PayloadTooLong(ValueError):
    """A payload is longer than the 16 MiB that a reader accepts."""


def frame(stamp: int, sequence: int, payload: bytes) -> bytes:
    """One record as it stands in the file; `stamp` and `sequence` below 2^32; raises PayloadTooLong."""
    return frames(stamp, sequence, (payload,))


def frames(stamp: int, first: int, payloads: Iterable[bytes]) -> bytes:
    """Records one after another, their sequence numbers from `first` on; raises PayloadTooLong."""
    parts: list[bytes] = []
    for sequence, payload in enumerate(payloads, first):
        length = len(payload)
        if length > MAX_PAYLOAD_BYTES:
            raise PayloadTooLong(f"{length} bytes in one record of a journal")
        counted = _COUNTED.pack(stamp, length, sequence)
        checksum = zlib.crc32(payload, zlib.crc32(counted))
        parts += MARK, counted, checksum.to_bytes(4, "little"), payload
    return b"".join(parts)


def read(blocks: Iterable[bytes]) -> Iterator[Record | Damage]:
    """The records of a file, given in blocks of any size, in their order, and the damage between them."""
    scanner = _Scanner()
    for block in blocks:
        scanner.buffer += block
        yield from scanner.scan(ended=False)
    yield from scanner.scan(ended=True)


class _Scanner:
    """Holds what has been read and not yet understood; `base` is the place of its first byte in the file."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self._base = 0
        self._stamp: int | None = None
        self._next = 0
        self._damaged_at: int | None = None

    def scan(self, ended: bool) -> Iterator[Record | Damage]:
        """Yields what can be said of the buffer, and forgets it."""
        at = 0
        while at < len(self.buffer):
            found = self._record_at(at)
            if isinstance(found, Record):
                yield from self._damage_up_to(at)
                yield found
                at += PREFIX.size + len(found.payload)
            elif found == "short" and not ended:
                break
            else:
                self._damaged_at = self._base + at if self._damaged_at is None else self._damaged_at
                at = self._next_mark(at + 1)
        self._base += at
        del self.buffer[:at]
        if ended:
            yield from self._damage_up_to(0)

    def _record_at(self, at: int) -> Record | Literal["short", "none"]:
        if len(self.buffer) - at < PREFIX.size:
            return "short"
        mark, stamp, length, sequence, checksum = PREFIX.unpack_from(self.buffer, at)
        ours = self._stamp in (None, stamp) and sequence >= self._next
        if mark != MARK or not ours or length > MAX_PAYLOAD_BYTES:
            return "none"
        begin = at + PREFIX.size
        if len(self.buffer) - begin < length:
            return "short"
        with memoryview(self.buffer) as view:
            payload = bytes(view[begin : begin + length])
        if checksum != _checksum(stamp, sequence, payload):
            return "none"
        self._stamp, self._next = stamp, sequence + 1
        return Record(sequence, payload)

    def _next_mark(self, at: int) -> int:
        """Where the next mark may begin: it, or the last bytes when they could be the start of one."""
        found = self.buffer.find(MARK, at)
        return found if found >= 0 else max(at, len(self.buffer) - len(MARK) + 1)

    def _damage_up_to(self, at: int) -> Iterator[Damage]:
        if self._damaged_at is not None:
            yield Damage(self._damaged_at, self._base + at - self._damaged_at)
            self._damaged_at = None


def _checksum(stamp: int, sequence: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_COUNTED.pack(stamp, len(payload), sequence)))
