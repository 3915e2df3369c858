"""The replay buffer, read by zarr's own library: a folder and a zip file hold the same, exactly."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr
from zarr.storage import LocalStore, ZipStore

from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.layouts.replay_buffer import FOLDER, ZIP, ReplayBuffer


@pytest.mark.parametrize("zipped", [False, True])
def test_every_value_is_as_in_the_rows(turns: list[Path], truth: Any, tmp_path: Path, zipped: bool) -> None:
    out = export_episodes(turns, tmp_path / "out", ReplayBuffer(zipped=zipped)).out
    store = ZipStore(out / ZIP, mode="r") if zipped else LocalStore(out / FOLDER, read_only=True)
    root = zarr.open_group(store, mode="r", zarr_format=2)
    ends = root["meta/episode_ends"]
    assert ends.dtype == np.int64
    assert ends[:].tolist() == np.cumsum([one.rows for one in truth]).tolist()
    assert root["meta/success"][:].tolist() == [True, False, True]
    assert root["meta/episode_uid"][:].tolist() == [episode_uid(f"ep-{number}") for number in range(3)]
    assert root.attrs["joint_names"][0] == "shoulder_pan"
    assert root.attrs["fps"] == 30
    names = {"state" if name == "observation.state" else name: name for name in truth[0].columns}
    assert set(root["data"].array_keys()) == {*names, "overview", "wrist"}
    for name, column in names.items():
        expected = np.concatenate([one.columns[column] for one in truth])
        assert root[f"data/{name}"].dtype == expected.dtype
        assert np.array_equal(root[f"data/{name}"][:], expected), name
    for camera in ("overview", "wrist"):
        array = root[f"data/{camera}"]
        assert array.chunks == (1, 64, 96, 3)
        assert np.array_equal(array[:], np.concatenate([one.pictures[camera] for one in truth]))
    store.close()
