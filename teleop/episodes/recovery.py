"""Turns what a dead writer left behind into readable episodes; nothing is dropped without a word.

A leftover is a journal, or an unfinished MCAP file of a version that recorded into one.
"""

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from mcap.records import Channel, McapRecord, Message, Metadata
from mcap.stream_reader import StreamReader

from teleop.episodes.container import CLOSING, GAP_EVENT, PROVENANCE, EpisodeFile, part_path
from teleop.episodes.damage import DAMAGE, RECORD_LIMIT_BYTES, unflat
from teleop.episodes.format import Closing, Event, Header, Verdict
from teleop.episodes.journal.codec import Record, read
from teleop.episodes.journal.compaction import BLOCK_BYTES, NOT_OURS, Recovered, compact, put_aside
from teleop.episodes.journal.entries import Opening, decode
from teleop.episodes.journal.file import SUFFIX as JOURNAL_SUFFIX
from teleop.episodes.journal.file import final_path

__all__ = ["Recovered", "recover", "waiting", "whose"]

SUFFIX = ".mcap.part"


@dataclass(slots=True)
class _Salvage:
    header: Header
    file: EpisodeFile
    verdict: Verdict | None = None
    closing: Closing | None = None
    lost: int = 0
    missing: int = 0
    expected: dict[str, int] = field(default_factory=dict)


def recover(directory: Path) -> tuple[Recovered, ...]:
    """Recovers every leftover of a directory that no living process holds, oldest name first.

    The recovered episode keeps all whole records, is marked `interrupted` unless its verdict had been
    written, and says in its closing note how many bytes could not be read. Raises OSError.
    """
    found = [compact(one, final_path(one)) for one in sorted(directory.glob(f"*{JOURNAL_SUFFIX}"))]
    found += [_recover_part(part) for part in sorted(directory.glob(f"*{SUFFIX}"))]
    return tuple(one for one in found if one is not None)


def waiting(directory: Path) -> tuple[str, ...]:
    """The names of the leftovers and of the episodes being written, in order."""
    found = [*directory.glob(f"*{JOURNAL_SUFFIX}"), *directory.glob(f"*{SUFFIX}")]
    return tuple(sorted(path.name for path in found))


def whose(leftover: Path) -> Header | None:
    """The header of a leftover, or of one that was put aside; None where a living process holds it.

    None too where there is no header to read. Raises OSError.
    """
    header = _header(leftover)
    if header is None:
        return None  # nor is it locked then: a recorder that just begins must find it free
    with leftover.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
    return header


def _header(leftover: Path) -> Header | None:
    try:
        with leftover.open("rb") as stream:
            for found in read([stream.read(BLOCK_BYTES)]):
                entry = decode(found.payload) if isinstance(found, Record) else None
                if isinstance(entry, Opening):
                    return entry.header
        for record in _Records(leftover):
            if isinstance(record, Metadata) and record.name == PROVENANCE:
                return unflat(record.metadata, Header)
    except NOT_OURS:
        return None
    return None


def _recover_part(part: Path) -> Recovered | None:
    with part.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return _recover_one(part)


def _recover_one(part: Path) -> Recovered:
    final = part.with_name(part.name.removesuffix(".part"))
    if final.exists():
        return put_aside(part, f"{final.name} exists already")
    fresh = part_path(final).with_suffix(".recovering")
    fresh.unlink(missing_ok=True)
    size = part.stat().st_size
    records = _Records(part)
    try:
        salvage = _copy(records, final, fresh)
    except msgspec.MsgspecError as error:
        fresh.unlink(missing_ok=True)
        return put_aside(part, f"it does not fit this episode format ({error})")
    if salvage is None:
        return put_aside(part, "holds no readable header")
    note = _note(salvage, size - records.read_bytes, records.damage)
    status = salvage.closing.status if salvage.closing else "complete" if salvage.verdict else "interrupted"
    lost = salvage.closing.lost if salvage.closing else salvage.lost
    sealed = salvage.file.seal(Closing(status, note, 0, lost, salvage.verdict))
    part.unlink()
    return Recovered(part, sealed, final, note)


def _note(salvage: _Salvage, unread: int, damage: str) -> str:
    parts = [salvage.closing.note if salvage.closing else "recovered after its writer had stopped"]
    if unread:
        parts.append(f"{unread} bytes at the end could not be read ({damage})")
    if salvage.missing:
        parts.append(f"{salvage.missing} messages in between are missing")
    return "; ".join(part for part in parts if part)


class _Records:
    """Iterates over the records before the first damage, and remembers how far it came."""

    def __init__(self, part: Path) -> None:
        self._part = part
        self.read_bytes = 0
        self.damage = ""

    def __iter__(self) -> Iterator[McapRecord]:
        with self._part.open("rb") as stream:
            reader = StreamReader(stream, validate_crcs=True, record_size_limit=RECORD_LIMIT_BYTES)
            try:
                for record in reader.records:
                    self.read_bytes = stream.tell()
                    yield record
                self.read_bytes = stream.tell()
            except DAMAGE as error:
                self.damage = str(error) or "the file ends there"


def _copy(records: _Records, final: Path, fresh: Path) -> _Salvage | None:
    salvage: _Salvage | None = None
    topics: dict[int, str] = {}
    try:
        for record in records:
            if isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, Metadata):
                salvage = _with_metadata(salvage, record, final, fresh)
            elif isinstance(record, Message) and salvage is not None:
                _copy_message(salvage, topics.get(record.channel_id), record)
    except msgspec.MsgspecError:
        if salvage is not None:
            salvage.file.abandon()
        raise
    return salvage


def _with_metadata(salvage: _Salvage | None, record: Metadata, final: Path, fresh: Path) -> _Salvage | None:
    if record.name == PROVENANCE and salvage is None:
        header = unflat(record.metadata, Header)
        return _Salvage(header, EpisodeFile(final, header, part=fresh))
    if record.name == CLOSING and salvage is not None:
        salvage.closing = unflat(record.metadata, Closing)
    return salvage


def _copy_message(salvage: _Salvage, topic: str | None, message: Message) -> None:
    if topic is None:
        salvage.missing += 1
        return
    salvage.missing += message.sequence - salvage.expected.get(topic, 0)
    salvage.expected[topic] = message.sequence + 1
    if topic == "/header":
        return
    salvage.file.add_encoded(topic, message.log_time, message.publish_time, message.data)
    if topic == "/verdict":
        salvage.verdict = msgspec.json.decode(message.data, type=Verdict)
    elif topic == "/event":
        event = msgspec.json.decode(message.data, type=Event)
        lost = event.data.get("lost", 0)
        salvage.lost += lost if event.kind == GAP_EVENT and isinstance(lost, int) else 0
