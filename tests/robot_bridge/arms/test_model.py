"""The arm's data: what the file says, and what follows from it."""

import msgspec
import pytest

from robot_bridge.arms.model import ArmModel, gripper_angle, gripper_fraction


def test_joints_stand_in_the_servos_order(so101: ArmModel) -> None:
    assert so101.joint_names == (
        "shoulder_pan",
        "shoulder_lift",
        "elbow_flex",
        "wrist_flex",
        "wrist_roll",
        "gripper",
    )
    assert [joint.servo_id for joint in so101.joints] == [1, 2, 3, 4, 5, 6]


def test_soft_limits_lie_inside_the_hard_ones(so101: ArmModel) -> None:
    for joint, lower, upper in zip(so101.joints, so101.lower_rad, so101.upper_rad, strict=True):
        assert lower == pytest.approx(joint.limits_rad[0] + 0.03)
        assert upper == pytest.approx(joint.limits_rad[1] - 0.03)


def test_gripper_fractions_run_from_shut_to_open(so101: ArmModel) -> None:
    assert gripper_angle(so101, 0.0) == so101.gripper.shut_rad
    assert gripper_angle(so101, 1.0) == so101.gripper.open_rad
    assert gripper_fraction(so101, gripper_angle(so101, 0.25)) == pytest.approx(0.25)
    assert gripper_fraction(so101, -1.0) == 0.0
    assert gripper_fraction(so101, 2.0) == 1.0


def test_the_stop_bounds_end_any_motion_within_80_ms(so101: ArmModel) -> None:
    motion = so101.motion
    rows = zip(
        motion.velocity_rad_s,
        motion.acceleration_rad_s2,
        motion.stop_acceleration_rad_s2,
        motion.stop_jerk_rad_s3,
        strict=True,
    )
    for speed, acceleration, braking, jerk in rows:
        assert acceleration / jerk + speed / braking + braking / jerk <= 0.080


def test_a_joint_may_name_another_servo_than_the_rest(so101: ArmModel) -> None:
    joints = (*so101.joints[:5], msgspec.structs.replace(so101.joints[5], model_number=1200))
    assert msgspec.structs.replace(so101, joints=joints).model_numbers == (777, 777, 777, 777, 777, 1200)
