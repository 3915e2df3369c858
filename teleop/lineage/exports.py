"""Notes exports and training runs in the ledger, so that a withdrawal finds every copy."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from teleop.episodes.exporting.contract import Report
from teleop.lineage.canonical import canonical, sha256_of
from teleop.lineage.files import remove_tree
from teleop.lineage.ledger import append, read_ledger
from teleop.lineage.plan import ADDRESS, ID_DIGITS
from teleop.lineage.records import CurationMade, ExportMade, Part, Record, RunMade, erased_ids


class LineageRefused(Exception):
    """Something that cannot be noted or found; the text says why."""


def note_report(episodes: Path, report: Report, kind: str) -> ExportMade:
    """Notes a new export in the ledger, before it gets its place; raises LedgerBroken, OSError."""
    parts = tuple(Part(one.header.episode_id, one.sha256, one.header.pseudonym) for one in report.exported)
    runs = sorted({one.chosen_by.run_sha256 for one in report.exported} - {""})
    return note_export(episodes, report.out, kind, parts, time.time_ns(), tuple(runs))


def note_export(
    episodes: Path, out: Path, kind: str, parts: Sequence[Part], utc_ns: int, runs: tuple[str, ...] = ()
) -> ExportMade:
    """Notes that these episodes were copied to `out`; raises LedgerBroken, OSError.

    An export that was noted last for this place, and never got there, is the same one begun again.
    """
    path = str(out.absolute())
    known = [one for one in read_ledger(episodes) if isinstance(one, ExportMade) and one.path == path]
    same = known and not out.exists() and (known[-1].format, known[-1].runs) == (kind, runs)
    if same and known[-1].episodes == tuple(parts):
        return known[-1]
    return _noted(episodes, path, kind, parts, utc_ns, runs)


def _noted(
    episodes: Path, path: str, kind: str, parts: Sequence[Part], utc_ns: int, runs: tuple[str, ...]
) -> ExportMade:
    name = sha256_of(canonical([path, kind, utc_ns]))[:ID_DIGITS]
    made = ExportMade(f"export-{name}", path, kind, tuple(parts), utc_ns, runs)
    append(episodes, made)
    return made


def take_back(episodes: Path, report: Report) -> tuple[str, ...]:
    """Deletes an export that holds an episode erased while it was made; the ids of those. Raises OSError.

    Whoever erases after it was noted finds it in the ledger, and whoever did before left a tombstone.
    """
    gone = erased_ids(read_ledger(episodes))
    held = tuple(one.header.episode_id for one in report.exported if one.header.episode_id in gone)
    if held:
        remove_tree(report.out)
    return held


def note_copy(episodes: Path, source: Path, place: str, utc_ns: int) -> ExportMade | None:
    """Notes, once, that an export is copied to a folder or an address; None for one that is not known here.

    Episodes that were erased since it was made are in neither. Raises OSError, LedgerBroken.
    """
    records = read_ledger(episodes)
    known = [one for one in records if isinstance(one, ExportMade) and one.path == str(source.absolute())]
    if not known:
        return None
    path = place if ADDRESS in place else str(Path(place).absolute())
    gone = erased_ids(records)
    parts = tuple(part for part in known[-1].episodes if part.episode_id not in gone)
    for one in records:
        if isinstance(one, ExportMade) and (one.path, one.format, one.episodes) == (
            path,
            known[-1].format,
            parts,
        ):
            return one
    return _noted(episodes, path, known[-1].format, parts, utc_ns, known[-1].runs)


def note_curation(episodes: Path, recipe: str, path: Path, records: Path | None, utc_ns: int) -> None:
    """Notes that a recipe's run over these episodes lies in `path`, once; raises OSError, LedgerBroken."""
    told = CurationMade(recipe, str(path.absolute()), str(records.absolute()) if records else "", utc_ns)
    for one in read_ledger(episodes):
        if isinstance(one, CurationMade) and (one.path, one.records) == (told.path, told.records):
            return
    append(episodes, told)


def note_run(episodes: Path, name: str, exports: Sequence[str], note: str, utc_ns: int) -> RunMade:
    """Notes that a policy was trained on exports, named by id or folder; raises LineageRefused, OSError."""
    known = [one for one in read_ledger(episodes) if isinstance(one, ExportMade)]
    ids = tuple(_export(known, one).export_id for one in exports)
    if any(isinstance(one, RunMade) and one.run_id == name for one in read_ledger(episodes)):
        raise LineageRefused(f"there is a run {name} already; choose another name")
    run = RunMade(name, ids, note, utc_ns)
    append(episodes, run)
    return run


def _export(known: Sequence[ExportMade], named: str) -> ExportMade:
    path = str(Path(named).absolute())
    found = [one for one in known if named == one.export_id or path == one.path]
    if not found:
        raise LineageRefused(f"no export {named} is known here; `armcade lineage show` lists them")
    return found[-1]


def about(records: Sequence[Record], name: str) -> tuple[Record, ...]:
    """Every record that names an episode, contributor, export, training run or erasure of this name."""
    return tuple(one for one in records if name in _names(one))


def _names(record: Record) -> set[str]:
    fields = msgspec.structs.asdict(record)
    names = {value for value in fields.values() if isinstance(value, str)}
    if isinstance(record, ExportMade):
        names |= {part.episode_id for part in record.episodes} | {
            part.contributor for part in record.episodes
        }
    if isinstance(record, RunMade):
        names |= set(record.exports)
    return names
