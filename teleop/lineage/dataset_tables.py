"""The tables of a LeRobotDataset v3.0 without some of its episodes: every recorded value stays as it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from teleop.durable_files import sync
from teleop.episodes.statistics import FIELDS, pooled_columns
from teleop.lineage.places import LayoutRefused, Places, Row

EPISODES = "meta/episodes"
_PLACED = ("stats/index/", "stats/episode_index/")


class DatasetRefused(Exception):
    """A data set that cannot be rewritten; it is untouched, and the text says why."""


class Described:
    """One table of `meta/episodes`: of each row what may change is read, the rest stays in its columns."""

    def __init__(self, path: Path) -> None:
        """Reads it; raises OSError, pa.ArrowException."""
        self.path = path
        self._table = pq.read_table(path)
        names = [name for name in self._table.schema.names if not name.startswith("stats/")]
        names += [name for name in self._table.schema.names if name.startswith(_PLACED)]
        self.rows: list[Row] = self._table.select(names).to_pylist()

    def changed(self, rows: Sequence[Row | None]) -> pa.Table:
        """The table with these rows instead of its own, in their order; None is one that goes."""
        table = self._table.filter(pa.array([row is not None for row in rows], pa.bool_()))
        kept = [row for row in rows if row is not None]
        if not kept:
            return table
        for name in kept[0]:
            table = _with(table, name, [row[name] for row in kept])
        return table


def uids(root: Path) -> dict[int, int]:
    """Each episode's number and `episode_uid`, from the rows themselves; raises DatasetRefused, OSError."""
    found: dict[int, int] = {}
    for path in sorted((root / "data").rglob("*.parquet")):
        try:
            table = pq.read_table(path, columns=["episode_index", "episode_uid"])
            numbers, named = (table.column(name).to_numpy() for name in table.schema.names)
        except (pa.ArrowException, KeyError, ValueError) as error:
            raise DatasetRefused(f"{path}: {error}") from error
        distinct, first, which = np.unique(numbers, return_index=True, return_inverse=True)
        several = numbers[named != named[first][which]]
        if len(several):
            raise DatasetRefused(f"{path}: the rows of episode {several[0]} have several uids")
        found |= dict(zip(distinct.tolist(), named[first].tolist(), strict=True))
    return found


def pooled_stats(episodes: pa.Table, features: Sequence[str]) -> dict[str, object]:
    """The statistics of all these episodes together, for each feature that has any; raises LayoutRefused."""
    described = [name for name in features if f"stats/{name}/mean" in episodes.schema.names]
    return {name: pooled_columns(_columns(episodes, name)).values() for name in described}


def write_episodes(table: pa.Table, target: Path) -> None:
    """Writes a table of episodes that the disk has kept on return; raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, target, compression="snappy")
    sync(target)


def write_rows(path: Path, places: Places, target: Path) -> None:
    """A table without the rows that go, in the same row groups; the same file when nothing moves."""
    with pq.ParquetFile(path) as source:
        table = source.read()
        numbers = table.column("episode_index").to_numpy()
        if not places.moves(numbers):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.hardlink_to(path)
            return
        keeps = places.keeps(numbers)
        if not keeps.any():
            return
        groups = [source.metadata.row_group(at).num_rows for at in range(source.num_row_groups)]
        schema = source.schema_arrow
    ends = np.concatenate([[0], np.cumsum(keeps)])[np.cumsum([0, *groups])].tolist()
    kept = _moved(table if keeps.all() else table.filter(pa.array(keeps)), places)
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for start, end in zip(ends, ends[1:], strict=False):
            if end > start:
                writer.write_table(kept.slice(start, end - start), row_group_size=end - start)
    sync(target)


def write_subtasks(path: Path, data: Sequence[Path], target: Path) -> None:
    """The table of sub-tasks without the words of those that no row of `data` is in; numbers stay."""
    used = {0}
    for file in data:
        numbers = pq.read_table(file, columns=["subtask_index"]).column("subtask_index")
        used |= set(np.unique(numbers.to_numpy()).tolist())
    table = pq.read_table(path)
    stays = [number in used for number in table.column("subtask_index").to_pylist()]
    target.parent.mkdir(parents=True, exist_ok=True)
    if all(stays):
        target.hardlink_to(path)
        return
    for name in table.schema.names:
        if name != "subtask_index":
            words = zip(table.column(name).to_pylist(), stays, strict=True)
            table = _with(table, name, [word if there else "" for word, there in words])
    pq.write_table(table, target, compression="snappy")
    sync(target)


def _moved(kept: pa.Table, places: Places) -> pa.Table:
    numbers = kept.column("episode_index").to_numpy()
    new = {"episode_index": places.numbers(numbers)}
    if "index" in kept.schema.names:
        new["index"] = places.rows(kept.column("index").to_numpy(), numbers)
    for name, values in new.items():
        kept = _with(kept, name, values)
    return kept


def _with(table: pa.Table, name: str, values: object) -> pa.Table:
    field = table.schema.field(name)
    return table.set_column(table.schema.get_field_index(name), field, pa.array(values, type=field.type))


def _columns(episodes: pa.Table, feature: str) -> Mapping[str, npt.NDArray[np.float64]]:
    """A feature's statistics, an episode a row."""
    listed = {part: episodes.column(f"stats/{feature}/{part}").to_pylist() for part in FIELDS}
    try:
        return {part: np.array(values, dtype=np.float64) for part, values in listed.items()}
    except ValueError as error:
        raise LayoutRefused(f"the episodes' statistics of {feature} have several shapes") from error
