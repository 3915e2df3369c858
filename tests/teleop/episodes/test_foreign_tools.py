"""Tools that are not ours read the exports: robomimic's dataset, Croissant's validator, the hub's card."""

import json
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from lerobot_loader import LOADER

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.formats import FORMATS
from teleop.episodes.layouts.robomimic import FILE

pytestmark = [pytest.mark.lerobot, pytest.mark.timeout(600)]
SCRIPT = LOADER.parents[2] / "scripts" / "formats_read.py"
EXPORTED = ("lerobot", "robomimic", "zarr")


@pytest.fixture
def exports(record: Any, tmp_path: Path) -> dict[str, Path]:
    """The same three turns, one of them failed, in several formats; one more has no verdict."""
    paths = [record(episode_id=f"ep-{at}", seconds=0.2 + at / 10, solved=at != 1).path for at in range(3)]
    paths.append(record(episode_id="ep-3", seconds=0.2, judged=False).path)
    return {
        name: export_episodes(paths, tmp_path / name, FORMATS[name].make(30), licence="cc-by-4.0").out
        for name in EXPORTED
    }


def test_they_find_what_was_exported(exports: dict[str, Path], tmp_path: Path) -> None:
    arrays = tmp_path / "rows.npz"
    done = subprocess.run(
        [str(LOADER), str(SCRIPT), *map(str, exports.values()), "--arrays", str(arrays)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout[done.stdout.index("{\n") :])
    for name in EXPORTED:
        assert (found[name]["errors"], found[name]["warnings"]) == ([], [])
        assert found[name]["records"]["episodes"] == 3
        assert found[name]["license"] == "cc-by-4.0"
    with h5py.File(exports["robomimic"] / FILE) as file, np.load(arrays) as rows:
        demos = [file[f"data/demo_{at}"] for at in range(3)]
        total = sum(len(demo["actions"]) for demo in demos)
        assert found["lerobot"]["records"]["rows"] == total
        keys = found[f"robomimic/{FILE}"]
        assert keys["all"] == [["demo_0", "demo_1", "demo_2"], total]
        assert keys["success"][0] == ["demo_0", "demo_2"]
        assert keys["failure"] == [["demo_1"], len(demos[1]["actions"])]
        assert len(rows.files) == 11
        for name in rows.files:
            assert np.array_equal(rows[name], np.concatenate([demo[name] for demo in demos])), name
