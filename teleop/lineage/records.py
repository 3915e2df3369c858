"""What the ledger of lineage holds: one record a line, each naming the hash of the line before. Pure."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Identifier, Nanoseconds
from teleop.lineage.canonical import canonical, sha256_of

FIRST = "0" * 64


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An episode inside an export: its id, the SHA-256 of its file, and the pseudonym it came from."""

    episode_id: str
    sha256: str
    contributor: str


class EpisodeMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="episode"):
    """An episode was sealed and its manifest signed."""

    episode_id: Identifier
    contributor: Identifier
    cell_id: Identifier
    sha256: str
    manifest_sha256: str
    consent_sha256: str
    utc_ns: Nanoseconds


class ExportMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="export"):
    """Episodes were copied into a data set; `runs` are the SHA-256 of the recipes' runs that chose them."""

    export_id: Identifier
    path: str
    format: str
    episodes: tuple[Part, ...]
    utc_ns: Nanoseconds
    runs: tuple[str, ...] = ()


class CurationMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="curation"):
    """A recipe was run: its folder, and where the records of single episodes are kept (empty: nowhere)."""

    recipe: str
    path: str
    records: str
    utc_ns: Nanoseconds


class RunMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="run"):
    """A policy was trained on exports."""

    run_id: Identifier
    exports: tuple[str, ...]
    note: str
    utc_ns: Nanoseconds


class Erased(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="tombstone"):
    """An episode is gone; what remains is that it existed, when it went and why."""

    episode_id: Identifier
    sha256: str
    erasure_id: Identifier
    reason: str
    utc_ns: Nanoseconds


class ErasureDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="erasure"):
    """An erasure is complete: every file was dealt with, and a receipt was signed."""

    erasure_id: Identifier
    contributor: str
    reason: str
    episodes: int
    exports: tuple[str, ...]
    receipt_sha256: str
    utc_ns: Nanoseconds


Record = EpisodeMade | ExportMade | CurationMade | RunMade | Erased | ErasureDone


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the ledger; `previous` is the SHA-256 of the line before it."""

    previous: str
    record: Record


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a ledger reaches at least: so many lines, and the SHA-256 of the last of them."""

    lines: Annotated[int, Meta(ge=1)]
    sha256: str


class LedgerBroken(Exception):
    """A ledger that was changed after it was written; the text names the line."""


def line_of(record: Record, before: bytes | None) -> bytes:
    """The line that holds a record behind the line `before` (None for the first), without line end."""
    previous = FIRST if before is None else sha256_of(before)
    return canonical(Line(previous, record))


def records_of(lines: Iterable[bytes]) -> tuple[Record, ...]:
    """The records of all lines, checked one against the other; raises LedgerBroken."""
    found: list[Record] = []
    previous = FIRST
    for number, text in enumerate(lines, 1):
        try:
            line = msgspec.json.decode(text, type=Line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise LedgerBroken(f"line {number} cannot be read: {error}") from error
        if canonical(line) != text:
            raise LedgerBroken(f"line {number} was written anew by something else")
        if line.previous != previous:
            raise LedgerBroken(f"line {number} does not follow line {number - 1}: one of them was changed")
        found.append(line.record)
        previous = sha256_of(text)
    return tuple(found)


def head_of(lines: Sequence[bytes]) -> Head | None:
    """How far these lines reach; None for none."""
    return Head(len(lines), sha256_of(lines[-1])) if lines else None


def refuse_short_of(head: Head | None, lines: Sequence[bytes]) -> None:
    """Raises LedgerBroken where lines that were written are not there, or are others; more may follow."""
    if head is None:
        return
    if len(lines) < head.lines:
        raise LedgerBroken(f"it ends with line {len(lines)}, but {head.lines} were written")
    if sha256_of(lines[head.lines - 1]) != head.sha256:
        raise LedgerBroken(f"line {head.lines} is not the one that was written")


def exports_with(records: Sequence[Record], episodes: frozenset[str]) -> tuple[ExportMade, ...]:
    """The exports that were made with any of these episodes, oldest first."""
    made = [one for one in records if isinstance(one, ExportMade)]
    return tuple(one for one in made if any(part.episode_id in episodes for part in one.episodes))


def runs_with(records: Sequence[Record], exports: frozenset[str]) -> tuple[RunMade, ...]:
    """The training runs that used any of these exports, oldest first."""
    made = [one for one in records if isinstance(one, RunMade)]
    return tuple(one for one in made if exports.intersection(one.exports))


def erased_ids(records: Sequence[Record]) -> frozenset[str]:
    """The episodes that have a tombstone."""
    return frozenset(one.episode_id for one in records if isinstance(one, Erased))


def withdrawn_at(records: Sequence[Record], contributor: str) -> int:
    """When this contributor withdrew last, UTC in ns; 0 for one who never did."""
    found = [
        one.utc_ns
        for one in records
        if isinstance(one, ErasureDone) and one.contributor == contributor and one.reason == WITHDRAWN
    ]
    return max(found, default=0)


def withdrawals(records: Sequence[Record]) -> dict[str, int]:
    """Everybody who has withdrawn, and when last, UTC in ns."""
    people = {one.contributor for one in records if isinstance(one, ErasureDone) and one.reason == WITHDRAWN}
    return {person: withdrawn_at(records, person) for person in people}


WITHDRAWN, EXPIRED = "withdrawn", "retention"
