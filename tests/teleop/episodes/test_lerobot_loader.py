"""A reader that is not ours: LeRobot's own loader reads our export, row by row and picture by picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from lerobot_loader import loaded

from teleop.episodes.export_lerobot import export

pytestmark = [pytest.mark.lerobot, pytest.mark.timeout(600)]


@pytest.fixture
def dataset(record: Any, tmp_path: Path) -> Path:
    """Three turns: lost pictures and a jittering camera, a failed turn, a late camera."""
    facts: list[dict[str, Any]] = [
        {"seconds": 1.37, "jitter_ns": 9_000_000, "dropped": (4, 5, 9)},
        {"seconds": 0.71, "solved": False, "prompt": "Sort by colour"},
        {"seconds": 1.03, "camera_start_ns": 250_000_000},
    ]
    paths = [record(episode_id=f"ep-{number}", **one).path for number, one in enumerate(facts)]
    return export(paths, tmp_path / "out").out


def test_the_loader_gives_back_what_was_exported(dataset: Path, tmp_path: Path, synthetic: Any) -> None:
    facts, columns = loaded(dataset, tmp_path / "rows.npz")
    ours = pq.read_table(dataset / "data/chunk-000/file-000.parquet").to_pydict()
    assert (facts["episodes"], facts["rows"], facts["fps"]) == (3, len(ours["index"]), 30)
    assert facts["tasks"] == ["Build the tower", "Sort by colour"]
    assert facts["success"] == [True, False, True]
    assert {"provenance/pseudonym", "provenance/consent_version"} <= set(facts["episode_columns"])
    for name, values in ours.items():
        expected = np.array(values)
        assert np.array_equal(columns[name], expected.astype(columns[name].dtype)), name
    assert columns["task"].tolist() == [facts["tasks"][number] for number in ours["task_index"]]
    for camera in ("overview", "wrist"):
        pictures = columns[f"observation.images.{camera}"]
        assert pictures.shape == (facts["rows"], 64, 96)
        assert [synthetic.read_id(picture) for picture in pictures] == ours[f"frame_id.{camera}"]


def test_full_size_pictures_and_an_uncommon_rate(record: Any, tmp_path: Path, synthetic: Any) -> None:
    path = record(seconds=0.8, size=(640, 480), cameras=("overview",)).path
    out = export([path], tmp_path / "out", fps=25).out
    facts, columns = loaded(out, tmp_path / "rows.npz")
    assert columns["observation.images.overview"].shape == (facts["rows"], 480, 640)
    seen = [synthetic.read_id(picture) for picture in columns["observation.images.overview"]]
    assert seen == columns["frame_id.overview"].tolist()
    assert columns["timestamp"] == pytest.approx(np.arange(facts["rows"]) / 25)
