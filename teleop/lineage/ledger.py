"""The ledger file: records are appended, chained and kept by the disk; nothing is ever changed in it."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from teleop.lineage.records import LedgerBroken, Record, line_of, records_of

FOLDER = "lineage"
LEDGER = "ledger.jsonl"


def lineage_dir(episodes: Path) -> Path:
    """Where the lineage of a folder of episodes is kept."""
    return episodes / FOLDER


def read_ledger(episodes: Path) -> tuple[Record, ...]:
    """All records, oldest first; none where there is no ledger. Raises LedgerBroken, OSError."""
    path = lineage_dir(episodes) / LEDGER
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    try:
        return records_of(content[: content.rfind(b"\n") + 1].splitlines())
    except LedgerBroken as error:
        raise LedgerBroken(f"{path}: {error}") from error


def append(episodes: Path, *records: Record) -> None:
    """Appends records as one write that the disk has kept on return; raises OSError.

    A line that a crash cut off is removed first: it was never acknowledged.
    """
    path = lineage_dir(episodes) / LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        before = _last_line(stream)
        lines: list[bytes] = []
        for record in records:
            before = line_of(record, before)
            lines.append(before + b"\n")
        stream.write(b"".join(lines))
        stream.flush()
        os.fsync(stream.fileno())


def _last_line(stream: BinaryIO) -> bytes | None:
    """The last whole line; what follows it is cut off."""
    stream.seek(0)
    content = stream.read()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        stream.truncate(whole)
    lines = content[:whole].splitlines()
    return lines[-1] if lines else None
