"""Who else holds something of an episode, beside its own files and exports: one table, each erases its own.

What comes to keep something of episodes adds a line to `HOLDERS`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from teleop.curation.forgetting import forget_records, without
from teleop.durable_files import sync, write_whole
from teleop.episodes.journal.compaction import FRESH_SUFFIX
from teleop.episodes.journal.file import SUFFIX as JOURNAL
from teleop.episodes.recovery import SUFFIX as UNFINISHED
from teleop.lineage.files import exchange, remove, remove_tree
from teleop.lineage.ledger import read_ledger
from teleop.lineage.records import CurationMade, Part

Holder = Callable[[Path, Sequence[Part]], None]
"""Erases whatever it holds of these episodes of a folder, again and again if need be; raises OSError."""


def _leftovers(episodes: Path, gone: Sequence[Part]) -> None:
    """What a recorder that died left of them, whatever recovery made of it."""
    for part in gone:
        for suffix in (JOURNAL, UNFINISHED, FRESH_SUFFIX, ".mcap.recovering"):
            remove(episodes / f"{part.episode_id}{suffix}")
        for aside in episodes.glob(f"{part.episode_id}.unreadable*"):
            remove(aside)
        for aside in episodes.glob(f"{part.episode_id}.mcap.unreadable*"):
            remove(aside)
    sync(episodes)


def _recipes(episodes: Path, gone: Sequence[Part]) -> None:
    """Runs of recipes, and the records that they share."""
    made = [one for one in read_ledger(episodes) if isinstance(one, CurationMade)]
    contributors = {part.episode_id: part.contributor for part in gone}
    for run in dict.fromkeys(Path(one.path) for one in made):
        remove_tree(_aside(run))
        if run.is_dir():
            _forget_in_run(run, contributors)
    for cache in {Path(one.records) for one in made if one.records}:
        for sha256 in (part.sha256 for part in gone if part.sha256):
            forget_records(cache, sha256)


def _forget_in_run(run: Path, contributors: Mapping[str, str]) -> None:
    """Swaps a run for one without these episodes; one that cannot be read goes: it can be made again."""
    files = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    try:
        left = without(files, contributors)
    except (KeyError, msgspec.MsgspecError):
        remove_tree(run)
        return
    if left != files:
        _aside(run).mkdir()
        for name, content in left.items():
            write_whole(_aside(run) / name, content)
        exchange(run, _aside(run))
        remove_tree(_aside(run))


def _aside(run: Path) -> Path:
    return run.with_name(f".{run.name}.forgetting")


HOLDERS: dict[str, Holder] = {"leftovers": _leftovers, "recipes": _recipes}
