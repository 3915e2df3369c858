"""robomimic's file: exact values, scaled actions, filter keys, and no trace of when it was written."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hdf5_times import timed

from teleop.episodes.exporting.taking import Asked, Taken
from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.layouts.robomimic import FILE, OBSERVED, Robomimic, scaled


@pytest.fixture
def file(turns: list[Path], tmp_path: Path) -> Any:
    out = export_episodes([*turns, tmp_path / "absent.mcap"], tmp_path / "out", Robomimic()).out
    with h5py.File(out / FILE) as opened:
        yield opened


def test_every_value_is_as_in_the_rows(file: Any, truth: Any) -> None:
    assert file["data"].attrs["total"] == sum(one.rows for one in truth)
    for number, one in enumerate(truth):
        demo = file[f"data/demo_{number}"]
        assert demo.attrs["num_samples"] == one.rows
        assert demo.attrs["episode_id"] == f"ep-{number}"
        assert demo.attrs["success"] == one.solved
        assert np.array_equal(demo["action_dict/joint_position"], one.columns["action"])
        assert demo["rewards"][()].tolist() == [0] * (one.rows - 1) + [int(one.solved)]
        assert demo["dones"][()].tolist() == [0] * (one.rows - 1) + [1]
        expected = {key: one.columns[column] for column, key in OBSERVED.items()}
        expected |= {f"{camera}_image": shown for camera, shown in one.pictures.items()}
        assert set(demo["obs"]) == set(demo["next_obs"]) == set(expected)
        for key, values in expected.items():
            assert np.array_equal(demo[f"obs/{key}"], values), key
            assert demo[f"obs/{key}"].dtype == values.dtype
            assert np.array_equal(demo[f"next_obs/{key}"], [*values[1:], values[-1]]), key
        for name, values in demo["armcade"].items():
            assert values.dtype == one.columns[name].dtype
            assert np.array_equal(values, one.columns[name]), name
        mapped = {"action", "next.done", *OBSERVED}
        assert {*demo["armcade"], *mapped} == set(one.columns)


def test_actions_fill_minus_one_to_one_and_can_be_scaled_back(file: Any, truth: Any) -> None:
    low, high = (file["data"].attrs[name] for name in ("action_min", "action_max"))
    actions = np.concatenate([file[f"data/demo_{number}/actions"] for number in range(3)])
    exact = np.concatenate([one.columns["action"] for one in truth])
    assert np.array_equal(low, exact.min(axis=0))
    assert np.array_equal(high, exact.max(axis=0))
    assert (actions.min(axis=0) == -1).all()
    assert (actions.max(axis=0) == 1).all()
    assert (actions + 1) / 2 * (high - low) + low == pytest.approx(exact, abs=1e-6)


def test_filter_keys_name_success_failure_all_and_the_puzzle(file: Any) -> None:
    masks = {name: [one.decode() for one in values[()]] for name, values in file["mask"].items()}
    assert masks == {
        "all": ["demo_0", "demo_1", "demo_2"],
        "success": ["demo_0", "demo_2"],
        "failure": ["demo_1"],
        "puzzle_tower": ["demo_0", "demo_1", "demo_2"],
    }


def test_the_labels_of_a_selection_are_filter_keys(turns: list[Path], tmp_path: Path) -> None:
    labels = (("success", "recovery"), ("failure", "a/b", "all"), ("success", "by_player"))
    asked = [Asked(path, Taken(None, 0.5, own)) for path, own in zip(turns, labels, strict=True)]
    out = export_episodes(asked, tmp_path / "labelled", Robomimic(fps=10)).out
    with h5py.File(out / FILE) as file:
        masks = {name: [one.decode() for one in values[()]] for name, values in file["mask"].items()}
        assert file["data/demo_1"].attrs["labels"] == "failure,a/b,all"
        assert file["data/demo_1"].attrs["weight"] == 0.5
    assert masks.pop("puzzle_tower") == masks.pop("all") == ["demo_0", "demo_1", "demo_2"]
    assert masks == {
        "success": ["demo_0", "demo_2"],
        "failure": ["demo_1"],
        "recovery": ["demo_0"],
        "a_b": ["demo_1"],
        "by_player": ["demo_2"],
    }


def test_the_environment_is_described(file: Any) -> None:
    environment = json.loads(file["data"].attrs["env_args"])
    assert environment["env_name"] == "armcade-so101"
    assert environment["env_kwargs"]["joint_names"][-1] == "gripper"
    assert environment["env_kwargs"]["fps"] == 30


def test_no_dataset_knows_when_it_was_written(file: Any) -> None:
    assert timed(file) == []


def test_a_time_would_be_noticed(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "timed.hdf5", "w") as file:
        file.create_dataset("now", data=[1.0], track_times=True)
        assert timed(file) == ["now"]


def test_a_set_without_episodes_is_empty(turns: list[Path], tmp_path: Path) -> None:
    out = export_episodes(turns[:1], tmp_path / "one", Robomimic()).out
    with h5py.File(out / FILE) as file:
        assert file["mask/failure"][()].tolist() == []
    assert json.loads((out / "excluded.json").read_text()) == []


def test_a_joint_that_never_moves_is_zero() -> None:
    action = np.array([[1.0, 2.0], [1.0, 4.0]], dtype=np.float32)
    assert scaled(action, action.min(axis=0), action.max(axis=0)).tolist() == [[0, -1], [0, 1]]


def test_an_episode_of_one_row_has_itself_as_next(record: Any, tmp_path: Path) -> None:
    path = record(episode_id="short", seconds=0.07, cameras=("overview",)).path
    report = export_episodes([path], tmp_path / "short", Robomimic(fps=1))
    with h5py.File(report.out / FILE) as file:
        demo = file["data/demo_0"]
        assert report.rows == 1
        assert np.array_equal(demo["next_obs/overview_image"], demo["obs/overview_image"])
