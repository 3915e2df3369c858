"""Files that are whole or not there, and what the disk has kept."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file so that a reader after a crash finds the old or the new content, never a part.

    It is on disk when this returns. Raises OSError.
    """
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Waits until the disk has kept a file, or the names in a folder; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
