"""Tables without some episodes: values stay, row groups stay, and what is not understood is refused."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from teleop.episodes.statistics import of_rows
from teleop.lineage.dataset_tables import DatasetRefused, pooled_stats, uids, write_rows
from teleop.lineage.places import LayoutRefused, places_of

LENGTHS = (3, 2, 4)


def rows_of(path: Path) -> None:
    """A data file of three episodes, a row group each; the second is split in two."""
    numbers = np.repeat(np.arange(len(LENGTHS)), LENGTHS)
    columns = {"episode_index": numbers, "index": np.arange(9), "episode_uid": numbers + 70,
               "value": np.arange(9) / 3}  # fmt: skip
    table = pa.table(columns)
    path.parent.mkdir(parents=True)
    with pq.ParquetWriter(path, table.schema) as writer:
        for start, length in ((0, 3), (3, 1), (4, 1), (5, 4)):
            writer.write_table(table.slice(start, length))


def described() -> list[dict[str, object]]:
    starts = (0, 3, 5)
    return [
        {"episode_index": at, "length": length, "dataset_from_index": starts[at]}
        for at, length in enumerate(LENGTHS)
    ]


def test_rows_move_up_in_the_row_groups_they_were_in(tmp_path: Path) -> None:
    path, new = tmp_path / "data/file.parquet", tmp_path / "new/file.parquet"
    rows_of(path)
    write_rows(path, places_of(described(), {0}), new)
    with pq.ParquetFile(new) as file:
        groups = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        found = file.read().to_pydict()
    assert groups == [1, 1, 4]
    assert found["episode_index"] == [0, 0, 1, 1, 1, 1] and found["index"] == list(range(6))
    assert found["value"] == (np.arange(3, 9) / 3).tolist()


def test_a_file_that_nothing_moves_in_is_the_same_and_one_of_which_nothing_stays_is_none(
    tmp_path: Path,
) -> None:
    path = tmp_path / "data/file.parquet"
    rows_of(path)
    write_rows(path, places_of(described(), ()), tmp_path / "same/file.parquet")
    assert (tmp_path / "same/file.parquet").samefile(path)
    write_rows(path, places_of(described(), {0, 1, 2}), tmp_path / "none/file.parquet")
    assert not (tmp_path / "none").exists()


def test_an_episode_has_one_uid(tmp_path: Path) -> None:
    path = tmp_path / "data/file.parquet"
    rows_of(path)
    assert uids(tmp_path) == {0: 70, 1: 71, 2: 72}
    table = pa.table({"episode_index": [4, 4], "episode_uid": [1, 2]})
    pq.write_table(table, tmp_path / "data/second.parquet")
    with pytest.raises(DatasetRefused, match="the rows of episode 4 have several uids"):
        uids(tmp_path)


def test_pooled_statistics_are_of_the_features_that_have_them() -> None:
    one = {f"stats/a/{name}": value for name, value in of_rows(np.arange(4)).values().items()}
    pooled = pooled_stats(pa.Table.from_pylist([one, one]), ["a", "b"])
    assert set(pooled) == {"a"}
    assert pooled["a"]["count"] == [8]
    other = one | {"stats/a/mean": [1.0, 2.0]}
    with pytest.raises(LayoutRefused, match="statistics of a have several shapes"):
        pooled_stats(pa.Table.from_pylist([one, other]), ["a"])
