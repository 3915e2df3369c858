"""The tables of a dataset, read back with pyarrow."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.lerobot_v3.features import frame_features
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.lerobot_v3.tables import DataFiles, Entry, task_numbers, write_json, write_meta
from teleop.episodes.lerobot_v3.video import Span
from teleop.episodes.statistics import PictureStats, of_rows


def zeros(signature: Any, rows: int) -> Any:
    return {
        feature.name: np.zeros((rows, len(feature.names)) if feature.names else rows, feature.dtype)
        for feature in frame_features(signature)
    }


def entry(signature: Any, task: str, rows: int) -> Entry:
    pictures = PictureStats()
    pictures.add(np.full((2, 2, 3), rows, dtype=np.uint8))
    stats = {name: of_rows(values) for name, values in zeros(signature, rows).items()}
    stats |= {camera.key: pictures.result() for camera in signature.cameras}
    spans = {camera.key: Span(0, 0, 0.0, rows / 30) for camera in signature.cameras}
    origin = {"episode_uid": rows, "solved": True, "time_s": 1.5, "pseudonym": "quiet-otter"}
    return Entry(task, rows, rows > 3, "quiet-otter", "2026-01", rows, spans, stats, origin)


@pytest.fixture
def signature(synthetic: Any) -> Any:
    return signature_of(synthetic.header(synthetic.Script()))


def test_one_row_group_for_each_episode(signature: Any, tmp_path: Path) -> None:
    data = DataFiles(tmp_path, signature, Limits())
    assert [data.append(zeros(signature, rows)) for rows in (3, 5)] == [(0, 0), (0, 0)]
    data.close()
    file = pq.ParquetFile(tmp_path / "data/chunk-000/file-000.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [3, 5]
    assert file.metadata.row_group(0).column(0).compression == "SNAPPY"


def test_a_full_data_file_is_followed_by_the_next(signature: Any, tmp_path: Path) -> None:
    data = DataFiles(tmp_path, signature, Limits(data_bytes=2000, files_per_chunk=2))
    assert [data.append(zeros(signature, rows)) for rows in (2, 2, 9, 2)] == [(0, 0), (0, 0), (0, 1), (1, 0)]
    data.close()


def test_tasks_are_numbered_as_they_come(signature: Any) -> None:
    entries = [entry(signature, task, 2) for task in ("b", "a", "b")]
    assert task_numbers(entries) == {"b": 0, "a": 1}


def test_the_descriptions_of_a_dataset(signature: Any, tmp_path: Path) -> None:
    entries = [(entry(signature, "sort", 3), (0, 0)), (entry(signature, "tower", 4), (0, 1))]
    write_meta(tmp_path, signature, 30, entries, Limits())
    info = json.loads((tmp_path / "meta/info.json").read_text())
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"]) == (2, 7, 2)
    assert (info["codebase_version"], info["splits"], info["robot_type"]) == (
        "v3.0",
        {"train": "0:2"},
        "so101",
    )
    assert (
        info["video_path"].format(video_key="k", chunk_index=0, file_index=1)
        == "videos/k/chunk-000/file-001.mp4"
    )
    episodes = pq.read_table(tmp_path / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert [row["dataset_from_index"] for row in episodes] == [0, 3]
    assert [row["dataset_to_index"] for row in episodes] == [3, 7]
    assert [row["data/file_index"] for row in episodes] == [0, 1]
    assert [row["success"] for row in episodes] == [False, True]
    assert episodes[1]["tasks"] == ["tower"]
    assert episodes[1]["stats/observation.images.wrist/mean"] == [[[4 / 255]]] * 3
    assert episodes[1]["stats/action/count"] == [4]
    assert len(episodes[1]["stats/action/q99"]) == 6
    origin = pq.read_table(tmp_path / "meta/provenance.parquet").to_pylist()
    assert origin[0] == {"episode_uid": 3, "solved": True, "time_s": 1.5, "pseudonym": "quiet-otter"}
    stats = json.loads((tmp_path / "meta/stats.json").read_text())
    assert stats["index"]["count"] == [7]
    assert stats["observation.images.wrist"]["max"] == [[[4 / 255]]] * 3


def test_a_full_table_of_episodes_is_followed_by_the_next(signature: Any, tmp_path: Path) -> None:
    entries = [(entry(signature, "sort", 3), (0, 0))] * 5
    write_meta(tmp_path, signature, 30, entries, Limits(data_bytes=20_000, files_per_chunk=2))
    files = sorted((tmp_path / "meta/episodes").rglob("*.parquet"))
    assert len(files) > 2
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    assert [row["episode_index"] for row in rows] == list(range(5))
    for file in files:
        for row in pq.read_table(file).to_pylist():
            place = row["meta/episodes/chunk_index"], row["meta/episodes/file_index"]
            assert file == tmp_path / "meta/episodes/chunk-{:03d}/file-{:03d}.parquet".format(*place)


def test_pandas_would_find_the_tasks_in_its_index(signature: Any, tmp_path: Path) -> None:
    write_meta(tmp_path, signature, 30, [(entry(signature, "sort", 3), (0, 0))], Limits())
    table = pq.read_table(tmp_path / "meta/tasks.parquet")
    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == ["task"]
    assert table.to_pylist() == [{"task_index": 0, "task": "sort"}]


def test_without_cameras_there_is_no_video_path(synthetic: Any, tmp_path: Path) -> None:
    signature = signature_of(synthetic.header(synthetic.Script(cameras=())))
    write_meta(tmp_path, signature, 30, [(entry(signature, "sort", 3), (0, 0))], Limits())
    assert json.loads((tmp_path / "meta/info.json").read_text())["video_path"] is None


def test_json_is_readable(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": [1]})
    assert (tmp_path / "a.json").read_text() == '{\n    "a": [\n        1\n    ]\n}\n'
