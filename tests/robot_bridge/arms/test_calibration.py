"""LeRobot's calibration file, and steps against angles."""

import json
import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.arms.calibration import (
    nominal_calibration,
    rad_to_steps,
    read_calibration,
    steps_to_rad,
    write_calibration,
)
from robot_bridge.toml_table import InvalidTable

SO101 = load_arm("so101")
NOMINAL = nominal_calibration(SO101)


def test_the_file_is_the_one_that_lerobot_writes(tmp_path: Path) -> None:
    path = tmp_path / "arm.json"
    write_calibration(path, SO101, NOMINAL)
    table = json.loads(path.read_text())
    assert table["shoulder_pan"] == {
        "id": 1,
        "drive_mode": 0,
        "homing_offset": 0,
        "range_min": 795,
        "range_max": 3299,
    }
    assert table["wrist_roll"]["range_max"] == 4095
    assert read_calibration(path, SO101) == NOMINAL


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"elbow": {}}, "elbow"),
        ({"shoulder_pan": {"id": 2}}, "shoulder_pan is servo 2, the model says 1"),
        ({"shoulder_pan": {"range_max": 100}}, "shoulder_pan has an empty range"),
        ({"shoulder_pan": {"range_max": 5000}}, "<= 4095"),
        ({"shoulder_pan": {"rang_max": 5}}, "rang_max"),
        ({"shoulder_pan": {"homing_offset": 2048}}, "homing_offset 2048, a Feetech servo holds"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, change: dict[str, dict[str, int]], complaint: str
) -> None:
    path = tmp_path / "arm.json"
    write_calibration(path, SO101, NOMINAL)
    table = json.loads(path.read_text())
    for name, entries in change.items():
        table[name] = {**table["gripper"], **table.get(name, {}), **entries}
    path.write_text(json.dumps(table))
    with pytest.raises(InvalidTable, match=complaint):
        read_calibration(path, SO101)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidTable, match=r"none\.json: No such file"):
        read_calibration(tmp_path / "none.json", SO101)


@given(st.integers(0, 5), st.booleans(), st.floats(-1.0, 1.0), st.integers(0, 1))
def test_steps_and_angles_agree_to_half_a_step(
    joint: int, mirrored: bool, share: float, drive_mode: int
) -> None:
    model = SO101
    if mirrored:
        entry = msgspec.structs.replace(model.joints[joint], direction=-1)
        joints = (*model.joints[:joint], entry, *model.joints[joint + 1 :])
        model = msgspec.structs.replace(model, joints=joints)
    calibration = msgspec.structs.replace(NOMINAL[joint], drive_mode=drive_mode)
    low, high = model.lower_rad[joint], model.upper_rad[joint]
    angle = (low + high) / 2 + share * (high - low) / 2
    steps = rad_to_steps(model, joint, calibration, angle)
    assert abs(steps_to_rad(model, joint, calibration, steps) - angle) <= math.tau / 4096 / 2 + 1e-9
    assert calibration.range_min <= steps <= calibration.range_max


def test_drive_mode_turns_the_other_way(so101: ArmModel) -> None:
    turned = msgspec.structs.replace(NOMINAL[0], drive_mode=1)
    assert rad_to_steps(so101, 0, turned, 0.5) < 2047 < rad_to_steps(so101, 0, NOMINAL[0], 0.5)


def test_angles_past_the_range_end_at_it(so101: ArmModel) -> None:
    assert rad_to_steps(so101, 0, NOMINAL[0], 9.0) == NOMINAL[0].range_max
    assert rad_to_steps(so101, 0, NOMINAL[0], -9.0) == NOMINAL[0].range_min


def test_the_middle_of_the_grippers_range_is_its_middle_angle(so101: ArmModel) -> None:
    assert steps_to_rad(so101, 5, NOMINAL[5], 2047.0) == pytest.approx(0.7853985)


def test_a_dynamixels_offset_may_be_as_long_as_its_register(tmp_path: Path) -> None:
    koch = load_arm("koch_v1_1")
    path = tmp_path / "koch.json"
    far = (msgspec.structs.replace(nominal_calibration(koch)[0], homing_offset=-6144),)
    write_calibration(path, koch, far + nominal_calibration(koch)[1:])
    assert read_calibration(path, koch)[0].homing_offset == -6144


def test_a_keyed_horns_zero_is_where_the_file_says_whatever_the_range() -> None:
    omx = load_arm("omx")
    narrow = msgspec.structs.replace(nominal_calibration(omx)[1], range_min=1500, range_max=2700)
    assert steps_to_rad(omx, 1, narrow, 2048.0) == 0.0
    assert rad_to_steps(omx, 1, narrow, 0.5) == 2048 + round(0.5 / math.tau * 4096)


def test_a_homing_offset_moves_a_keyed_horns_zero_along() -> None:
    omx = load_arm("omx")
    moved = msgspec.structs.replace(nominal_calibration(omx)[1], homing_offset=-100)
    assert steps_to_rad(omx, 1, moved, 1948.0) == 0.0
    assert rad_to_steps(omx, 1, moved, 0.0) == 1948


def test_a_keyed_arms_nominal_range_lies_around_its_limits_not_around_its_zero() -> None:
    omx = load_arm("omx")
    entry = nominal_calibration(omx)[3]
    assert (entry.range_min, entry.range_max) == (940, 3332)  # -1.7 .. 1.97 rad around 2048


def test_an_arms_own_drive_mode_is_its_forward() -> None:
    widowx = load_arm("widowx_250")
    wrist = nominal_calibration(widowx)[4]
    assert wrist.drive_mode == 1
    assert rad_to_steps(widowx, 4, wrist, 0.5) > 2048
    plain = msgspec.structs.replace(wrist, drive_mode=0)
    assert rad_to_steps(widowx, 4, plain, 0.5) < 2048


def test_entries_of_shadow_servos_may_stand_beside_those_of_their_joints(tmp_path: Path) -> None:
    widowx = load_arm("widowx_250")
    entries = nominal_calibration(widowx)
    table = dict(zip(widowx.joint_names, entries, strict=True))
    path = tmp_path / "arm.json"
    path.write_bytes(msgspec.json.encode({**table, "shoulder_shadow": entries[1]}))
    assert read_calibration(path, widowx) == entries
    path.write_bytes(msgspec.json.encode({**table, "waist_shadow": entries[1]}))
    with pytest.raises(InvalidTable, match="has joints"):
        read_calibration(path, widowx)
