"""Takes episodes out of an export of any layout but LeRobot's: what stays is joined anew by its format.

The result is what an export of the others alone would have been: of who left, nothing is in it.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from teleop.durable_files import sync
from teleop.episodes.card.describe import CARD, DESCRIPTION, PROV, Told, redescribe, told
from teleop.episodes.exporting.contract import Facts, Part
from teleop.episodes.exporting.subtasks import SUBTASKS
from teleop.episodes.exporting.work import ExportRefused
from teleop.episodes.formats import FORMATS
from teleop.episodes.layouts import replay_buffer, rlds, robomimic
from teleop.episodes.layouts.fields import EXCLUDED
from teleop.episodes.layouts.hdf5 import opened
from teleop.episodes.layouts.rerun_files import RerunFiles
from teleop.lineage.dataset_tables import DatasetRefused
from teleop.lineage.files import link, remove_tree, sync_tree
from teleop.lineage.layout_parts import TAKERS
from teleop.lineage.places import LayoutRefused
from teleop.lineage.plan import Found, refuse_mention

if TYPE_CHECKING:
    import h5py

_PARTS = ".parts"
_FILES = (robomimic.FILE, replay_buffer.FOLDER, replay_buffer.ZIP, rlds.NAME, SUBTASKS)
_OWN = (*_FILES, EXCLUDED, PROV, *DESCRIPTION)
_BLOCK_ROWS = 64
SAME_FILES = "each of the others is the same file as before"
SAME_CHUNKS = "the packed pictures of the others were copied as they lay, their values are the same"
SAME_RECORDS = "the records of the others were copied byte for byte"
HDF5_NOTE = (
    "HDF5 keeps what is deleted, so the file was written anew; every value of the others was compared "
    "with the old file and is the same"
)
SCALED_NOTE = "; only `actions`, scaled to the joints' range in the file, now have that of those that stay"
NOTES = {
    "aloha": SAME_FILES,
    "mcap": SAME_FILES,
    "rerun": SAME_FILES,
    "zarr": SAME_CHUNKS,
    "zarr-zip": SAME_CHUNKS,
    "rlds": SAME_RECORDS,
}


def holds(root: Path, episode_ids: Collection[str]) -> Found:
    """Which of these episodes lie in the export, by its list. Raises DatasetRefused, OSError."""
    ids = {one.header.episode_id for one in _opened(root).facts}
    wanted = tuple(one for one in episode_ids if one in ids)
    return Found(wanted, len(ids) - len(wanted))


def write_without(kind: str, root: Path, episode_ids: Collection[str], out: Path) -> str:
    """Writes the export `root` without these episodes to `out`; what a receipt says of the others.

    Everything is on disk when this returns. Raises DatasetRefused (nothing usable is in `out` then), OSError.
    """
    export, gone = _opened(root), frozenset(episode_ids)
    kept = [at for at, one in enumerate(export.facts) if one.header.episode_id not in gone]
    if not kept:
        raise DatasetRefused(f"{root}: no episode would be left")
    try:
        _join(kind, root, export, kept, out)
        note = NOTES[kind] if kind in NOTES else _compared(root, kept, export.facts, out)
        _write_others(root, export, gone, out)
        redescribe(out, root, gone, {})
    except (LayoutRefused, ExportRefused, KeyError, ValueError, msgspec.MsgspecError) as error:
        raise DatasetRefused(f"{root}: {error}") from error
    for path in out.rglob("*"):
        if path.is_file():
            sync(path)
    sync_tree(out)
    return note


def _opened(root: Path) -> Told:
    if not (root / CARD).exists():
        raise DatasetRefused(f"{root}: it has no {CARD}, so which episodes lie where is not known")
    try:
        return told(root)
    except msgspec.MsgspecError as error:
        raise DatasetRefused(f"{root}: {error}") from error


def _join(kind: str, root: Path, export: Told, kept: Sequence[int], out: Path) -> None:
    out.mkdir(parents=True)
    folders = {at: out / _PARTS / str(at) for at in kept}
    for folder in folders.values():
        folder.mkdir(parents=True)
    TAKERS[kind](root, export.facts, folders)
    left = {export.facts[at].header.episode_id for at in kept}
    gone = {one.header.episode_id for one in export.facts} - left
    excluded = [one for one in export.excluded if Path(one.file).stem not in gone]
    parts = [Part(folder, export.facts[at]) for at, folder in folders.items()]
    form = RerunFiles(export.fps, command="") if kind == "rerun" else FORMATS[kind].make(export.fps)
    form.join(parts, excluded, out)
    remove_tree(out / _PARTS)


def _write_others(root: Path, export: Told, gone: frozenset[str], out: Path) -> None:
    """A file that no format writes stays, unless it names what goes."""
    own = {*_OWN, *(f"episode_{at}.hdf5" for at in range(len(export.facts)))}
    own |= {f"{one.header.episode_id}{end}" for one in export.facts for end in (".mcap", ".rrd")}
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        name = path.relative_to(root)
        if name.parts[0] not in own:
            refuse_mention(path.name, path.read_bytes(), gone)
            link(path, out / name)


def _compared(root: Path, kept: Sequence[int], facts: Sequence[Facts], out: Path) -> str:
    """Compares all values of robomimic's file that stay; raises LayoutRefused where one differs."""
    scaled = False
    with opened(root / robomimic.FILE) as old, opened(out / robomimic.FILE) as new:
        for number, at in enumerate(kept):
            before, after = old[f"data/demo_{at}"], new[f"data/demo_{number}"]
            views = {f"next_obs/{camera.name}_image" for camera in facts[at].signature.cameras}
            for name in _datasets(before):
                if name in views:
                    continue
                same = _same(before[name], after[name])
                if not same and name != "actions":
                    raise LayoutRefused(f"{name} of {facts[at].header.episode_id} came out otherwise")
                scaled = scaled or not same
    return HDF5_NOTE + SCALED_NOTE if scaled else HDF5_NOTE


def _datasets(group: "h5py.Group") -> list[str]:
    """The names of all arrays below a group."""
    names: list[str] = []
    group.visititems(lambda name, one: names.append(name) if hasattr(one, "shape") else None)
    return names


def _same(one: "h5py.Dataset", other: "h5py.Dataset") -> bool:
    """Whether two arrays have the same type and bits, looked at some rows at a time."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    starts = range(0, one.shape[0], _BLOCK_ROWS)
    return all(
        one[at : at + _BLOCK_ROWS].tobytes() == other[at : at + _BLOCK_ROWS].tobytes() for at in starts
    )
