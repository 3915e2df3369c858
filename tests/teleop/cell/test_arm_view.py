"""The arm as the cell looks at it."""

from math import inf

import msgspec
import pytest

from robot_bridge.arms import load_arm
from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.state import ArmState, JointState
from teleop.cell.arm_view import arm_of, view_of

MODEL = load_arm("so101")
VIEW = view_of(MODEL)
POSE = PoseTarget(0.2, 0.0, 0.1, -1.5, 0.1, 0.4)


def state(joints, applied) -> ArmState:
    return ArmState(
        1, 1, 0, "play", "none", None, 0, 1, 0, tuple(joints), None, tuple(applied), POSE, POSE, (), 1.0, True
    )


def joint(position, velocity=0.0, load=0.0) -> JointState:
    return JointState(position, velocity, load, 30.0, 7.4, 0, 0)


def test_limits_and_names_are_the_model_s():
    assert [limit.name for limit in VIEW.limits] == list(MODEL.joint_names)
    assert VIEW.limits[0].lower_rad == MODEL.lower_rad[0] and VIEW.limits[0].upper_rad == MODEL.upper_rad[0]
    assert VIEW.workspace.x_m == MODEL.workspace.x_m
    assert VIEW.ready.positions_rad == MODEL.ready_rad[:-1]
    assert 0 <= VIEW.ready.gripper <= 1


def test_ready_error_is_the_worst_joint_s_without_the_gripper():
    measured = [joint(q) for q in MODEL.ready_rad]
    measured[1] = joint(MODEL.ready_rad[1] - 0.3)
    measured[-1] = joint(MODEL.ready_rad[-1] + 1.0)
    assert VIEW.ready_error_rad(state(measured, MODEL.ready_rad)) == pytest.approx(0.3)
    assert VIEW.ready_error_rad(state([], MODEL.ready_rad)) == inf


def test_settled_means_still_and_there():
    there = [joint(q) for q in MODEL.ready_rad]
    found = arm_of(state(there, MODEL.ready_rad))
    assert found is not None and found.settled
    assert (found.pose.x_m, found.pose.roll_rad, found.gripper) == (0.2, 0.1, 0.4)
    moving = arm_of(state([joint(MODEL.ready_rad[0], 0.2), *there[1:]], MODEL.ready_rad))
    elsewhere = arm_of(state([joint(MODEL.ready_rad[0] + 0.1), *there[1:]], MODEL.ready_rad))
    assert moving is not None and not moving.settled
    assert elsewhere is not None and not elsewhere.settled


def test_the_gripper_s_load_has_no_sign():
    found = arm_of(state([*(joint(q) for q in MODEL.ready_rad[:-1]), joint(0.2, load=-0.3)], MODEL.ready_rad))
    assert found is not None and found.gripper_load == pytest.approx(0.3)


def test_an_arm_whose_joints_are_not_measured_cannot_be_judged():
    assert arm_of(state([], MODEL.ready_rad)) is None
    assert arm_of(msgspec.structs.replace(state([], ()))) is None
