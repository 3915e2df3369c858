"""Takes erased episodes out of a recipe's runs and out of the records that runs share.

A run's lists lose their lines, its counts and its contributors follow; statistics over all episodes, which
name nobody, stay as they were.
"""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from teleop.curation.coverage import Coverage, Facet
from teleop.curation.deciding import COVERAGE, EXCLUSIONS, MEASURES, RUN, SELECTION, Measures, Run
from teleop.curation.records import Exclusion, Selected, encode, lines, read_lines

_Named = TypeVar("_Named", Selected, Exclusion, Measures)


def without(files: Mapping[str, bytes], gone: Mapping[str, str]) -> dict[str, bytes]:
    """A run's files without episodes, of which `gone` is the contributors by id; the same where it has none.

    Raises msgspec.MsgspecError for files that are no run's.
    """
    selection = read_lines(files[SELECTION], Selected)
    left = tuple(one for one in selection if one.episode_id not in gone)
    if len(left) == len(selection):
        return dict(files)
    lost = [one for one in selection if one.episode_id in gone]
    run = msgspec.json.decode(files[RUN], type=Run)
    covered = msgspec.json.decode(files[COVERAGE], type=Coverage)
    people = _fewer(covered.facets["contributor"], lost, gone)
    kept = sum(one.keep for one in left)
    return dict(files) | {
        SELECTION: lines(left),
        EXCLUSIONS: lines(_others(read_lines(files[EXCLUSIONS], Exclusion), gone)),
        MEASURES: lines(_others(read_lines(files[MEASURES], Measures), gone)),
        COVERAGE: encode(msgspec.structs.replace(covered, facets=covered.facets | {"contributor": people})),
        RUN: encode(
            msgspec.structs.replace(
                run,
                inputs=tuple(one.sha256 for one in left),
                captured=len(left),
                kept=kept,
                excluded=len(left) - kept,
            )
        ),
    }


def records_place(cache: Path, sha256: str) -> Path:
    """The folder of all records of the episode file with this hash."""
    return cache / sha256[:2] / sha256


def forget_records(cache: Path, sha256: str) -> None:
    """Removes the records of an episode, and any of which nobody can say whose they are; raises OSError."""
    shutil.rmtree(records_place(cache, sha256), ignore_errors=True)
    for stray in cache.glob("??/*.json"):
        stray.unlink(missing_ok=True)


def _others(rows: tuple[_Named, ...], gone: Mapping[str, str]) -> tuple[_Named, ...]:
    return tuple(one for one in rows if one.episode_id not in gone)


def _fewer(facet: Facet, lost: list[Selected], gone: Mapping[str, str]) -> Facet:
    """The contributors of a run without the episodes that are lost; whoever has none is not named."""
    captured = Counter(facet.captured) - Counter(gone[one.episode_id] for one in lost)
    kept = Counter(facet.kept) - Counter(gone[one.episode_id] for one in lost if one.keep)
    names = tuple(sorted(set(captured) - set(kept)))
    return Facet(dict(sorted(captured.items())), dict(sorted(kept.items())), names)
