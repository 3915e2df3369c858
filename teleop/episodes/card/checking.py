"""Compares an export with its checksums: every file is there, is as it was written, and there is no other."""

import hashlib
from pathlib import Path

from teleop.episodes.card.describe import SUMS


def is_export(folder: Path) -> bool:
    """Whether a folder is an export with checksums."""
    return (folder / SUMS).is_file()


def changes(root: Path) -> tuple[str, ...]:
    """What is not as it was written, in sentences; nothing when every byte is. Raises OSError."""
    text = (root / SUMS).read_bytes().decode(errors="replace")
    lines = (line.partition("  ") for line in text.split("\n")[:-1])
    wanted = {name: digest for digest, _, name in lines}
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} - {SUMS}
    found = [f"{name} is missing" for name in sorted(wanted.keys() - there)]
    found += [f"{name} is not among its checksums" for name in sorted(there - wanted.keys())]
    found += [
        f"{name} was changed"
        for name in sorted(there & wanted.keys())
        if _sha256(root / name) != wanted[name]
    ]
    if text != "".join(f"{wanted[name]}  {name}\n" for name in sorted(wanted)):
        found.append(f"{SUMS} was written anew by something else")
    return tuple(f"{root}: {one}." for one in found)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
