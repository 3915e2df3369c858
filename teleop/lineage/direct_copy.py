"""Writes a large file past the page cache, and hashes it on its way.

A copy of a data set would push out of memory what others use, and have the kernel find a fresh page for every
4 kB of it: more work than the copying. Where a file system cannot write directly, pages are used after all.
"""

import errno
import fcntl
import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

PIECE_BYTES = 4 << 20
BLOCK_BYTES = 4096
"""What a disk takes at a time: pieces are whole multiples of it, at such addresses and places."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class DirectCopy:
    """Bytes that become a file, in their order; nothing is on disk before `close`."""

    def __init__(self, handle: int) -> None:
        """Writes to this open file, which stays the caller's to close."""
        self._handle = handle
        self._piece = memoryview(mmap.mmap(-1, PIECE_BYTES))
        self._filled = self._written = 0
        self._digest = hashlib.sha256()

    def take(self, content: bytes) -> None:
        """Appends these bytes; raises OSError."""
        view = memoryview(content)
        while view:
            part = view[: PIECE_BYTES - self._filled]
            self._piece[self._filled : self._filled + len(part)] = part
            self._add(len(part))
            view = view[len(part) :]

    def take_from(self, source: FileIO, length: int) -> None:
        """Appends so many bytes of a file from where it stands; raises OSError, also where it ends before."""
        while length:
            done = source.readinto(self._piece[self._filled : self._filled + length])
            if not done:
                raise OSError("the file ends before its index says so")
            self._add(done)
            length -= done

    def close(self) -> str:
        """Writes the rest; the SHA-256 of all in hex. The disk keeps it when this returns. Raises OSError."""
        size = self._written + self._filled
        self._write(-(-self._filled // BLOCK_BYTES) * BLOCK_BYTES)
        os.ftruncate(self._handle, size)
        os.fsync(self._handle)
        return self._digest.hexdigest()

    def _add(self, count: int) -> None:
        self._digest.update(self._piece[self._filled : self._filled + count])
        self._filled += count
        if self._filled == PIECE_BYTES:
            self._write(PIECE_BYTES)

    def _write(self, count: int) -> None:
        left = self._piece[:count]
        while left:
            left = left[self._write_some(left) :]
        self._written, self._filled = self._written + self._filled, 0

    def _write_some(self, content: memoryview) -> int:
        try:
            return os.write(self._handle, content)
        except OSError as error:
            flags = fcntl.fcntl(self._handle, fcntl.F_GETFL)
            if error.errno != errno.EINVAL or not flags & os.O_DIRECT:
                raise
            # It wants other places or lengths than these, or has taken a part of the last piece.
            fcntl.fcntl(self._handle, fcntl.F_SETFL, flags & ~os.O_DIRECT)
            return 0


@contextmanager
def direct_copy(path: Path) -> Iterator[DirectCopy]:
    """A file to be written anew; raises OSError."""
    try:
        handle = os.open(path, _FLAGS | os.O_DIRECT, 0o644)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        handle = os.open(path, _FLAGS, 0o644)
    try:
        yield DirectCopy(handle)
    finally:
        os.close(handle)
