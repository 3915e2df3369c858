"""Rows become arrays of the documented shapes; what is absent is NaN or -1."""

from typing import Any

import msgspec
import numpy as np
import pytest

from teleop.episodes.arrays import action_arrays, input_arrays, observation_arrays, picture_arrays
from teleop.episodes.format import Action, Input, Observation, PictureNote

JOINTS = 6


def rows(synthetic: Any, kind: type) -> list[Any]:
    return [one for one in synthetic.messages(synthetic.Script(cameras=())) if type(one) is kind]


def test_observations(synthetic: Any) -> None:
    found = rows(synthetic, Observation)
    arrays = observation_arrays(found, JOINTS)
    for name in (
        "positions_rad",
        "velocities_rad_s",
        "loads",
        "temperatures_c",
        "voltages_v",
        "sample_age_ns",
    ):
        assert getattr(arrays, name).shape == (100, JOINTS)
    assert arrays.end_effector.shape == (100, 6)
    assert arrays.t_ns.dtype == arrays.sample_age_ns.dtype == np.int64
    assert tuple(arrays.positions_rad[7]) == found[7].positions_rad
    assert arrays.mode[:2] == ("hold", "play")
    assert arrays.end_effector[3, 2] == found[3].end_effector.z_m


def test_actions_without_a_request_are_nan(synthetic: Any) -> None:
    arrays = action_arrays(rows(synthetic, Action), JOINTS)
    assert arrays.requested_rad.shape == arrays.applied_rad.shape == (100, JOINTS)
    assert np.isnan(arrays.requested_rad[::10]).all()
    assert not np.isnan(arrays.requested_rad[1::10]).any()
    assert arrays.limits[0] == ("velocity",)
    assert arrays.limits[1] == ()


def test_an_absent_pose_is_nan(synthetic: Any) -> None:
    action = Action(1, 2, 3, "player", None, None, (0.0,) * JOINTS, (), 1.0)
    assert np.isnan(action_arrays([action], JOINTS).requested).all()


def test_inputs_that_saw_nothing_are_minus_one(synthetic: Any) -> None:
    seeing = rows(synthetic, Input)[0]
    blind = Input(1, 2, 3, -4, 5, "none", False, False, synthetic.pose(0.0), None, None, None)
    arrays = input_arrays([seeing, blind])
    assert arrays.seen_frame_id.tolist() == [seeing.seen_frame_id, -1]
    assert arrays.seen_error_frames.tolist() == [1, -1]
    assert arrays.seen_error_ns.tolist() == [33_000_000, -1]
    assert arrays.seen_camera == ("overview", None)
    assert arrays.hold_to_run.tolist() == [True, False]
    assert arrays.offset_ns.tolist() == [-7, -4]


def test_what_came_with_format_2_is_read_or_absent(synthetic: Any) -> None:
    old = rows(synthetic, Action)[1]
    limited = (0.5,) * JOINTS
    new = msgspec.structs.replace(old, command=7, limited_rad=limited, applied_ns=99, posture="resting")
    actions = action_arrays([old, new], JOINTS)
    assert actions.command.tolist() == [-1, 7] and actions.applied_ns.tolist() == [-1, 99]
    assert np.isnan(actions.limited_rad[0]).all() and tuple(actions.limited_rad[1]) == limited
    assert actions.posture == ("held", "resting")
    told = rows(synthetic, Input)[0]
    facts = {"received_ns": 5, "echo_ns": 4, "speed_scale": 0.5, "move_id": 2, "seen_displayed_ns": 3}
    inputs = input_arrays([told, msgspec.structs.replace(told, slowed=("link_slow",), **facts)])
    assert inputs.slowed == ((), ("link_slow",)) and np.isnan(inputs.speed_scale[0])
    assert {name: getattr(inputs, name)[1] for name in facts} == facts
    assert {getattr(inputs, name)[0] for name in facts if name != "speed_scale"} == {-1}
    note = PictureNote("wrist", 1, 10, 14, True, 12)
    assert picture_arrays("wrist", [note], [b"a"]).encode_begun_ns.tolist() == [12]


def test_nothing_has_shapes_too() -> None:
    assert observation_arrays([], JOINTS).positions_rad.shape == (0, JOINTS)
    assert action_arrays([], JOINTS).requested.shape == (0, 6)
    assert input_arrays([]).pose.shape == (0, 6)


def test_another_number_of_joints_is_refused(synthetic: Any) -> None:
    with pytest.raises(ValueError, match="number of values"):
        observation_arrays(rows(synthetic, Observation), JOINTS - 1)


def test_pictures_pair_with_their_notes() -> None:
    notes = [PictureNote("wrist", number, number * 10, number * 10 + 1, number == 0) for number in range(3)]
    pictures = picture_arrays("wrist", notes, [b"a", b"b", b"c"])
    assert pictures.frame_id.tolist() == [0, 1, 2]
    assert pictures.keyframe.tolist() == [True, False, False]
    assert picture_arrays("wrist", notes, []).annex_b == ()
    with pytest.raises(ValueError, match="2 pictures but 3 notes"):
        picture_arrays("wrist", notes, [b"a", b"b"])
