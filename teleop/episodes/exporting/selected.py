"""Takes the episodes that a recipe's selection file keeps, and no file that has changed since."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from teleop.curation.deciding import EXCLUSIONS, RUN, Run
from teleop.curation.records import Exclusion, Selected, read_lines
from teleop.episodes.exporting.taking import NOBODY, Asked, ChosenBy, Taken
from teleop.episodes.exporting.work import ExportRefused

SELECTION = "selection.jsonl"


def kept(paths: Sequence[Path], selection: Path) -> list[Asked]:
    """Of these files what a selection file, or the one in a run's folder, keeps of them, in their order.

    Raises ExportRefused where that is no selection, or where a file that it keeps is not among these.
    """
    file = selection / SELECTION if selection.is_dir() else selection
    try:
        rows = read_lines(file.read_bytes(), Selected)
    except (OSError, msgspec.MsgspecError) as error:
        raise ExportRefused(f"{file} is no selection: {error}") from error
    wanted = {row.sha256: row for row in rows if row.keep}
    found: dict[str, Path] = {}
    for path in paths:
        with path.open("rb") as stream:
            found.setdefault(hashlib.file_digest(stream, "sha256").hexdigest(), path)
    absent = sorted(row.episode_id for sha256, row in wanted.items() if sha256 not in found)
    if absent:
        raise ExportRefused(f"{file} keeps what is not here, or has changed since: {', '.join(absent)}.")
    run = _chosen_by(selection) if selection.is_dir() else NOBODY
    return [Asked(path, _taken(wanted[sha256], run)) for sha256, path in found.items() if sha256 in wanted]


def _taken(row: Selected, run: ChosenBy) -> Taken:
    return Taken(row.keep_ranges_ns, row.weight, row.labels, chosen_by=run)


def _chosen_by(folder: Path) -> ChosenBy:
    """What a run's folder says of the run; raises ExportRefused where it holds none that can be read."""
    try:
        content = (folder / RUN).read_bytes()
        rows = read_lines((folder / EXCLUSIONS).read_bytes(), Exclusion)
        recipe = msgspec.json.decode(content, type=Run).recipe
    except FileNotFoundError:
        return NOBODY
    except (OSError, msgspec.MsgspecError) as error:
        raise ExportRefused(f"{folder} is no run of a recipe: {error}") from error
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row.file, row.rule)
    return ChosenBy(
        recipe, hashlib.sha256(content).hexdigest(), tuple(sorted(Counter(first.values()).items()))
    )
