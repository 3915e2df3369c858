"""ALOHA's files: the keys, types and chunks that ACT's loader asks for, with exact values."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hdf5_times import timed

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.layouts.aloha import MAPPED, Aloha


def test_every_value_is_as_in_the_rows(turns: list[Path], truth: Any, tmp_path: Path) -> None:
    out = export_episodes(turns, tmp_path / "out", Aloha()).out
    assert sorted(path.name for path in out.glob("*.hdf5")) == [
        f"episode_{number}.hdf5" for number in range(3)
    ]
    for number, one in enumerate(truth):
        with h5py.File(out / f"episode_{number}.hdf5") as file:
            assert timed(file) == []
            facts = dict(file.attrs)
            assert (facts["sim"], facts["compress"], facts["fps"]) == (True, False, 30)
            assert (facts["episode_id"], facts["success"]) == (f"ep-{number}", one.solved)
            assert np.array_equal(file["action"], one.columns["action"])
            assert set(file["observations"]) == {"qpos", "qvel", "effort", "images"}
            for column, key in MAPPED.items():
                assert np.array_equal(file[f"observations/{key}"], one.columns[column]), key
                assert file[f"observations/{key}"].dtype == np.float32
            for camera, shown in one.pictures.items():
                images = file[f"observations/images/{camera}"]
                assert (images.dtype, images.chunks) == (np.uint8, (1, *shown.shape[1:]))
                assert np.array_equal(images, shown)
            assert {*file["armcade"], "action", *MAPPED} == set(one.columns)
            for name, values in file["armcade"].items():
                assert np.array_equal(values, one.columns[name]), name
