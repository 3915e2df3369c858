"""A growing journal on disk: one thread's business, never an event loop's, since each call may wait."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from teleop.durable_files import sync
from teleop.episodes.format import Header
from teleop.episodes.journal.codec import frames
from teleop.episodes.journal.entries import Entry, Opening, encode

SUFFIX = ".journal"
FINAL_SUFFIX = ".mcap"
RESERVE_BYTES = 64 << 20
"""What is left free beside the room for the episode itself: for results, and for whoever makes space."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC


def journal_path(final: Path) -> Path:
    """Where the running episode is written that will become `final`."""
    return final.with_suffix(SUFFIX)


def final_path(journal: Path) -> Path:
    """The episode that a journal will become."""
    return journal.with_suffix(FINAL_SUFFIX)


class JournalClosed(OSError):
    """The journal takes nothing more: it was closed, or a write or a sync of it has failed."""


class JournalFile:
    """Appends entries under an exclusive lock.

    After a failed write or sync nobody knows what the disk holds, and a later sync may claim success for
    data that was dropped. So the first OSError ends the file: every later call raises JournalClosed.
    """

    def __init__(self, path: Path, header: Header, stamp: int) -> None:
        """Creates the file with its header, on disk when this returns; raises FileExistsError or OSError."""
        self.path, self._stamp = path, stamp
        self._sequence = self._bytes = 0
        self._handle: int | None = os.open(path, _FLAGS, 0o644)
        opening = Opening(1, header)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.append((opening, opening))
            self.sync()
            sync(path.parent)
        except OSError:
            self.close()
            path.unlink()
            raise

    @property
    def records(self) -> int:
        """How many records were handed to the system."""
        return self._sequence

    def append(self, entries: Sequence[Entry]) -> None:
        """Hands entries to the system, which keeps them if this process dies; raises OSError."""
        handle = self._open_handle()
        first = self._sequence
        data = frames(self._stamp, first, map(encode, entries))
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(handle, view) :]
        except OSError:
            self.close()
            raise
        self._sequence = first + len(entries)
        self._bytes += len(data)

    def sync(self) -> None:
        """Asks the disk to keep everything appended so far; raises OSError, also when it is nearly full.

        The episode is made while the journal is still there, so it needs as much room once more.
        """
        handle = self._open_handle()
        try:
            os.fdatasync(handle)
            disk = os.fstatvfs(handle)
            if disk.f_bavail * disk.f_frsize < RESERVE_BYTES + self._bytes:
                raise OSError(errno.ENOSPC, "the disk is nearly full", self.path.name)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the file and its lock."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):
                os.close(handle)

    def _open_handle(self) -> int:
        if self._handle is None:
            raise JournalClosed(f"{self.path.name} is closed")
        return self._handle
