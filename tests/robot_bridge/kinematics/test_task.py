"""The task's rows against the forward pose, and the forward pose against the closed form."""

import math
import random
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from pinocchio_arm import oracle_of

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import closed_form, distance, task

ARMS = ("so101", "so100", "koch_v1_1", "omx", "omx_f", "widowx_250")
PLANAR = ARMS[:-1]
STEP_RAD = 1e-6


@pytest.fixture(scope="module", params=ARMS)
def arm(request: pytest.FixtureRequest) -> ArmModel:
    """Each arm, with a closed form or without."""
    return load_arm(request.param)


def postures(arm: ArmModel, count: int) -> Iterator[tuple[float, ...]]:
    """Postures around the ready one, where neither pitch nor roll is near its pole."""
    draw = random.Random(arm.name)
    for _ in range(count):
        yield tuple(angle + draw.uniform(-0.4, 0.4) for angle in arm.ready_rad)


def test_the_point_moves_as_pinocchio_says(arm: ArmModel) -> None:
    oracle = oracle_of(arm)
    for q in postures(arm, 20):
        expected = oracle.point_jacobian(len(q) - 2, arm.tool_xyz_m, q)[:, :-1]
        assert np.allclose(np.array(task.measure(arm, q).rows[:3]), expected, atol=1e-12)


def test_pitch_and_roll_turn_as_their_differences_say(arm: ArmModel) -> None:
    for q in postures(arm, 20):
        here = task.measure(arm, q)
        for joint in range(len(q) - 1):
            there = task.measure(arm, (*q[:joint], q[joint] + STEP_RAD, *q[joint + 1 :]))
            pitch = math.remainder(there.pitch_rad - here.pitch_rad, math.tau) / STEP_RAD
            roll = math.remainder(there.roll_rad - here.roll_rad, math.tau) / STEP_RAD
            lean = (there.lean_rad - here.lean_rad) / STEP_RAD
            assert here.rows[3][joint] == pytest.approx(pitch, abs=1e-4)
            assert here.rows[4][joint] == pytest.approx(roll, abs=1e-4)
            assert here.leaning[joint] == pytest.approx(lean, abs=1e-4)


@pytest.mark.parametrize("name", PLANAR)
def test_the_forward_pose_is_the_closed_forms(name: str) -> None:
    arm = load_arm(name)
    for q in postures(arm, 50):
        ours, theirs = task.forward(arm, q), closed_form.forward(arm, q)
        assert distance(ours, theirs) < 1e-9
        assert math.remainder(ours.pitch_rad - theirs.pitch_rad, math.tau) == pytest.approx(0.0, abs=1e-9)
        assert math.remainder(ours.roll_rad - theirs.roll_rad, math.tau) == pytest.approx(0.0, abs=1e-9)
        assert ours.gripper == theirs.gripper


def test_an_arm_in_its_plane_does_not_lean_and_a_rolled_forearm_does(arm: ArmModel) -> None:
    assert task.measure(arm, arm.ready_rad).lean_rad == pytest.approx(0.0, abs=1e-6)
    widowx = load_arm("widowx_250")
    rolled = (*widowx.ready_rad[:3], 0.5, *widowx.ready_rad[4:])
    assert abs(task.measure(widowx, rolled).lean_rad) > 0.1


def test_a_first_joint_that_is_not_upright_is_refused(so101: ArmModel) -> None:
    tilted = msgspec.structs.replace(so101.joints[0], rpy_rad=(math.pi - 0.1, 0.0, 0.0))
    model = msgspec.structs.replace(so101, joints=(tilted, *so101.joints[1:]))
    with pytest.raises(ValueError, match="first joint must turn about the vertical"):
        task.pan_sign(model)
