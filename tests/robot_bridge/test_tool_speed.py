"""The tool's speed against the way it goes, and the joint speeds that keep it down."""

import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.kinematics import distance, forward
from robot_bridge.tool_speed import slower, tool_speed
from robot_bridge.trajectory import Motion


def test_the_speed_is_the_way_over_the_time(so101: ArmModel) -> None:
    speeds = (0.3, -0.2, 0.1, 0.2, 0.5, 0.0)
    later = tuple(q + 1e-5 * v for q, v in zip(so101.ready_rad, speeds, strict=True))
    way = distance(forward(so101, so101.ready_rad), forward(so101, later))
    assert tool_speed(so101, so101.ready_rad, speeds) == pytest.approx(way / 1e-5, rel=1e-3)


def test_a_slow_motion_is_left_alone(so101: ArmModel) -> None:
    assert slower(so101, Motion(so101.ready_rad, (0.2, 0, 0, 0, 0, 2.0), (0.0,) * 6)) is None


def test_a_fast_motion_is_scaled_as_a_whole_but_for_the_gripper(so101: ArmModel) -> None:
    speeds = slower(so101, Motion(so101.ready_rad, (1.5, 0.75, 0, 0, 0, 0), (0.0,) * 6))
    assert speeds is not None
    assert speeds[0] == pytest.approx(2 * speeds[1])
    assert speeds[2] == 0.02
    assert speeds[5] == so101.motion.velocity_rad_s[5]
    assert tool_speed(so101, so101.ready_rad, (*speeds[:2], 0, 0, 0, 0)) <= so101.tool_speed_m_s


def test_what_the_acceleration_is_bound_to_add_counts(so101: ArmModel) -> None:
    assert slower(so101, Motion(so101.ready_rad, (1.2, 0, 0, 0, 0, 0), (0.0,) * 6)) is None
    assert slower(so101, Motion(so101.ready_rad, (1.2, 0, 0, 0, 0, 0), (12.0, 0, 0, 0, 0, 0))) is not None
