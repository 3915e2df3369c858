"""The tool's twist agrees with how its frame really moves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics.frames import chain_frames, transform
from robot_bridge.ros.tool_motion import tool_twist

SO101 = load_arm("so101")
POSTURES = st.tuples(*[st.floats(joint.limits_rad[0], joint.limits_rad[1]) for joint in SO101.joints])
SPEEDS = st.tuples(*[st.floats(-2, 2)] * 6)


@given(posture=POSTURES, speeds=SPEEDS)
def test_linear_velocity_is_where_the_tool_gets_to(
    posture: tuple[float, ...], speeds: tuple[float, ...]
) -> None:
    linear, _ = tool_twist(SO101, posture, speeds)
    after = tuple(at + speed * 1e-6 for at, speed in zip(posture, speeds, strict=True))
    here, there = (transform(chain_frames(SO101, where)[-2], SO101.tool_xyz_m) for where in (posture, after))
    for rate, a, b in zip(linear, here, there, strict=True):
        assert rate == pytest.approx((b - a) / 1e-6, abs=1e-4)


def test_the_pan_turns_the_tool_about_the_vertical(so101: ArmModel) -> None:
    linear, angular = tool_twist(so101, so101.ready_rad, (1.0, 0, 0, 0, 0, 0))
    assert angular[:2] == pytest.approx((0.0, 0.0), abs=1e-6)
    assert abs(angular[2]) == pytest.approx(1.0, abs=1e-6)
    assert linear[2] == pytest.approx(0.0, abs=1e-6) and math.hypot(*linear) > 0.1


@given(posture=POSTURES, speeds=SPEEDS)
def test_twists_of_joints_add_up(posture: tuple[float, ...], speeds: tuple[float, ...]) -> None:
    whole = tool_twist(SO101, posture, speeds)
    singles = [
        tool_twist(SO101, posture, tuple(speed if i == j else 0.0 for j in range(6)))
        for i, speed in enumerate(speeds)
    ]
    for part in (0, 1):
        for axis in range(3):
            assert whole[part][axis] == pytest.approx(sum(one[part][axis] for one in singles), abs=1e-4)


def test_the_jaw_moves_no_tool(so101: ArmModel) -> None:
    assert tool_twist(so101, so101.ready_rad, (0, 0, 0, 0, 0, 1.0)) == ((0.0,) * 3, pytest.approx((0.0,) * 3))
