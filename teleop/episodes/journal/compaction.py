"""Makes the episode of a journal whose turn is over or whose writer died.

Whatever step a crash comes at, doing it again ends the same way: the journal goes last, the same journal
always gives the same bytes, and a file with the final name is whole.
"""

import fcntl
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from teleop.durable_files import sync
from teleop.episodes.container import (
    GAP_EVENT,
    EpisodeFile,
    Sealed,
    checksum_path,
)
from teleop.episodes.format import Closing, Event, Message, Verdict
from teleop.episodes.journal.codec import Damage, read
from teleop.episodes.journal.entries import Entry, Opening, decode

FRESH_SUFFIX = ".compacting"
BLOCK_BYTES = 1 << 20
OPENINGS = 2
NOT_OURS = (msgspec.MsgspecError, ValueError)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one leftover: the sealed episode, or None and where the bytes were put aside."""

    part: Path
    sealed: Sealed | None
    kept: Path
    note: str


@dataclass(slots=True)
class _Told:
    """What the journal told so far beside its messages."""

    file: EpisodeFile | None = None
    closing: Closing | None = None
    verdict: Verdict | None = None
    records: int = 0
    missing: int = 0
    refused: int = 0
    damage: list[Damage] = field(default_factory=list)


def compact(journal: Path, final: Path, wait: bool = False) -> Recovered | None:
    """Makes `final` of a journal and removes the journal; None when someone else holds it.

    With `wait`, waits for whoever holds it, and a journal that is gone because another process has made
    its episode gives that one. Raises OSError, FileNotFoundError when there is neither.
    """
    try:
        stream = journal.open("rb")
    except FileNotFoundError:
        return _made_elsewhere(journal, final)
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return None
        if not _still_names(journal, stream):
            return _made_elsewhere(journal, final)
        return _compact(stream, journal, final)


def made(final: Path) -> Sealed:
    """What the checksum file says of a finished episode; its messages are not counted (0). Raises OSError."""
    digest = checksum_path(final).read_text(encoding="ascii").split(" ", 1)[0]
    return Sealed(final.stem, final, digest, final.stat().st_size, 0, 0)


def put_aside(part: Path, why: str) -> Recovered:
    """Keeps a leftover that no episode can be made of, under a name of its own; raises OSError."""
    kept = part.with_suffix(".unreadable")
    number = 1
    while kept.exists():
        kept, number = part.with_suffix(f".unreadable-{number}"), number + 1
    os.rename(part, kept)
    return Recovered(part, None, kept, f"{part.name}: {why}; kept as {kept.name}")


def _still_names(journal: Path, stream: BinaryIO) -> bool:
    try:
        return journal.stat().st_ino == os.fstat(stream.fileno()).st_ino
    except FileNotFoundError:
        return False


def _made_elsewhere(journal: Path, final: Path) -> Recovered:
    return Recovered(journal, made(final), final, "was made already")


def _compact(stream: BinaryIO, journal: Path, final: Path) -> Recovered:
    fresh = final.with_suffix(FRESH_SUFFIX)
    fresh.unlink(missing_ok=True)
    told = _Told()
    try:
        _copy(stream, told, final, fresh)
        if told.file is None:
            return put_aside(journal, "holds no readable header")
        return _publish(told, told.file, journal, final)
    except NOT_OURS as error:
        return put_aside(journal, f"it does not fit this episode format ({error})")
    finally:
        if told.file is not None:
            told.file.abandon()
        fresh.unlink(missing_ok=True)


def _publish(told: _Told, file: EpisodeFile, journal: Path, final: Path) -> Recovered:
    sealed = file.finish(_closing(told))
    if final.exists() and _sha256(final) != sealed.sha256:
        return put_aside(journal, f"{final.name} exists already")
    file.publish(sealed)
    os.unlink(journal)
    sync(journal.parent)
    return Recovered(journal, sealed, final, _note(told))


def _copy(stream: BinaryIO, told: _Told, final: Path, fresh: Path) -> None:
    for found in read(iter(lambda: stream.read(BLOCK_BYTES), b"")):
        if isinstance(found, Damage):
            told.damage.append(found)
            continue
        told.missing += max(0, found.sequence - max(told.records, OPENINGS))
        told.records = found.sequence + 1
        _take(decode(found.payload), told, final, fresh)


def _take(entry: Entry, told: _Told, final: Path, fresh: Path) -> None:
    if isinstance(entry, Opening):
        if told.file is None:
            told.file = EpisodeFile(final, entry.header, part=fresh)
    elif isinstance(entry, Closing):
        told.closing = entry
    elif told.file is not None:
        _take_message(entry, told, told.file)


def _take_message(message: Message, told: _Told, file: EpisodeFile) -> None:
    file.add(message)
    if isinstance(message, Verdict):
        told.verdict = message
    elif isinstance(message, Event) and message.kind == GAP_EVENT:
        lost = message.data.get("lost", 0)
        told.refused += lost if isinstance(lost, int) else 0


def _closing(told: _Told) -> Closing:
    closing = told.closing
    if closing is None:
        closing = Closing("complete" if told.verdict else "interrupted", "", 0, told.refused, told.verdict)
    return replace(closing, note=_note(told), lost=closing.lost + told.missing)


def _note(told: _Told) -> str:
    parts = ["recovered after its writer had stopped" if told.closing is None else told.closing.note]
    if told.damage:
        parts.append(f"{sum(one.length for one in told.damage)} bytes could not be read")
    if told.missing:
        parts.append(f"{told.missing} messages in between are missing")
    return "; ".join(part for part in parts if part)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
